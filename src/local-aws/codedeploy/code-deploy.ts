import type { AlarmReader } from './alarms';
import { describeRevision, parseAppSpec, toRevision } from './app-specs';
import { Configurations } from './configurations';
import { Deployment } from './deployment';
import { Deployments } from './deployments';
import { describeApplication, describeDeployment, describeGroup, describeTarget, targetIdOf } from './descriptions';
import { Groups } from './groups';
import { Hooks } from './hooks';
import { codeDeployResourceTypes } from './resource-types';
import { Routes } from './routes';
import { Workload } from './workload';
import { AwsError, type FunctionInvoker, type LocalService, type Operation, type OperationInput, type ServiceApi, type TargetRegistry } from '../core/api';
import type { World } from '../core/world';
import type { Memory } from '../state/memory';
import type { ElasticContainerService } from '../workload/elastic-container-service';
import { Tags } from '../workload/tags';

/** AWS CodeDeploy for Amazon ECS: blue/green deployments through the whole lifecycle, with hooks, alarms and rollback. */
export class CodeDeploy implements LocalService {
  public readonly tags = new Tags();
  public readonly groups: Groups;
  public readonly configurations: Configurations;
  public readonly apis: readonly ServiceApi[];
  public readonly resourceTypes: LocalService['resourceTypes'];
  private readonly hooks: Hooks;
  private readonly deployments: Deployments;

  constructor(
    private readonly world: World,
    ecs: ElasticContainerService,
    elb: LocalService & TargetRegistry,
    alarms: AlarmReader,
    functions: FunctionInvoker,
  ) {
    this.groups = new Groups(world, (cluster, service) => new Workload(ecs, cluster, service).describe().then(() => true, () => false));
    this.configurations = new Configurations(world);
    this.hooks = new Hooks(world, functions);
    this.deployments = new Deployments(world, this.groups, this.configurations, { ecs, routes: new Routes(elb), hooks: this.hooks, alarms });
    this.apis = [{ signingName: 'codedeploy', protocol: 'json', target: 'CodeDeploy_20141006', operations: this.operations() }];
    this.resourceTypes = codeDeployResourceTypes(world, this);
  }

  public get memory(): Memory {
    return {
      stores: {
        'codedeploy tags': { of: this.tags, fields: ['tags'] },
        'deployment groups': { of: this.groups, fields: ['applications', 'groups'] },
        'deployment configurations': { of: this.configurations, fields: ['configurations'] },
        'deployments': { of: this.deployments, fields: ['deployments'] },
      },
      classes: { Deployment: { kind: Deployment, renewed: { interruption: () => new AbortController(), wait: () => undefined } } },
      resume: () => this.deployments.resume(),
      isBusy: () => this.deployments.isBusy,
    };
  }

  public async close(): Promise<void> {
    await this.deployments.close();
  }

  private operations(): Record<string, Operation> {
    const { deployments, groups, configurations } = this;
    const target = async (input: OperationInput) => this.target(input.deploymentId, input.targetId);
    return {
      CreateDeployment: (input) => ({ deploymentId: deployments.create(input).id }),
      GetDeployment: (input) => ({ deploymentInfo: describeDeployment(deployments.require(input.deploymentId)) }),
      BatchGetDeployments: (input) => ({
        deploymentsInfo: (input.deploymentIds ?? []).map((id: string) => describeDeployment(deployments.require(id))),
      }),
      ListDeployments: (input) => ({ deployments: deployments.list(input) }),
      StopDeployment: (input) => deployments.stop(input),
      ContinueDeployment: (input) => deployments.continue(input),
      GetDeploymentTarget: async (input) => ({ deploymentTarget: await target(input) }),
      BatchGetDeploymentTargets: async (input) => ({
        deploymentTargets: await Promise.all((input.targetIds ?? []).map((targetId: string) => this.target(input.deploymentId, targetId))),
      }),
      ListDeploymentTargets: async (input) => {
        const deployment = deployments.require(input.deploymentId);
        describeTarget(this.world, deployment);
        return { targetIds: [targetIdOf(deployment)] };
      },
      GetApplication: (input) => ({ application: describeApplication(groups.application(input.applicationName)) }),
      GetDeploymentGroup: (input) => ({ deploymentGroupInfo: describeGroup(groups.group(input.applicationName, input.deploymentGroupName)) }),
      ListDeploymentGroups: (input) => ({
        applicationName: input.applicationName,
        deploymentGroups: groups.groupsOf(groups.application(input.applicationName)),
      }),
      GetDeploymentConfig: (input) => ({ deploymentConfigInfo: configurations.require(input.deploymentConfigName ?? '') }),
      RegisterApplicationRevision: (input) => {
        const revision = toRevision(input.revision);
        parseAppSpec(revision.content);
        deployments.registerRevision(groups.application(input.applicationName), revision);
        return {};
      },
      GetApplicationRevision: (input) => this.applicationRevision(input),
      PutLifecycleEventHookExecutionStatus: (input) => this.hooks.put(input),
      TagResource: (input) => {
        this.tags.add(input.ResourceArn, toLowerCase(input.Tags));
        return {};
      },
      UntagResource: (input) => {
        this.tags.remove(input.ResourceArn, input.TagKeys ?? []);
        return {};
      },
      ListTagsForResource: (input) => ({ Tags: this.tags.of(input.ResourceArn).map(({ key, value }) => ({ Key: key, Value: value })) }),
    };
  }

  private async target(deploymentId: string | undefined, targetId: string | undefined): Promise<unknown> {
    const deployment = this.deployments.require(deploymentId);
    if (targetId !== targetIdOf(deployment)) {
      throw new AwsError('DeploymentTargetDoesNotExistException', `The deployment target ${targetId} does not belong to the deployment ${deployment.id}`);
    }
    await this.deployments.refresh(deployment);
    return describeTarget(this.world, deployment);
  }

  private applicationRevision(input: OperationInput): unknown {
    const application = this.groups.application(input.applicationName);
    const location = input.revision?.appSpecContent ?? input.revision?.string ?? {};
    const sha256 = location.sha256 ?? (location.content !== undefined ? toRevision(input.revision).sha256 : undefined);
    const known = application.revisions.get(sha256);
    if (!known) {
      throw new AwsError('RevisionDoesNotExistException', `No revision of the application ${application.name} has the hash ${sha256}`);
    }
    return {
      applicationName: application.name,
      revision: describeRevision(known.revision, true),
      revisionInfo: { deploymentGroups: [...known.groups], registerTime: known.registerTime, lastUsedTime: known.lastUsedTime },
    };
  }
}

function toLowerCase(tags: ReadonlyArray<{ readonly Key: string; readonly Value: string }> = []): { key: string; value: string }[] {
  return tags.map(({ Key, Value }) => ({ key: Key, value: Value }));
}
