import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { Graph } from './graph';
import type { KeptClass, Memory } from './memory';

const STATE_FILE = 'state';
const LOCK_FILE = 'lock';
/** Another number where what is kept has another shape. */
const FORMAT = 1;
/** How often it is looked whether there is something new to keep, in milliseconds of the wall clock. */
const LOOK_MILLIS = 250;
/** Keeping takes at most this part of the time. */
const MOST_SHARE = 0.1;

/** What a state is of: a local AWS that is started with it is the same one. */
export interface Identity {
  readonly account: string;
  readonly region: string;
  readonly speed: number;
  readonly port: number;
  /** Where it was kept: functions and images are files there. */
  readonly directory: string;
}

interface Kept extends Identity {
  readonly format: number;
  /** What the clock showed, in milliseconds since the epoch. */
  readonly shown: number;
  readonly stores: Uint8Array;
}

/** A directory that only one local AWS uses at a time, and the state that is kept in it. */
export class StateDirectory {
  /** Takes the directory. Throws where another local AWS has it, or where the state in it cannot be read. */
  public static open(directory: string): StateDirectory {
    mkdirSync(directory, { recursive: true });
    lock(directory);
    try {
      return new StateDirectory(directory, read(join(directory, STATE_FILE), directory));
    } catch (error) {
      unlock(directory);
      throw error;
    }
  }

  private constructor(private readonly directory: string, public readonly kept: Kept | undefined) {}

  public write(identity: Omit<Identity, 'directory'>, shown: number, stores: Uint8Array): void {
    const kept: Kept = { ...identity, directory: this.directory, format: FORMAT, shown, stores };
    const file = join(this.directory, STATE_FILE);
    // Whoever is killed here leaves the state of before.
    writeFileSync(`${file}.new`, serialize(kept));
    renameSync(`${file}.new`, file);
  }

  public close(): void {
    unlock(this.directory);
  }
}

/** Keeps what all services remember, as often as it changes. */
export class State {
  private readonly graph: Graph;
  private timer?: NodeJS.Timeout;
  private isNew = false;
  private wasBusy = false;
  private nextAt = 0;

  constructor(
    private readonly memories: readonly Memory[],
    fixed: Readonly<Record<string, object>>,
    private readonly log: (message: string) => void,
  ) {
    const stores = Object.fromEntries(this.stores().map(([name, { of }]) => [`store ${name}`, of]));
    const classes = Object.assign({}, ...memories.map((memory) => memory.classes ?? {})) as Record<string, KeptClass>;
    this.graph = new Graph(classes, Object.assign({}, fixed, stores, ...memories.map((memory) => memory.fixed ?? {})) as Record<string, object>);
  }

  /** A request may have changed something. */
  public touch(): void {
    this.isNew = true;
  }

  public toBytes(): Buffer {
    return this.graph.toBytes(Object.fromEntries(this.stores().map(([name, { of, fields }]) => (
      [name, Object.fromEntries(fields.map((field) => [field, (of as Record<string, unknown>)[field]]))]
    ))));
  }

  public fromBytes(bytes: Uint8Array): void {
    const kept = this.graph.fromBytes(Buffer.from(bytes));
    for (const [name, { of, fields }] of this.stores()) {
      const values = (kept[name] ?? {}) as Record<string, unknown>;
      fields.filter((field) => field in values).forEach((field) => { (of as Record<string, unknown>)[field] = values[field]; });
    }
  }

  /** Goes on where the last run was, one service after the other. */
  public async resume(): Promise<void> {
    for (const memory of this.memories) {
      await memory.resume?.();
    }
  }

  public keep(write: (bytes: Buffer) => void): void {
    this.timer = setInterval(() => this.look(write), LOOK_MILLIS);
  }

  /** The last time. What ends after this is remembered as still under way. */
  public stop(write: (bytes: Buffer) => void): void {
    clearInterval(this.timer);
    this.save(write);
  }

  private look(write: (bytes: Buffer) => void): void {
    const isBusy = this.memories.some((memory) => memory.isBusy?.());
    if (!(this.isNew || isBusy || this.wasBusy) || Date.now() < this.nextAt) {
      return;
    }
    this.isNew = false;
    this.wasBusy = isBusy;
    const startedAt = Date.now();
    this.save(write);
    const now = Date.now();
    this.nextAt = now + (now - startedAt) / MOST_SHARE;
  }

  private save(write: (bytes: Buffer) => void): void {
    try {
      write(this.toBytes());
    } catch (error) {
      this.log(`the state could not be kept, and a restart will not know the newest: ${(error as Error).message}`);
    }
  }

  private stores() {
    return this.memories.flatMap((memory) => Object.entries(memory.stores));
  }
}

function read(file: string, directory: string): Kept | undefined {
  if (!existsSync(file)) {
    return undefined;
  }
  let kept: Kept;
  try {
    kept = deserialize(readFileSync(file)) as Kept;
  } catch (error) {
    throw new Error(`the state in ${directory} cannot be read (${(error as Error).message}): give another directory, or remove this one to begin anew`);
  }
  if (kept.format !== FORMAT) {
    throw new Error(`the state in ${directory} was kept by another version of the local AWS: give another directory, or remove this one to begin anew`);
  }
  if (kept.directory !== directory) {
    throw new Error(`the state in ${directory} was kept in ${kept.directory}, and names files there: move it back, or remove it to begin anew`);
  }
  return kept;
}

function lock(directory: string): void {
  const file = join(directory, LOCK_FILE);
  const owner = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (owner !== process.pid && isAlive(owner)) {
    throw new Error(`another local AWS (process ${owner}) uses ${directory}: end it, or give another directory`);
  }
  writeFileSync(file, String(process.pid));
}

function unlock(directory: string): void {
  rmSync(join(directory, LOCK_FILE), { force: true });
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) {
    return false;
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
