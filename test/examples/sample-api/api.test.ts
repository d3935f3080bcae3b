import { Agent, get, request, type IncomingMessage, type RequestOptions } from 'node:http';
import { Api } from '../../../examples/sample-api/src/api';
import { BODY_LIMIT_BYTES } from '../../../examples/sample-api/src/http';
import { MAX_ITEMS } from '../../../examples/sample-api/src/items';
import { Log } from '../../../examples/sample-api/src/log';
import { readSettings } from '../../../examples/sample-api/src/settings';

let api: Api;
let url: string;
let lines: string[];

beforeEach(async () => {
  lines = [];
  const settings = readSettings({ PORT: '0', VERSION: 'v1', LOG_LEVEL: 'info' });
  api = new Api(settings, new Log(settings.logLevel, settings.version, (line) => lines.push(line)));
  url = `http://127.0.0.1:${await api.start('127.0.0.1')}`;
});

afterEach(async () => {
  await api.stop(0, 0);
});

async function send(method: string, path: string, body?: unknown): Promise<{ status: number; headers: Headers; body: any }> {
  const answer = await fetch(`${url}${path}`, {
    method,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) };
}

describe('health, readiness and version', () => {
  test.each([
    ['/health', { status: 'ok' }],
    ['/ready', { status: 'ready' }],
    ['/version', { version: 'v1' }],
  ])('answers %s, with the version in a header', async (path, body) => {
    const answer = await send('GET', path);

    expect(answer).toMatchObject({ status: 200, body });
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('x-version')).toBe('v1');
  });

  test('answers HEAD as GET, without a body', async () => {
    expect(await send('HEAD', '/health')).toMatchObject({ status: 200, body: undefined });
  });
});

