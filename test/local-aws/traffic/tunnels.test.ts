import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { WebSocket, WebSocketServer } from 'ws';
import { eventually, Fixture, fixed, forward } from './fixture';

let fixture: Fixture;
const servers: Server[] = [];
const clients: WebSocket[] = [];

beforeEach(async () => {
  fixture = await new Fixture().start();
});

afterEach(async () => {
  clients.splice(0).forEach((client) => client.terminate());
  await fixture.close();
  await Promise.all(servers.splice(0).map((server) => new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  })));
});

/** A target that echoes what WebSockets say to it, with its own name before it. */
async function echoing(targetGroup: string, label: string) {
  const server = createServer((_request, response) => response.end());
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, request) => socket.on('message', (message) => socket.send(`${label} ${request.headers['x-forwarded-for']} ${message}`)));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target = { id: `10.1.0.${servers.length}`, port: 8080, loopbackPort: (server.address() as AddressInfo).port, label };
  fixture.elb.register(targetGroup, target);
  await eventually(() => fixture.elb.health(targetGroup, target.id) === 'healthy');
  return { target, sockets };
}

async function open(url: string): Promise<WebSocket> {
  const client = new WebSocket(`${url.replace('http', 'ws')}/chat?room=1`);
  clients.push(client);
  await once(client, 'open');
  return client;
}

async function say(client: WebSocket, message: string): Promise<string> {
  client.send(message);
  const [answer] = await once(client, 'message');
  return String(answer);
}

async function service(defaultAction?: object, properties: object = {}) {
  const { physicalId: loadBalancer } = await fixture.loadBalancer();
  const targetGroup = await fixture.targetGroup(properties);
  const { physicalId: listener } = await fixture.listener(loadBalancer, defaultAction ?? forward([targetGroup, 1]));
  return { targetGroup, url: fixture.urlOf(listener) };
}

test('carries a WebSocket both ways, with the headers that a load balancer adds', async () => {
  const { targetGroup, url } = await service();
  await echoing(targetGroup, 'v1');

  const client = await open(url);

  expect(await say(client, 'hello')).toBe('v1 127.0.0.1 hello');
  expect(await say(client, 'x'.repeat(200_000))).toHaveLength('v1 127.0.0.1 '.length + 200_000);
});

test('keeps a WebSocket while its target drains, and ends it when the deregistration delay is over', async () => {
  const { targetGroup, url } = await service(undefined, { TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '60' }] });
  const { target } = await echoing(targetGroup, 'v1');
  const client = await open(url);
  const events: string[] = [];
  client.once('close', () => events.push('closed'));

  const gone = fixture.elb.deregister(targetGroup, target.id).then(() => events.push('deregistered'));
  expect(await say(client, 'still there?')).toBe('v1 127.0.0.1 still there?');
  expect(fixture.elb.health(targetGroup, target.id)).toBe('draining');
  await Promise.all([gone, once(client, 'close')]);

  expect(events.sort()).toEqual(['closed', 'deregistered']);
});

test('ends the target’s side when the client goes, and the client’s when the target goes', async () => {
  const { targetGroup, url } = await service();
  const { sockets } = await echoing(targetGroup, 'v1');
  const [leaving, left] = [await open(url), await open(url)];

  leaving.terminate();
  await eventually(() => sockets.clients.size === 1);
  sockets.clients.forEach((socket) => socket.terminate());

  await once(left, 'close');
  expect(left.readyState).toBe(WebSocket.CLOSED);
});

test.each([
  ['no target is registered', undefined, 503],
  ['the rule answers itself', fixed(418, 'no sockets here'), 418],
])('answers a WebSocket as a plain request where %s', async (_when, action, status) => {
  const { url } = await service(action);
  const client = new WebSocket(url.replace('http', 'ws'));
  // To be ended by the test before it is open is an error of its own.
  client.on('error', () => undefined);
  clients.push(client);

  const [, response] = await once(client, 'unexpected-response');

  expect(response.statusCode).toBe(status);
});

test('answers 502 to a WebSocket whose target nobody listens for', async () => {
  const { targetGroup, url } = await service();
  const { target } = await echoing(targetGroup, 'v1');
  await new Promise((resolve) => servers.splice(0)[0].close(resolve));
  const { hostname, port } = new URL(url);

  const socket = connect(Number(port || 80), hostname);
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');

  expect(await text(socket)).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
  expect(target.label).toBe('v1');
});
