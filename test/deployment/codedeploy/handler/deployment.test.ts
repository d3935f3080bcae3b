import type { Service, TaskSet } from '@aws-sdk/client-ecs';
import type { TargetServiceProperties } from '../../../../src/deployment/codedeploy/app-spec';
import type { CodeDeploy, DeploymentView } from '../../../../src/deployment/codedeploy/handler/clients/code-deploy';
import type { ElasticContainerService } from '../../../../src/deployment/codedeploy/handler/clients/elastic-container-service';
import { hashOfAppSpec, parseSpec, renderAppSpec } from '../../../../src/deployment/codedeploy/handler/deployed-spec';
import { Deployment, REQUEST_TAG, runs } from '../../../../src/deployment/codedeploy/handler/deployment';
import type { Memory, Request } from '../../../../src/deployment/codedeploy/handler/request';
import type { DeploymentProperties } from '../../../../src/deployment/codedeploy/resources';

const spec = (revision: number): TargetServiceProperties => ({
  TaskDefinition: `arn:td:${revision}`,
  LoadBalancerInfo: { ContainerName: 'api', ContainerPort: 8000 },
  PlatformVersion: 'LATEST',
  NetworkConfiguration: { AwsvpcConfiguration: { Subnets: ['s-1', 's-2'], SecurityGroups: ['sg-1'], AssignPublicIp: 'DISABLED' } },
  CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE', Base: 0, Weight: 1 }],
});
const taskSet = (revision: number, status: string): TaskSet => ({
  status,
  taskDefinition: `arn:td:${revision}`,
  platformVersion: '1.4.0',
  networkConfiguration: { awsvpcConfiguration: { subnets: ['s-2', 's-1'], securityGroups: ['sg-1'], assignPublicIp: 'DISABLED' } },
  capacityProviderStrategy: [{ capacityProvider: 'FARGATE', base: 0, weight: 1 }],
  loadBalancers: [{ containerName: 'api', containerPort: 8000 }],
});
const request = (revision: number): Request<DeploymentProperties> => ({
  RequestType: 'Update',
  RequestId: 'r-1',
  StackId: 's',
  ResponseURL: 'u',
  ResourceType: 'Custom::BlueGreenDeployment',
  LogicalResourceId: 'Trigger',
  PhysicalResourceId: 'svc-deployment',
  ResourceProperties: {
    Application: 'app', DeploymentGroup: 'group', Cluster: 'c', Service: 'svc', Spec: JSON.stringify(spec(revision)), Hooks: '[{"BeforeInstall":"arn:fn"}]',
  },
});
const TIME = { secondsLeft: 3000 };

/** An account with one service, whose state the test changes as AWS would. */
class Account {
  public primary = 1;
  public tags: Service['tags'] = [];
  public active?: string;
  public deployments: Record<string, DeploymentView> = {};
  public created: unknown[][] = [];
  public stopped: string[] = [];
  public refusesToCreate = false;

  public trigger = new Deployment(
    {
      describe: async () => ({ serviceArn: 'arn:svc', tags: this.tags, taskSets: [taskSet(this.primary, 'PRIMARY')] }),
      tag: async (_arn: string, tags: Array<{ Key: string; Value: string }>) => {
        this.tags = tags.map(({ Key, Value }) => ({ key: Key, value: Value }));
      },
      stoppedTasks: async () => [],
    } as unknown as ElasticContainerService,
    {
      activeDeployment: async () => this.active,
      describe: async (id: string) => this.deployments[id],
      appSpecOf: async () => undefined,
      create: async (...args: unknown[]) => {
        if (this.refusesToCreate) {
          return undefined;
        }
        this.created.push(args);
        this.active = 'd-1';
        this.deployments['d-1'] = { info: { deploymentId: 'd-1', status: 'InProgress' } };
        return 'd-1';
      },
      stop: async (id: string) => {
        this.stopped.push(id);
      },
    } as unknown as CodeDeploy,
    'us-east-1',
  );
}

