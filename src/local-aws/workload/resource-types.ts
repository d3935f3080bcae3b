import type { ElasticContainerService } from './elastic-container-service';
import { mergeTags, toApi } from './properties';
import type { Service } from './service';
import { UPDATE_PARAMETERS } from './service-rules';
import { AwsError, type Properties, type ResourceRequest, type ResourceState, type ResourceType } from '../core/api';
import { madeUpName } from '../core/names';
import type { World } from '../core/world';

/** How long CloudFormation waits for a service to become steady. */
const STABILIZATION_SECONDS = 3 * 3600;
const LOOK_MILLIS = 50;

/** What CloudFormation makes of the resource types of ECS. */
export function ecsResourceTypes(world: World, ecs: ElasticContainerService): Record<string, ResourceType> {
  return {
    'AWS::ECS::Cluster': cluster(ecs),
    'AWS::ECS::ClusterCapacityProviderAssociations': capacityProviders(ecs),
    'AWS::ECS::TaskDefinition': taskDefinition(ecs),
    'AWS::ECS::Service': service(world, ecs),
  };
}

function cluster(ecs: ElasticContainerService): ResourceType {
  const toState = (name: string, arn: string): ResourceState => ({ physicalId: name, attributes: { Arn: arn } });
  return {
    kind: 'rehearsed',
    replacedBy: ['ClusterName'],
    create: async (request) => {
      const { Tags, ...properties } = request.properties;
      const { clusterSettings: settings, ...others } = toApi(properties);
      const made = ecs.clusters.create({ clusterName: madeUpName(request), ...others, settings, tags: mergeTags(request.stackTags, Tags) });
      return toState(made.name, made.arn);
    },
    update: async (request, state) => {
      const found = ecs.clusters.require(state.physicalId);
      const { clusterSettings } = toApi(request.properties);
      found.settings = clusterSettings ?? found.settings;
      ecs.tags.replace(found.arn, mergeTags(request.stackTags, request.properties.Tags));
      return state;
    },
    delete: async (_request, state) => {
      if (ecs.clusters.find(state.physicalId)) {
        await ecs.apis[0].operations.DeleteCluster({ cluster: state.physicalId });
      }
    },
  };
}

function capacityProviders(ecs: ElasticContainerService): ResourceType {
  const put = async (request: ResourceRequest): Promise<ResourceState> => {
    const found = ecs.clusters.require(request.properties.Cluster);
    found.capacityProviders = request.properties.CapacityProviders ?? [];
    found.defaultCapacityProviderStrategy = toApi(request.properties).defaultCapacityProviderStrategy ?? [];
    return { physicalId: found.name, attributes: {} };
  };
  return {
    kind: 'recorded',
    replacedBy: ['Cluster'],
    create: put,
    update: put,
    delete: async (_request, state) => {
      const found = ecs.clusters.find(state.physicalId);
      if (found) {
        found.capacityProviders = [];
        found.defaultCapacityProviderStrategy = [];
      }
    },
  };
}

function taskDefinition(ecs: ElasticContainerService): ResourceType {
  return {
    kind: 'rehearsed',
    // A revision never changes: every property but the tags makes a new one.
    replacedBy: [
      'Family', 'ContainerDefinitions', 'Cpu', 'Memory', 'NetworkMode', 'RequiresCompatibilities', 'ExecutionRoleArn', 'TaskRoleArn', 'Volumes', 'RuntimePlatform',
      'EphemeralStorage', 'PidMode', 'IpcMode', 'PlacementConstraints', 'ProxyConfiguration', 'InferenceAccelerators', 'EnableFaultInjection',
    ],
    create: async (request) => {
      const { Tags, ...properties } = request.properties;
      const made = ecs.taskDefinitions.register({ family: `${request.stackName}${request.logicalId}`, ...coerce(toApi(properties)) });
      ecs.tags.replace(made.taskDefinitionArn, mergeTags(request.stackTags, Tags));
      return { physicalId: made.taskDefinitionArn, attributes: { TaskDefinitionArn: made.taskDefinitionArn } };
    },
    update: async (request, state) => {
      ecs.tags.replace(state.physicalId, mergeTags(request.stackTags, request.properties.Tags));
      return state;
    },
    delete: async (_request, state) => {
      if (ecs.taskDefinitions.find(state.physicalId)?.status === 'ACTIVE') {
        ecs.taskDefinitions.deregister(state.physicalId);
      }
    },
  };
}

