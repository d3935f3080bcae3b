import { existsSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { AwsError } from '../../core/api';
import type { Ports } from '../ports';
import type { Image } from './images';

/** What a container's definition may override of its image. */
export interface Overrides {
  readonly entryPoint?: readonly string[];
  readonly command?: readonly string[];
  readonly workingDirectory?: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A command as this machine can start it. */
export interface RunnableCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
}

const PROCESS_MODE = 'tasks are processes of this machine, and no RUN step of the Dockerfile is executed';

/** Arguments that are files when they are an interpreter's: the first of them is the application itself. */
const SCRIPT = /\.(?:[cm]?[jt]s|py|rb|sh|jar|php|pl)$/;

/** Works out what to start, or says in one sentence why it can't be started: that becomes the task's stoppedReason. */
export async function toRunnable(image: Image, overrides: Overrides, ports: Ports): Promise<RunnableCommand> {
  const words = overrides.entryPoint
    ? [...overrides.entryPoint, ...overrides.command ?? []]
    : [...image.entryPoint, ...overrides.command ?? image.command];
  if (words.length === 0) {
    throw cannotStart(`the image ${image.uri} has neither CMD nor ENTRYPOINT in its Dockerfile, and the task definition names no command`);
  }
  const directory = inRoot(image.root, overrides.workingDirectory ?? image.workdir) ?? image.root;
  const environment = environmentOf(image, overrides, ports);
  const [program, ...args] = words.map((word) => ports.inArgument(rooted(image.root, word)));
  await requireProgram(program, directory, environment.PATH, image);
  const script = args.find((argument) => !argument.startsWith('-'));
  if (script && SCRIPT.test(script) && !existsSync(join(isAbsolute(script) ? '/' : directory, script))) {
    throw cannotStart(`the command "${words.join(' ')}" needs the file ${script}, which is not in the image ${image.uri} ${howToBuild(image)}`);
  }
  return { program, args, directory, environment };
}

function environmentOf(image: Image, overrides: Overrides, ports: Ports): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...image.environment, ...overrides.environment })) {
    const paths = value.split(delimiter).map((path) => rooted(image.root, path)).join(delimiter);
    environment[name] = ports.inVariable(name, paths);
  }
  const machinePath = process.env.PATH ?? '';
  environment.PATH = environment.PATH?.replace(/\$\{?PATH\}?/g, machinePath) ?? machinePath;
  return environment;
}

async function requireProgram(program: string, directory: string, path: string, image: Image): Promise<void> {
  const candidates = program.includes('/')
    ? [join(isAbsolute(program) ? '/' : directory, program)]
    : path.split(delimiter).filter(Boolean).map((folder) => join(folder, program));
  for (const candidate of candidates) {
    if (await access(candidate, constants.X_OK).then(() => true, () => false)) {
      return;
    }
  }
  if (program.includes('/')) {
    throw cannotStart(`exec: "${program}": no such file in the image ${image.uri} ${howToBuild(image)}`);
  }
  throw cannotStart(`exec: "${program}": executable file not found in $PATH (${PROCESS_MODE}: install ${program} on this machine)`);
}

function howToBuild(image: Image): string {
  const missing = image.missing.length === 0 ? '' : `; not found in the build context: ${image.missing.join(', ')}`;
  return `(${PROCESS_MODE}: build it first${missing})`;
}

function cannotStart(detail: string): AwsError {
  return new AwsError('CannotStartContainerError', `CannotStartContainerError: ${detail}`);
}

/** An absolute path that the image has is meant inside of it; every other text stays as it is. */
function rooted(root: string, text: string): string {
  return (text.startsWith('/') && inRoot(root, text)) || text;
}

function inRoot(root: string, path: string): string | undefined {
  const inside = join(root, path);
  return path !== '/' && inside.startsWith(root) && existsSync(inside) ? inside : undefined;
}
