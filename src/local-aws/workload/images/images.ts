import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AwsError, type OperationInput } from '../../core/api';
import type { World } from '../../core/world';
import { checkParameters } from '../parameters';
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
  private readonly images = new Map<string, Image>();
  private registrations = 0;

  constructor(private readonly world: World) {}

  /** Registers an image; a second registration of the name replaces it for the tasks that start from then on. */
  public async register(input: OperationInput): Promise<{ uri: string; root: string; missing: readonly string[] }> {
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
    this.images.set(uri, {
      ...layout,
      uri,
      entryPoint: final.entryPoint ?? [],
      command: final.command ?? [],
      stopSignal: final.stopSignal || 'SIGTERM',
    });
    return { uri, root: layout.root, missing: layout.missing };
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
