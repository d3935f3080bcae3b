import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The file in the world's directory that lists the process groups that still run, one id a line. */
export const PROCESSES_FILE = 'processes';

/**
 * The processes that the local AWS starts: tasks and functions. Each leads a process group of its own, so that what it
 * started ends with it; all are listed in a file, so that whoever started the local AWS can clean up even after it was
 * killed.
 */
export class Processes {
  private readonly running = new Map<number, ChildProcess>();
  private closed = false;

  constructor(private readonly directory: string) {}

  /** Starts a process in a group of its own. A command that can't be started is told by the child's `error` event. */
  public spawn(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    if (this.closed) {
      throw new Error(`the local AWS is closing: "${command}" is not started any more`);
    }
    const child = spawn(command, args, { ...options, detached: true });
    const pid = child.pid;
    if (pid === undefined) {
      // Without a listener of the caller's, the error event of a child that never started would end the server.
      child.on('error', () => undefined);
      return child;
    }
    this.running.set(pid, child);
    this.list();
    child.once('exit', () => {
      // What the leader left behind in its group ends with it.
      signalGroup(pid, 'SIGKILL');
      this.running.delete(pid);
      this.list();
    });
    return child;
  }

  /** The ids of the processes that run; each is also the id of its process group. */
  public pids(): number[] {
    return [...this.running.keys()];
  }

  /** Asks the whole group to end, kills it when the milliseconds of the wall clock are over, and waits until it is gone. */
  public async end(child: ChildProcess, graceMillis: number): Promise<void> {
    const pid = child.pid;
    if (pid === undefined || !this.running.has(pid)) {
      return;
    }
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    signalGroup(pid, graceMillis > 0 ? 'SIGTERM' : 'SIGKILL');
    const kill = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMillis);
    await gone;
    clearTimeout(kill);
  }

  /** Ends all processes, and starts none any more. */
  public async closeAll(graceMillis = 500): Promise<void> {
    this.closed = true;
    await Promise.all([...this.running.values()].map((child) => this.end(child, graceMillis)));
  }

  /** Kills all process groups without waiting, for an exit that can't wait. */
  public killAll(): void {
    this.closed = true;
    this.pids().forEach((pid) => signalGroup(pid, 'SIGKILL'));
  }

  private list(): void {
    try {
      writeFileSync(join(this.directory, PROCESSES_FILE), this.pids().map((pid) => `${pid}\n`).join(''));
    } catch (error) {
      // The directory is removed at the end, when nobody needs the list any more.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        throw error;
      }
    }
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw error;
    }
  }
}