test('starts the changed spec with its hooks, and answers when traffic has shifted', async () => {
  const account = new Account();
  const memory: Memory = {};
  expect((await account.trigger.step(request(2), memory, TIME)).kind).toBe('wait');
  expect(account.created).toEqual([['app', 'group', renderAppSpec(spec(2), '[{"BeforeInstall":"arn:fn"}]'), 'CloudFormation request r-1']]);

  expect((await account.trigger.step(request(2), memory, TIME)).kind).toBe('wait');
  account.deployments['d-1'] = {
    info: { deploymentId: 'd-1', status: 'InProgress' }, target: { lifecycleEvents: [{ lifecycleEventName: 'AfterAllowTraffic', status: 'Succeeded' }] },
  };
  expect(await account.trigger.step(request(2), memory, TIME)).toEqual({ kind: 'done', result: { physicalId: 'svc-deployment', data: undefined } });
  expect(account.created).toHaveLength(1);
});

test('deploys nothing when the serving revision is the wanted one: a changed hook does not deploy', async () => {
  const account = new Account();
  expect((await account.trigger.step(request(1), {}, TIME)).kind).toBe('done');
  expect(account.created).toEqual([]);
});

test('waits for the rollback, and fails with the hook, what it said, and where to look', async () => {
  const account = new Account();
  const memory: Memory = {};
  await account.trigger.step(request(2), memory, TIME);
  account.deployments['d-1'] = {
    info: {
      deploymentId: 'd-1', status: 'Failed', errorInformation: { code: 'HOOK_EXECUTION_FAILURE', message: 'The hook failed.' }, rollbackInfo: { rollbackDeploymentId: 'd-2' },
    },
    target: { lifecycleEvents: [{ lifecycleEventName: 'AfterAllowTestTraffic', status: 'Failed', diagnostics: { message: 'GET /health answered 500' } }] },
  };
  account.active = 'd-2';
  account.deployments['d-2'] = { info: { deploymentId: 'd-2', status: 'InProgress', creator: 'codeDeployRollback' } };
  expect((await account.trigger.step(request(2), memory, TIME)).kind).toBe('wait');

  account.active = undefined;
  account.deployments['d-2'] = { info: { deploymentId: 'd-2', status: 'Succeeded', creator: 'codeDeployRollback' } };
  await expect(account.trigger.step(request(2), memory, TIME)).rejects.toThrow(new Error(
    'deployment d-1 failed at AfterAllowTestTraffic: The hook failed; GET /health answered 500; rolled back by d-2; '
    + 'see https://us-east-1.console.aws.amazon.com/codesuite/codedeploy/deployments/d-1?region=us-east-1',
  ));
  expect(account.stopped).toEqual([]);
});

test('gives CodeDeploy a moment to create the rollback, and then no longer', async () => {
  const account = new Account();
  const memory: Memory = {};
  await account.trigger.step(request(2), memory, TIME);
  account.active = undefined;
  account.deployments['d-1'] = { info: { deploymentId: 'd-1', status: 'Failed' } };
  for (let look = 1; look < 6; look++) {
    expect((await account.trigger.step(request(2), memory, TIME)).kind).toBe('wait');
  }
  await expect(account.trigger.step(request(2), memory, TIME)).rejects.toThrow(/^deployment d-1 failed: CodeDeploy gives no reason; see/);
});

test('ends when a newer request has been recorded on the service', async () => {
  const account = new Account();
  const memory: Memory = {};
  await account.trigger.step(request(2), memory, TIME);
  expect(account.tags).toEqual([{ key: REQUEST_TAG, value: 'r-1' }]);
  account.tags = [{ key: REQUEST_TAG, value: 'r-1 r-2' }];
  expect((await account.trigger.step(request(2), memory, TIME)).kind).toBe('superseded');
});

test('ends when it is made again after a crash and a newer request has come meanwhile', async () => {
  const account = new Account();
  account.tags = [{ key: REQUEST_TAG, value: 'r-1 r-2' }];
  expect((await account.trigger.step(request(2), {}, TIME)).kind).toBe('superseded');
  expect(account.tags).toEqual([{ key: REQUEST_TAG, value: 'r-1 r-2' }]);
  expect(account.created).toEqual([]);
});

