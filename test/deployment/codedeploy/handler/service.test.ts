import type { Service as EcsService } from '@aws-sdk/client-ecs';
import type { ElasticContainerService } from '../../../../src/deployment/codedeploy/handler/clients/elastic-container-service';
import type { Memory, Request } from '../../../../src/deployment/codedeploy/handler/request';
import { Service, serviceName } from '../../../../src/deployment/codedeploy/handler/service';
import type { ServiceProperties } from '../../../../src/deployment/codedeploy/resources';

const properties: ServiceProperties = {
  Cluster: 'arn:aws:ecs:us-east-1:123456789012:cluster/c',
  NamePrefix: 'Stack-Api',
  Spec: JSON.stringify({ TaskDefinition: 'arn:td:1', LoadBalancerInfo: { ContainerName: 'api', ContainerPort: 8000 } }),
  TargetGroup: 'A',
  InitialCount: '2',
  HealthCheckGracePeriodSeconds: '60',
  ExecuteCommand: 'true',
};
const ARN = 'arn:aws:ecs:us-east-1:123456789012:service/c/Stack-Api-12345678';
const TIME = { secondsLeft: 3000 };

function request(overrides: Partial<Request<ServiceProperties>>): Request<ServiceProperties> {
  return {
    RequestType: 'Create',
    RequestId: 'r',
    StackId: 'arn:stack/1',
    ResponseURL: 'u',
    ResourceType: 'Custom::BlueGreenService',
    LogicalResourceId: 'Service',
    ResourceProperties: properties,
    ...overrides,
  };
}

function update(change: Partial<ServiceProperties>, old: Partial<ServiceProperties> = {}) {
  return request({
    RequestType: 'Update',
    PhysicalResourceId: ARN,
    ResourceProperties: { ...properties, ...change },
    OldResourceProperties: { ...properties, ...old },
  });
}

const STEADY: EcsService = {
  serviceArn: ARN, status: 'ACTIVE', desiredCount: 2, runningCount: 2, taskSets: [{ status: 'PRIMARY', stabilityStatus: 'STEADY_STATE' }],
};
const STARTING: EcsService = { ...STEADY, runningCount: 0, taskSets: [{ status: 'PRIMARY', stabilityStatus: 'STABILIZING' }] };

function service(described?: EcsService, stopped: unknown[] = []) {
  const calls: unknown[][] = [];
  const record = (name: string, answer?: unknown) => async (...args: unknown[]) => {
    calls.push([name, ...args]);
    return answer;
  };
  const ecs = {
    describe: async () => described,
    stoppedTasks: async () => stopped,
    create: record('create', STARTING),
    update: record('update'),
    delete: record('delete'),
    tag: record('tag'),
    untag: record('untag'),
  };
  return { calls, service: new Service(ecs as unknown as ElasticContainerService) };
}

test('is created on the exact revision, and awaited until it is steady', async () => {
  const memory: Memory = {};
  const { calls, service: made } = service();
  expect((await made.step(request({}), memory, TIME)).kind).toBe('wait');
  expect(calls).toEqual([['create', expect.objectContaining({
    name: serviceName(request({})), spec: expect.objectContaining({ TaskDefinition: 'arn:td:1' }), desiredCount: 2, executeCommand: true,
  })]]);
  expect(memory.physicalId).toBe(ARN);
});

test('is found again when an invocation was lost after creating it', async () => {
  const { calls, service: made } = service(STEADY);
  expect(await made.step(request({}), {}, TIME)).toEqual({ kind: 'done', result: { physicalId: ARN, data: { Name: serviceName(request({})), Arn: ARN } } });
  expect(calls).toEqual([]);
});

test('that does not start fails with the reasons for which its tasks stopped, and does not wait an hour', async () => {
  const task = { stoppedReason: 'Essential container in task exited', containers: [{ exitCode: 1 }] };
  const { service: made } = service(STARTING, [task, task, { stoppedReason: 'CannotPullContainerError: no such image' }]);
  await expect(made.step(request({}), {}, TIME)).rejects.toThrow(new Error(
    `service ${serviceName(request({}))} does not start: 3 of its tasks have stopped, `
    + 'Essential container in task exited (exit code 1); CannotPullContainerError: no such image',
  ));
});

test('is left alone when only what a deployment carries has changed', async () => {
  const { calls, service: made } = service();
  const step = await made.step(update({ Spec: '{"TaskDefinition":"arn:td:2"}' }), {}, TIME);
  expect(step).toEqual({ kind: 'done', result: { physicalId: ARN, data: { Name: 'Stack-Api-12345678', Arn: ARN } } });
  expect(calls).toEqual([]);
});

test('gets only what differs, and its tags by a call of their own', async () => {
  const { calls, service: made } = service();
  await made.step(update(
    { HealthCheckGracePeriodSeconds: '90', DesiredCount: '3', Tags: [{ Key: 'a', Value: '1' }] },
    { DesiredCount: '2', Tags: [{ Key: 'b', Value: '1' }] },
  ), {}, TIME);
  expect(calls).toEqual([
    ['update', { cluster: properties.Cluster, service: ARN, desiredCount: 3, healthCheckGracePeriodSeconds: 90 }],
    ['tag', ARN, [{ Key: 'a', Value: '1' }]],
    ['untag', ARN, ['b']],
  ]);
});

test('keeps the number of tasks that scaling has chosen', async () => {
  const { calls, service: made } = service();
  await made.step(update({ InitialCount: '4' }, {}), {}, TIME);
  expect(calls).toEqual([]);
});

test('refuses another cluster and another target group, since users would be left with neither', async () => {
  for (const change of [{ Cluster: 'arn:other' }, { TargetGroup: 'C' }]) {
    const { calls, service: made } = service();
    await expect(made.step(update(change), {}, TIME)).rejects.toThrow(new Error(
      'the cluster and the target groups of a service cannot be replaced while it serves: '
      + 'make a second service beside this one with the new settings, move users there, and remove this one',
    ));
    expect(calls).toEqual([]);
  }
});

test('is deleted, and its tasks are gone, before its deletion is answered', async () => {
  const remove = request({ RequestType: 'Delete', PhysicalResourceId: ARN });
  const running = service(STEADY);
  expect((await running.service.step(remove, {}, TIME)).kind).toBe('wait');
  expect(running.calls).toEqual([['delete', properties.Cluster, ARN]]);

  const draining = service({ ...STEADY, status: 'DRAINING' });
  expect((await draining.service.step(remove, {}, TIME)).kind).toBe('wait');
  expect(draining.calls).toEqual([]);

  expect((await service().service.step(remove, {}, TIME)).kind).toBe('done');
});

test('whose creation was never answered is found by its name and deleted', async () => {
  const { calls, service: made } = service(STEADY);
  await made.step(request({ RequestType: 'Delete', PhysicalResourceId: 'not-created' }), {}, TIME);
  expect(calls).toEqual([['delete', properties.Cluster, serviceName(request({}))]]);
});
