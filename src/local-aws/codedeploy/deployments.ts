import { setTimeout as sleepFor } from 'node:timers/promises';
import { watchAlarms, type AlarmReader } from './alarms';
import { parseAppSpec, toRevision, type Revision } from './app-specs';
import { ALL_AT_ONCE, type Configurations } from './configurations';
import { Deployment, type DeploymentRequest, type WaitType } from './deployment';
import type { Application, AutoRollback, Group, Groups } from './groups';
import type { Hooks } from './hooks';
import { DeploymentFailure, refusals } from './refusals';
import { revisionOf, rollBack } from './rollback';
import type { Routes } from './routes';
import { Run, type RunTools } from './run';
import { Workload } from './workload';
import { ACTIVE_STATUSES } from '../../deployment/lifecycle';
import { AwsError, type LocalService, type OperationInput } from '../core/api';
import type { World } from '../core/world';
import { checkParameters } from '../workload/parameters';

/** How long a deployment is Created before it is InProgress: by the clock, but so that a client can see it. */
const CREATED_SECONDS = 2;
const LEAST_CREATED_MILLIS = 100;
const MOST_CREATED_MILLIS = 250;

const ENDED_MEANWHILE = 'The local AWS ended while the deployment was under way.';

interface Neighbours {
  readonly ecs: LocalService;
  readonly routes: Routes;
  readonly hooks: Hooks;
  readonly alarms: AlarmReader;
}

/** All deployments, and the verbs on them. */
export class Deployments {
  private readonly deployments = new Map<string, Deployment>();
  private readonly running = new Set<Promise<void>>();
  private closed = false;

  constructor(
    private readonly world: World,
    private readonly groups: Groups,
    private readonly configurations: Configurations,
    private readonly neighbours: Neighbours,
  ) {}

  public create(input: OperationInput): Deployment {
    checkParameters(input, {
      applicationName: 'string',
      deploymentGroupName: 'string',
      revision: 'structure',
      deploymentConfigName: 'string',
      description: 'string',
      autoRollbackConfiguration: 'structure',
      overrideAlarmConfiguration: 'structure',
    }, 'ValidationException');
    const group = this.groups.group(input.applicationName, input.deploymentGroupName);
    const revision = toRevision(input.revision);
    const appSpec = parseAppSpec(revision.content);
    const configurationName = input.deploymentConfigName ?? group.settings.deploymentConfigName;
    this.configurations.require(configurationName);
    const active = this.activeOf(group);
    if (active) {
      throw refusals.groupBusy(group.name, active.id);
    }
    this.registerRevision(group.application, revision, group);
    const deployment = this.add({
      group,
      revision,
      appSpec,
      configurationName,
      description: input.description,
      creator: 'user',
      autoRollback: input.autoRollbackConfiguration ?? group.settings.autoRollback,
      alarms: group.settings.alarms,
      overrideAlarms: input.overrideAlarmConfiguration,
      previousRevision: group.lastSuccessfulRevision,
    });
    this.follow(this.run(deployment));
    return deployment;
  }

  public require(id: string | undefined): Deployment {
    if (!id) {
      throw refusals.required('DeploymentIdRequiredException', 'The deployment ID');
    }
    const deployment = this.deployments.get(id);
    if (!deployment) {
      throw refusals.deploymentMissing(id);
    }
    return deployment;
  }

  /** The newest first. */
  public list(input: OperationInput): string[] {
    const group = input.deploymentGroupName ? this.groups.group(input.applicationName, input.deploymentGroupName) : undefined;
    const application = input.applicationName ? this.groups.application(input.applicationName) : undefined;
    const { start, end } = input.createTimeRange ?? {};
    return [...this.deployments.values()].reverse().filter((deployment) => {
      const seconds = deployment.createTime.getTime() / 1000;
      return (!group || deployment.request.group.name === group.name)
        && (!application || deployment.request.group.application.name === application.name)
        && (!input.includeOnlyStatuses?.length || input.includeOnlyStatuses.includes(deployment.status))
        && (start === undefined || seconds >= Number(start))
        && (end === undefined || seconds <= Number(end));
    }).map((deployment) => deployment.id);
  }

