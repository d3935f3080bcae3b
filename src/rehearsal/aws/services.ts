import { DescribeServicesCommand, DescribeTaskDefinitionCommand, DescribeTasksCommand, type ECSClient } from '@aws-sdk/client-ecs';
import { RehearsalError } from '../errors';
import type { DeploymentGroup } from './deployment-groups';

export interface TaskSetView {
  readonly id: string;
  /** `family:revision`. */
  readonly revision: string;
  readonly status: string;
  readonly targetGroupArn?: string;
  readonly desired: number;
  readonly running: number;
}

/** The ECS service that is deployed. */
export class Service {
  constructor(private readonly client: ECSClient, private readonly group: DeploymentGroup) {}

  public async taskSets(signal: AbortSignal): Promise<TaskSetView[]> {
    const { services } = await this.client.send(
      new DescribeServicesCommand({ cluster: this.group.cluster, services: [this.group.service] }), { abortSignal: signal },
    );
    if (services?.[0] === undefined) {
      throw new RehearsalError(`the service ${this.group.service} of the deployment group ${this.group.name} does not exist`);
    }
    return (services[0].taskSets ?? []).map((set) => ({
      id: set.id!,
      revision: revisionOf(set.taskDefinition!),
      status: set.status!,
      targetGroupArn: set.loadBalancers?.[0]?.targetGroupArn,
      desired: set.computedDesiredCount ?? 0,
      running: set.runningCount ?? 0,
    }));
  }

  /** The log groups of a revision's containers. */
  public async logGroups(revision: string, signal: AbortSignal): Promise<string[]> {
    const { taskDefinition } = await this.client.send(new DescribeTaskDefinitionCommand({ taskDefinition: revision }), { abortSignal: signal });
    const groups = (taskDefinition?.containerDefinitions ?? []).map(({ logConfiguration }) => logConfiguration?.options?.['awslogs-group']);
    return [...new Set(groups.filter((group) => group !== undefined))];
  }

  /** Which of the tasks run, or ran, the revision. */
  public async tasksOf(revision: string, taskIds: readonly string[], signal: AbortSignal): Promise<Set<string>> {
    if (taskIds.length === 0) {
      return new Set();
    }
    const { tasks } = await this.client.send(new DescribeTasksCommand({ cluster: this.group.cluster, tasks: [...taskIds] }), { abortSignal: signal });
    return new Set((tasks ?? [])
      .filter(({ taskDefinitionArn }) => revisionOf(taskDefinitionArn!) === revision)
      .map(({ taskArn }) => taskArn!.split('/').pop()!));
  }
}

/** `family:revision`, of an ARN or of itself. */
export function revisionOf(taskDefinition: string): string {
  return taskDefinition.split('/').pop()!;
}
