// Interrupts a rehearsal at several moments, and looks whether a process, a port or a file of it is left.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the rehearsal prints at the moment, and whom the signal reaches: a terminal signals the group, `kill` one process. */
const MOMENTS = [
  { when: /bundle:local/, whom: 'npm' },
  { when: /synthesizing v2/, whom: 'group' },
  { when: /publishing the assets of v1/, whom: 'npm' },
  { when: /CREATE_IN_PROGRESS/, whom: 'group' },
  { when: /AllowTraffic/, whom: 'npm' },
];
const MOST_SECONDS = 120;
const SECONDS_TO_END = 10;

const failures = [];
for (const moment of MOMENTS) {
  await interruptAt(moment);
}
if (failures.length > 0) {
  console.error(failures.join('\n'));
  process.exit(1);
}

async function interruptAt({ when, whom }) {
  const name = `interrupted at ${when} through the ${whom}`;
  const directory = mkdtempSync(join(tmpdir(), 'interrupt-'));
  const portsBefore = listening();
  const child = spawn('npm', ['run', 'rehearse', '--', '--plain'], {
    detached: true, env: { ...process.env, TMPDIR: directory }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  try {
    const seen = await until(() => when.test(output), MOST_SECONDS);
    if (!seen) {
      failures.push(`${name}: the rehearsal never got there:\n${output}`);
    }
    process.kill(whom === 'group' ? -child.pid : child.pid, 'SIGINT');
    await Promise.race([ended, sleep(SECONDS_TO_END * 1000)]);
    const clean = await until(() => left(directory).length === 0, SECONDS_TO_END);
    if (!clean) {
      failures.push(`${name}: left behind: ${left(directory).join(', ')}`);
    }
    const ports = [...listening()].filter((port) => !portsBefore.has(port));
    if (ports.length > 0) {
      failures.push(`${name}: still listening on ${ports.join(', ')}`);
    }
    console.log(`${name}: ${clean && seen && ports.length === 0 ? 'nothing is left' : 'FAILED'}`);
  } finally {
    left(directory).forEach((line) => /^process (\d+)/.test(line) && process.kill(Number(/^process (\d+)/.exec(line)[1]), 'SIGKILL'));
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Everything that a rehearsal starts has its folder in its environment, its command or its working directory. */
function left(directory) {
  const processes = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid).filter((pid) => {
    try {
      return [readFileSync(`/proc/${pid}/environ`, 'utf8'), readFileSync(`/proc/${pid}/cmdline`, 'utf8'), readlinkSync(`/proc/${pid}/cwd`)]
        .some((text) => text.includes(directory));
    } catch {
      return false; // It has ended meanwhile.
    }
  }).map((pid) => `process ${pid}`);
  // ts-node and npm keep caches in the folder for temporary files; what the rehearsal makes there it names so.
  const folders = readdirSync(directory).filter((entry) => /^(local-aws|fargate-blue-green)/.test(entry)).map((entry) => `folder ${entry}`);
  return [...processes, ...folders];
}

function listening() {
  const LISTEN = '0A';
  return new Set(['tcp', 'tcp6'].flatMap((file) => readFileSync(`/proc/net/${file}`, 'utf8').trim().split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/)).filter(([, , , state]) => state === LISTEN).map(([, local]) => parseInt(local.split(':')[1], 16)));
}

async function until(condition, seconds) {
  const deadline = Date.now() + seconds * 1000;
  while (!condition()) {
    if (Date.now() > deadline) {
      return false;
    }
    await sleep(100);
  }
  return true;
}