  public stop(input: OperationInput): unknown {
    const deployment = this.require(input.deploymentId);
    if (deployment.ended) {
      throw refusals.alreadyCompleted(deployment.id);
    }
    deployment.stopRollsBack = input.autoRollbackEnabled ?? undefined;
    deployment.interrupt(new DeploymentFailure('MANUAL_STOP', 'The deployment was stopped by a user.', 'Stopped', 'DEPLOYMENT_STOP_ON_REQUEST'));
    return { status: 'Pending', statusMessage: `Deployment ${deployment.id} is being stopped` };
  }

  public continue(input: OperationInput): unknown {
    const deployment = this.require(input.deploymentId);
    const type: WaitType = input.deploymentWaitType ?? 'READY_WAIT';
    if (type !== 'READY_WAIT' && type !== 'TERMINATION_WAIT') {
      throw new AwsError('InvalidDeploymentWaitTypeException', `The wait type ${String(type)} is invalid: it must be READY_WAIT or TERMINATION_WAIT`);
    }
    if (deployment.ended) {
      throw refusals.alreadyCompleted(deployment.id);
    }
    if (!deployment.continue(type)) {
      throw refusals.notReady(deployment.id);
    }
    return {};
  }

  /** The task sets as ECS has them now, for as long as the deployment holds its group. */
  public async refresh(deployment: Deployment): Promise<void> {
    if (!deployment.ended) {
      const workload = this.workloadOf(deployment.request.group);
      const views = [deployment.blue, deployment.green].flatMap((view) => view ?? []);
      await Promise.all(views.map((view) => workload.refresh(view).catch(() => undefined)));
    }
  }

  public registerRevision(application: Application, revision: Revision, group?: Group): void {
    const known = application.revisions.get(revision.sha256);
    const registered = known ?? { revision, registerTime: this.world.clock.now(), groups: new Set<string>() };
    application.revisions.set(revision.sha256, registered);
    if (group) {
      registered.groups.add(group.name);
      registered.lastUsedTime = this.world.clock.now();
    }
  }

  public get isBusy(): boolean {
    return this.running.size > 0;
  }

  /** Whatever was under way when the local AWS ended: traffic that has left blue for good stays, all else goes back. */
  public resume(): void {
    for (const deployment of this.deployments.values()) {
      if (deployment.ended) {
        continue;
      }
      if (deployment.request.creator === 'codeDeployRollback') {
        this.follow(this.runRollback(deployment));
      } else if (deployment.terminationWaitStarted) {
        this.follow(this.carryThrough(deployment, (run) => run.terminateBlue()));
      } else {
        deployment.breakOff();
        this.endWithout(deployment, new DeploymentFailure('INTERNAL_ERROR', ENDED_MEANWHILE));
      }
    }
  }

  public async close(): Promise<void> {
    this.closed = true;
    this.deployments.forEach((deployment) => deployment.interrupt(new DeploymentFailure('INTERNAL_ERROR', 'The local AWS ends.', 'Stopped')));
    await Promise.all(this.running);
  }

  private add(request: DeploymentRequest): Deployment {
    const deployment = new Deployment(this.world, request);
    this.deployments.set(deployment.id, deployment);
    request.group.lastAttempted = deployment;
    return deployment;
  }

  private activeOf(group: Group): Deployment | undefined {
    return [...this.deployments.values()].find((deployment) => {
      return deployment.request.group === group && ACTIVE_STATUSES.includes(deployment.status);
    });
  }

