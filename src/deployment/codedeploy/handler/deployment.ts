import type { Service, Task, TaskSet } from '@aws-sdk/client-ecs';
import { causeOf, MOST_STOPPED_TASKS, stoppedReasons } from './cause';
import { isRollback, type CodeDeploy, type DeploymentView } from './clients/code-deploy';
import type { ElasticContainerService } from './clients/elastic-container-service';
import { decide, type ActiveDeployment, type EndedDeployment, type Situation } from './decision';
import { hashOfAppSpec, parseSpec, renderAppSpec, type Spec } from './deployed-spec';
import { done, wait, type Memory, type Request, type Resource, type Step, type Time } from './request';
import { hasEnded, hasShifted } from '../../lifecycle';
import type { TargetServiceProperties } from '../app-spec';
import type { DeploymentProperties } from '../resources';

/** The tag on the service that says which requests have come, the one that CloudFormation waits for last. */
export const REQUEST_TAG = 'fargate-blue-green:requests';

/** As many as fit the 256 characters of a tag's value. */
const REQUESTS_RECORDED = 6;

/** Stopping, rolling back and answering take minutes: what is not shifted by then is stopped. */
const SECONDS_TO_GO_BACK = 600;

/** A failed deployment's rollback is created a moment later; after so many looks without one there is none to come. */
const LOOKS_FOR_ROLLBACK = 6;

/** The trigger: looks, decides, acts, and looks again, until CloudFormation can be answered. */
export class Deployment implements Resource<DeploymentProperties> {
  constructor(
    private readonly ecs: ElasticContainerService,
    private readonly codeDeploy: CodeDeploy,
    private readonly region: string,
  ) {}

  public async step(request: Request<DeploymentProperties>, memory: Memory, time: Time): Promise<Step> {
    const wanted = request.ResourceProperties;
    const physicalId = request.PhysicalResourceId ?? `${wanted.Service}-deployment`;
    memory.physicalId = physicalId;
    const spec = parseSpec(wanted.Spec);
    const decision = decide(await this.look(request, memory, time, spec));
    switch (decision.verb) {
      case 'end':
        return { kind: 'superseded', reason: decision.reason };
      case 'succeed':
        return done(physicalId);
      case 'fail':
        throw new Error(decision.cause);
      case 'wait':
        memory.deploymentId = decision.adopt ?? memory.deploymentId;
        return wait(decision.forWhat);
      case 'start':
        memory.deploymentId = await this.codeDeploy.create(
          wanted.Application, wanted.DeploymentGroup, renderAppSpec(spec.properties, wanted.Hooks), `CloudFormation request ${request.RequestId}`,
        );
        return wait(memory.deploymentId === undefined ? 'another deployment, which came first' : `deployment ${memory.deploymentId}, which was started`);
      case 'stop':
        memory.stoppedIds = [...memory.stoppedIds ?? [], decision.id];
        memory.failure = decision.failure ?? memory.failure;
        await this.codeDeploy.stop(decision.id);
        return wait(`deployment ${decision.id} to stop: ${decision.reason}`);
      case 'endBake':
        await this.codeDeploy.endBake(decision.id);
        return wait(decision.forWhat);
    }
  }

  private async look(request: Request<DeploymentProperties>, memory: Memory, time: Time, spec: Spec): Promise<Situation> {
    const wanted = request.ResourceProperties;
    const timeIsNearlyUp = time.secondsLeft < SECONDS_TO_GO_BACK;
    if (request.RequestType === 'Create') {
      return { superseded: false, requestType: 'Create', timeIsNearlyUp };
    }
    const service = await this.ecs.describe(wanted.Cluster, wanted.Service);
    const superseded = service !== undefined && request.RequestType === 'Update' && await this.isSuperseded(request, service);
    return {
      superseded,
      requestType: request.RequestType,
      primaryIsWanted: service && taskSets(service, 'PRIMARY').some((taskSet) => runs(taskSet, spec.properties)),
      active: await this.lookAtActive(wanted, memory, service, spec),
      awaited: await this.lookAtAwaited(memory, wanted),
      rollingBack: await this.lookAtRollbacks(memory),
      failure: memory.failure,
      timeIsNearlyUp,
    };
  }

  /**
   * The first look of a request records it on the service, behind those before it; a later look, or a crashed invocation
   * that Lambda makes again, finds whether another has come since.
   */
  private async isSuperseded(request: Request<DeploymentProperties>, service: Service): Promise<boolean> {
    const recorded = service.tags?.find((tag) => tag.key === REQUEST_TAG)?.value?.split(' ') ?? [];
    if (recorded.includes(request.RequestId)) {
      return recorded[recorded.length - 1] !== request.RequestId;
    }
    const requests = [...recorded, request.RequestId].slice(-REQUESTS_RECORDED);
    await this.ecs.tag(service.serviceArn!, [{ Key: REQUEST_TAG, Value: requests.join(' ') }]);
    return false;
  }

