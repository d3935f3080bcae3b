import { randomUUID } from 'node:crypto';
import type { Cluster } from './clusters';
import { ecsArn, taskSetId } from './identifiers';
import type { LoadBalancer, Task } from './task';
import type { TaskDefinition } from './task-definitions';
import type { World } from '../core/world';

export type Controller = 'ECS' | 'CODE_DEPLOY';

/** What a task set takes with it from its service or from a deployment. */
export interface TaskSetSpec {
  readonly taskDefinition: TaskDefinition;
  readonly loadBalancers: readonly LoadBalancer[];
  readonly networkConfiguration?: unknown;
  readonly platformVersion: string;
  readonly launchType?: string;
  readonly capacityProviderStrategy?: ReadonlyArray<{ readonly capacityProvider: string; readonly weight?: number; readonly base?: number }>;
}

/** The tasks of one revision. Under the ECS controller AWS shows it as a deployment, under CODE_DEPLOY as a task set. */
export class TaskSet {
  public readonly id = taskSetId();
  public readonly createdAt: Date;
  public updatedAt: Date;
  public readonly tasks = new Set<Task>();
  public stability: 'STABILIZING' | 'STEADY_STATE' = 'STABILIZING';
  public stabilityAt: Date;
  /** Tasks that ended without having been asked to, since the last one that stayed. */
  public failedInARow = 0;
  public failedTasks = 0;
  /** In milliseconds of the wall clock: tasks that fail at once are not started in a tight loop. */
  public nextStartAt = 0;
  /** How a deployment of the ECS controller goes. */
  public rollout: { state: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED'; reason: string };

  constructor(
    world: World,
    public readonly service: Service,
    public readonly spec: TaskSetSpec,
    public status: 'PRIMARY' | 'ACTIVE' | 'DRAINING',
    public scale: number,
    public readonly externalId?: string,
  ) {
    this.createdAt = world.clock.now();
    this.updatedAt = this.createdAt;
    this.stabilityAt = this.createdAt;
    this.rollout = { state: 'IN_PROGRESS', reason: `ECS deployment ${this.id} in progress.` };
  }

  public arn(world: World): string {
    return ecsArn(world, `task-set/${this.service.cluster.name}/${this.service.name}/${this.id}`);
  }

  public get desiredCount(): number {
    return this.status === 'DRAINING' ? 0 : Math.ceil((this.service.desiredCount * this.scale) / 100);
  }

  /** Tasks that are meant to run. */
  public live(): Task[] {
    return [...this.tasks].filter((task) => task.desiredStatus === 'RUNNING');
  }

  public get runningCount(): number {
    return [...this.tasks].filter((task) => task.status === 'RUNNING').length;
  }

  public get pendingCount(): number {
    return this.live().filter((task) => task.status !== 'RUNNING').length;
  }

  public get healthyCount(): number {
    return this.live().filter((task) => task.healthy).length;
  }
}

export class Service {
  public readonly arn: string;
  public status: 'ACTIVE' | 'DRAINING' | 'INACTIVE' = 'ACTIVE';
  public readonly createdAt: Date;
  /** The newest is the first. */
  public taskSets: TaskSet[] = [];
  public readonly events: { id: string; createdAt: Date; message: string }[] = [];
  /** What the last completed deployment of the ECS controller runs: a circuit breaker goes back to it. */
  public lastCompleted?: TaskSetSpec;

  constructor(
    private readonly world: World,
    public readonly name: string,
    public readonly cluster: Cluster,
    public readonly controller: Controller,
    public desiredCount: number,
    /** What the primary task set runs; under CODE_DEPLOY a deployment changes it. */
    public spec: TaskSetSpec,
    /** What has no behaviour of its own: percentages, grace period, placement, managed tags, … */
    public settings: Record<string, any>,
  ) {
    this.arn = ecsArn(world, `service/${cluster.name}/${name}`);
    this.createdAt = world.clock.now();
  }

  public primary(): TaskSet | undefined {
    return this.taskSets.find((taskSet) => taskSet.status === 'PRIMARY');
  }

  public get gracePeriodSeconds(): number {
    return this.settings.healthCheckGracePeriodSeconds ?? 0;
  }

  public get percentages(): { minimumHealthy: number; maximum: number } {
    const { minimumHealthyPercent, maximumPercent } = this.settings.deploymentConfiguration ?? {};
    return { minimumHealthy: minimumHealthyPercent ?? 100, maximum: maximumPercent ?? 200 };
  }

  public event(message: string, taskSet?: TaskSet): void {
    const of = taskSet && this.controller === 'CODE_DEPLOY' ? `, taskSet ${taskSet.id}` : '';
    this.events.unshift({ id: randomUUID(), createdAt: this.world.clock.now(), message: `(service ${this.name}${of}) ${message}` });
    this.events.length = Math.min(this.events.length, 100);
  }
}
