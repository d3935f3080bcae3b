import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROCESSES_FILE } from '../../local-aws/core/processes';
import { RehearsalError, onAbort } from '../errors';
import { LocalClock } from './local-clock';

/** How long a local AWS that was asked to end may take before it is killed, in milliseconds. */
const GRACE_MILLIS = 4000;
const START_MILLIS = 30_000;
const KEPT_LINES = 20;

export interface LocalAwsOptions {
  /** The bundled server. */
  readonly server: string;
  readonly directory: string;
  /** The directory again, where everything in it is kept for the next time. */
  readonly state?: string;
  /** Where these are left out, the server's own defaults. */
  readonly port?: number;
  readonly speed?: number;
  readonly account?: string;
  readonly region?: string;
  /** Whether templates find what `cdk bootstrap` leaves behind. */
  readonly bootstrapped?: boolean;
  /** Hears what the local AWS says beside its services' logs. */
  readonly log?: (line: string) => void;
}

/** What it says once it listens. */
interface Greeting {
  readonly endpoint: string;
  readonly account: string;
  readonly region: string;
  /** Where it keeps its files. */
  readonly directory: string;
  readonly clock: { readonly startedAt: number; readonly speed: number };
}

/** The local AWS, as a process of its own. */
export class LocalAws {
  /** Answers once it listens. `onDeath` is called if it ends before it is asked to. */
  public static async start(options: LocalAwsOptions, signal: AbortSignal, onDeath: (error: Error) => void): Promise<LocalAws> {
    signal.throwIfAborted();
    if (!existsSync(options.server)) {
      throw new RehearsalError(`the local AWS is not there (${options.server}); install the package anew, or "npx projen bundle:local" in its sources`);
    }
    mkdirSync(options.directory, { recursive: true });
    const child = spawn(process.execPath, [options.server, ...argumentsOf(options)], {
      // A group of its own: a Ctrl-C in the terminal reaches the rehearsal alone, which ends everything in order.
      detached: true,
      // It ends by itself when this pipe closes, so it never outlives a rehearsal that was killed.
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const local = new LocalAws(child, options, onDeath);
    try {
      await local.listening(signal);
      return local;
    } catch (error) {
      await local.end();
      throw error;
    }
  }

  private address?: Omit<Greeting, 'clock'> & { readonly clock: LocalClock };
  private ending = false;
  private readonly lastLines: string[] = [];
  private readonly gone: Promise<void>;

  private constructor(private readonly child: ChildProcess, private readonly options: LocalAwsOptions, onDeath: (error: Error) => void) {
    child.stdin!.on('error', () => undefined);
    createInterface({ input: child.stderr! }).on('line', (line) => {
      this.lastLines.push(line);
      this.lastLines.splice(0, this.lastLines.length - KEPT_LINES);
      options.log?.(line);
    });
    this.gone = new Promise((resolve) => child.once('close', (code, by) => {
      resolve();
      if (!this.ending) {
        onDeath(new RehearsalError(`the local AWS ended by itself (${by ?? `exit status ${code}`})${this.said()}`));
      }
    }));
    child.once('error', (error) => onDeath(new RehearsalError(`the local AWS could not be started: ${error.message}`)));
  }

  public get endpoint(): string {
    return this.address!.endpoint;
  }

  public get clock(): LocalClock {
    return this.address!.clock;
  }

  /** What it says of itself. */
  public get about(): Omit<Greeting, 'clock'> {
    return this.address!;
  }

  /** Calls what only the local AWS has: `/_local/<name>`. */
  public async admin<T>(name: string, input?: unknown): Promise<T> {
    const response = await fetch(`${this.endpoint}/_local/${name}`, input === undefined ? {} : {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new RehearsalError(`the local AWS refused ${name} (${response.status}): ${text}`);
    }
    return JSON.parse(text) as T;
  }

  /** Ends it and everything that it started, by force if need be. Never throws. */
  public async end(): Promise<void> {
    this.ending = true;
    this.child.kill('SIGTERM');
    await Promise.race([this.gone, sleep(GRACE_MILLIS, undefined, { ref: false })]);
    killGroup(this.child.pid);
    await Promise.race([this.gone, sleep(GRACE_MILLIS, undefined, { ref: false })]);
    this.leftProcesses().forEach(killGroup);
  }

  private leftProcesses(): number[] {
    try {
      return readFileSync(join(this.options.directory, PROCESSES_FILE), 'utf8').split('\n').map(Number).filter((pid) => pid > 1);
    } catch {
      // It never wrote the list: it started nothing.
      return [];
    }
  }

  private async listening(signal: AbortSignal): Promise<void> {
    let forget = () => undefined as void;
    const tooLate = new AbortController();
    try {
      this.address = await new Promise((resolve, reject) => {
        forget = onAbort(signal, () => reject(signal.reason));
        createInterface({ input: this.child.stdout! }).once('line', (line) => {
          const { clock, ...address } = JSON.parse(line) as Greeting;
          resolve({ ...address, clock: new LocalClock(clock.startedAt, clock.speed) });
        });
        void this.gone.then(() => reject(new RehearsalError(`the local AWS did not start${this.said()}`)));
        sleep(START_MILLIS, undefined, { signal: tooLate.signal }).then(
          () => reject(new RehearsalError(`the local AWS was not ready after ${START_MILLIS / 1000} s${this.said()}`)),
          () => undefined,
        );
      });
    } finally {
      tooLate.abort();
      forget();
    }
  }

  private said(): string {
    return this.lastLines.length === 0 ? '' : `; the last it said:\n${this.lastLines.join('\n')}`;
  }
}

function argumentsOf({ directory, state, port, speed, account, region, bootstrapped }: LocalAwsOptions): string[] {
  const values = { ...(state === undefined ? { directory } : { state }), port, speed, account, region };
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return [...given.flatMap(([name, value]) => [`--${name}`, String(value)]), ...(bootstrapped ? ['--bootstrapped'] : [])];
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) {
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has ended by itself.
  }
}
