import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { assemblyOf, scratch, write } from './support/assemblies';
import { eventually, isAlive, textOf } from './support/processes';

const assets = scratch();
const cli = join(assets, 'rehearsal', 'cli.js');

beforeAll(() => {
  buildSync({ entryPoints: [join(__dirname, '../../src/rehearsal/cli.ts')], outfile: cli, bundle: true, platform: 'node', target: 'node20', logLevel: 'error' });
  mkdirSync(join(assets, 'local-aws'));
  copyFileSync(join(__dirname, 'support', 'fake-server.js'), join(assets, 'local-aws', 'server.js'));
});

interface Run {
  readonly child: ChildProcess;
  /** Where the program keeps its temporary files. */
  readonly temporary: string;
  readonly trace: string;
  ended(): Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }>;
}

const running: ChildProcess[] = [];

afterEach(() => running.splice(0).forEach((child) => child.kill('SIGKILL')));

function run(args: readonly string[], fake = 'hangs', app = scratch()): Run {
  const [temporary, trace] = [scratch(), scratch()];
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: app,
    env: { ...process.env, TMPDIR: temporary, FAKE_AWS: fake, FAKE_AWS_TRACE: trace },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => { said.stdout += chunk; });
  child.stderr.on('data', (chunk) => { said.stderr += chunk; });
  const end = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, temporary, trace, ended: async () => ({ status: await end, ...said }) };
}

/** An app that writes an assembly at once, or that never ends. */
function appWith(program: string): string {
  return write(scratch(), {
    'app.js': program,
    'cdk.json': { app: 'node app.js' },
    'plan.json': { deployments: [{ name: 'v1' }, { name: 'v2' }] },
  });
}

const QUICK_APP = `
const { writeFileSync } = require('node:fs');
Object.entries(${JSON.stringify(assemblyOf({ Api: {} }))}).forEach(([name, content]) => writeFileSync(process.env.CDK_OUTDIR + '/' + name, JSON.stringify(content)));
`;
const ENDLESS_APP = "require('node:fs').writeFileSync('pid', String(process.pid)); setInterval(() => 0, 1000);";

async function expectNothingLeft({ temporary, trace }: Run): Promise<void> {
  const [server, task, port] = (textOf(join(trace, 'pids')) ?? '').split(' ').map(Number);
  await eventually(() => !isAlive(server) && !isAlive(task));
  expect(readdirSync(temporary)).toEqual([]);
  await expect(new Promise((resolve, reject) => connect(port, '127.0.0.1', () => resolve('open')).once('error', reject))).rejects.toThrow('ECONNREFUSED');
}

describe.each<NodeJS.Signals>(['SIGINT', 'SIGTERM'])('%s ends everything', (signal) => {
  test('while the app is being synthesized', async () => {
    const app = appWith(ENDLESS_APP);
    const rehearsal = run(['rehearse', '--plan', join(app, 'plan.json')]);
    const pid = Number(await eventually(() => textOf(join(app, 'pid'))));
    rehearsal.child.kill(signal);
    expect(await rehearsal.ended()).toMatchObject({ status: 130, stderr: '' });
    await eventually(() => !isAlive(pid));
    expect(readdirSync(rehearsal.temporary)).toEqual([]);
  });

  test.each([
    ['while the local AWS is being started', 'silent', 'pids'],
    ['while the stack is being created', 'hangs', 'requested'],
  ])('%s', async (_when, fake, moment) => {
    const rehearsal = run(['rehearse', '--plan', join(appWith(QUICK_APP), 'plan.json')], fake);
    await eventually(() => textOf(join(rehearsal.trace, moment)));
    rehearsal.child.kill(signal);
    expect(await rehearsal.ended()).toMatchObject({ status: 130, stderr: '' });
    await expectNothingLeft(rehearsal);
  });
});

test('a local AWS that does not want to end is ended, and a second signal does not cut that short', async () => {
  const rehearsal = run(['rehearse', '--plan', join(appWith(QUICK_APP), 'plan.json')], 'stubborn');
  await eventually(() => textOf(join(rehearsal.trace, 'requested')));
  rehearsal.child.kill('SIGINT');
  rehearsal.child.kill('SIGINT');
  expect((await rehearsal.ended()).status).toBe(130);
  await expectNothingLeft(rehearsal);
}, 15_000);

test('a local AWS that ends by itself is told with the last it said', async () => {
  const rehearsal = run(['rehearse', '--plan', join(appWith(QUICK_APP), 'plan.json')], 'dies');
  expect(await rehearsal.ended()).toMatchObject({
    status: 1, stderr: 'the local AWS ended by itself (exit status 9); the last it said:\nout of memory, said the fake\n',
  });
  await expectNothingLeft(rehearsal);
});

test('an app that fails is told with what it said', async () => {
  const rehearsal = run(['rehearse', '--plan', join(appWith('throw "cpu must be 256";'), 'plan.json')]);
  const { status, stderr } = await rehearsal.ended();
  expect(status).toBe(1);
  expect(stderr).toContain('the app "node app.js" failed (exit status 1):');
  expect(stderr).toContain('cpu must be 256');
  expect(readdirSync(rehearsal.temporary)).toEqual([]);
});

test.each<[string, readonly string[], string]>([
  ['nothing to do', ['rehearse'], 'there is nothing to rehearse; give --plan FILE, or two cloud assemblies with --from DIR and --to DIR\n'],
  ['a speed in words', ['rehearse', '--plan', 'plan.json', '--speed', 'fast'], '--speed must be a whole number from 1 to 1000, got fast\n'],
  ['an unknown option', ['rehearse', '--plam', 'x'], "error: unknown option '--plam'\n(Did you mean --plan?)\n"],
])('%s ends with status 2 and one sentence', async (_what, args, sentence) => {
  const app = appWith(QUICK_APP);
  expect(await run(args, 'hangs', app).ended()).toMatchObject({ status: 2, stdout: '', stderr: sentence });
});

test('an app of several stacks asks which', async () => {
  const stacks = write(scratch(), assemblyOf({ Dev: {}, Prod: {} }));
  expect(await run(['rehearse', '--from', stacks, '--to', stacks]).ended())
    .toMatchObject({ status: 2, stderr: `${stacks} has 2 stacks: Dev, Prod; name one with --stack\n` });
});

test('help is no failure', async () => {
  expect(await run(['rehearse', '--help']).ended()).toMatchObject({ status: 0, stderr: '' });
});
