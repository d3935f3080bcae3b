import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AwsError, type OperationInput } from '../../core/api';
import type { World } from '../../core/world';
import { checkParameters } from '../parameters';
import { digestOf } from './digest';
import { findStage, parseDockerfile } from './dockerfile';
import { layOut, type Layout } from './layout';

/** An image that tasks can be started from. */
export interface Image extends Layout {
  readonly uri: string;
  readonly entryPoint: readonly string[];
  readonly command: readonly string[];
  readonly stopSignal: string;
}

/**
 * The images of the local AWS: build contexts, registered under the name by which task definitions know the image. In
 * process mode nothing is built; see layout.ts.
 */
export class Images {
  /** What tasks can be started from. */
  private readonly images = new Map<string, Image>();
  /** What was built and not pushed yet. */
  private readonly built = new Map<string, Image>();
  private registrations = 0;

  constructor(private readonly world: World) {}

  /** Registers an image; a second registration of the name replaces it for the tasks that start from then on. */
  public async register(input: OperationInput): Promise<{ uri: string; root: string; missing: readonly string[] }> {
    const image = await this.layOut(input);
    this.images.set(image.uri, image);
    return { uri: image.uri, root: image.root, missing: image.missing };
  }

  /** As `docker build`: nobody can start a task from it before it is pushed. */
  public async build(input: OperationInput): Promise<{ uri: string; missing: readonly string[] }> {
    const image = await this.layOut(input);
    this.built.set(image.uri, image);
    return { uri: image.uri, missing: image.missing };
  }

  /** As `docker tag`. */
  public tag({ source, target }: OperationInput): { uri: string } {
    if (!target) {
      throw new AwsError('ValidationException', 'an image needs a target, the name that it gets');
    }
    this.built.set(target, { ...this.buildOf(source), uri: target });
    return { uri: target };
  }

  /** As `docker inspect`: what was built under the name. */
  public inspect({ uri }: OperationInput): { uri: string; root: string } {
    const { root } = this.buildOf(uri);
    return { uri, root };
  }

  /** What was built becomes what tasks are started from, under all the names that the registry knows it by. */
  public publish(uri: string, ...names: readonly string[]): void {
    const image = this.buildOf(uri);
    names.forEach((name) => this.images.set(name, { ...image, uri: name }));
  }

  /** Another name for what tasks can be started from. */
  public alias(uri: string, name: string): void {
    this.images.set(name, { ...this.pull(uri), uri: name });
  }

  public forget(uri: string): void {
    this.images.delete(uri);
  }

  /** The digest and the size in bytes of what was built: the same files make the same digest. */
  public contentOf(uri: string): Promise<{ digest: string; size: number }> {
    const { root, workdir, environment, entryPoint, command } = this.buildOf(uri);
    return digestOf(root, JSON.stringify({ workdir, environment, entryPoint, command }));
  }

  private buildOf(uri: string): Image {
    const image = this.built.get(uri);
    if (!image) {
      throw new AwsError('NoSuchImage', `No such image: ${uri}`, 404);
    }
    return image;
  }

  private async layOut(input: OperationInput): Promise<Image> {
    checkParameters(input, { uri: 'string', directory: 'string', dockerfile: 'string', buildArgs: 'structure', target: 'string' }, 'ValidationException');
    const { uri, directory, dockerfile = 'Dockerfile', buildArgs = {}, target } = input ?? {};
    if (!uri || !directory) {
      throw new AwsError('ValidationException', 'an image needs a uri and the directory of its build context');
    }
    const context = resolve(directory);
    const content = await this.read(resolve(context, dockerfile));
    const stages = parseDockerfile(content, buildArgs);
    this.registrations += 1;
    const folder = join(this.world.directory, 'images', `${createHash('sha256').update(uri).digest('hex').slice(0, 12)}-${this.registrations}`);
    const layout = await layOut(stages, target, context, folder).catch(async (error: unknown) => {
      await rm(folder, { recursive: true, force: true });
      throw error;
    });
    const final = target === undefined ? stages[stages.length - 1] : findStage(stages, target)!;
    return {
      ...layout,
      uri,
      entryPoint: final.entryPoint ?? [],
      command: final.command ?? [],
      stopSignal: final.stopSignal || 'SIGTERM',
    };
  }

  public list(): { images: { uri: string; root: string }[] } {
    return { images: [...this.images.values()].map(({ uri, root }) => ({ uri, root })) };
  }

  /** As pulling does: the error is the reason why the task doesn't start. */
  public pull(uri: string): Image {
    const image = this.images.get(uri);
    if (!image) {
      throw new AwsError('CannotPullContainerError', 'CannotPullContainerError: pull image manifest has been retried 1 time(s): '
        + `failed to resolve ref ${uri}: ${uri}: not found (the local AWS runs images that the app builds from an asset, and pulls none)`);
    }
    return image;
  }

  private async read(path: string): Promise<string> {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      throw new AwsError('ValidationException', `the Dockerfile ${path} can't be read: ${(error as Error).message}`);
    }
  }
}
