import { Ecs, eventually, get, refusalOf, resourceRequest, TARGET_GROUP_A, testWorld } from './support';
import type { ResourceState } from '../../../src/local-aws/core/api';

let world: ReturnType<typeof testWorld>;
let ecs: Ecs;

beforeEach(async () => {
  world = testWorld();
  ecs = new Ecs(world);
  await ecs.prepare();
});

afterEach(async () => {
  await ecs.service.close();
  await world.dispose();
});

const running = () => ecs.targets.of(TARGET_GROUP_A);

describe('a service under the CODE_DEPLOY controller', () => {
  test('runs the desired count as real processes behind its target group', async () => {
    await ecs.createService({ desiredCount: 2 });
    const service = await ecs.steady();
    expect(service).toMatchObject({ status: 'ACTIVE', runningCount: 2, pendingCount: 0, deployments: [], taskDefinition: expect.stringMatching(/task-definition\/api:1$/) });
    expect(service.taskSets).toMatchObject([{ status: 'PRIMARY', computedDesiredCount: 2, runningCount: 2, scale: { value: 100, unit: 'PERCENT' } }]);
    expect(running().map(({ label, port }) => [label, port])).toEqual([['api:1', 8080], ['api:1', 8080]]);
    expect(await Promise.all(running().map((target) => get(target.loopbackPort)))).toEqual(['image', 'image']);
  });

  test('takes the latest ACTIVE revision of a bare family, and exactly the revision that is named', async () => {
    const second = await ecs.registerRevision({});
    const third = await ecs.registerRevision({});
    await ecs.call('DeregisterTaskDefinition', { taskDefinition: third });
    expect(await ecs.createService({ desiredCount: 0 })).toMatchObject({ taskDefinition: second });
    expect(await ecs.createService({ serviceName: 'exact', taskDefinition: 'api:1', desiredCount: 0 })).toMatchObject({ taskDefinition: expect.stringMatching(/api:1$/) });
  });

  test('scales by UpdateService', async () => {
    await ecs.createService();
    await ecs.steady();
    await ecs.call('UpdateService', { cluster: 'main', service: 'api', desiredCount: 2 });
    await eventually(() => running().length === 2);
    await ecs.call('UpdateService', { cluster: 'main', service: 'api', desiredCount: 1 });
    await eventually(() => running().length === 1);
    await eventually(() => world.processes.pids().length === 1);
  });

  test('starts another task when one ends', async () => {
    await ecs.createService();
    await ecs.steady();
    const [first] = running();
    await get(first.loopbackPort, '/crash').catch(() => undefined);
    expect(await ecs.stoppedTask()).toMatchObject({ stopCode: 'EssentialContainerExited', stoppedReason: 'Essential container in task exited', containers: [{ exitCode: 3 }] });
    const replacement = await eventually(() => running().find((target) => target.id !== first.id));
    expect(await get(replacement.loopbackPort)).toBe('image');
  });

  test('replaces a task that the load balancer finds unhealthy', async () => {
    await ecs.createService();
    await ecs.steady();
    const [first] = running();
    ecs.targets.answer = (target) => target.id === first.id ? 'unhealthy' : 'healthy';
    const replacement = await eventually(() => running().find((target) => target.id !== first.id));
    expect(replacement.label).toBe('api:1');
    expect(await ecs.stoppedTask()).toMatchObject({ stopCode: 'ServiceSchedulerInitiated', stoppedReason: `Task failed ELB health checks in (target-group ${TARGET_GROUP_A})` });
  });

  test('leaves an unhealthy task alone within the grace period', async () => {
    ecs.targets.answer = () => 'unhealthy';
    await ecs.createService({ healthCheckGracePeriodSeconds: 100_000 });
    await eventually(() => running().length === 1);
    const [first] = running();
    await world.clock.sleep(20);
    expect(running()).toEqual([first]);
    expect((await ecs.describe()).taskSets[0].stabilityStatus).toBe('STABILIZING');
  });

  test('takes a task out of its target group before its process ends', async () => {
    await ecs.createService();
    await ecs.steady();
    let alive: number | undefined;
    ecs.targets.deregister = async () => {
      alive = world.processes.pids().length;
    };
    await ecs.call('DeleteService', { cluster: 'main', service: 'api', force: true });
    await eventually(async () => (await ecs.describe()).status === 'INACTIVE');
    expect(alive).toBe(1);
    expect(world.processes.pids()).toEqual([]);
  });

  test('says what happened in its events', async () => {
    await ecs.createService();
    const service = await ecs.steady();
    const messages = service.events.map((event: { message: string }) => event.message);
    expect(messages[0]).toBe(`(service api, taskSet ${service.taskSets[0].id}) has reached a steady state.`);
    expect(messages[1]).toMatch(/^\(service api, taskSet ecs-svc\/\d+\) has started 1 tasks: \(task [0-9a-f]{32}\)\.$/);
  });

  test.each([
    [{ taskDefinition: 'api:1' }, 'Unable to update task definition'],
    [{ networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } } }, 'Unable to update network parameters'],
    [{ platformVersion: 'LATEST' }, 'Unable to update platform version'],
    [{ loadBalancers: [] }, 'Unable to update load balancers'],
    [{ forceNewDeployment: true }, 'Cannot force a new deployment'],
  ])('refuses an update with %j', async (input, refusal) => {
    await ecs.createService({ desiredCount: 0 });
    expect(await ecs.refusal('UpdateService', { cluster: 'main', service: 'api', ...input })).toBe(
      `InvalidParameterException: ${refusal} on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.`,
    );
  });

  test('refuses a circuit breaker', async () => {
    await ecs.createService({ desiredCount: 0 });
    const deploymentConfiguration = { deploymentCircuitBreaker: { enable: true, rollback: true } };
    expect(await ecs.refusal('UpdateService', { cluster: 'main', service: 'api', deploymentConfiguration })).toBe(
      'InvalidParameterException: Deployment circuit breaker can only be configured with ECS deployment controller.',
    );
  });
});

