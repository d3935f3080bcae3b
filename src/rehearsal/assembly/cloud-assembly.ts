import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, messageOf } from '../errors';

// Only what a rehearsal reads of the cloud assembly. The CDK's own reader would bring all of aws-cdk-lib into the bundle.

interface Manifest {
  readonly artifacts?: Readonly<Record<string, Artifact>>;
  readonly missing?: ReadonlyArray<{ readonly key: string }>;
}

interface Artifact {
  readonly type: string;
  readonly environment?: string;
  readonly dependencies?: readonly string[];
  readonly displayName?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

export interface FileAsset {
  readonly id: string;
  readonly source: { readonly path?: string; readonly packaging?: 'file' | 'zip'; readonly executable?: readonly string[] };
  readonly destinations: ReadonlyArray<{ readonly bucketName: string; readonly objectKey: string }>;
}

export interface ImageAsset {
  readonly id: string;
  readonly source: {
    readonly directory?: string;
    readonly executable?: readonly string[];
    readonly dockerFile?: string;
    readonly dockerBuildArgs?: Readonly<Record<string, string>>;
    readonly dockerBuildTarget?: string;
  };
  readonly destinations: ReadonlyArray<{ readonly repositoryName: string; readonly imageTag: string }>;
}

/** One stack of a cloud assembly, with everything that deploying it takes. */
export interface AssemblyStack {
  readonly name: string;
  /** The name by which the CDK CLI shows it. */
  readonly displayName: string;
  /** Unset where the app leaves it to the environment of whoever deploys. */
  readonly account?: string;
  readonly region?: string;
  readonly template: string;
  readonly tags: Readonly<Record<string, string>>;
  /** The folder that the assets' paths are relative to. */
  readonly folder: string;
  readonly files: readonly FileAsset[];
  readonly images: readonly ImageAsset[];
}

export function readAssembly(folder: string): AssemblyStack[] {
  const manifest = readJson<Manifest>(join(folder, 'manifest.json'));
  if (manifest.missing !== undefined && manifest.missing.length > 0) {
    const keys = manifest.missing.map(({ key }) => key).join(', ');
    throw new UserError(`the app looks up what only an AWS account knows (${keys}); give it in cdk.context.json or in the plan's context`);
  }
  const artifacts = manifest.artifacts ?? {};
  return Object.entries(artifacts).flatMap(([id, artifact]) => {
    if (artifact.type === 'cdk:cloud-assembly') {
      return readAssembly(join(folder, text(artifact, 'directoryName')));
    }
    return artifact.type === 'aws:cloudformation:stack' ? [readStack(folder, id, artifact, artifacts)] : [];
  });
}

/** The stack of the name, or the only one there is. */
export function selectStack(stacks: readonly AssemblyStack[], name: string | undefined, where: string): AssemblyStack {
  const names = stacks.map((stack) => (stack.displayName === stack.name ? stack.name : `${stack.displayName} (${stack.name})`)).join(', ');
  if (stacks.length === 0) {
    throw new UserError(`${where} has no stack; there is nothing to rehearse`);
  }
  if (name === undefined) {
    if (stacks.length > 1) {
      throw new UserError(`${where} has ${stacks.length} stacks: ${names}; name one with --stack`);
    }
    return stacks[0];
  }
  const stack = stacks.find((candidate) => candidate.name === name || candidate.displayName === name);
  if (stack === undefined) {
    throw new UserError(`${where} has no stack ${name}; it has ${names}`);
  }
  return stack;
}

function readStack(folder: string, id: string, artifact: Artifact, artifacts: Readonly<Record<string, Artifact>>): AssemblyStack {
  const [, account, region] = /^aws:\/\/([^/]+)\/(.+)$/.exec(artifact.environment ?? '') ?? [];
  const assets = (artifact.dependencies ?? [])
    .map((dependency) => artifacts[dependency])
    .filter((dependency) => dependency?.type === 'cdk:asset-manifest')
    .map((dependency) => readJson<AssetManifest>(join(folder, text(dependency, 'file'))));
  const name = String(artifact.properties?.stackName ?? id);
  return {
    name,
    displayName: artifact.displayName ?? name,
    account: account === 'unknown-account' ? undefined : account,
    region: region === 'unknown-region' ? undefined : region,
    template: readText(join(folder, text(artifact, 'templateFile'))),
    tags: (artifact.properties?.tags ?? {}) as Record<string, string>,
    folder,
    files: assets.flatMap(({ files }) => assetsOf<FileAsset>(files)),
    images: assets.flatMap(({ dockerImages }) => assetsOf<ImageAsset>(dockerImages)),
  };
}

interface AssetManifest {
  readonly files?: Readonly<Record<string, WrittenAsset<FileAsset>>>;
  readonly dockerImages?: Readonly<Record<string, WrittenAsset<ImageAsset>>>;
}

/** In the manifest the destinations are an object, by an id that says nothing more. */
type WrittenAsset<A extends FileAsset | ImageAsset> = { readonly source: A['source']; readonly destinations: Record<string, A['destinations'][number]> };

function assetsOf<A extends FileAsset | ImageAsset>(written: Readonly<Record<string, WrittenAsset<A>>> = {}): A[] {
  return Object.entries(written).map(([id, { source, destinations }]) => ({ id, source, destinations: Object.values(destinations) }) as unknown as A);
}

function text(artifact: Artifact, property: string): string {
  const value = artifact.properties?.[property];
  if (typeof value !== 'string') {
    throw new UserError(`the cloud assembly's manifest has an artifact of type ${artifact.type} without ${property}; synthesize it again`);
  }
  return value;
}

function readJson<T>(file: string): T {
  try {
    return JSON.parse(readText(file)) as T;
  } catch (error) {
    throw error instanceof UserError ? error : new UserError(`${file} is not JSON: ${messageOf(error)}`);
  }
}

function readText(file: string): string {
  if (!existsSync(file)) {
    throw new UserError(`${file} does not exist; give the folder of a cloud assembly (cdk.out), as "cdk synth" writes it`);
  }
  return readFileSync(file, 'utf8');
}
