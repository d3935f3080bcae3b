import { createHash } from 'node:crypto';
import type { Service as EcsService, UpdateServiceCommandInput } from '@aws-sdk/client-ecs';
import { MOST_STOPPED_TASKS, stoppedReasons } from './cause';
import type { ElasticContainerService } from './clients/elastic-container-service';
import { parseSpec } from './deployed-spec';
import { done, wait, type Memory, type Request, type Resource, type Step, type Time } from './request';
import { tagChange } from './tags';
import type { ServiceProperties } from '../resources';

/**
 * The ECS service. What a deployment carries is used when the service is made and left alone afterwards; an update sends
 * only what differs and ECS allows.
 */
export class Service implements Resource<ServiceProperties> {
  constructor(private readonly ecs: ElasticContainerService) {}

  public async step(request: Request<ServiceProperties>, memory: Memory, time: Time): Promise<Step> {
    switch (request.RequestType) {
      case 'Create':
        return this.create(request, memory, time);
      case 'Update':
        return this.update(request);
      case 'Delete':
        return this.delete(request, memory);
    }
  }

  private async create(request: Request<ServiceProperties>, memory: Memory, time: Time): Promise<Step> {
    const wanted = request.ResourceProperties;
    const name = serviceName(request);
    // The name says whose the service is, so that an invocation that was lost after its CreateService finds it again.
    const service = await this.ecs.describe(wanted.Cluster, name) ?? await this.ecs.create({
      cluster: wanted.Cluster,
      name,
      spec: parseSpec(wanted.Spec).properties,
      targetGroup: wanted.TargetGroup,
      desiredCount: Number(wanted.DesiredCount ?? wanted.InitialCount),
      healthCheckGracePeriodSeconds: Number(wanted.HealthCheckGracePeriodSeconds),
      executeCommand: String(wanted.ExecuteCommand) === 'true',
      tags: wanted.Tags ?? [],
    });
    memory.physicalId = service.serviceArn!;
    if (isSteady(service)) {
      return done(service.serviceArn!, { Name: name, Arn: service.serviceArn! });
    }
    await this.failIfTasksStop(wanted.Cluster, name, time);
    return wait(`service ${name} is not steady yet`);
  }

  private async failIfTasksStop(cluster: string, name: string, time: Time): Promise<void> {
    const stopped = await this.ecs.stoppedTasks(cluster, name);
    if (stopped.length >= MOST_STOPPED_TASKS) {
      throw new Error(`service ${name} does not start: ${stopped.length} of its tasks have stopped, ${stoppedReasons(stopped)}`);
    }
    if (time.secondsLeft <= 0) {
      throw new Error(`service ${name} did not become steady in time; ${stopped.length > 0 ? stoppedReasons(stopped) : 'no task has stopped'}`);
    }
  }

  private async update(request: Request<ServiceProperties>): Promise<Step> {
    const [old, wanted, arn] = [request.OldResourceProperties!, request.ResourceProperties, request.PhysicalResourceId!];
    if (old.Cluster !== wanted.Cluster || old.TargetGroup !== wanted.TargetGroup) {
      throw new Error(
        'the cluster and the target groups of a service cannot be replaced while it serves: '
        + 'make a second service beside this one with the new settings, move users there, and remove this one',
      );
    }
    const changes: Partial<UpdateServiceCommandInput> = {
      ...(wanted.DesiredCount !== undefined && differs(old.DesiredCount, wanted.DesiredCount) && { desiredCount: Number(wanted.DesiredCount) }),
      ...(differs(old.HealthCheckGracePeriodSeconds, wanted.HealthCheckGracePeriodSeconds)
        && { healthCheckGracePeriodSeconds: Number(wanted.HealthCheckGracePeriodSeconds) }),
      ...(differs(old.ExecuteCommand, wanted.ExecuteCommand) && { enableExecuteCommand: String(wanted.ExecuteCommand) === 'true' }),
    };
    if (Object.keys(changes).length > 0) {
      await this.ecs.update({ cluster: wanted.Cluster, service: arn, ...changes });
    }
    const tags = tagChange(old.Tags, wanted.Tags);
    if (tags.set.length > 0) {
      await this.ecs.tag(arn, tags.set);
    }
    if (tags.removed.length > 0) {
      await this.ecs.untag(arn, tags.removed);
    }
    return done(arn, { Name: nameOf(arn), Arn: arn });
  }

  /** Waits until the tasks are gone, since their network interfaces hold the security groups. */
  private async delete(request: Request<ServiceProperties>, memory: Memory): Promise<Step> {
    const physicalId = request.PhysicalResourceId ?? '';
    const { Cluster } = request.ResourceProperties;
    const service = physicalId.includes(':service/') ? physicalId : serviceName(request);
    memory.physicalId = physicalId;
    const existing = await this.ecs.describe(Cluster, service);
    if (!existing) {
      return done(physicalId);
    }
    if (existing.status === 'ACTIVE') {
      await this.ecs.delete(Cluster, service);
    }
    return wait(`service ${nameOf(service)} is being drained`);
  }
}

/** The same for every invocation for the same service, and for no other. */
export function serviceName(request: Request<ServiceProperties>): string {
  const { Cluster, TargetGroup, NamePrefix } = request.ResourceProperties;
  const identity = [request.StackId, request.LogicalResourceId, Cluster, TargetGroup].join('\n');
  return `${NamePrefix}-${createHash('sha256').update(identity).digest('hex').slice(0, 8)}`;
}

function isSteady(service: EcsService): boolean {
  const primary = service.taskSets?.find((taskSet) => taskSet.status === 'PRIMARY');
  return primary?.stabilityStatus === 'STEADY_STATE' && (service.runningCount ?? 0) >= (service.desiredCount ?? 0);
}

function differs(old: unknown, wanted: unknown): boolean {
  return String(old) !== String(wanted);
}

function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
