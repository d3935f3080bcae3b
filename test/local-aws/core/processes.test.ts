import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Processes, PROCESSES_FILE } from '../../../src/local-aws/core/processes';

let directory: string;
let processes: Processes;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'processes-'));
  processes = new Processes(directory);
});

afterEach(async () => {
  await processes.closeAll(0);
  rmSync(directory, { recursive: true, force: true });
});

const listed = () => readFileSync(join(directory, PROCESSES_FILE), 'utf8').split('\n').filter(Boolean).map(Number);

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('lists what runs, and no longer lists what has ended', async () => {
  const child = processes.spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  expect(listed()).toEqual([child.pid]);
  await processes.end(child, 5000);
  expect(child.signalCode).toBe('SIGTERM');
  expect(listed()).toEqual([]);
});

test('kills what does not end when asked to', async () => {
  const child = processes.spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)'],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout!, 'data');
  await processes.end(child, 20);
  expect(child.signalCode).toBe('SIGKILL');
});

test('ends what a process has started along with it', async () => {
  const script = 'const c = require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });'
    + ' console.log(c.pid); setInterval(() => {}, 1000);';
  const child = processes.spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout!, 'data');
  const grandchild = Number(String(line));
  expect(runs(grandchild)).toBe(true);
  await processes.closeAll(1000);
  await eventually(() => !runs(grandchild));
});

test('starts nothing any more once it is closing', async () => {
  await processes.closeAll();
  expect(() => processes.spawn('true', [])).toThrow('the local AWS is closing: "true" is not started any more');
});

test('survives a command that does not exist', async () => {
  const child = processes.spawn('/no/such/command', []);
  const [error] = await once(child, 'error');
  expect(error.code).toBe('ENOENT');
  expect(processes.pids()).toEqual([]);
});
