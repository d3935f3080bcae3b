import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Load, type LoadOptions } from '../../../src/rehearsal/load/load';
import type { Requests } from '../../../src/rehearsal/load/tally';

let server: Server;
let load: Load;

afterEach(async () => {
  await load.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Answers what came of the requests once at least `count` of them were counted. */
async function under(listener: RequestListener, count: number, options: Partial<LoadOptions> = {}): Promise<Requests> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  load = new Load({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/items`, rate: 500, connections: 4, ...options });
  load.start();
  while (load.soFar().total < count) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return load.lap();
}

test('every answer is counted by its status and its version', async () => {
  let received = 0;
  const requests = await under((request, response) => {
    received += 1;
    response.writeHead(request.url === '/items' ? 200 : 404, received % 2 === 0 ? { 'x-version': 'v1' } : { 'x-local-aws-target': 'Api:2' });
    response.end();
  }, 50);
  expect(requests.failed).toBe(0);
  expect(Object.keys(requests.byStatus)).toEqual(['200']);
  expect(requests.byVersion.v1 + requests.byVersion['Api:2']).toBe(requests.total);
  expect(requests.latency.p99).toBeGreaterThanOrEqual(requests.latency.p50);
  expect(requests.latency.p50).toBeGreaterThan(0);
});

test('asks the load balancer who answers, and sends the Host that the rule wants', async () => {
  const seen: unknown[] = [];
  await under((request, response) => {
    seen.push([request.headers['x-local-aws-trace'], request.headers.host]);
    response.end();
  }, 5, { headers: { host: 'api.example.com' } });
  expect(seen[0]).toEqual(['1', 'api.example.com']);
});

test('an answer of 500 and more has failed, one of 404 has not', async () => {
  let received = 0;
  const requests = await under((_request, response) => {
    received += 1;
    response.writeHead([200, 404, 500, 503][received % 4]).end();
  }, 60);
  expect(requests.failed).toBe(requests.byStatus['500'] + requests.byStatus['503']);
  expect(requests.byVersion).toEqual({ 'load balancer': requests.total });
});

test.each<[string, RequestListener]>([
  ['reset', (request) => request.socket.resetAndDestroy()],
  ['ended without an answer', (request) => request.socket.end()],
])('a request whose connection is %s has failed', async (_what, lose) => {
  let received = 0;
  const requests = await under((request, response) => {
    received += 1;
    if (received % 10 === 0) {
      lose(request, response);
    } else {
      response.end('ok');
    }
  }, 60);
  expect(requests.byStatus.lost).toBeGreaterThan(0);
  expect(requests.failed).toBe(requests.byStatus.lost);
  expect(requests.total).toBe(requests.byStatus['200'] + requests.byStatus.lost);
});

test('a request that nobody answers in time has failed', async () => {
  const requests = await under(() => undefined, 4, { timeoutSeconds: 1 });
  expect(requests.byStatus).toEqual({ lost: requests.total });
});

test('what is sent on a connection that the server said it closes is not lost', async () => {
  const requests = await under((_request, response) => {
    response.setHeader('connection', 'close');
    response.end('ok');
  }, 40);
  expect(requests.failed).toBe(0);
});

test('each lap counts what came in it', async () => {
  await under((_request, response) => response.end(), 20);
  expect(load.soFar().total).toBeLessThan(20);
});
