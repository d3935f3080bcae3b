import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { zipSync, type Zippable } from 'fflate';
import { UserError } from '../errors';
import type { AssemblyStack, FileAsset, ImageAsset } from './cloud-assembly';

/** Where the local AWS is, in the words of an asset manifest's placeholders. */
export interface Destination {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  readonly urlSuffix: string;
}

/** An object of S3, as an asset manifest asks for it. */
export interface PublishedFile {
  readonly bucket: string;
  readonly key: string;
  body(): Uint8Array;
}

/** An image, as the local AWS takes it: its build context, and how the Dockerfile is to be read. */
export interface PublishedImage {
  readonly uri: string;
  readonly directory: string;
  readonly dockerfile?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly target?: string;
}

/** The same date in every archive: an asset that did not change has the same bytes, and a function is not deployed anew. */
const ARCHIVE_DATE = new Date(1980, 0, 1, 0, 0, 0);

export function filesOf(stack: AssemblyStack, destination: Destination): PublishedFile[] {
  return stack.files.flatMap((asset) => {
    const path = sourcePath(stack, asset);
    return asset.destinations.map((to) => ({
      bucket: fill(to.bucketName, destination),
      key: fill(to.objectKey, destination),
      body: () => (asset.source.packaging === 'zip' ? zip(path) : readFileSync(path)),
    }));
  });
}

export function imagesOf(stack: AssemblyStack, destination: Destination): PublishedImage[] {
  return stack.images.flatMap((asset) => asset.destinations.map((to) => ({
    uri: `${destination.account}.dkr.ecr.${destination.region}.${destination.urlSuffix}/`
      + `${fill(to.repositoryName, destination)}:${fill(to.imageTag, destination)}`,
    directory: imageDirectory(stack, asset),
    ...(asset.source.dockerFile !== undefined && { dockerfile: asset.source.dockerFile }),
    ...(asset.source.dockerBuildArgs !== undefined && { buildArgs: asset.source.dockerBuildArgs }),
    ...(asset.source.dockerBuildTarget !== undefined && { target: asset.source.dockerBuildTarget }),
  })));
}

function fill(text: string, { account, region, partition, urlSuffix }: Destination): string {
  return text
    .replaceAll('${AWS::AccountId}', account)
    .replaceAll('${AWS::Region}', region)
    .replaceAll('${AWS::Partition}', partition)
    .replaceAll('${AWS::URLSuffix}', urlSuffix);
}

function sourcePath(stack: AssemblyStack, { id, source }: FileAsset): string {
  if (source.path === undefined) {
    throw new UserError(`the file asset ${id} is made by a program; a rehearsal takes assets with a path, so synthesize it as one`);
  }
  return resolve(stack.folder, source.path);
}

function imageDirectory(stack: AssemblyStack, { id, source }: ImageAsset): string {
  if (source.directory === undefined) {
    throw new UserError(`the image asset ${id} is made by a program; a rehearsal needs a directory with a Dockerfile, so use ContainerImage.fromAsset`);
  }
  return resolve(stack.folder, source.directory);
}

/** An archive whose bytes depend on the content alone. */
export function zip(folder: string): Uint8Array {
  const entries: Zippable = {};
  for (const file of filesBelow(folder).sort()) {
    const mode = statSync(file).mode;
    // Unix permissions stand in the upper half of the attributes; without them a script would lose its executable bit.
    entries[relative(folder, file).split('\\').join('/')] = [readFileSync(file), { mtime: ARCHIVE_DATE, os: 3, attrs: (mode % 0x10000) * 0x10000 }];
  }
  return zipSync(entries, { level: 1 });
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}
