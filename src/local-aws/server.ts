import { fstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startLocalAws } from './local-aws';
import type { Platform } from './platform';

/** Whoever waits for the end waits at most this long, in milliseconds; what has not ended by then is killed. */
const GRACE_MILLIS = 1800;

const USAGE = 'usage: server.js [--port N] [--speed N] [--region R] [--account N] [--directory DIR] [--bootstrapped]';

interface Arguments {
  readonly port: number;
  readonly speed: number;
  readonly region: string;
  readonly account: string;
  readonly directory?: string;
  readonly bootstrapped: boolean;
}

function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      speed: { type: 'string', default: '1' },
      region: { type: 'string', default: 'us-east-1' },
      account: { type: 'string', default: '123456789012' },
      directory: { type: 'string' },
      bootstrapped: { type: 'boolean', default: false },
    },
  });
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
  return { port, speed, region: values.region, account: values.account, directory: values.directory, bootstrapped: values.bootstrapped };
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