function service(world: World, ecs: ElasticContainerService): ResourceType {
  const stateOf = (made: Service): ResourceState => ({ physicalId: made.arn, attributes: { Name: made.name, ServiceArn: made.arn } });
  const find = (properties: Properties, state: ResourceState) => ecs.services.find(properties.Cluster, state.physicalId);
  return {
    kind: 'rehearsed',
    replacedBy: ['Cluster', 'LaunchType', 'Role', 'SchedulingStrategy', 'ServiceName'],
    create: async (request) => {
      const { Tags, ...properties } = request.properties;
      const made = ecs.services.create({
        desiredCount: 1,
        serviceName: madeUpName(request),
        ...coerce(toApi(properties)),
        tags: mergeTags(request.stackTags, Tags),
      });
      request.onMade?.(stateOf(made));
      ecs.scheduler.look();
      await untilSteady(world, made, request.signal);
      return stateOf(made);
    },
    update: async (request, state) => {
      // As CloudFormation does: whatever has changed, all that UpdateService takes is sent.
      const all = { ...coerce(toApi(request.properties)), service: state.physicalId };
      const sent = Object.fromEntries(Object.entries(all).filter(([name]) => name in UPDATE_PARAMETERS && name !== 'deploymentController'));
      const updated = ecs.services.update(sent);
      ecs.tags.replace(updated.arn, mergeTags(request.stackTags, request.properties.Tags));
      ecs.scheduler.look();
      await untilSteady(world, updated, request.signal);
      return stateOf(updated);
    },
    delete: async (request, state) => {
      const found = find(request.properties, state);
      if (found?.status === 'ACTIVE') {
        ecs.services.delete({ cluster: request.properties.Cluster, service: state.physicalId, force: true });
        ecs.scheduler.look();
      }
      while (found && found.status !== 'INACTIVE') {
        await world.clock.sleep((LOOK_MILLIS / 1000) * world.clock.speed, request.signal);
      }
    },
  };
}

async function untilSteady(world: World, made: Service, signal: AbortSignal): Promise<void> {
  const deadline = world.clock.millis() + STABILIZATION_SECONDS * 1000;
  for (;;) {
    const primary = made.primary();
    if (primary?.stability === 'STEADY_STATE' && (made.controller !== 'ECS' || primary.rollout.state === 'COMPLETED')) {
      return;
    }
    const failed = made.taskSets.find((taskSet) => taskSet.rollout.state === 'FAILED');
    if (failed) {
      throw new AwsError('NotStabilized', 'Error occurred during operation \'ECS Deployment Circuit Breaker was triggered\'.');
    }
    if (made.status !== 'ACTIVE' || world.clock.millis() > deadline) {
      throw new AwsError('NotStabilized', `Resource of type 'AWS::ECS::Service' with identifier '${made.arn}' did not stabilize. ${made.events[0]?.message ?? ''}`.trim());
    }
    await world.clock.sleep((LOOK_MILLIS / 1000) * world.clock.speed, signal);
  }
}

/** As CloudFormation does: a template may say "1" where the API wants 1, and 256 where it wants "256". */
function coerce(input: Record<string, any>): Record<string, any> {
  const coerced = { ...input };
  for (const [name, convert] of [['desiredCount', Number], ['healthCheckGracePeriodSeconds', Number], ['cpu', String], ['memory', String]] as const) {
    if (coerced[name] !== undefined) {
      coerced[name] = convert(coerced[name]);
    }
  }
  return coerced;
}
