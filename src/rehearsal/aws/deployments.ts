import {
  GetDeploymentCommand, GetDeploymentTargetCommand, ListDeploymentTargetsCommand, ListDeploymentsCommand, type CodeDeployClient,
} from '@aws-sdk/client-codedeploy';
import type { DeploymentGroup } from './deployment-groups';
import { LIFECYCLE, hasEnded, type DeploymentStatus, type LifecycleEventStatus } from '../../deployment/lifecycle';

export interface LifecycleRow {
  readonly name: string;
  readonly status: LifecycleEventStatus;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
  readonly diagnostics?: string;
}

/** One deployment of CodeDeploy, as it stands. */
export interface DeploymentView {
  readonly id: string;
  readonly status: DeploymentStatus;
  /** Whether CodeDeploy itself started it, to bring blue back. */
  readonly rollback: boolean;
  readonly rolledBackBy?: string;
  readonly events: readonly LifecycleRow[];
  /** Whether all traffic has moved and blue is kept for the bake. */
  readonly bakes: boolean;
  /** How long blue is kept, in seconds of the clock. */
  readonly bakeSeconds: number;
  readonly problem?: string;
}

/** The deployments of one group. */
export class Deployments {
  private readonly targets = new Map<string, string>();

  constructor(private readonly client: CodeDeployClient, private readonly group: DeploymentGroup) {}

  public async ids(signal: AbortSignal): Promise<string[]> {
    const found: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.client.send(new ListDeploymentsCommand({
        applicationName: this.group.application, deploymentGroupName: this.group.name, nextToken,
      }), { abortSignal: signal });
      found.push(...page.deployments ?? []);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return found;
  }

  public async view(deploymentId: string, signal: AbortSignal): Promise<DeploymentView> {
    const { deploymentInfo: info } = await this.client.send(new GetDeploymentCommand({ deploymentId }), { abortSignal: signal });
    return {
      id: deploymentId,
      status: info!.status as DeploymentStatus,
      rollback: info!.creator === 'codeDeployRollback',
      rolledBackBy: info!.rollbackInfo?.rollbackDeploymentId,
      events: await this.events(deploymentId, signal),
      bakeSeconds: 60 * (info!.blueGreenDeploymentConfiguration?.terminateBlueInstancesOnDeploymentSuccess?.terminationWaitTimeInMinutes ?? 0),
      bakes: (info!.instanceTerminationWaitTimeStarted ?? false) && !hasEnded(info!.status),
      ...(info!.errorInformation?.message && { problem: info!.errorInformation.message }),
    };
  }

  private async events(deploymentId: string, signal: AbortSignal): Promise<LifecycleRow[]> {
    try {
      const targetId = await this.target(deploymentId, signal);
      if (targetId === undefined) {
        return [];
      }
      const { deploymentTarget } = await this.client.send(new GetDeploymentTargetCommand({ deploymentId, targetId }), { abortSignal: signal });
      return (deploymentTarget?.ecsTarget?.lifecycleEvents ?? []).map((event) => ({
        name: event.lifecycleEventName!,
        status: event.status as LifecycleEventStatus,
        ...(event.startTime && { startedAt: event.startTime }),
        ...(event.endTime && { endedAt: event.endTime }),
        ...(event.diagnostics?.message && { diagnostics: event.diagnostics.message }),
      })).sort((one, other) => position(one.name) - position(other.name));
    } catch (error) {
      if ((error as Error).name === 'DeploymentNotStartedException') {
        return [];
      }
      throw error;
    }
  }

  private async target(deploymentId: string, signal: AbortSignal): Promise<string | undefined> {
    const known = this.targets.get(deploymentId);
    if (known !== undefined) {
      return known;
    }
    const { targetIds } = await this.client.send(new ListDeploymentTargetsCommand({ deploymentId }), { abortSignal: signal });
    if (targetIds?.[0] !== undefined) {
      this.targets.set(deploymentId, targetIds[0]);
    }
    return targetIds?.[0];
  }
}

/** Events that the table does not know come last. */
function position(name: string): number {
  const index = LIFECYCLE.findIndex((event) => event.name === name);
  return index < 0 ? LIFECYCLE.length : index;
}
