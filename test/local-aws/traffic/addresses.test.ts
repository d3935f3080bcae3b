import { createServer, type AddressInfo, type Server } from 'node:net';
import { listenNear, LOOPBACK, ownAddress } from '../../../src/local-aws/traffic/data-plane/addresses';

const servers: Server[] = [];
const server = (): Server => {
  servers.push(createServer());
  return servers[servers.length - 1];
};

afterEach(() => Promise.all(servers.splice(0).map((open) => new Promise((resolve) => open.close(resolve)))));

test('gives each load balancer a loopback address of its own where there are many, and the one where there is one', () => {
  expect(ownAddress('linux')).toMatch(/^127\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d{1,3}\.\d{1,3}$/);
  expect(ownAddress('darwin')).toBe(LOOPBACK);
});

test('takes the port that is wanted, and another where somebody has it', async () => {
  const first = server();
  const wanted = await listenNear(first, LOOPBACK, 0);

  const port = await listenNear(server(), LOOPBACK, wanted);

  expect((first.address() as AddressInfo).port).toBe(wanted);
  expect(port).not.toBe(wanted);
});

test('says what went wrong where an address is none of this machine', async () => {
  await expect(listenNear(server(), '192.0.2.1', 8080)).rejects.toThrow('no port of 192.0.2.1 can be listened on');
});
