import { existsSync, readFileSync } from 'node:fs';

/** Whether a process runs. One that has ended but that nobody has asked after (a zombie) does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, 'utf8'));
}

/** Asks again until the answer is there. The test's own time limit ends it. */
export async function eventually<T>(ask: () => T | undefined): Promise<T> {
  for (;;) {
    const answer = ask();
    if (answer !== undefined && answer !== false) {
      return answer;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() || undefined : undefined;
}
