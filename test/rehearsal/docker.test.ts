import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { buildSync } from 'esbuild';
import { scratch } from './support/assemblies';

const program = join(scratch(), 'docker.js');
const asked: [string | undefined, unknown][] = [];
let answers: Record<string, [status: number, body: object]>;
let server: Server;
let endpoint: string;

beforeAll(async () => {
  buildSync({ entryPoints: [join(__dirname, '../../src/rehearsal/docker/cli.ts')], outfile: program, bundle: true, platform: 'node', target: 'node20', logLevel: 'error' });
  server = createServer(async (request, response) => {
    asked.push([request.url, await json(request)]);
    const [status, body] = answers[request.url!] ?? [200, {}];
    response.writeHead(status).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  asked.length = 0;
  answers = {};
});

afterAll(() => new Promise((resolve) => {
  server.close(resolve);
  server.closeAllConnections();
}));

/** As the CDK CLI calls it. */
function docker(
  args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env: { ...process.env, AWS_ENDPOINT_URL: endpoint }, ...options }, (error, stdout, stderr) => (
      resolve({ status: Number(error?.code ?? 0), stdout, stderr })));
  });
}

test('gives the local AWS the build context and how the Dockerfile is to be read', async () => {
  const context = scratch();
  mkdirSync(join(context, 'docker'));
  writeFileSync(join(context, 'docker', 'Dockerfile'), 'FROM node\n');
  answers['/_local/build-image'] = [200, { missing: ['/app/dist (COPY --from=build /app/dist ./dist)'] }];

  const built = await docker(['build', '--build-arg', 'VERSION=v1=x', '--tag', 'cdkasset-1', '--target', 'final', '--file', 'docker/Dockerfile', '--platform', 'linux/amd64', '.'], { cwd: context });

  expect(built).toEqual({
    status: 0,
    stdout: 'cdkasset-1: its build context is kept, and its command runs as a process\n',
    stderr: 'no RUN is executed, so this is not in the image: /app/dist (COPY --from=build /app/dist ./dist)\n',
  });
  expect(asked).toEqual([['/_local/build-image', {
    uri: 'cdkasset-1', directory: context, dockerfile: join(context, 'docker/Dockerfile'), target: 'final', buildArgs: { VERSION: 'v1=x' },
  }]]);
});

test('tags, pushes and logs in', async () => {
  answers['/_local/push-image'] = [200, { digest: 'sha256:1' }];

  expect((await docker(['tag', 'cdkasset-1', 'registry/api:1'])).status).toBe(0);
  expect(await docker(['push', 'registry/api:1'])).toMatchObject({ status: 0, stdout: 'registry/api:1: digest: sha256:1\n' });
  expect((await docker(['login', '--username', 'AWS', '--password-stdin', 'registry'])).status).toBe(0);

  expect(asked).toEqual([['/_local/tag-image', { source: 'cdkasset-1', target: 'registry/api:1' }], ['/_local/push-image', { uri: 'registry/api:1' }]]);
});

test('an image that there is not is told as Docker tells it', async () => {
  answers['/_local/inspect-image'] = [404, { message: 'No such image: api' }];

  expect(await docker(['inspect', 'api'])).toEqual({ status: 1, stdout: '', stderr: 'No such image: api\n' });
});

test.each<[string, string[], NodeJS.ProcessEnv, number, string]>([
  ['to work without a local AWS', ['push', 'api'], {}, 1,
    'fargate-blue-green-docker works for the local AWS only, and AWS_ENDPOINT_URL is not set; start one with "npx fargate-blue-green local" and set what it prints\n'],
  ['to work where nothing listens', ['push', 'api'], { AWS_ENDPOINT_URL: 'http://127.0.0.1:2' }, 1,
    'there is no local AWS at http://127.0.0.1:2 (connect ECONNREFUSED 127.0.0.1:2); start one with "npx fargate-blue-green local"\n'],
])('refuses %s', async (_what, args, env, status, stderr) => {
  expect(await docker(args, { env })).toEqual({ status, stdout: '', stderr });
});

test('refuses what only Docker can do', async () => {
  const { status, stderr } = await docker(['run', 'api']);
  expect([status, stderr]).toEqual([1,
    'fargate-blue-green-docker knows build, inspect, tag, push, login and images, got "run"; install Docker for the rest, and set CDK_DOCKER to it\n']);
});

test('takes what the CDK CLI may add to a build, and buildx as its own build', async () => {
  const context = scratch();
  answers['/_local/build-image'] = [200, { missing: [] }];

  const built = await docker([
    '--config', 'folder', 'buildx', 'build', '--secret', 'id=token,env=TOKEN', '--ssh', 'default', '--tag', 'cdkasset-2', '--network', 'host',
    '--output=type=docker', '--cache-from', 'type=registry,ref=x', '--cache-to', 'type=inline', '--no-cache', '.',
  ], { cwd: context });

  expect(built.status).toBe(0);
  expect(asked).toEqual([['/_local/build-image', { uri: 'cdkasset-2', directory: context, buildArgs: {} }]]);
});

test.each([
  ['an output that nothing can be started from', ['--output=type=local,dest=out'],
    '--output must be type=docker or type=image, got "type=local,dest=out"; install Docker for other outputs, and set CDK_DOCKER to it\n'],
  ['another build context', ['--build-context', 'lib=../lib'], '--build-context is not known to fargate-blue-green-docker, got "lib=../lib"; '
    + 'copy what the Dockerfile needs into the build context, or install Docker and set CDK_DOCKER to it\n'],
])('refuses %s, and asks for nothing', async (_what, args, stderr) => {
  expect(await docker(['build', '--tag', 'api', ...args, '.'])).toEqual({ status: 1, stdout: '', stderr });
  expect(asked).toEqual([]);
});
