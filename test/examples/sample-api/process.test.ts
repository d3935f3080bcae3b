import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { SampleApiBuild } from './running-api';

let build: SampleApiBuild;

beforeAll(() => {
  build = new SampleApiBuild();
});

afterEach(async () => build.end());

afterAll(() => build.remove());

describe('the life of a task', () => {
  test('carries the version of its image', async () => {
    const api = build.run({ VERSION: 'v7' });

    const answer = await fetch(`${await api.url()}/version`);

    expect(answer.headers.get('x-version')).toBe('v7');
    expect(await answer.json()).toEqual({ version: 'v7' });
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('finishes the request that is in flight when %s comes, and exits 0', async (signal) => {
    const api = build.run();
    const body = JSON.stringify({ name: 'in flight' });
    const upload = request(`${await api.url()}/items`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': body.length, 'expect': '100-continue' },
    });
    const answered = new Promise<{ status?: number; connection?: string }>((resolve, reject) => {
      upload.on('error', reject).on('response', (response) => {
        response.resume().on('end', () => resolve({ status: response.statusCode, connection: response.headers.connection }));
      });
    });
    // The API has begun to read this request once it says that the body may come.
    await new Promise((resolve) => {
      upload.on('continue', () => resolve(undefined)).flushHeaders();
    });

    api.signal(signal);
    await api.logged('stopping');
    upload.end(body);

    expect(await answered).toEqual({ status: 201, connection: 'close' });
    expect(await api.exitCode()).toBe(0);
    expect(api.log.at(-1)).toMatchObject({ level: 'info', message: 'stopped' });
  });

  test('takes no new connection once SIGTERM has come', async () => {
    const api = build.run();
    const url = await api.url();

    api.signal('SIGTERM');
    await api.logged('stopping');

    await expect(fetch(`${url}/health`)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });

  test('logs no request unless the level is debug, so that a load does not flood the log', async () => {
    const [quiet, talkative] = [build.run(), build.run({ LOG_LEVEL: 'debug', VERSION: 'v1' })];

    await fetch(`${await quiet.url()}/items?page=2`);
    await fetch(`${await talkative.url()}/items?page=2`);

    expect(await talkative.logged('request')).toEqual({
      time: expect.any(String), level: 'debug', version: 'v1', message: 'request', method: 'GET', path: '/items', status: 200, millis: expect.any(Number),
    });
    quiet.signal('SIGTERM');
    await quiet.exitCode();
    expect(quiet.log.map((line) => line.message)).toEqual(['listening', 'stopping', 'stopped']);
  });
});

describe('a release that is broken on purpose', () => {
  test('answers 500 to everything but the health check with FAULT=errors', async () => {
    const api = build.run({ VERSION: 'v3', FAULT: 'errors' });
    const url = await api.url();

    const answer = await fetch(`${url}/items`);

    expect(answer.status).toBe(500);
    expect(answer.headers.get('x-version')).toBe('v3');
    expect(await answer.json()).toMatchObject({ detail: 'this release is broken, because FAULT is "errors"' });
    expect((await fetch(`${url}/version`)).status).toBe(500);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  test('fails its health check and nothing else with FAULT=unhealthy', async () => {
    const api = build.run({ FAULT: 'unhealthy' });
    const url = await api.url();

    const answer = await fetch(`${url}/health`);

    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ detail: 'this release is unhealthy, because FAULT is "unhealthy"' });
    expect((await fetch(`${url}/items`)).status).toBe(200);
  });

  test('exits 1 without ever listening with FAULT=crash', async () => {
    const api = build.run({ FAULT: 'crash' });

    expect(await api.exitCode()).toBe(1);
    expect(api.log).toEqual([expect.objectContaining({ level: 'error', message: 'this release crashes at its start, because FAULT is "crash"' })]);
  });

  test('answers health checks while its other requests wait with FAULT=slow', async () => {
    const api = build.run({ FAULT: 'slow' });
    const url = await api.url();
    const order: string[] = [];

    const slow = fetch(`${url}/items`).then((answer) => order.push(`items ${answer.status}`));
    await fetch(`${url}/health`).then((answer) => order.push(`health ${answer.status}`));
    await slow;

    expect(order).toEqual(['health 200', 'items 200']);
  });
});

describe('what it refuses to start with', () => {
  test.each([
    [{ PORT: '80a' }, 'PORT is "80a", but it must be a whole number from 0 to 65535: leave it out for 8000\n'],
    [{ PORT: '65536' }, 'PORT is "65536", but it must be a whole number from 0 to 65535: leave it out for 8000\n'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL is "loud", but it must be one of debug, info, warn, error: leave it out for info\n'],
    [{ FAULT: 'error' }, 'FAULT is "error", but it must be one of errors, unhealthy, crash, slow: leave it empty for a release that works\n'],
  ])('exits 1 and says why: %j', async (environment, sentence) => {
    const api = build.run(environment as Record<string, string>);

    expect(await api.exitCode()).toBe(1);
    expect(api.errors).toBe(sentence);
  });

  test('exits 1 on a command that it does not know', async () => {
    const api = build.run({}, 'migrat');

    expect(await api.exitCode()).toBe(1);
    expect(api.errors).toBe('the command is "migrat", but it must be serve or migrate: leave it out for serve\n');
  });
});

describe('migrate', () => {
  const migrated = async (file: string) => {
    const run = build.run({ DATABASE_FILE: file }, 'migrate');
    return { code: await run.exitCode(), applied: run.log.map((line) => line.applied), errors: run.errors };
  };

  test('applies every migration once: a second run exits 0 and changes nothing', async () => {
    const file = join(build.directory, 'database.json');

    expect(await migrated(file)).toEqual({ code: 0, applied: [['0001-create-items', '0002-add-quantity-to-items']], errors: '' });
    const after = readFileSync(file, 'utf8');
    expect(await migrated(file)).toEqual({ code: 0, applied: [[]], errors: '' });
    expect(readFileSync(file, 'utf8')).toBe(after);
    expect(JSON.parse(after).tables).toEqual({ items: ['id', 'name', 'quantity', 'createdAt', 'updatedAt'] });
  });

  test('leaves alone what only a later release knows, so that a rollback can start', async () => {
    const file = join(build.directory, 'later.json');
    const later = JSON.stringify({
      migrations: ['0001-create-items', '0002-add-quantity-to-items', '0003-of-a-later-release'],
      tables: { items: ['id', 'name', 'quantity', 'createdAt', 'updatedAt', 'colour'] },
    });
    writeFileSync(file, later);

    expect(await migrated(file)).toEqual({ code: 0, applied: [[]], errors: '' });
    expect(readFileSync(file, 'utf8')).toBe(later);
  });

  test.each(['{ half a file', '{"orders":[]}'])('exits 1 on a file that is not its database, and leaves it as it is: %s', async (content) => {
    const file = join(build.directory, 'other.json');
    writeFileSync(file, content);

    expect(await migrated(file)).toEqual({
      code: 1,
      applied: [],
      errors: `the database ${file} is not one of the sample API's: set DATABASE_FILE to another file, or remove this one\n`,
    });
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  test('exits 1 where it cannot write, and makes nothing', async () => {
    const file = join(build.directory, 'no-such-folder', 'database.json');

    const { code, errors } = await migrated(file);

    expect(code).toBe(1);
    expect(errors).toMatch(/^the database \S+ cannot be written \(ENOENT.*\): set DATABASE_FILE to a file that can be\n$/);
    expect(existsSync(file)).toBe(false);
  });
});
