import { setTimeout as sleepFor } from 'node:timers/promises';
import { shiftSteps, type DeploymentConfiguration } from './configurations';
import type { Deployment } from './deployment';
import { LEAST_REAL_TIMEOUT_MILLIS, type Hooks } from './hooks';
import { DeploymentFailure } from './refusals';
import type { Routes } from './routes';
import { primaryOf, viewOf, type Workload } from './workload';
import { LIFECYCLE, LIFECYCLE_EVENT_TIMEOUT_SECONDS, type LifecycleEventName } from '../../deployment/lifecycle';
import type { World } from '../core/world';

/** How often green is looked at while it starts. */
const LOOK_MILLIS = 25;

export interface RunTools {
  readonly world: World;
  readonly routes: Routes;
  readonly hooks: Hooks;
  readonly workload: Workload;
}

/** One deployment from its first lifecycle event to blue's end. Every wait ends when the deployment is interrupted. */
export class Run {
  private readonly actions: Partial<Record<LifecycleEventName, () => Promise<void>>> = {
    Install: () => this.install(),
    AllowTestTraffic: () => this.allowTestTraffic(),
    AllowTraffic: () => this.allowTraffic(),
  };

  constructor(private readonly deployment: Deployment, private readonly configuration: DeploymentConfiguration, private readonly tools: RunTools) {}

  public async execute(): Promise<void> {
    const { deployment } = this;
    for (const { name, hookable } of LIFECYCLE) {
      if (name === 'BeforeAllowTraffic') {
        await this.untilContinued();
      }
      const hook = deployment.request.appSpec.hooks[name];
      await deployment.during(name, async () => {
        if (hookable && hook) {
          await this.tools.hooks.run(deployment, name, hook);
        }
        await this.actions[name]?.();
      });
    }
    await this.terminateBlue();
  }

  private get settings() {
    return this.deployment.request.group.settings;
  }

  private async install(): Promise<void> {
    const { deployment, settings, tools: { routes, workload } } = this;
    const service = await workload.describe();
    const primary = primaryOf(service)!;
    const twins = await routes.targetGroups(settings.targetGroupNames);
    const ofBlue = twins.find((group) => group.arn === primary.loadBalancers[0]?.targetGroupArn);
    const ofGreen = twins.find((group) => group !== ofBlue)!;
    if (!ofBlue) {
      throw new DeploymentFailure('ELASTIC_LOAD_BALANCING_INVALID', `The ELB could not be updated due to the following error: The primary task set's target group is none of ${settings.targetGroupNames.join(' and ')}`);
    }
    deployment.blue = viewOf(primary, ofBlue);
    await routes.requireBehind(settings.productionListenerArn, ofBlue.arn, ofGreen.arn);
    if (settings.testListenerArn) {
      await routes.requireTwins(settings.testListenerArn, ofBlue.arn, ofGreen.arn);
    }
    // What a deployment without a rollback has left behind holds the target group that green needs.
    for (const leftover of service.taskSets.filter((taskSet: { status: string }) => taskSet.status === 'ACTIVE')) {
      await workload.delete(leftover.id);
    }
    deployment.signal.throwIfAborted();
    deployment.green = await workload.create(deployment.id, deployment.request.appSpec.service, service, ofGreen);
    await this.untilSteady();
  }

  private async untilSteady(): Promise<void> {
    const { world, workload } = this.tools;
    const deadline = Date.now() + Math.max(world.clock.wallMillis(LIFECYCLE_EVENT_TIMEOUT_SECONDS), LEAST_REAL_TIMEOUT_MILLIS);
    while ((await workload.refresh(this.deployment.green!)).stabilityStatus !== 'STEADY_STATE') {
      if (Date.now() > deadline) {
        throw new DeploymentFailure(
          'TIMEOUT',
          'The deployment timed out while waiting for the replacement task set to become healthy. This time out period is 60 minutes.',
        );
      }
      await sleepFor(LOOK_MILLIS, undefined, { signal: this.deployment.signal });
    }
  }

  private async allowTestTraffic(): Promise<void> {
    if (this.settings.testListenerArn) {
      await this.shift(this.settings.testListenerArn, 100);
    }
  }

  private async allowTraffic(): Promise<void> {
    for (const { percent, bakeSeconds } of shiftSteps(this.configuration.trafficRoutingConfig)) {
      await this.shift(this.settings.productionListenerArn, percent);
      this.deployment.greenPercent = percent;
      await this.tools.world.clock.sleep(bakeSeconds, this.deployment.signal);
    }
    await this.tools.workload.makePrimary(this.deployment.green!);
  }

  /** The Ready state: traffic waits until someone lets it go on. */
  private async untilContinued(): Promise<void> {
    const { actionOnTimeout, waitTimeInMinutes } = this.settings.readyOption;
    if (actionOnTimeout !== 'STOP_DEPLOYMENT') {
      return;
    }
    this.deployment.status = 'Ready';
    if (!await this.deployment.waitFor('READY_WAIT', waitTimeInMinutes * 60)) {
      throw new DeploymentFailure(
        'TIMEOUT',
        `The deployment timed out while waiting for a notification to continue. This time out period is ${waitTimeInMinutes} minutes.`,
        'Stopped',
      );
    }
    this.deployment.status = 'InProgress';
  }

  public async terminateBlue(): Promise<void> {
    const { deployment, tools: { workload } } = this;
    const { action, terminationWaitTimeInMinutes } = this.settings.terminateBlue;
    if (action === 'KEEP_ALIVE') {
      return;
    }
    deployment.terminationWaitStarted = true;
    await deployment.waitFor('TERMINATION_WAIT', terminationWaitTimeInMinutes * 60);
    deployment.terminationBegun = true;
    await workload.delete(deployment.blue!.id);
  }

  private async shift(listenerArn: string, percent: number): Promise<void> {
    const { blue, green, signal } = this.deployment;
    signal.throwIfAborted();
    await this.tools.routes.shift(listenerArn, blue!.targetGroupArn, green!.targetGroupArn, percent);
  }
}
