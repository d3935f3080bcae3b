import { describeRevision } from './app-specs';
import { ALL_AT_ONCE } from './configurations';
import type { Deployment, TaskSetView } from './deployment';
import type { Application, Group } from './groups';
import { refusals } from './refusals';
import { arn, type World } from '../core/world';

const STYLE = { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' };

/** A deployment as GetDeployment answers it. */
export function describeDeployment(deployment: Deployment): Record<string, unknown> {
  const { request } = deployment;
  const { group } = request;
  return {
    applicationName: group.application.name,
    deploymentGroupName: group.name,
    deploymentConfigName: request.configurationName,
    deploymentId: deployment.id,
    previousRevision: request.previousRevision && describeRevision(request.previousRevision),
    revision: describeRevision(request.revision),
    status: deployment.status,
    errorInformation: deployment.error,
    createTime: deployment.createTime,
    startTime: deployment.startTime,
    completeTime: deployment.completeTime,
    description: request.description,
    creator: request.creator,
    ignoreApplicationStopFailures: false,
    autoRollbackConfiguration: request.autoRollback,
    updateOutdatedInstancesOnly: false,
    rollbackInfo: deployment.rollbackInfo ?? {},
    deploymentStyle: STYLE,
    instanceTerminationWaitTimeStarted: deployment.terminationWaitStarted,
    ...describeBlueGreen(group),
    fileExistsBehavior: 'DISALLOW',
    deploymentStatusMessages: [],
    computePlatform: 'ECS',
    overrideAlarmConfiguration: request.overrideAlarms,
  };
}

export function targetIdOf(deployment: Deployment): string {
  const { clusterName, serviceName } = deployment.request.group.settings;
  return `${clusterName}:${serviceName}`;
}

/** The target of a deployment on ECS: its service. */
export function describeTarget(world: World, deployment: Deployment): Record<string, unknown> {
  if (!deployment.startTime) {
    throw refusals.notStarted(deployment.id);
  }
  const id = targetIdOf(deployment);
  return {
    deploymentTargetType: 'ECSTarget',
    ecsTarget: {
      deploymentId: deployment.id,
      targetId: id,
      targetArn: arn(world, 'ecs', `service/${id.replace(':', '/')}`),
      lastUpdatedAt: deployment.lastUpdatedAt,
      lifecycleEvents: deployment.events.map(({ name, status, startTime, endTime, diagnostics }) => {
        return { lifecycleEventName: name, status, startTime, endTime, diagnostics };
      }),
      status: statusOfTarget(deployment),
      taskSetsInfo: [
        ...describeTaskSet(deployment.blue, 'Blue', 100 - deployment.greenPercent),
        ...describeTaskSet(deployment.green, 'Green', deployment.greenPercent),
      ],
    },
  };
}

export function describeGroup(group: Group): Record<string, unknown> {
  const { settings } = group;
  return {
    applicationName: group.application.name,
    deploymentGroupId: group.id,
    deploymentGroupName: group.name,
    deploymentConfigName: settings.deploymentConfigName ?? ALL_AT_ONCE,
    serviceRoleArn: settings.serviceRoleArn,
    targetRevision: group.lastSuccessfulRevision && describeRevision(group.lastSuccessfulRevision),
    alarmConfiguration: settings.alarms,
    autoRollbackConfiguration: settings.autoRollback,
    deploymentStyle: STYLE,
    ...describeBlueGreen(group),
    lastSuccessfulDeployment: describeLast(group.lastSuccessful),
    lastAttemptedDeployment: describeLast(group.lastAttempted),
    computePlatform: 'ECS',
    ecsServices: [{ clusterName: settings.clusterName, serviceName: settings.serviceName }],
    triggerConfigurations: [],
  };
}

export function describeApplication(application: Application): Record<string, unknown> {
  return {
    applicationId: application.id,
    applicationName: application.name,
    createTime: application.createTime,
    linkedToGitHub: false,
    computePlatform: 'ECS',
  };
}

function describeBlueGreen({ settings }: Group): Record<string, unknown> {
  return {
    blueGreenDeploymentConfiguration: {
      terminateBlueInstancesOnDeploymentSuccess: settings.terminateBlue,
      deploymentReadyOption: settings.readyOption,
    },
    loadBalancerInfo: {
      targetGroupPairInfoList: [{
        targetGroups: settings.targetGroupNames.map((name) => ({ name })),
        prodTrafficRoute: { listenerArns: [settings.productionListenerArn] },
        ...settings.testListenerArn && { testTrafficRoute: { listenerArns: [settings.testListenerArn] } },
      }],
    },
  };
}

function describeTaskSet(view: TaskSetView | undefined, label: 'Blue' | 'Green', trafficWeight: number): unknown[] {
  return view ? [{
    identifer: view.id,
    desiredCount: view.last.computedDesiredCount,
    pendingCount: view.last.pendingCount,
    runningCount: view.last.runningCount,
    status: view.last.status,
    trafficWeight,
    targetGroup: { name: view.targetGroupName },
    taskSetLabel: label,
  }] : [];
}

function describeLast(deployment: Deployment | undefined): unknown {
  if (!deployment) {
    return undefined;
  }
  const { id, status, createTime, completeTime } = deployment;
  return { deploymentId: id, status, createTime, endTime: completeTime };
}

function statusOfTarget(deployment: Deployment): string {
  switch (deployment.status) {
    case 'Succeeded': return 'Succeeded';
    case 'Failed':
    case 'Stopped': return 'Failed';
    case 'Ready': return 'Ready';
    default: return 'InProgress';
  }
}