describe('what ECS refuses', () => {
  test.each([
    ['a missing cluster', { cluster: 'other' }, 'ClusterNotFoundException: Cluster not found.'],
    ['no desired count', { desiredCount: undefined }, 'InvalidParameterException: desiredCount is required when creating a service.'],
    ['a count that is a string', { desiredCount: '1' }, 'SerializationException: STRING_VALUE can not be converted to an Integer'],
    ['an unknown revision', { taskDefinition: 'api:9' }, 'ClientException: TaskDefinition not found.'],
    ['a container that is not there', { loadBalancers: [{ targetGroupArn: TARGET_GROUP_A, containerName: 'api', containerPort: 8080 }] },
      'InvalidParameterException: The container api does not exist in the task definition.'],
    ['a port that is not there', { loadBalancers: [{ targetGroupArn: TARGET_GROUP_A, containerName: 'web', containerPort: 80 }] },
      'InvalidParameterException: The container web did not have a container port 80 defined.'],
    ['launch type beside capacity providers', { launchType: 'FARGATE', capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT' }] },
      'InvalidParameterException: Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.'],
  ])('refuses a service with %s', async (_what, input, refusal) => {
    expect(await refusalOf(() => ecs.createService(input))).toBe(refusal);
  });

  test('refuses an unknown parameter by its name', async () => {
    expect(await refusalOf(() => ecs.createService({ desiredcount: 1 }))).toMatch(/^InvalidParameterException: Unknown parameter in input: "desiredcount", must be one of: /);
  });

  test('refuses a target group that no load balancer leads to', async () => {
    ecs.targets.attached = false;
    expect(await refusalOf(() => ecs.createService())).toBe(
      `InvalidParameterException: The target group with targetGroupArn ${TARGET_GROUP_A} does not have an associated load balancer.`,
    );
  });

  test('refuses a name in use', async () => {
    await ecs.createService({ desiredCount: 0 });
    expect(await refusalOf(() => ecs.createService())).toBe('InvalidParameterException: Creation of service was not idempotent.');
  });

  test('refuses an inactive revision, which stays describable', async () => {
    await ecs.call('DeregisterTaskDefinition', { taskDefinition: 'api:1' });
    expect(await refusalOf(() => ecs.createService({ taskDefinition: 'api:1' }))).toBe('ClientException: TaskDefinition is inactive');
    expect((await ecs.call('DescribeTaskDefinition', { taskDefinition: 'api:1' })).taskDefinition).toMatchObject({ status: 'INACTIVE', revision: 1 });
  });

  test('refuses to touch what is not there or no longer active', async () => {
    expect(await ecs.refusal('UpdateService', { cluster: 'main', service: 'api' })).toBe('ServiceNotFoundException: Service not found.');
    await ecs.createService({ desiredCount: 0 });
    await ecs.call('DeleteService', { cluster: 'main', service: 'api', force: true });
    expect(await ecs.refusal('UpdateService', { cluster: 'main', service: 'api' })).toBe('ServiceNotActiveException: Service was not ACTIVE.');
  });

  test('answers MISSING for a service that is not there', async () => {
    expect(await ecs.call('DescribeServices', { cluster: 'main', services: ['nope'] })).toEqual({
      services: [],
      failures: [{ arn: 'arn:aws:ecs:eu-central-1:123456789012:service/main/nope', reason: 'MISSING' }],
    });
  });
});

describe('a service under the ECS controller', () => {
  test('keeps the old tasks until the new ones are healthy', async () => {
    await ecs.createService({ deploymentController: { type: 'ECS' } });
    await ecs.steady();
    const second = await ecs.registerRevision({ environment: [{ name: 'VERSION', value: 'two' }] });
    await ecs.call('UpdateService', { cluster: 'main', service: 'api', taskDefinition: second });
    await eventually(async () => running().length === 1 && running()[0].label === 'api:2');
    expect(ecs.targets.log).toEqual(['register api:1', 'register api:2', 'deregister api:1']);
    expect(await eventually(async () => (await ecs.steady()).deployments.length === 1)).toBe(true);
    expect(await get(running()[0].loopbackPort)).toBe('two');
  });

  test('goes back to the last good revision when its circuit breaks', async () => {
    await ecs.createService({ deploymentController: { type: 'ECS' }, deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } } });
    await ecs.steady();
    ecs.targets.answer = (target) => target.label === 'api:2' ? 'initial' : 'healthy';
    const broken = await ecs.registerRevision({ command: ['node', '-e', 'process.exit(1)'] });
    await ecs.call('UpdateService', { cluster: 'main', service: 'api', taskDefinition: broken });
    await eventually(async () => (await ecs.describe()).events.some((event: { message: string }) => event.message.includes('rolling back to deployment')));
    const service = await eventually(async () => {
      const now = await ecs.describe();
      return now.deployments.length === 1 && now.deployments[0].rolloutState === 'COMPLETED' && now;
    });
    expect(service.taskDefinition).toMatch(/api:1$/);
  });
});

