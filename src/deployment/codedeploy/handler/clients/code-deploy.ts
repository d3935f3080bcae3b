import {
  CodeDeployClient, ContinueDeploymentCommand, CreateDeploymentCommand, GetApplicationRevisionCommand, GetDeploymentCommand,
  GetDeploymentTargetCommand, ListDeploymentsCommand, ListDeploymentTargetsCommand, StopDeploymentCommand, type DeploymentInfo, type ECSTarget,
  type RevisionLocation,
} from '@aws-sdk/client-codedeploy';
import { isNamed, RETRIES } from './retries';
import { ACTIVE_STATUSES } from '../../../lifecycle';

const ROLLBACK_CREATOR = 'codeDeployRollback';

export interface DeploymentView {
  readonly info: DeploymentInfo;
  /** Undefined until the deployment has started. */
  readonly target?: ECSTarget;
}

/** What the trigger needs of CodeDeploy. */
export class CodeDeploy {
  private readonly contents = new Map<string, string | undefined>();

  constructor(private readonly client = new CodeDeployClient(RETRIES)) {}

  /** The id of the deployment that holds the group; undefined if none does, or if the group is gone. */
  public async activeDeployment(application: string, group: string): Promise<string | undefined> {
    try {
      const { deployments } = await this.client.send(new ListDeploymentsCommand({
        applicationName: application, deploymentGroupName: group, includeOnlyStatuses: [...ACTIVE_STATUSES],
      }));
      return deployments?.[0];
    } catch (error) {
      if (isNamed(error, 'DeploymentGroupDoesNotExist', 'ApplicationDoesNotExist')) {
        return undefined;
      }
      throw error;
    }
  }

  public async describe(deploymentId: string): Promise<DeploymentView> {
    const { deploymentInfo } = await this.client.send(new GetDeploymentCommand({ deploymentId }));
    return { info: deploymentInfo!, target: await this.target(deploymentId) };
  }

  /** What the deployment deploys; undefined if CodeDeploy does not tell. */
  public async appSpecOf(info: DeploymentInfo): Promise<string | undefined> {
    const id = info.deploymentId!;
    if (!this.contents.has(id)) {
      this.contents.set(id, await this.content(info.applicationName!, info.revision));
    }
    return this.contents.get(id);
  }

  /** The new deployment's id; undefined if another has come first, which holds the group. */
  public async create(application: string, group: string, appSpec: string, description: string): Promise<string | undefined> {
    try {
      const { deploymentId } = await this.client.send(new CreateDeploymentCommand({
        applicationName: application,
        deploymentGroupName: group,
        description,
        revision: { revisionType: 'AppSpecContent', appSpecContent: { content: appSpec } },
      }));
      return deploymentId;
    } catch (error) {
      if (isNamed(error, 'DeploymentLimitExceeded')) {
        return undefined;
      }
      throw error;
    }
  }

  /** Stops the deployment and has it rolled back; one that has ended meanwhile is left as it is. */
  public async stop(deploymentId: string): Promise<void> {
    try {
      await this.client.send(new StopDeploymentCommand({ deploymentId, autoRollbackEnabled: true }));
    } catch (error) {
      if (!isNamed(error, 'DeploymentAlreadyCompleted')) {
        throw error;
      }
    }
  }

  /** Ends the wait before blue is terminated. Where CodeDeploy does not do that, the wait is waited for. */
  public async endBake(deploymentId: string): Promise<void> {
    try {
      await this.client.send(new ContinueDeploymentCommand({ deploymentId, deploymentWaitType: 'TERMINATION_WAIT' }));
    } catch (error) {
      if (!isNamed(error, 'DeploymentIsNotInReadyState', 'DeploymentAlreadyCompleted', 'UnsupportedActionForDeploymentType',
        'InvalidDeploymentStatus', 'InvalidDeploymentWaitType')) {
        throw error;
      }
    }
  }

  private async target(deploymentId: string): Promise<ECSTarget | undefined> {
    try {
      const { targetIds } = await this.client.send(new ListDeploymentTargetsCommand({ deploymentId }));
      if (!targetIds?.length) {
        return undefined;
      }
      const { deploymentTarget } = await this.client.send(new GetDeploymentTargetCommand({ deploymentId, targetId: targetIds[0] }));
      return deploymentTarget?.ecsTarget;
    } catch (error) {
      if (isNamed(error, 'DeploymentNotStarted')) {
        return undefined;
      }
      throw error;
    }
  }

  private async content(application: string, revision?: RevisionLocation): Promise<string | undefined> {
    if (!revision) {
      return undefined;
    }
    const known = revision.appSpecContent?.content ?? revision.string?.content;
    if (known) {
      return known;
    }
    const answer = await this.client.send(new GetApplicationRevisionCommand({ applicationName: application, revision }));
    return answer.revision?.appSpecContent?.content ?? answer.revision?.string?.content;
  }
}

export function isRollback(info: DeploymentInfo): boolean {
  return info.creator === ROLLBACK_CREATOR;
}
