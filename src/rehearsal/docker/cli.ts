import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';

/**
 * Stands for Docker where none is, so that the CDK CLI can publish image assets to the local AWS: CDK_DOCKER names it. Nothing
 * is built: the local AWS keeps the build context, and runs the Dockerfile's command as a process.
 */

/** What Docker answers when there is no such image, and the CDK asks about it. */
const FAILED = 1;
const BAD_USAGE = 125;
/** Flags of `docker build` that change how an image is made and not what runs. */
const WITHOUT_EFFECT = [
  '--platform <p>', '--network <n>', '--cache-from <c>', '--cache-to <c>', '--progress <p>', '--provenance <p>', '--sbom <s>',
  // Only RUN sees them.
  '--secret <s>', '--ssh <s>',
];
/** What `docker build` may leave behind where something can be started from it. */
const IMAGE_OUTPUTS = ['docker', 'image'];

class DockerError extends Error {
  public readonly name = 'DockerError';
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function program(): Command {
  const docker = new Command('fargate-blue-green-docker')
    .description('Stands for Docker: the CDK CLI publishes image assets to the local AWS with it (CDK_DOCKER)')
    .option('--config <dir>', 'has no effect: there are no credentials')
    .exitOverride();
  const build = docker.command('build').argument('<context>').requiredOption('-t, --tag <name>').option('-f, --file <file>')
    .option('--target <stage>').option('--build-arg <arg>', 'NAME=VALUE', collect, []).option('-q, --quiet').option('--no-cache')
    .option('--load').option('-o, --output <output>', 'type=docker or type=image', collect, []).option('--build-context <context>', 'refused');
  WITHOUT_EFFECT.forEach((flags) => build.option(flags));
  build.action(buildImage);
  docker.command('inspect').argument('<name>').action(async (uri: string) => print(JSON.stringify([await ask('inspect-image', { uri })])));
  docker.command('tag').argument('<source>').argument('<target>').action((source: string, target: string) => ask('tag-image', { source, target }));
  docker.command('push').argument('<name>').action(async (uri: string) => {
    const { digest } = await ask<{ digest: string }>('push-image', { uri });
    print(`${uri}: digest: ${digest}`);
  });
  docker.command('login').argument('[server]').option('-u, --username <name>').option('--password-stdin').action(() => print('Login Succeeded'));
  docker.command('images').option('--format <format>').option('--filter <filter>').action(() => undefined);
  docker.command('version').action(() => print('fargate-blue-green-docker: the local AWS runs images as processes'));
  docker.on('command:*', ([verb]: string[]) => {
    throw new DockerError(`fargate-blue-green-docker knows build, inspect, tag, push, login and images, got "${verb}"; install Docker for the rest, and set CDK_DOCKER to it`);
  });
  return docker;
}

interface BuildOptions {
  readonly tag: string;
  readonly file?: string;
  readonly target?: string;
  readonly buildArg: readonly string[];
  readonly output: readonly string[];
  readonly buildContext?: string;
}

async function buildImage(context: string, { tag, file, target, buildArg, output, buildContext }: BuildOptions): Promise<void> {
  const other = output.find((text) => !IMAGE_OUTPUTS.includes(/(?:^|,)type=([^,]+)/.exec(text)?.[1] ?? ''));
  if (other !== undefined) {
    throw new DockerError(`--output must be ${IMAGE_OUTPUTS.map((type) => `type=${type}`).join(' or ')}, got "${other}"; `
      + 'install Docker for other outputs, and set CDK_DOCKER to it');
  }
  if (buildContext !== undefined) {
    throw new DockerError(`--build-context is not known to fargate-blue-green-docker, got "${buildContext}"; `
      + 'copy what the Dockerfile needs into the build context, or install Docker and set CDK_DOCKER to it');
  }
  const buildArgs = Object.fromEntries(buildArg.map((text) => {
    const [name, ...value] = text.split('=');
    // As for Docker: without a value, the environment's.
    return [name, value.length > 0 ? value.join('=') : process.env[name] ?? ''];
  }));
  const input = { uri: tag, directory: resolve(context), ...(file && { dockerfile: resolve(file) }), ...(target && { target }), buildArgs };
  const { missing } = await ask<{ missing: readonly string[] }>('build-image', input);
  missing.forEach((what) => process.stderr.write(`no RUN is executed, so this is not in the image: ${what}\n`));
  print(`${tag}: its build context is kept, and its command runs as a process`);
}

/** Whatever is at the endpoint must be a local AWS: no account is ever asked. */
async function ask<T>(operation: string, input: object): Promise<T> {
  const endpoint = process.env.AWS_ENDPOINT_URL;
  if (!endpoint) {
    throw new DockerError('fargate-blue-green-docker works for the local AWS only, and AWS_ENDPOINT_URL is not set; start one with '
      + '"npx fargate-blue-green local" and set what it prints');
  }
  let response: Response;
  try {
    response = await fetch(`${endpoint}/_local/${operation}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': randomBytes(8).toString('hex') },
      body: JSON.stringify(input),
    });
  } catch (error) {
    const cause = (error as Error).cause as Error | undefined;
    throw new DockerError(`there is no local AWS at ${endpoint} (${cause?.message ?? (error as Error).message}); start one with "npx fargate-blue-green local"`);
  }
  const answer = await response.json() as T & { readonly message?: string };
  if (!response.ok) {
    throw new DockerError(answer.message ?? `the local AWS answered ${response.status}`);
  }
  return answer;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** `docker buildx build` is `docker build`. */
function withoutBuildx([node, script, ...args]: readonly string[]): string[] {
  const at = args.findIndex((argument, index) => argument === 'buildx' && args[index + 1] === 'build');
  return [node, script, ...args.filter((_, index) => index !== at)];
}

program().parseAsync(withoutBuildx(process.argv)).catch((error: Error) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : BAD_USAGE;
    return;
  }
  process.stderr.write(`${error.message}\n`);
  process.exitCode = FAILED;
});