describe('CloudFormation', () => {
  const properties = {
    Cluster: 'main',
    TaskDefinition: 'api:1',
    DesiredCount: 1,
    DeploymentController: { Type: 'CODE_DEPLOY' },
    LoadBalancers: [{ TargetGroupArn: TARGET_GROUP_A, ContainerName: 'web', ContainerPort: 8080 }],
  };

  test('makes a service, waits until it is steady, and deletes it with its processes', async () => {
    const type = ecs.service.resourceTypes['AWS::ECS::Service'];
    const request = resourceRequest('AWS::ECS::Service', properties, 'Service');
    const state = await type.create(request);
    expect(state.attributes.Name).toMatch(/^Stack-Service-\w+$/);
    expect(running()).toHaveLength(1);
    expect(await ecs.call('ListTagsForResource', { resourceArn: state.physicalId })).toEqual({ tags: [{ key: 'stack', value: 'tag' }] });
    await type.delete(request, state);
    expect(world.processes.pids()).toEqual([]);
  });

  test('says that the service is there before it is steady, so that a rollback deletes it', async () => {
    ecs.targets.answer = () => 'initial';
    const cancelled = new AbortController();
    const type = ecs.service.resourceTypes['AWS::ECS::Service'];
    let early: ResourceState | undefined;
    const request = {
      ...resourceRequest('AWS::ECS::Service', { ...properties, ServiceName: 'api' }),
      signal: cancelled.signal,
      onMade: (state: ResourceState) => { early = state; },
    };
    const created = refusalOf(() => type.create(request));
    await eventually(() => running().length === 1);
    cancelled.abort();
    expect(await created).toMatch(/^AbortError: /);
    expect(early?.attributes.Name).toBe('api');
    await type.delete({ ...request, signal: new AbortController().signal }, early!);
    expect((await ecs.describe()).status).toBe('INACTIVE');
    expect(world.processes.pids()).toEqual([]);
  });

  test('sends all properties on an update, and is refused for it', async () => {
    const type = ecs.service.resourceTypes['AWS::ECS::Service'];
    const state = await type.create(resourceRequest('AWS::ECS::Service', properties, 'Service'));
    const changed = { ...properties, HealthCheckGracePeriodSeconds: 10 };
    expect(await refusalOf(() => type.update(resourceRequest('AWS::ECS::Service', changed, 'Service'), state, properties))).toBe(
      'InvalidParameterException: Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.',
    );
  });

  test('replaces a task definition whatever changes, and deregisters the old revision', async () => {
    const type = ecs.service.resourceTypes['AWS::ECS::TaskDefinition'];
    const request = resourceRequest('AWS::ECS::TaskDefinition', {
      Family: 'fam',
      Cpu: 256,
      ContainerDefinitions: [{ Name: 'web', Image: 'api:1', PortMappings: [{ ContainerPort: 80 }], DockerLabels: { Team: 'a' } }],
    });
    const state = await type.create(request);
    expect(state.physicalId).toBe('arn:aws:ecs:eu-central-1:123456789012:task-definition/fam:1');
    expect((await ecs.call('DescribeTaskDefinition', { taskDefinition: 'fam' })).taskDefinition.containerDefinitions).toEqual([
      { name: 'web', image: 'api:1', essential: true, portMappings: [{ containerPort: 80 }], dockerLabels: { Team: 'a' } },
    ]);
    expect((await ecs.call('DescribeTaskDefinition', { taskDefinition: 'fam' })).taskDefinition.cpu).toBe('256');
    expect(type.replacedBy).toContain('ContainerDefinitions');
    await type.delete(request, state);
    expect((await ecs.call('DescribeTaskDefinition', { taskDefinition: 'fam:1' })).taskDefinition.status).toBe('INACTIVE');
  });
});

test('ends every process on close', async () => {
  await ecs.createService({ desiredCount: 2 });
  await ecs.steady();
  expect(world.processes.pids()).toHaveLength(2);
  await ecs.service.close();
  expect(world.processes.pids()).toEqual([]);
});
