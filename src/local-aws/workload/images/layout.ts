import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join, posix, relative } from 'node:path';
import { findStage, type Stage } from './dockerfile';
import { AwsError } from '../../core/api';

/** A folder that looks as the image's file system would, as far as COPY says. */
export interface Layout {
  readonly root: string;
  /** Inside the image: absolute, `/` by default. */
  readonly workdir: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What a stage that was not built was to give: told when the command doesn't find its file. */
  readonly missing: readonly string[];
}

/** Never copied: dependencies are linked, since they are many; the others belong to no image. */
const LEFT_OUT = ['.git', 'cdk.out'];
const LINKED = 'node_modules';

/**
 * Lays out the last of the stages (or the target) in `directory`. No RUN is executed: what a build stage would have made
 * is looked for in the build context, where a build beforehand leaves it.
 */
export async function layOut(stages: readonly Stage[], target: string | undefined, context: string, directory: string): Promise<Layout> {
  const final = target === undefined ? stages[stages.length - 1] : findStage(stages, target);
  if (!final) {
    throw new AwsError('ImageBuildError', `target stage "${target}" could not be found: the Dockerfile has the stages ${stages.map((stage, index) => stage.name ?? index).join(', ')}`);
  }
  return new StageLayouts(stages, context, directory).of(final);
}

class StageLayouts {
  private readonly laidOut = new Map<Stage, Promise<Layout>>();

  constructor(private readonly stages: readonly Stage[], private readonly context: string, private readonly directory: string) {}

  public of(stage: Stage): Promise<Layout> {
    let layout = this.laidOut.get(stage);
    if (!layout) {
      layout = this.layOut(stage);
      this.laidOut.set(stage, layout);
    }
    return layout;
  }

  private async layOut(stage: Stage): Promise<Layout> {
    const root = join(this.directory, String(this.stages.indexOf(stage)));
    await mkdir(root, { recursive: true });
    const parentStage = this.earlier(stage, stage.from);
    const parent = parentStage && await this.of(parentStage);
    if (parent) {
      await copy(parent.root, root);
    }
    let workdir = parent?.workdir ?? '/';
    const environment: Record<string, string> = { ...parent?.environment };
    const missing = [...parent?.missing ?? []];
    for (const step of stage.steps) {
      if (step.kind === 'workdir') {
        workdir = posix.resolve(workdir, step.path);
        await mkdir(join(root, workdir), { recursive: true });
      } else if (step.kind === 'env') {
        environment[step.name] = step.value;
      } else {
        const directoryLike = step.destination.endsWith('/') || step.destination === '.' || step.sources.length > 1;
        const destination = join(root, posix.resolve(workdir, step.destination));
        for (const source of step.sources) {
          const found = step.from === undefined ? await this.inContext(source, step.text) : await this.inStage(stage, step.from, source);
          if (found.length === 0) {
            missing.push(`${source} (${step.text})`);
          }
          for (const path of found) {
            await place(path, destination, directoryLike || found.length > 1);
          }
        }
      }
    }
    await this.linkDependencies(join(root, workdir));
    return { root, workdir, environment, missing };
  }

  private earlier(stage: Stage, nameOrNumber: string): Stage | undefined {
    return findStage(this.stages.slice(0, this.stages.indexOf(stage)), nameOrNumber);
  }

  private async inContext(source: string, text: string): Promise<string[]> {
    const found = await glob(this.context, source);
    if (found.length === 0 && !/[*?[]/.test(source)) {
      throw new AwsError('ImageBuildError', `"${source}" of "${text}" is not in the build context ${this.context}`);
    }
    return found;
  }

  private async inStage(stage: Stage, from: string, source: string): Promise<string[]> {
    const other = this.earlier(stage, from);
    if (!other) {
      // From another image: nothing of it is on this machine.
      return [];
    }
    const layout = await this.of(other);
    const inRoot = await glob(layout.root, source);
    if (inRoot.length > 0) {
      return inRoot;
    }
    // What RUN would have built: a build beforehand leaves it at the same place of the context.
    return glob(this.context, relative(layout.workdir, posix.resolve('/', source)));
  }

  /** What `RUN npm ci` would have installed into the image's folder. */
  private async linkDependencies(folder: string): Promise<void> {
    const installed = join(this.context, LINKED);
    if (existsSync(join(folder, 'package.json')) && existsSync(installed) && !existsSync(join(folder, LINKED))) {
      await symlink(installed, join(folder, LINKED));
    }
  }
}

async function glob(root: string, pattern: string): Promise<string[]> {
  const path = join(root, pattern);
  if (!path.startsWith(root)) {
    return [];
  }
  if (!/[*?[]/.test(pattern)) {
    return existsSync(path) ? [path] : [];
  }
  const folder = dirname(path);
  const names = existsSync(folder) ? await readdir(folder) : [];
  const wildcard = new RegExp(`^${basename(path).replace(/[.+^${}()|\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.')}$`);
  return names.filter((name) => wildcard.test(name)).map((name) => join(folder, name));
}

/** As COPY does: of a folder its content, a file into a folder or under a new name. */
async function place(source: string, destination: string, directoryLike: boolean): Promise<void> {
  if ((await stat(source)).isDirectory()) {
    if (basename(source) === LINKED) {
      await mkdir(dirname(destination), { recursive: true });
      return link(source, destination);
    }
    return copy(source, destination);
  }
  const intoFolder = directoryLike || (existsSync(destination) && (await stat(destination)).isDirectory());
  const into = intoFolder ? join(destination, basename(source)) : destination;
  await mkdir(dirname(into), { recursive: true });
  await cp(source, into, { dereference: true });
}

async function copy(source: string, destination: string): Promise<void> {
  const links: string[] = [];
  await cp(source, destination, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => {
      if (basename(path) === LINKED) {
        links.push(path);
        return false;
      }
      return !LEFT_OUT.includes(basename(path));
    },
  });
  for (const path of links) {
    await link(path, join(destination, relative(source, path)));
  }
}

async function link(target: string, path: string): Promise<void> {
  if (!existsSync(path)) {
    await symlink(target, path);
  }
}