describe('items', () => {
  test('keeps an item from its creation to its deletion', async () => {
    const created = await send('POST', '/items', { name: 'bolt', quantity: 3 });
    const path = created.headers.get('location')!;

    expect(created).toMatchObject({ status: 201, body: { name: 'bolt', quantity: 3 } });
    expect(path).toBe(`/items/${created.body.id}`);
    expect((await send('GET', path)).body).toEqual(created.body);

    const replaced = await send('PUT', path, { name: 'nut' });
    expect(replaced).toMatchObject({ status: 200, body: { id: created.body.id, name: 'nut', quantity: 1, createdAt: created.body.createdAt } });
    expect((await send('GET', '/items')).body).toEqual({ items: [replaced.body] });

    expect(await send('DELETE', path)).toMatchObject({ status: 204, body: undefined });
    expect((await send('GET', '/items')).body).toEqual({ items: [] });
  });

  test.each(['GET', 'DELETE'])('answers 404 to %s of an item that there is not', async (method) => {
    expect(await send(method, '/items/lost')).toMatchObject({
      status: 404,
      body: { type: 'about:blank', title: 'Not Found', status: 404, detail: 'there is no item "lost": GET /items lists those that there are' },
    });
  });

  test('creates nothing with PUT', async () => {
    expect((await send('PUT', '/items/lost', { name: 'bolt' })).status).toBe(404);
    expect((await send('GET', '/items')).body).toEqual({ items: [] });
  });

  test.each([
    ['{', 'the body is not valid JSON: check its quotes, commas and braces'],
    [[1], 'the body is not a JSON object: send one with name and quantity'],
    ['null', 'the body is not a JSON object: send one with name and quantity'],
    [{}, 'name is missing, but it must be a text of 1 to 100 characters'],
    [{ name: ' ' }, 'name is " ", but it must be a text of 1 to 100 characters'],
    [{ name: 5 }, 'name is 5, but it must be a text of 1 to 100 characters'],
    [{ name: 'bolt', quantity: -1 }, 'quantity is -1, but it must be a whole number from 0 to 1000000'],
    [{ name: 'bolt', quantity: '3' }, 'quantity is "3", but it must be a whole number from 0 to 1000000'],
    [{ name: 'bolt', colour: 'red' }, 'the field "colour" is not known: send name and quantity only'],
  ])('refuses %j with a sentence', async (body, detail) => {
    const answer = await send('POST', '/items', body);

    expect(answer).toMatchObject({ status: 400, body: { title: 'Bad Request', status: 400, detail } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect((await send('GET', '/items')).body).toEqual({ items: [] });
  });

  test('keeps no more than it has room for', async () => {
    for (let index = 0; index < MAX_ITEMS; index++) {
      await send('POST', '/items', { name: `item ${index}` });
    }

    expect(await send('POST', '/items', { name: 'one too many' })).toMatchObject({
      status: 409,
      body: { detail: `there are ${MAX_ITEMS} items already, which is the most that are kept: delete one first` },
    });
  });
});

describe('what it does not take', () => {
  test('answers 404 to a path that there is not', async () => {
    expect(await send('GET', '/orders')).toMatchObject({
      status: 404,
      body: { detail: 'there is nothing at /orders: try /items, /version, /health or /ready' },
    });
  });

  test('answers 405 to a method that a path does not have, and says which it has', async () => {
    const answer = await send('PATCH', '/items/1');

    expect(answer).toMatchObject({ status: 405, body: { detail: 'PATCH cannot be done at /items/1: use GET or PUT or DELETE' } });
    expect(answer.headers.get('allow')).toBe('HEAD, GET, PUT, DELETE');
  });

  test('answers 415 to a body that is not JSON', async () => {
    const answer = await fetch(`${url}/items`, { method: 'POST', body: 'name=bolt', headers: { 'content-type': 'text/csv' } });

    expect(answer.status).toBe(415);
    expect(await answer.json()).toMatchObject({
      detail: 'the content type is "text/csv", but only application/json is understood: send the body as JSON',
    });
  });

  test('answers 413 to a body above the limit, and goes on serving the connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const options = { agent, method: 'POST', headers: { 'content-type': 'application/json' } };
    try {
      const tooLong = await over('/items', options, JSON.stringify({ name: 'x'.repeat(BODY_LIMIT_BYTES) }));
      const next = await over('/items', options, JSON.stringify({ name: 'bolt' }));

      expect(tooLong.status).toBe(413);
      expect(JSON.parse(tooLong.text).detail).toBe('the body has more than 16384 bytes, which is the most that is taken: send a shorter one');
      expect(next.status).toBe(201);
      expect(next.socket).toBe(tooLong.socket);
    } finally {
      agent.destroy();
    }
  });

  test('logs nothing when a client goes away in the middle of its request', async () => {
    const upload = request(`${url}/items`, { method: 'POST', headers: { 'content-type': 'application/json', 'content-length': 100, 'expect': '100-continue' } });
    upload.on('error', () => undefined);
    await new Promise((resolve) => {
      upload.on('continue', () => resolve(undefined)).flushHeaders();
    });
    upload.destroy();

    expect((await send('GET', '/health')).status).toBe(200);
    expect(await api.stop(0)).toBe(true);
    expect(lines).toEqual([]);
  });
});

describe('stopping', () => {
  test('keeps a connection longer than a load balancer does', async () => {
    expect((await send('GET', '/health')).headers.get('keep-alive')).toBe('timeout=65');
  });

  test('is no longer ready but still healthy, and tells who keeps a connection to close it', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 2 });
    try {
      const idle = await Promise.all([over('/ready', { agent }), over('/health', { agent })]);
      expect(idle.map(({ status }) => status)).toEqual([200, 200]);

      const stopped = api.stop(60_000, 60_000);
      const [ready, health] = await Promise.all([over('/ready', { agent }), over('/health', { agent })]);

      expect(ready).toMatchObject({ status: 503, connection: 'close' });
      expect(JSON.parse(ready.text).detail).toBe('this task is starting or stopping: send requests to another one');
      expect(health).toMatchObject({ status: 200, connection: 'close' });
      expect(await stopped).toBe(true);
    } finally {
      agent.destroy();
    }
  });

  test('closes a connection that nobody uses any more', async () => {
    const agent = new Agent({ keepAlive: true });
    try {
      await over('/health', { agent });

      expect(await api.stop(0, 60_000)).toBe(true);
    } finally {
      agent.destroy();
    }
  });

  test('cuts a request that does not end, and says that it was not finished', async () => {
    const endless = request(`${url}/items`, { method: 'POST', headers: { 'content-type': 'application/json', 'content-length': 10, 'expect': '100-continue' } });
    const cut = new Promise<Error>((resolve) => endless.on('error', resolve));
    await new Promise((resolve) => {
      endless.on('continue', () => resolve(undefined)).flushHeaders();
    });

    expect(await api.stop(0, 0)).toBe(false);
    expect(await cut).toMatchObject({ code: 'ECONNRESET' });
  });
});

interface Sent {
  readonly status?: number;
  readonly connection?: string;
  readonly text: string;
  readonly socket: unknown;
}

/** A request over an agent of the test's own, which decides about its connections. */
async function over(path: string, options: RequestOptions, body?: string): Promise<Sent> {
  return new Promise<Sent>((resolve, reject) => {
    const answered = (response: IncomingMessage) => {
      const { socket } = response;
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => { text += chunk; }).on('end', () => {
        resolve({ status: response.statusCode, connection: response.headers.connection, text, socket });
      });
    };
    (body === undefined ? get(`${url}${path}`, options, answered) : request(`${url}${path}`, options, answered).end(body)).on('error', reject);
  });
}
