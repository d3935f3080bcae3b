import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { Command } from 'commander';
import { createDisplay } from './display/display';
import { InterruptedError, UserError, messageOf } from './errors';
import { runLoadWorker } from './load/load-worker';
import { runLocal } from './local-command/local-command';
import { parseLocalOptions, type LocalCommandLine } from './local-command/options';
import { DEFAULT_CONNECTIONS, DEFAULT_RATE, DEFAULT_SPEED, parseOptions, type CommandLine } from './options';
import { readPlan } from './plan/plan';
import { rehearse } from './rehearsal';

/** The program's exit statuses. */
const UNEXPECTED = 1;
const BAD_INPUT = 2;
const INTERRUPTED = 130;

const SERVER = join(__dirname, '..', 'local-aws', 'server.js');
const DOCKER = join(__dirname, '..', '..', 'bin', 'fargate-blue-green-docker');

const ORPHAN_CHECK_MILLIS = 300;

const ENDING_SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

function program(): Command {
  const command = new Command('fargate-blue-green')
    .description('Rehearses blue/green deployments on this machine, without an AWS account.')
    .enablePositionalOptions()
    .exitOverride();
  command.command('rehearse')
    .description('Deploys a stack on a local AWS, updates it under load, and says what became of each deployment')
    .option('--plan <file>', 'a JSON file that says which deployments of an app to rehearse')
    .option('--app <command>', "the app's command, instead of the one in the cdk.json beside the plan")
    .option('--from <dir>', 'instead of a plan: the cloud assembly that the stack is created from')
    .option('--to <dir>', 'and the cloud assembly that it is updated to')
    .option('--stack <name>', 'the stack to rehearse, where an assembly has several')
    .option('--service <name>', 'the service to watch, where a stack has several')
    .option('--speed <n>', 'how many times as fast as real the clock runs', String(DEFAULT_SPEED))
    .option('--rate <n>', `requests a second, really (default: the plan's, or ${DEFAULT_RATE})`)
    .option('--connections <n>', `connections that the requests share (default: the plan's, or ${DEFAULT_CONNECTIONS})`)
    .option('--path <path>', "the requests' path (default: the plan's, or /)")
    .option('--region <region>', 'the region, where the stack names none')
    .option('--json <file>', 'write what became of the deployments there')
    .option('--plain', 'plain lines, even in a terminal')
    .option('--keep', 'keep the folder with the assemblies, images and logs')
    .exitOverride()
    .action(async (line: CommandLine) => {
      process.exitCode = await runRehearsal(line);
    });
  command.command('local')
    .description('Starts a local AWS for the CDK CLI, integ-runner, the AWS CLI and the SDKs; with a command, runs it there and ends with it')
    .passThroughOptions()
    .argument('[command...]', 'after --: a program and its arguments, run with the environment set')
    .option('--port <n>', 'the port of the endpoint (default: any that is free)')
    .option('--speed <n>', 'how many times as fast as real the clock runs (default: 1)')
    .option('--region <region>', 'the region (default: us-east-1)')
    .option('--account <id>', 'the account (default: 123456789012)')
    .option('--state <dir>', 'keep everything in this folder, and go on from there the next time')
    .option('--write-env <file>', 'write the environment there, for a shell to source, while it runs')
    .exitOverride()
    .action(async (words: string[], line: LocalCommandLine) => {
      process.exitCode = await runLocalAws(words, line);
    });
  return command;
}

async function runLocalAws(words: readonly string[], line: LocalCommandLine): Promise<number> {
  const options = parseLocalOptions(line, words);
  return untilInterrupted((control) => runLocal(options, { server: SERVER, docker: DOCKER }, control, (text) => process.stderr.write(`${text}\n`)));
}

/** Runs with a controller that is aborted by a signal, or when whoever started this program is gone. */
async function untilInterrupted<T>(run: (control: AbortController) => Promise<T>): Promise<T> {
  const control = new AbortController();
  ENDING_SIGNALS.forEach((signal) => process.on(signal, () => control.abort(new InterruptedError(signal))));
  const started = process.ppid;
  // Whoever started it has been ended without it: npm, when a signal reaches npm alone.
  const orphaned = setInterval(() => process.ppid !== started && control.abort(new InterruptedError('SIGHUP')), ORPHAN_CHECK_MILLIS).unref();
  // Whoever read the output has gone, as in "… | head".
  process.stdout.on('error', () => control.abort(new InterruptedError('SIGPIPE')));
  process.on('uncaughtException', (error) => control.abort(error));
  try {
    return await run(control);
  } finally {
    clearInterval(orphaned);
  }
}

async function runRehearsal(line: CommandLine): Promise<number> {
  const options = parseOptions(line, readPlan);
  const plain = options.plain || !process.stdout.isTTY || Boolean(process.env.CI);
  const display = createDisplay(process.stdout, options.stack ?? '', options.speed, plain);
  try {
    const isAsExpected = await untilInterrupted((control) => rehearse(options, { server: SERVER, self: __filename }, display, control));
    return isAsExpected ? 0 : UNEXPECTED;
  } finally {
    display.close();
  }
}

async function main(): Promise<void> {
  try {
    await program().parseAsync();
  } catch (error) {
    process.exitCode = statusOf(error);
  }
  // Nothing may keep it: what it started has ended.
  process.exit();
}

function statusOf(error: unknown): number {
  if (error instanceof InterruptedError) {
    return INTERRUPTED;
  }
  const { code, exitCode } = error as { readonly code?: string; readonly exitCode?: number };
  if (code?.startsWith('commander.')) {
    // Commander has said it already; help is no error.
    return exitCode === 0 ? 0 : BAD_INPUT;
  }
  process.stderr.write(`${messageOf(error)}\n`);
  return error instanceof UserError ? BAD_INPUT : UNEXPECTED;
}

if (isMainThread) {
  void main();
} else {
  runLoadWorker();
}
