import { Duration, Tags, type Stack } from 'aws-cdk-lib';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Account } from './account';
import { DeploymentEngine, DeploymentHook, FargateBlueGreenService, ServicePreset, TrafficShift, type FargateBlueGreenServiceProps } from '../../src';
import { removeBundles } from '../local-aws/support/platform';

jest.setTimeout(60_000);

const HOOK = `
const { CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand } = require('@aws-sdk/client-codedeploy');
exports.handler = async ({ DeploymentId, LifecycleEventHookExecutionId }) => new CodeDeployClient().send(
  new PutLifecycleEventHookExecutionStatusCommand({
    deploymentId: DeploymentId, lifecycleEventHookExecutionId: LifecycleEventHookExecutionId, status: process.env.STATUS,
  }));
`;

let account: Account;
beforeAll(async () => {
  account = await Account.open();
});
afterAll(async () => {
  await account.close();
  removeBundles();
});

/** The service in one of its lives. */
function service(version: string, props: Partial<FargateBlueGreenServiceProps> & { hook?: 'Succeeded' | 'Failed' } = {}) {
  return (stack: Stack) => {
    const { hook, ...given } = props;
    const handler = new Function(stack, 'Hook', {
      runtime: Runtime.NODEJS_22_X, handler: 'index.handler', code: Code.fromInline(HOOK), environment: { STATUS: hook ?? 'Succeeded' },
    });
    return new FargateBlueGreenService(stack, 'Api', {
      preset: ServicePreset.dev(),
      image: ContainerImage.fromAsset(account.context, { buildArgs: { VERSION: version } }),
      healthCheck: { path: '/', interval: Duration.seconds(5), timeout: Duration.seconds(2), healthyThresholdCount: 2 },
      deployment: DeploymentEngine.codeDeploy({
        trafficShift: TrafficShift.canary({ percent: 10, bake: Duration.minutes(1) }),
        hooks: { afterAllowTestTraffic: DeploymentHook.function(handler) },
      }),
      ...given,
    });
  };
}

// The life of one service, in order: each promise builds on the one before it.
describe('a service on the local AWS', () => {
  test('is created on v1 without a deployment', async () => {
    expect(await account.deploy('create', service('v1'))).toBe('CREATE_COMPLETE');
    expect(await account.answer()).toBe('v1');
    expect(await account.deployments()).toEqual([]);
  });

  test('goes to v2 by one deployment, hook included', async () => {
    expect(await account.deploy('update', service('v2'))).toBe('UPDATE_COMPLETE');
    expect(await account.answer()).toBe('v2');
    expect(await account.deployments()).toHaveLength(1);
  });

  test('keeps v2 serving while tags, the grace period, the priority, and the listeners under it change', async () => {
    const before = await account.weights();
    const changed = (stack: Stack) => {
      const made = service('v2', { healthCheckGracePeriod: Duration.seconds(90), priority: 40, testCidrs: ['10.0.0.0/8'] })(stack);
      Tags.of(made).add('team', 'payments');
    };

    expect(await account.deploy('update', changed, { cost: 'centre' })).toBe('UPDATE_COMPLETE');

    expect(await account.answer()).toBe('v2');
    expect(await account.weights()).toEqual(before);
    expect(await account.deployments()).toHaveLength(1);
    const { healthCheckGracePeriodSeconds, tags } = await account.serviceOf();
    expect(healthCheckGracePeriodSeconds).toBe(90);
    expect(tags).toContainEqual({ key: 'team', value: 'payments' });
  });

  test('goes back to v2 when a hook fails v3, and says so in the stack\'s events', async () => {
    const before = await account.weights();

    expect(await account.deploy('update', service('v3', { hook: 'Failed' }))).toBe('UPDATE_ROLLBACK_COMPLETE');

    expect(await account.answer()).toBe('v2');
    expect(await account.weights()).toEqual(before);
    expect((await account.failures())[0]).toMatch(/deployment d-\w+ failed at AfterAllowTestTraffic: .*rolled back by d-\w+; see https:/);
  });

  test('takes the next release as if nothing had been', async () => {
    expect(await account.deploy('update', service('v4'))).toBe('UPDATE_COMPLETE');
    expect(await account.answer()).toBe('v4');
  });

  test('says why tasks stopped when a release does not start, and keeps v4 serving', async () => {
    const broken = service('v5', { command: ['node', '-e', 'process.exit(3)'] });

    expect(await account.deploy('update', broken)).toBe('UPDATE_ROLLBACK_COMPLETE');

    expect(await account.answer()).toBe('v4');
    expect((await account.failures())[0]).toMatch(
      /deployment d-\w+ was stopped and rolled back, because green does not start: 3 of its tasks have stopped, .*exit code 3/,
    );
  });

  test('is deleted without a trace', async () => {
    expect(await account.delete()).toBe('DELETE_COMPLETE');
    await expect(account.serviceOf()).rejects.toThrow('Cluster not found.');
  });
});
