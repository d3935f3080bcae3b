import { readFileSync } from 'node:fs';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer as createTcpServer } from 'node:net';
import { Agent, request } from 'undici';
import { eventually, Fixture, forward } from './fixture';
import type { Target } from '../../../src/local-aws/core/api';
import { authorityFile } from '../../../src/local-aws/core/world';

let fixture: Fixture;
const tcpServers: Server[] = [];
const sockets: Socket[] = [];
const agents: Agent[] = [];

beforeEach(async () => {
  fixture = await new Fixture().start();
});

afterEach(async () => {
  await fixture.close();
  sockets.splice(0).forEach((socket) => socket.destroy());
  await Promise.all(agents.splice(0).map((agent) => agent.destroy()));
  await Promise.all(tcpServers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function get(url: string, options: Parameters<typeof request>[1] = {}) {
  const answer = await request(url, { dispatcher: fixture.agent, ...options });
  return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() };
}

async function service(properties: object = {}, loadBalancerProperties: object = {}) {
  const { physicalId: loadBalancer } = await fixture.loadBalancer(loadBalancerProperties);
  const targetGroup = await fixture.targetGroup(properties);
  const { physicalId: listener } = await fixture.listener(loadBalancer, forward([targetGroup, 1]));
  return { loadBalancer, targetGroup, listener, url: fixture.urlOf(listener) };
}

/** A client that trusts the local AWS's authority, and no other. */
function trusting(): Agent {
  const agent = new Agent({ connect: { ca: readFileSync(authorityFile(fixture.world)) } });
  agents.push(agent);
  return agent;
}

const delay = (seconds: number) => ({ TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: String(seconds) }] });

async function tcpTarget(onConnection: (socket: Socket) => void): Promise<Target> {
  const server = createTcpServer((socket) => {
    sockets.push(socket);
    onConnection(socket);
  });
  tcpServers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { id: '10.0.9.9', port: 8080, loopbackPort: (server.address() as AddressInfo).port, label: 'tcp' };
}

test('takes turns among healthy targets', async () => {
  const { targetGroup, url } = await service();
  await fixture.healthyTarget(targetGroup, 'one');
  await fixture.healthyTarget(targetGroup, 'two');

  const answers = [];
  for (let index = 0; index < 6; index += 1) {
    answers.push((await get(url)).body);
  }

  expect(answers.sort()).toEqual(['one', 'one', 'one', 'two', 'two', 'two']);
});

test('streams a body to the target and back, with the headers that a load balancer adds and none that it must not', async () => {
  const { targetGroup, url } = await service({ Matcher: { HttpCode: '201' } });
  await fixture.healthyTarget(targetGroup, 'echo', (incoming, outgoing) => {
    outgoing.writeHead(201, { 'X-Seen': JSON.stringify(incoming.headers), 'X-Private': 'hop', 'Connection': 'keep-alive, x-private' });
    incoming.pipe(outgoing);
  });
  const body = 'x'.repeat(2_000_000);

  const answer = await get(`${url}/upload`, {
    method: 'POST',
    body,
    headers: { 'host': 'api.example.com', 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'gopher', 'x-custom': 'kept' },
  });

  expect(answer.status).toBe(201);
  expect(answer.body).toBe(body);
  expect(answer.headers).not.toHaveProperty('x-private');
  expect(answer.headers).not.toHaveProperty('x-local-aws-target');
  expect(JSON.parse(String(answer.headers['x-seen']))).toMatchObject({
    'host': 'api.example.com',
    'x-custom': 'kept',
    'x-forwarded-for': '203.0.113.9, 127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-port': '80',
  });
});

