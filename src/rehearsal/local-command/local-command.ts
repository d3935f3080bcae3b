import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { asShell, environmentFor, withEnvironment } from './environment';
import type { LocalOptions } from './options';
import { LocalAws } from '../aws/local-aws';
import { CleanUp } from '../clean-up';
import { InterruptedError, UserError, onAbort } from '../errors';

/** The files that `local` runs. */
export interface LocalPrograms {
  readonly server: string;
  readonly docker: string;
}

/** How long a command that was asked to end may take before it is killed, in milliseconds. */
const GRACE_MILLIS = 5000;

/**
 * Runs the local AWS until it is interrupted, or for as long as the command that was given. Answers the exit status. What
 * was started has ended when this returns.
 */
export async function runLocal(
  options: LocalOptions, programs: LocalPrograms, control: AbortController, say: (text: string) => void,
): Promise<number> {
  const cleanUp = new CleanUp();
  try {
    const directory = options.state ?? temporaryDirectory(cleanUp);
    const local = await LocalAws.start({ ...options, server: programs.server, directory, log: say }, control.signal, (error) => control.abort(error));
    cleanUp.add(() => local.end());
    const variables = environmentFor({ ...local.about, docker: programs.docker });
    if (options.writeEnv !== undefined) {
      writeFileSync(options.writeEnv, asShell(variables));
      cleanUp.add(() => rmSync(options.writeEnv!, { force: true }));
    }
    if (options.command.length > 0) {
      return await runCommand(options.command, withEnvironment(process.env, variables), control.signal);
    }
    say(invitation(local, variables, options));
    return await interruption(control.signal);
  } catch (error) {
    throw control.signal.aborted ? control.signal.reason : error;
  } finally {
    await cleanUp.run();
  }
}

function temporaryDirectory(cleanUp: CleanUp): string {
  const directory = mkdtempSync(join(tmpdir(), 'fargate-blue-green-'));
  cleanUp.add(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  return directory;
}

/** What a person reads who has started it: to copy into another terminal. */
function invitation(local: LocalAws, variables: Readonly<Record<string, string>>, { writeEnv, state }: LocalOptions): string {
  return [
    `the local AWS listens on ${local.endpoint} (account ${local.about.account}, region ${local.about.region}, the clock runs ${local.clock.speed}× as fast)`,
    state === undefined ? 'it forgets everything when it ends: with --state DIR it does not' : `it keeps everything in ${state}`,
    '',
    writeEnv === undefined ? 'in another terminal:' : `in another terminal: source ${writeEnv}, or`,
    '',
    asShell(variables).trimEnd().replace(/^/gm, '  '),
    '',
    '  npx cdk bootstrap && npx cdk deploy',
    '',
    'Ctrl-C ends it, and every task and function with it',
  ].join('\n');
}

/** To be interrupted is how it ends; anything else is an error. */
function interruption(signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => onAbort(signal, () => (signal.reason instanceof InterruptedError ? resolve(0) : reject(signal.reason))));
}

/** With the terminal that this program has, and its exit status. */
async function runCommand([program, ...args]: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<number> {
  const child = spawn(program, args, { env, stdio: 'inherit' });
  const ended = exitStatus(child, program);
  const forget = onAbort(signal, () => {
    // The terminal sends its Ctrl-C to both; a kill is passed on.
    child.kill(signal.reason instanceof InterruptedError ? signal.reason.signal : 'SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), GRACE_MILLIS).unref();
  });
  const status = await ended.finally(forget);
  signal.throwIfAborted();
  return status;
}

function exitStatus(child: ChildProcess, program: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new UserError(`"${program}" could not be started: ${error.message}; give a program and its arguments after --`)));
    child.once('close', (code, by) => resolve(code ?? 128 + constants.signals[by!]));
  });
}