  private async run(deployment: Deployment): Promise<void> {
    await this.carryThrough(deployment, async (run) => {
      const createdMillis = Math.min(Math.max(this.world.clock.wallMillis(CREATED_SECONDS), LEAST_CREATED_MILLIS), MOST_CREATED_MILLIS);
      await sleepFor(createdMillis, undefined, { signal: deployment.signal });
      deployment.start();
      await run.execute();
    });
  }

  private async carryThrough(deployment: Deployment, act: (run: Run) => Promise<void>): Promise<void> {
    const configuration = this.configurations.require(deployment.request.configurationName);
    let stopWatching: () => void = () => undefined;
    try {
      stopWatching = watchAlarms(this.world, this.neighbours.alarms, deployment);
      await act(new Run(deployment, configuration, this.toolsFor(deployment.request.group)));
      deployment.succeed();
      deployment.request.group.lastSuccessful = deployment;
      deployment.request.group.lastSuccessfulRevision = deployment.request.revision;
    } catch (error) {
      this.endWithout(deployment, deployment.toFailure(error));
    } finally {
      stopWatching();
    }
    await this.keepLast(deployment);
  }

  /** The end and the rollback's beginning are one moment: nobody sees the group free in between. */
  private endWithout(deployment: Deployment, failure: DeploymentFailure): void {
    deployment.fail(failure);
    if (!this.rollsBack(deployment, failure)) {
      return;
    }
    const { request } = deployment;
    const revision = request.previousRevision ?? revisionOf(deployment.blue!, request.appSpec.service);
    this.registerRevision(request.group.application, revision, request.group);
    const rollback = this.add({
      ...request,
      revision,
      appSpec: { ...parseAppSpec(revision.content), hooks: {} },
      configurationName: ALL_AT_ONCE,
      creator: 'codeDeployRollback',
      description: undefined,
    });
    rollback.blue = deployment.blue;
    rollback.green = deployment.green;
    rollback.greenPercent = deployment.greenPercent;
    rollback.rollbackInfo = {
      rollbackTriggeringDeploymentId: deployment.id,
      rollbackMessage: `Deployment ${rollback.id} is triggered to roll back deployment ${deployment.id}.`,
    };
    deployment.rollbackInfo = {
      rollbackDeploymentId: rollback.id,
      rollbackMessage: `Deployment ${deployment.id} terminated. Automatic rollback is triggered with a DeploymentId ${rollback.id}.`,
    };
    this.follow(this.runRollback(rollback));
  }

  private rollsBack(deployment: Deployment, failure: DeploymentFailure): boolean {
    if (this.closed || !deployment.green || deployment.terminationBegun || deployment.request.creator === 'codeDeployRollback') {
      return false;
    }
    const { enabled, events = [] }: AutoRollback = deployment.request.autoRollback;
    const configured = enabled === true && events.includes(failure.rollbackEvent);
    return failure.code === 'MANUAL_STOP' ? deployment.stopRollsBack ?? configured : configured;
  }

  private async runRollback(rollback: Deployment): Promise<void> {
    try {
      rollback.start();
      await rollBack(rollback, this.toolsFor(rollback.request.group));
      rollback.succeed();
    } catch (error) {
      rollback.fail(rollback.toFailure(error));
    }
    await this.keepLast(rollback);
  }

  /** What an ended deployment shows from now on. */
  private async keepLast(deployment: Deployment): Promise<void> {
    const workload = this.workloadOf(deployment.request.group);
    for (const view of [deployment.blue, deployment.green]) {
      if (view) {
        await workload.refresh(view).catch(() => undefined);
      }
    }
  }

  private follow(promise: Promise<void>): void {
    this.running.add(promise);
    void promise.finally(() => this.running.delete(promise));
  }

  private toolsFor(group: Group): RunTools {
    return { world: this.world, routes: this.neighbours.routes, hooks: this.neighbours.hooks, workload: this.workloadOf(group) };
  }

  private workloadOf({ settings }: Group): Workload {
    return new Workload(this.neighbours.ecs, settings.clusterName, settings.serviceName);
  }
}