test('says https to the targets of an HTTPS listener', async () => {
  const { physicalId: loadBalancer } = await fixture.loadBalancer();
  const targetGroup = await fixture.targetGroup();
  const https = { Port: 443, Protocol: 'HTTPS', Certificates: [{ CertificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/1' }] };
  const { physicalId: listener } = await fixture.listener(loadBalancer, forward([targetGroup, 1]), https);
  await fixture.healthyTarget(targetGroup, 'one', (incoming, outgoing) => outgoing.end(String(incoming.headers['x-forwarded-proto'])));

  expect((await get(fixture.urlOf(listener), { dispatcher: trusting() })).body).toBe('https');
});

test('names the target to a request that asks for it', async () => {
  const { targetGroup, url } = await service();
  await fixture.healthyTarget(targetGroup, 'sample-api:7');

  expect((await get(url, { headers: { 'x-local-aws-trace': '1' } })).headers['x-local-aws-target']).toBe('sample-api:7');
});

test('answers 503 where no target is registered', async () => {
  const { url } = await service();

  expect(await get(url)).toMatchObject({ status: 503, body: expect.stringContaining('503 Service Temporarily Unavailable') });
});

test('sends requests to all targets where none is healthy', async () => {
  const { targetGroup, url } = await service();
  const target = await fixture.target('ill', (incoming, outgoing) => {
    outgoing.statusCode = incoming.headers['user-agent'] === 'ELB-HealthChecker/2.0' ? 500 : 200;
    outgoing.end('ill');
  });
  fixture.elb.register(targetGroup, target);
  await eventually(() => fixture.elb.health(targetGroup, target.id) === 'unhealthy');

  expect(await get(url)).toMatchObject({ status: 200, body: 'ill' });
});

test('answers 502 for a target that resets and for one that nobody listens for', async () => {
  const { targetGroup, url } = await service();
  fixture.elb.register(targetGroup, await tcpTarget((socket) => socket.resetAndDestroy()));
  expect((await get(url)).status).toBe(502);

  const other = await service();
  const target = await tcpTarget(() => undefined);
  await new Promise((resolve) => tcpServers.pop()!.close(resolve));
  fixture.elb.register(other.targetGroup, target);
  expect((await get(other.url)).status).toBe(502);
});

test('answers 504 for a target that stays silent for the idle time-out', async () => {
  const attributes = { LoadBalancerAttributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '1' }] };
  const { targetGroup, url } = await service({}, attributes);
  fixture.elb.register(targetGroup, await tcpTarget(() => undefined));

  expect((await get(url)).status).toBe(504);
});

test('loses no request to a target that closes the connection after every answer, without saying so', async () => {
  const { targetGroup, url } = await service();
  fixture.elb.register(targetGroup, await tcpTarget((socket) => {
    let isFirst = true;
    socket.on('error', () => undefined);
    socket.on('data', () => {
      if (isFirst) {
        isFirst = false;
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      } else {
        // Too late: the target had closed the connection when this request came.
        socket.end();
      }
    });
  }));

  const statuses = [];
  for (let index = 0; index < 20; index += 1) {
    statuses.push((await get(url)).status);
  }

  expect(statuses).toEqual(Array(20).fill(200));
});

test('does not send a request with a body a second time', async () => {
  const { targetGroup, url } = await service();
  let bodies = 0;
  fixture.elb.register(targetGroup, await tcpTarget((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      if (data.includes('POST')) {
        bodies += 1;
        socket.end();
      } else {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      }
    });
  }));
  expect((await get(url)).status).toBe(200);

  expect((await get(url, { method: 'POST', body: 'pay 10' })).status).toBe(502);
  expect(bodies).toBe(1);
});

test('fails no request while a target is deregistered under load', async () => {
  const { targetGroup, url } = await service(delay(60));
  const slow = (label: string) => async (_: unknown, outgoing: { end(body: string): void }) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    outgoing.end(label);
  };
  const leaving = await fixture.healthyTarget(targetGroup, 'leaving', slow('leaving'));
  await fixture.healthyTarget(targetGroup, 'staying', slow('staying'));
  const answers: { status: number; body: string; afterwards: boolean }[] = [];
  let isLeaving = false;
  let goesOn = true;
  const load = Array.from({ length: 10 }, async () => {
    while (goesOn) {
      const afterwards = isLeaving;
      answers.push({ ...await get(url), afterwards });
    }
  });
  try {
    await eventually(() => answers.length > 50);
    isLeaving = true;
    const deregistered = fixture.elb.deregister(targetGroup, leaving.id);
    expect(fixture.elb.health(targetGroup, leaving.id)).toBe('draining');
    await deregistered;
  } finally {
    goesOn = false;
    await Promise.all(load);
  }

  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(answers.filter(({ afterwards, body }) => afterwards && body === 'leaving')).toEqual([]);
  expect(answers.filter(({ body }) => body === 'leaving').length).toBeGreaterThan(0);
  expect(fixture.elb.health(targetGroup, leaving.id)).toBe('unused');
});

test('lets a request that is in flight finish, however fast the clock runs', async () => {
  const { targetGroup, url } = await service(delay(5));
  let finish: (() => void) | undefined;
  const target = await fixture.healthyTarget(targetGroup, 'slow', (incoming, outgoing) => {
    if (incoming.url === '/slow') {
      finish = () => outgoing.end('finished');
    } else {
      outgoing.end();
    }
  });
  const answer = get(`${url}/slow`);
  await eventually(() => finish !== undefined);

  const deregistered = fixture.elb.deregister(targetGroup, target.id);
  await fixture.world.clock.sleep(10);
  expect(fixture.elb.health(targetGroup, target.id)).toBe('draining');
  finish!();

  expect((await answer).body).toBe('finished');
  await deregistered;
  expect(fixture.elb.health(targetGroup, target.id)).toBe('unused');
});

test('takes a request back from the target when its client goes away', async () => {
  const { targetGroup, url } = await service();
  let hasClosed = false;
  let hasArrived = false;
  await fixture.healthyTarget(targetGroup, 'patient', (incoming, outgoing) => {
    if (incoming.url === '/wait') {
      hasArrived = true;
      outgoing.on('close', () => { hasClosed = true; });
    } else {
      outgoing.end();
    }
  });
  const { hostname, port } = new URL(url);
  const client = connect(Number(port || 80), hostname);
  client.write('GET /wait HTTP/1.1\r\nHost: x\r\n\r\n');
  await eventually(() => hasArrived);

  client.destroy();

  await eventually(() => hasClosed);
  expect(hasClosed).toBe(true);
});