  private async lookAtActive(
    wanted: DeploymentProperties, memory: Memory, service: Service | undefined, spec: Spec,
  ): Promise<ActiveDeployment | undefined> {
    const id = await this.codeDeploy.activeDeployment(wanted.Application, wanted.DeploymentGroup);
    if (id === undefined) {
      return undefined;
    }
    const { info, target } = await this.codeDeploy.describe(id);
    const content = await this.codeDeploy.appSpecOf(info);
    const installing = target?.lifecycleEvents?.some(({ lifecycleEventName, status }) => lifecycleEventName === 'Install' && status === 'InProgress');
    return {
      id,
      isRollback: isRollback(info),
      isWanted: id === memory.deploymentId || (content !== undefined && hashOfAppSpec(content) === spec.hash),
      doesNotStart: installing ? await this.whyGreenDoesNotStart(wanted, info.createTime) : undefined,
      hasShifted: hasShifted(target?.lifecycleEvents ?? []),
      blueIsWanted: service !== undefined && taskSets(service, 'ACTIVE', 'DRAINING').some((taskSet) => runs(taskSet, spec.properties)),
      isStopping: memory.stoppedIds?.includes(id) ?? false,
    };
  }

  private async whyGreenDoesNotStart(wanted: DeploymentProperties, since: Date | undefined): Promise<string | undefined> {
    const stopped = await this.stoppedTasksOf(wanted, since);
    return stopped.length < MOST_STOPPED_TASKS ? undefined : `${stopped.length} of its tasks have stopped, ${stoppedReasons(stopped)}`;
  }

  private async lookAtAwaited(memory: Memory, wanted: DeploymentProperties): Promise<EndedDeployment | undefined> {
    if (memory.deploymentId === undefined) {
      return undefined;
    }
    const view = await this.codeDeploy.describe(memory.deploymentId);
    if (!hasEnded(view.info.status)) {
      return undefined;
    }
    const succeeded = view.info.status === 'Succeeded';
    return {
      id: memory.deploymentId,
      succeeded,
      cause: succeeded ? '' : causeOf(view, await this.stoppedTasksIfNotInstalled(view, wanted), this.region),
    };
  }

  /** The first of the deployments that failed or were stopped for this request whose rollback is not over. */
  private async lookAtRollbacks(memory: Memory): Promise<string | undefined> {
    const ids = new Set([...memory.stoppedIds ?? [], ...memory.deploymentId === undefined ? [] : [memory.deploymentId]]);
    for (const id of ids) {
      const { info } = await this.codeDeploy.describe(id);
      if (hasEnded(info.status) && info.status !== 'Succeeded' && await this.isRollingBack(id, info.rollbackInfo?.rollbackDeploymentId, memory)) {
        return id;
      }
    }
    return undefined;
  }

  private async isRollingBack(id: string, rollbackId: string | undefined, memory: Memory): Promise<boolean> {
    if (rollbackId) {
      return !hasEnded((await this.codeDeploy.describe(rollbackId)).info.status);
    }
    const looks = (memory.looksForRollback?.[id] ?? 0) + 1;
    memory.looksForRollback = { ...memory.looksForRollback, [id]: looks };
    return looks < LOOKS_FOR_ROLLBACK;
  }

  private async stoppedTasksIfNotInstalled(view: DeploymentView, wanted: DeploymentProperties): Promise<readonly Task[]> {
    const failed = view.target?.lifecycleEvents?.find((event) => event.status === 'Failed');
    return failed?.lifecycleEventName === 'Install' ? this.stoppedTasksOf(wanted, view.info.createTime) : [];
  }

  /** The tasks of the wanted revision that have stopped since the deployment was created. */
  private async stoppedTasksOf(wanted: DeploymentProperties, since: Date | undefined): Promise<readonly Task[]> {
    const { TaskDefinition } = parseSpec(wanted.Spec).properties;
    return (await this.ecs.stoppedTasks(wanted.Cluster, wanted.Service)).filter(({ taskDefinitionArn, createdAt }) => (
      taskDefinitionArn === TaskDefinition && (!since || !createdAt || createdAt >= since)
    ));
  }
}

function taskSets(service: Service, ...statuses: string[]): TaskSet[] {
  return service.taskSets?.filter((taskSet) => statuses.includes(taskSet.status ?? '')) ?? [];
}

/** Whether a task set runs what the spec says, as far as ECS tells. A platform version LATEST has been resolved by ECS. */
export function runs(taskSet: TaskSet, spec: TargetServiceProperties): boolean {
  const network = taskSet.networkConfiguration?.awsvpcConfiguration;
  const wantedNetwork = spec.NetworkConfiguration?.AwsvpcConfiguration;
  const wantedVersion = spec.PlatformVersion ?? 'LATEST';
  return taskSet.taskDefinition === spec.TaskDefinition
    && (wantedVersion === 'LATEST' || taskSet.platformVersion === wantedVersion)
    && (!wantedNetwork || (
      sameSet(network?.subnets, wantedNetwork.Subnets)
      && sameSet(network?.securityGroups, wantedNetwork.SecurityGroups)
      && (network?.assignPublicIp ?? 'DISABLED') === wantedNetwork.AssignPublicIp))
    && sameSet(
      taskSet.capacityProviderStrategy?.map((item) => [item.capacityProvider, item.base ?? 0, item.weight ?? 0].join()),
      spec.CapacityProviderStrategy?.map((item) => [item.CapacityProvider, item.Base ?? 0, item.Weight ?? 0].join()),
    )
    && (taskSet.loadBalancers ?? []).every((balancer) => (
      balancer.containerName === spec.LoadBalancerInfo.ContainerName && balancer.containerPort === Number(spec.LoadBalancerInfo.ContainerPort)
    ));
}

function sameSet(a: readonly string[] = [], b: readonly string[] = []): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}
