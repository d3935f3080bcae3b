import { fstatSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { endLeftProcesses } from './core/left-processes';
import { startLocalAws } from './local-aws';
import type { Platform } from './platform';
import { StateDirectory } from './state/state';

/** Whoever waits for the end waits at most this long, in milliseconds; what has not ended by then is killed. */
const GRACE_MILLIS = 1800;

const USAGE = 'usage: server.js [--port N] [--speed N] [--region R] [--account N] [--directory DIR | --state DIR] [--bootstrapped]';

const DEFAULTS = { port: '0', speed: '1', region: 'us-east-1', account: '123456789012' };

interface Arguments {
  readonly port: number;
  readonly speed: number;
  readonly region: string;
  readonly account: string;
  readonly directory?: string;
  readonly state?: StateDirectory;
  readonly bootstrapped: boolean;
}

function readArguments(): Arguments {
  const { values: given } = parseArgs({
    options: {
      port: { type: 'string' },
      speed: { type: 'string' },
      region: { type: 'string' },
      account: { type: 'string' },
      directory: { type: 'string' },
      state: { type: 'string' },
      bootstrapped: { type: 'boolean', default: false },
    },
  });
  const values = { ...DEFAULTS, ...given };
  const port = Number(values.port);
  const speed = Number(values.speed);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Error(`--port must be a whole number from 0 (any that is free) to 65535, got "${values.port}"`);
  }
  if (!(speed > 0)) {
    throw new Error(`--speed must be a number above 0 (60: a minute takes a second), got "${values.speed}"`);
  }
  if (!/^\d{12}$/.test(values.account)) {
    throw new Error(`--account must have 12 digits, got "${values.account}"`);
  }
  const read = { port, speed, region: values.region, account: values.account, directory: values.directory, bootstrapped: values.bootstrapped };
  return values.state === undefined ? read : { ...read, ...withState(resolve(values.state), given, read) };
}

/** A state is of one account, one region and one clock: what is left out is as it was, and what is given has to be. */
function withState(directory: string, given: Readonly<Record<string, unknown>>, read: Pick<Arguments, 'port' | 'speed' | 'region' | 'account'>) {
  const state = StateDirectory.open(directory);
  const { kept } = state;
  if (!kept) {
    return { directory, state };
  }
  for (const name of ['account', 'region', 'speed'] as const) {
    if (given[name] !== undefined && read[name] !== kept[name]) {
      state.close();
      throw new Error(`the state in ${directory} is of ${name} ${kept[name]}, got --${name} ${String(given[name])}: leave --${name} out, or give another directory`);
    }
  }
  endLeftProcesses(directory);
  const { account, region, speed } = kept;
  return { directory, state, account, region, speed, port: given.port === undefined ? kept.port : read.port };
}

function log(message: string): void {
  process.stderr.write(`${message}\n`);
}

/** Ends everything when asked to, or when whoever started this is gone. Asked twice, it does not wait. */
function endWithParent(platform: Platform): void {
  let isEnding = false;
  const end = (signal?: NodeJS.Signals): void => {
    const status = signal === 'SIGINT' ? 130 : 0;
    if (isEnding) {
      if (signal) {
        leaveAtOnce(platform, status);
      }
      return;
    }
    isEnding = true;
    setTimeout(() => leaveAtOnce(platform, status), GRACE_MILLIS).unref();
    platform.close().catch((error) => log(`the local AWS did not end cleanly: ${error.stack}`)).finally(() => process.exit(status));
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  process.on('SIGHUP', end);
  process.on('disconnect', () => end());
  const stdin = fstatSync(0);
  if (stdin.isFIFO() || stdin.isSocket()) {
    process.stdin.on('end', () => end()).on('close', () => end()).on('error', () => end()).resume();
  }
}

function leaveAtOnce(platform: Platform, status: number): void {
  platform.world.processes.killAll();
  if (platform.isTemporary) {
    rmSync(platform.world.directory, { recursive: true, force: true });
  }
  process.exit(status);
}

async function main(): Promise<void> {
  let given: Arguments;
  try {
    given = readArguments();
  } catch (error) {
    log(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
  // What one rehearsed service does wrong must not end all others, nor leave their processes behind.
  process.on('uncaughtException', (error) => log(`something went wrong inside the local AWS: ${error.stack}`));
  process.on('unhandledRejection', (reason) => log(`something went wrong inside the local AWS: ${reason instanceof Error ? reason.stack : String(reason)}`));
  const platform = await startLocalAws({
    ...given,
    log,
    lambdaRuntime: { file: join(__dirname, 'lambda-runtime.js'), sdk: join(__dirname, 'aws-sdk.js') },
  });
  endWithParent(platform);
  const { account, region, clock, directory } = platform.world;
  process.stdout.write(`${JSON.stringify({ endpoint: platform.endpoint.url(), account, region, clock, directory })}\n`);
}

main().catch((error) => {
  log(`the local AWS could not start: ${error.message}`);
  process.exit(1);
});
