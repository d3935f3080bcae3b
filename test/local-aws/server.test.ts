import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { buildSync } from 'esbuild';
import { settled } from './support/platform';

const SOURCES = resolve(__dirname, '../../src/local-aws');
const started: ChildProcess[] = [];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-aws-server-'));
  const bundles = { 'server.js': 'server.ts', 'lambda-runtime.js': 'lambda/runtime.ts' };
  for (const [name, source] of Object.entries(bundles)) {
    buildSync({ entryPoints: [join(SOURCES, source)], bundle: true, platform: 'node', target: 'node20', format: 'cjs', outfile: join(folder, name), logLevel: 'error' });
  }
});

afterEach(() => {
  started.splice(0).filter((child) => child.exitCode === null).forEach((child) => child.kill('SIGKILL'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function start(args: string[], stdio: 'pipe' | 'ignore' | 'ipc' = 'ignore') {
  const temporary = mkdtempSync(join(folder, 'tmp-'));
  const child = spawn(process.execPath, [join(folder, 'server.js'), ...args], {
    stdio: stdio === 'ipc' ? ['ignore', 'pipe', 'pipe', 'ipc'] : [stdio, 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temporary },
  });
  started.push(child);
  const errors: string[] = [];
  child.stderr!.on('data', (chunk) => errors.push(String(chunk)));
  const exited = once(child, 'exit').then(([status]) => status as number);
  const first = await Promise.race([once(createInterface({ input: child.stdout! }), 'line').then(([line]) => line as string), exited]);
  const ready = typeof first === 'string' ? JSON.parse(first) as { endpoint: string; clock: { speed: number } } : undefined;
  return { child, ready: ready!, exited, temporary, errors };
}

async function runFunction(endpoint: string): Promise<number> {
  const configuration = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  const stacks = new CloudFormationClient(configuration);
  const functions = new LambdaClient(configuration);
  const Code = { ZipFile: 'setInterval(() => {}, 1000); process.on("SIGTERM", () => {}); exports.handler = async () => process.pid;' };
  const Function = { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'it', Runtime: 'nodejs22.x', Handler: 'index.handler', Code } };
  await stacks.send(new CreateStackCommand({ StackName: 'demo', TemplateBody: JSON.stringify({ Resources: { Function } }) }));
  await settled(stacks, 'demo');
  const { Payload } = await functions.send(new InvokeCommand({ FunctionName: 'it' }));
  stacks.destroy();
  functions.destroy();
  return Number(Buffer.from(Payload!).toString());
}

const isGone = (pid: number) => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

async function eventuallyGone(pid: number): Promise<void> {
  while (!isGone(pid)) {
    await new Promise((done) => setTimeout(done, 5));
  }
}

test.each(['SIGINT', 'SIGTERM'] as const)('on %s ends its functions and removes its directory', async (signal) => {
  const server = await start(['--speed', '60']);
  expect(server.ready.clock.speed).toBe(60);
  const pid = await runFunction(server.ready.endpoint);
  const [directory] = readdirSync(server.temporary);
  expect(readFileSync(join(server.temporary, directory, 'processes'), 'utf8')).toBe(`${pid}\n`);
  server.child.kill(signal);
  expect(await server.exited).toBe(signal === 'SIGINT' ? 130 : 0);
  expect(isGone(pid)).toBe(true);
  expect(readdirSync(server.temporary)).toEqual([]);
});

test('ends when the pipe of whoever started it closes', async () => {
  const server = await start([], 'pipe');
  const pid = await runFunction(server.ready.endpoint);
  server.child.stdin!.end();
  expect(await server.exited).toBe(0);
  expect(isGone(pid)).toBe(true);
});

test('ends when the channel of whoever started it closes', async () => {
  const server = await start([], 'ipc');
  server.child.disconnect();
  expect(await server.exited).toBe(0);
});

test('keeps a directory that was given', async () => {
  const directory = join(folder, 'kept');
  const server = await start(['--directory', directory]);
  server.child.kill('SIGTERM');
  await server.exited;
  expect(existsSync(directory)).toBe(true);
});

test('refuses arguments that make no sense', async () => {
  const server = await start(['--speed', 'fast']);
  expect(await server.exited).toBe(2);
  expect(server.errors.join('')).toBe('--speed must be a number above 0 (60: a minute takes a second), got "fast"\n'
    + 'usage: server.js [--port N] [--speed N] [--region R] [--account N] [--directory DIR | --state DIR] [--bootstrapped]\n');
});

test('says when its port is taken, and leaves nothing', async () => {
  const first = await start([]);
  const port = new URL(first.ready.endpoint).port;
  const second = await start(['--port', port]);
  expect(await second.exited).toBe(1);
  expect(second.errors.join('')).toBe(`the local AWS could not start: the port ${port} is taken: give another one, or 0 for any that is free\n`);
  expect(readdirSync(second.temporary)).toEqual([]);
});

test('two signals in a row leave nothing behind either', async () => {
  const server = await start([]);
  const pid = await runFunction(server.ready.endpoint);
  server.child.kill('SIGTERM');
  server.child.kill('SIGTERM');
  expect(await server.exited).toBe(0);
  await eventuallyGone(pid);
  expect(readdirSync(server.temporary)).toEqual([]);
});