test('records as many requests as a tag holds', async () => {
  const account = new Account();
  account.tags = [{ key: REQUEST_TAG, value: 'a b c d e f' }];
  await account.trigger.step(request(1), {}, TIME);
  expect(account.tags).toEqual([{ key: REQUEST_TAG, value: 'b c d e f r-1' }]);
});

test('stops another deployment on the way, waits for its rollback, and then starts its own', async () => {
  const account = new Account();
  const memory: Memory = {};
  account.active = 'd-9';
  account.deployments['d-9'] = { info: { deploymentId: 'd-9', status: 'InProgress' } };
  await account.trigger.step(request(2), memory, TIME);
  await account.trigger.step(request(2), memory, TIME);
  expect(account.stopped).toEqual(['d-9']);

  // Stopped, and its rollback not yet created: the group looks free, and is not.
  account.active = undefined;
  account.deployments['d-9'] = { info: { deploymentId: 'd-9', status: 'Stopped' } };
  await account.trigger.step(request(2), memory, TIME);
  account.deployments['d-9'] = { info: { deploymentId: 'd-9', status: 'Stopped', rollbackInfo: { rollbackDeploymentId: 'd-10' } } };
  account.deployments['d-10'] = { info: { deploymentId: 'd-10', status: 'InProgress', creator: 'codeDeployRollback' } };
  await account.trigger.step(request(2), memory, TIME);
  expect(account.created).toHaveLength(0);

  account.deployments['d-10'] = { info: { deploymentId: 'd-10', status: 'Succeeded', creator: 'codeDeployRollback' } };
  await account.trigger.step(request(2), memory, TIME);
  expect(account.created).toHaveLength(1);
});

test('waits when another deployment has come first', async () => {
  const account = new Account();
  account.refusesToCreate = true;
  expect(await account.trigger.step(request(2), {}, TIME)).toEqual({ kind: 'wait', forWhat: 'another deployment, which came first' });
});

describe('a task set runs a spec', () => {
  test('whatever the order of its subnets, with LATEST resolved', () => {
    expect(runs(taskSet(1, 'PRIMARY'), spec(1))).toBe(true);
  });

  test.each<[string, TargetServiceProperties]>([
    ['another revision', spec(2)],
    ['another platform version', { ...spec(1), PlatformVersion: '1.3.0' }],
    ['other subnets', { ...spec(1), NetworkConfiguration: { AwsvpcConfiguration: { Subnets: ['s-1'], SecurityGroups: ['sg-1'], AssignPublicIp: 'DISABLED' } } }],
    ['a public address', { ...spec(1), NetworkConfiguration: { AwsvpcConfiguration: { Subnets: ['s-1', 's-2'], SecurityGroups: ['sg-1'], AssignPublicIp: 'ENABLED' } } }],
    ['Spot', { ...spec(1), CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT', Base: 0, Weight: 1 }] }],
    ['another container port', { ...spec(1), LoadBalancerInfo: { ContainerName: 'api', ContainerPort: 9000 } }],
  ])('but not one with %s', (_name, other) => {
    expect(runs(taskSet(1, 'PRIMARY'), other)).toBe(false);
  });
});

describe('the hash of a spec', () => {
  test('does not see hooks, nor the order of keys and subnets', () => {
    const shuffled = JSON.stringify({
      ...Object.fromEntries(Object.entries(spec(1)).reverse()),
      NetworkConfiguration: {
        AwsvpcConfiguration: { AssignPublicIp: 'DISABLED', Subnets: ['s-2', 's-1'], SecurityGroups: ['sg-1'] },
      },
    });
    expect(parseSpec(shuffled).hash).toBe(parseSpec(JSON.stringify(spec(1))).hash);
    expect(hashOfAppSpec(renderAppSpec(spec(1), '[{"AfterInstall":"arn:x"}]'))).toBe(parseSpec(shuffled).hash);
    expect(hashOfAppSpec(renderAppSpec(spec(2), '[]'))).not.toBe(parseSpec(shuffled).hash);
  });

  test('is unknown for what is not JSON', () => {
    expect(hashOfAppSpec('version: 0.0')).toBeUndefined();
  });
});
