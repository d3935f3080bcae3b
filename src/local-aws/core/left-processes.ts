import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { PROCESSES_FILE } from './processes';

/**
 * Kills what a local AWS that was killed itself has left running in its directory. The list may be old, and its ids may be those
 * of other programs by now: only what really works in the directory is ended, which Linux alone tells.
 */
export function endLeftProcesses(directory: string): void {
  for (const pid of listed(join(directory, PROCESSES_FILE))) {
    if (worksIn(pid, directory)) {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    }
  }
}

function listed(file: string): number[] {
  try {
    return readFileSync(file, 'utf8').split('\n').map(Number).filter((pid) => pid > 1);
  } catch {
    // It never wrote the list: it started nothing.
    return [];
  }
}

function worksIn(pid: number, directory: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`).startsWith(`${directory}/`) || readFileSync(`/proc/${pid}/environ`, 'utf8').includes(directory);
  } catch {
    return false;
  }
}
