import { ApplicationAutoScalingClient, DescribeScalableTargetsCommand, DescribeScalingPoliciesCommand, RegisterScalableTargetCommand } from '@aws-sdk/client-application-auto-scaling';
import type { ResourceState } from '../../../src/local-aws/core/api';
import { Endpoint } from '../../../src/local-aws/endpoint/endpoint';
import { ApplicationAutoScaling } from '../../../src/local-aws/scaling/application-auto-scaling';
import { testWorld } from '../traffic/fixture';

const TARGET = 'AWS::ApplicationAutoScaling::ScalableTarget';
const POLICY = 'AWS::ApplicationAutoScaling::ScalingPolicy';
const service = { ServiceNamespace: 'ecs', ResourceId: 'service/cluster/api', ScalableDimension: 'ecs:service:DesiredCount' } as const;

let scaling: ApplicationAutoScaling;
let endpoint: Endpoint;
let client: ApplicationAutoScalingClient;

beforeEach(async () => {
  const world = testWorld(1);
  scaling = new ApplicationAutoScaling(world);
  endpoint = new Endpoint(world);
  endpoint.serveFrom([scaling]);
  await endpoint.listen(0);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new ApplicationAutoScalingClient({ endpoint: endpoint.url(), region: 'eu-west-1', credentials });
});

afterEach(async () => {
  client.destroy();
  await endpoint.close();
  await scaling.close();
});

function request(resourceType: string, properties: object) {
  return { stackId: 'id', stackName: 'api', logicalId: 'Scaling', resourceType, properties, stackTags: {}, signal: new AbortController().signal };
}

const create = (type: string, properties: object): Promise<ResourceState> => scaling.resourceTypes[type].create(request(type, properties));

async function target() {
  const { ScalableTargets } = await client.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs', ResourceIds: [service.ResourceId] }));
  return ScalableTargets![0];
}

test('keeps a suspension when a stack update registers the target again', async () => {
  const state = await create(TARGET, { ...service, MinCapacity: 1, MaxCapacity: 2 });
  expect(state.physicalId).toBe('service/cluster/api|ecs:service:DesiredCount|ecs');
  const SuspendedState = { DynamicScalingInSuspended: true, DynamicScalingOutSuspended: true, ScheduledScalingSuspended: true };
  await client.send(new RegisterScalableTargetCommand({ ...service, SuspendedState }));
  expect(await target()).toMatchObject({ MinCapacity: 1, MaxCapacity: 2, SuspendedState });

  await scaling.resourceTypes[TARGET].update(request(TARGET, { ...service, MinCapacity: 1, MaxCapacity: 4 }), state, {});

  expect(await target()).toMatchObject({ MinCapacity: 1, MaxCapacity: 4, SuspendedState });
});

test('refuses a new target without capacities, in the words of AWS', async () => {
  await expect(client.send(new RegisterScalableTargetCommand({ ...service })))
    .rejects.toThrow('MinCapacity and MaxCapacity must be specified when registering a new scalable target');
});

test('forgets the policies of a target that is deleted', async () => {
  const state = await create(TARGET, { ...service, MinCapacity: 1, MaxCapacity: 2 });
  await create(POLICY, { PolicyName: 'cpu', PolicyType: 'TargetTrackingScaling', ScalingTargetId: state.physicalId });
  const policies = async () => (await client.send(new DescribeScalingPoliciesCommand({ ServiceNamespace: 'ecs' }))).ScalingPolicies!;
  expect(await policies()).toEqual([expect.objectContaining({ PolicyName: 'cpu', ResourceId: service.ResourceId })]);

  await scaling.resourceTypes[TARGET].delete(request(TARGET, service), state);

  expect(await policies()).toEqual([]);
});

test('refuses a policy for a target that is not registered', async () => {
  await expect(create(POLICY, { PolicyName: 'cpu', PolicyType: 'TargetTrackingScaling', ...service }))
    .rejects.toThrow(new Error('No scalable target registered for service/cluster/api|ecs:service:DesiredCount|ecs'));
});
