import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetDeploymentCommand } from '@aws-sdk/client-codedeploy';
import { Duration, type Stack } from 'aws-cdk-lib';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Account } from './account';
import { DeploymentEngine, FargateBlueGreenService, ServicePreset, TrafficShift } from '../../src';
import { ENV } from '../support/stacks';

jest.setTimeout(120_000);

const SERVER = resolve(__dirname, '../../assets/local-aws/server.js');
const state = mkdtempSync(join(tmpdir(), 'local-aws-state-'));
let server: ChildProcess | undefined;
let account: Account;
const said: string[] = [];

afterAll(async () => {
  await account?.close();
  await end('SIGTERM');
  rmSync(state, { recursive: true, force: true, maxRetries: 5 });
});

async function start(...options: string[]): Promise<string> {
  server = spawn(process.execPath, [SERVER, '--state', state, '--bootstrapped', ...options], { stdio: ['pipe', 'pipe', 'pipe'] });
  server.stderr!.on('data', (chunk) => said.push(String(chunk)));
  const first = await Promise.race([once(createInterface({ input: server.stdout! }), 'line'), once(server, 'close')]);
  if (typeof first[0] !== 'string') {
    throw new Error(`the local AWS did not start: ${said.join('')}`);
  }
  return (JSON.parse(first[0]) as { endpoint: string }).endpoint;
}

async function end(signal: NodeJS.Signals): Promise<void> {
  if (server?.exitCode === null && server.signalCode === null) {
    const gone = once(server, 'exit');
    server.kill(signal);
    await gone;
  }
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 50_000; ; await sleep(50)) {
    if (await isTrue()) {
      return;
    }
    if (Date.now() > deadline) {
      throw new Error(`it never came true; the local AWS said: ${said.join('')}`);
    }
  }
}

function service(version: string) {
  return (stack: Stack) => new FargateBlueGreenService(stack, 'Api', {
    preset: ServicePreset.dev(),
    image: ContainerImage.fromAsset(account.context, { buildArgs: { VERSION: version } }),
    healthCheck: { path: '/', interval: Duration.seconds(5), timeout: Duration.seconds(2), healthyThresholdCount: 2 },
    deployment: DeploymentEngine.codeDeploy({ trafficShift: TrafficShift.canary({ percent: 10, bake: Duration.minutes(10) }) }),
  });
}

// The life of one state, in order.
describe('a local AWS with a state', () => {
  test('keeps a service for the next time', async () => {
    const endpoint = await start('--speed', '100', '--account', ENV.account, '--region', ENV.region);
    account = Account.at(endpoint);
    expect(await account.deploy('create', service('v1'))).toBe('CREATE_COMPLETE');
    const weights = await account.weights();
    await end('SIGTERM');

    expect(await start()).toBe(endpoint);
    await until(async () => await account.answer() === 'v1');
    expect(await account.status()).toBe('CREATE_COMPLETE');
    expect(await account.weights()).toEqual(weights);
  });

  test('is one at a time', async () => {
    const other = spawn(process.execPath, [SERVER, '--state', state], { stdio: ['ignore', 'ignore', 'pipe'] });
    const errors: string[] = [];
    other.stderr.on('data', (chunk) => errors.push(String(chunk)));
    const [status] = await once(other, 'close');
    expect(status).toBe(2);
    expect(errors.join('').split('\n')[0]).toBe(`another local AWS (process ${server!.pid}) uses ${state}: end it, or give another directory`);
  });

  test('puts traffic back to blue and rolls the stack back after it was killed in the middle of a deployment', async () => {
    const before = await account.weights();
    const update = account.deploy('update', service('v2')).catch(() => 'no answer');
    await until(async () => Object.values(await account.weights()).includes(10));
    const [deployment] = await account.deployments();
    // What is kept is at most this old.
    await sleep(1500);
    await end('SIGKILL');
    await start();

    await until(async () => !(await account.status()).endsWith('_IN_PROGRESS'));
    expect(await account.status()).toBe('UPDATE_ROLLBACK_COMPLETE');
    await until(async () => await account.answer() === 'v1');
    expect(await account.weights()).toEqual(before);
    const { deploymentInfo } = await account.clients.codeDeploy.send(new GetDeploymentCommand({ deploymentId: deployment }));
    expect(deploymentInfo).toMatchObject({
      status: 'Failed', errorInformation: { code: 'INTERNAL_ERROR', message: 'The local AWS ended while the deployment was under way.' },
    });
    await update;
  });

  test('takes the next release as if nothing had been', async () => {
    expect(await account.deploy('update', service('v3'))).toBe('UPDATE_COMPLETE');
    expect(await account.answer()).toBe('v3');
  });

  test('is of one account, one region and one clock', async () => {
    await end('SIGTERM');
    await expect(start('--speed', '5')).rejects.toThrow(
      `the state in ${state} is of speed 100, got --speed 5: leave --speed out, or give another directory`);
  });
});
