import { ecsArn } from './identifiers';
import type { Service, TaskSet } from './service';
import type { Tag } from './tags';
import type { Task } from './task';
import type { World } from '../core/world';

/** A service as DescribeServices answers it. */
export function describeService(world: World, service: Service, tags?: readonly Tag[]): Record<string, unknown> {
  const { spec } = service;
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: service.cluster.arn,
    status: service.status,
    desiredCount: service.status === 'ACTIVE' ? service.desiredCount : 0,
    runningCount: sum(service, (taskSet) => taskSet.runningCount),
    pendingCount: sum(service, (taskSet) => taskSet.pendingCount),
    ...describeSpec(spec),
    taskDefinition: spec.taskDefinition.taskDefinitionArn,
    deploymentController: { type: service.controller },
    schedulingStrategy: 'REPLICA',
    serviceRegistries: [],
    placementConstraints: [],
    placementStrategy: [],
    healthCheckGracePeriodSeconds: service.gracePeriodSeconds,
    ...service.settings,
    deploymentConfiguration: {
      minimumHealthyPercent: service.percentages.minimumHealthy,
      maximumPercent: service.percentages.maximum,
      ...service.settings.deploymentConfiguration,
    },
    taskSets: service.controller === 'CODE_DEPLOY' ? service.taskSets.map((taskSet) => describeTaskSet(world, taskSet)) : [],
    deployments: service.controller === 'ECS' ? service.taskSets.map(describeDeployment) : [],
    events: service.events,
    createdAt: service.createdAt,
    ...tags && { tags },
  };
}

export function describeTaskSet(world: World, taskSet: TaskSet): Record<string, unknown> {
  const { service, spec } = taskSet;
  return {
    id: taskSet.id,
    taskSetArn: taskSet.arn(world),
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    startedBy: taskSet.externalId === undefined ? undefined : 'CODE_DEPLOY',
    externalId: taskSet.externalId,
    status: taskSet.status,
    taskDefinition: spec.taskDefinition.taskDefinitionArn,
    computedDesiredCount: taskSet.desiredCount,
    pendingCount: taskSet.pendingCount,
    runningCount: taskSet.runningCount,
    createdAt: taskSet.createdAt,
    updatedAt: taskSet.updatedAt,
    ...describeSpec(spec),
    serviceRegistries: [],
    scale: { value: taskSet.status === 'DRAINING' ? 0 : taskSet.scale, unit: 'PERCENT' },
    stabilityStatus: taskSet.stability,
    stabilityStatusAt: taskSet.stabilityAt,
    tags: [],
  };
}

function describeDeployment(taskSet: TaskSet): Record<string, unknown> {
  return {
    id: taskSet.id,
    status: taskSet.status,
    taskDefinition: taskSet.spec.taskDefinition.taskDefinitionArn,
    desiredCount: taskSet.status === 'PRIMARY' ? taskSet.desiredCount : taskSet.live().length,
    pendingCount: taskSet.pendingCount,
    runningCount: taskSet.runningCount,
    failedTasks: taskSet.failedTasks,
    createdAt: taskSet.createdAt,
    updatedAt: taskSet.updatedAt,
    ...describeSpec(taskSet.spec),
    rolloutState: taskSet.rollout.state,
    rolloutStateReason: taskSet.rollout.reason,
  };
}

/** A task as DescribeTasks answers it. */
export function describeTask(world: World, task: Task): Record<string, unknown> {
  const { spec } = task;
  const { cpu, memory } = spec.taskDefinition as { cpu?: string; memory?: string };
  return {
    taskArn: task.arn,
    clusterArn: ecsArn(world, `cluster/${spec.clusterName}`),
    taskDefinitionArn: spec.taskDefinition.taskDefinitionArn,
    group: spec.group,
    startedBy: spec.startedBy,
    lastStatus: task.status,
    desiredStatus: task.desiredStatus,
    healthStatus: task.health,
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    createdAt: task.createdAt,
    startedAt: task.startedAt,
    stoppingAt: task.stoppingAt,
    stoppedAt: task.stoppedAt,
    cpu,
    memory,
    launchType: spec.capacityProviderName === undefined ? 'FARGATE' : undefined,
    capacityProviderName: spec.capacityProviderName,
    platformVersion: spec.platformVersion === 'LATEST' ? '1.4.0' : spec.platformVersion,
    platformFamily: 'Linux',
    tags: spec.tags,
    overrides: spec.overrides ?? { containerOverrides: [] },
    attachments: [{
      id: task.id,
      type: 'ElasticNetworkInterface',
      status: task.status === 'STOPPED' ? 'DELETED' : 'ATTACHED',
      details: [{ name: 'privateIPv4Address', value: task.address }],
    }],
    containers: task.containers.map((container) => ({
      containerArn: ecsArn(world, `container/${spec.clusterName}/${task.id}/${container.id}`),
      taskArn: task.arn,
      name: container.definition.name,
      image: container.definition.image,
      lastStatus: container.status,
      exitCode: container.exitCode,
      reason: container.reason,
      healthStatus: container.health,
      networkInterfaces: [{ attachmentId: task.id, privateIpv4Address: task.address }],
    })),
  };
}

function describeSpec(spec: TaskSet['spec']): Record<string, unknown> {
  return {
    loadBalancers: spec.loadBalancers,
    networkConfiguration: spec.networkConfiguration,
    platformVersion: spec.platformVersion,
    platformFamily: 'Linux',
    launchType: spec.capacityProviderStrategy?.length ? undefined : spec.launchType,
    capacityProviderStrategy: spec.capacityProviderStrategy?.length ? spec.capacityProviderStrategy : undefined,
  };
}

function sum(service: Service, count: (taskSet: TaskSet) => number): number {
  return service.taskSets.reduce((total, taskSet) => total + count(taskSet), 0);
}
