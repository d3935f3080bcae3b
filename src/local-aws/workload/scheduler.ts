import { breakCircuit } from './circuit-breaker';
import type { Service, TaskSet } from './service';
import { Task, type TaskRuntime, type TaskSpec } from './task';
import type { World } from '../core/world';

/** How often services are looked at, by the clock, and within what a machine can bear. */
const LOOK_SECONDS = 1;
const LEAST_LOOK_MILLIS = 25;
const MOST_LOOK_MILLIS = 500;

/** After tasks that failed in a row, the next ones are started ever later, as ECS does. */
const FIRST_BACKOFF_SECONDS = 2;
const MOST_BACKOFF_SECONDS = 120;
const LEAST_BACKOFF_MILLIS = 200;
const FAILURES_BEFORE_BACKOFF = 3;

/** Stopped tasks stay describable; the oldest are forgotten. */
const STOPPED_TASKS_KEPT = 500;

/** What ECS does for its services all the time: keeps each task set at its desired count, and says when all is steady. */
export class Scheduler {
  public readonly tasks = new Map<string, Task>();
  private readonly timer: NodeJS.Timeout;
  private closed = false;

  constructor(private readonly world: World, private readonly runtime: TaskRuntime, private readonly services: () => Service[]) {
    const millis = Math.min(Math.max(world.clock.wallMillis(LOOK_SECONDS), LEAST_LOOK_MILLIS), MOST_LOOK_MILLIS);
    this.timer = setInterval(() => this.look(), millis);
  }

  public look(): void {
    if (!this.closed) {
      this.services().filter((service) => service.status !== 'INACTIVE').forEach((service) => this.keep(service));
    }
  }

  public async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.timer);
    await Promise.all([...this.tasks.values()].map((task) => task.kill()));
  }

  /** Starts a task, of a service or on its own. */
  public run(spec: TaskSpec, changed: (task: Task) => void = () => undefined): Task {
    const task: Task = new Task(spec, this.runtime, () => changed(task));
    this.remember(task);
    void task.start();
    return task;
  }

  private keep(service: Service): void {
    for (const taskSet of service.taskSets) {
      this.replaceUnhealthy(service, taskSet);
    }
    breakCircuit(this.world, service);
    const wanted = service.controller === 'ECS' ? rollingCounts(service) : service.taskSets.map((taskSet) => taskSet.desiredCount);
    service.taskSets.forEach((taskSet, index) => this.scale(service, taskSet, service.status === 'DRAINING' ? 0 : wanted[index]));
    service.taskSets.forEach((taskSet) => this.observe(service, taskSet));
    service.taskSets = service.taskSets.filter((taskSet) => {
      const over = taskSet.status === 'DRAINING' || (service.controller === 'ECS' && taskSet.status === 'ACTIVE');
      return !over || taskSet.tasks.size > 0;
    });
    if (service.status === 'DRAINING' && service.taskSets.every((taskSet) => taskSet.tasks.size === 0)) {
      service.status = 'INACTIVE';
      service.taskSets = [];
    }
  }

  private replaceUnhealthy(service: Service, taskSet: TaskSet): void {
    for (const task of taskSet.live()) {
      if (task.status !== 'RUNNING') {
        continue;
      }
      if (task.health === 'UNHEALTHY') {
        service.event(`(task ${task.id}) failed container health checks.`, taskSet);
        this.fail(taskSet, task, 'Task failed container health checks');
      } else if (this.world.clock.millis() - task.startedAt!.getTime() >= service.gracePeriodSeconds * 1000) {
        const targetGroup = task.unhealthyIn();
        if (targetGroup) {
          const { containerPort } = taskSet.spec.loadBalancers.find((loadBalancer) => loadBalancer.targetGroupArn === targetGroup)!;
          service.event(`(task ${task.id}) (port ${containerPort}) is unhealthy in (target-group ${targetGroup}) due to (reason Health checks failed).`, taskSet);
          this.fail(taskSet, task, `Task failed ELB health checks in (target-group ${targetGroup})`);
        }
      }
    }
  }

  private fail(taskSet: TaskSet, task: Task, reason: string): void {
    taskSet.failedTasks += 1;
    void task.stop('ServiceSchedulerInitiated', reason);
  }

  private scale(service: Service, taskSet: TaskSet, wanted: number): void {
    const live = taskSet.live();
    if (live.length < wanted && Date.now() >= taskSet.nextStartAt) {
      const started = Array.from({ length: wanted - live.length }, () => this.start(service, taskSet));
      service.event(`has started ${started.length} tasks: ${started.map((task) => `(task ${task.id})`).join(' ')}.`, taskSet);
    } else if (live.length > wanted) {
      // What doesn't run yet goes first.
      const leaving = live.sort((a, b) => Number(b.status === 'RUNNING') - Number(a.status === 'RUNNING')).slice(wanted);
      service.event(`has stopped ${leaving.length} running tasks: ${leaving.map((task) => `(task ${task.id})`).join(' ')}.`, taskSet);
      if (taskSet.spec.loadBalancers.length > 0) {
        service.event(`has begun draining connections on ${leaving.length} tasks.`, taskSet);
      }
      leaving.forEach((task) => void task.stop('ServiceSchedulerInitiated', `Scaling activity initiated by (deployment ${taskSet.id})`));
    }
  }

  private start(service: Service, taskSet: TaskSet): Task {
    const { spec } = taskSet;
    const task = this.run({
      clusterName: service.cluster.name,
      taskDefinition: spec.taskDefinition,
      group: `service:${service.name}`,
      startedBy: taskSet.id,
      loadBalancers: spec.loadBalancers,
      platformVersion: spec.platformVersion,
      capacityProviderName: spec.capacityProviderStrategy?.[0]?.capacityProvider,
      tags: [],
    }, (changed) => this.taskChanged(service, taskSet, changed));
    taskSet.tasks.add(task);
    return task;
  }

  private taskChanged(service: Service, taskSet: TaskSet, task: Task): void {
    if (task.status !== 'STOPPED' || !taskSet.tasks.delete(task)) {
      return;
    }
    if (task.stopCode === 'TaskFailedToStart' || task.stopCode === 'EssentialContainerExited') {
      taskSet.failedTasks += 1;
      taskSet.failedInARow += 1;
      taskSet.nextStartAt = Date.now() + this.backoffMillis(taskSet.failedInARow);
      service.event(`(task ${task.id}) ${task.stopCode === 'TaskFailedToStart' ? 'failed to start' : 'stopped'}: ${task.stoppedReason}.`, taskSet);
      if (taskSet.failedInARow === FAILURES_BEFORE_BACKOFF) {
        service.event('is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.', taskSet);
      }
    }
    this.look();
  }

  private backoffMillis(failedInARow: number): number {
    const seconds = failedInARow < FAILURES_BEFORE_BACKOFF ? 0 : Math.min(FIRST_BACKOFF_SECONDS * 2 ** failedInARow, MOST_BACKOFF_SECONDS);
    return Math.max(this.world.clock.wallMillis(seconds), LEAST_BACKOFF_MILLIS * Math.min(failedInARow, 5));
  }

  private observe(service: Service, taskSet: TaskSet): void {
    const wanted = taskSet.desiredCount;
    const steady = taskSet.runningCount === wanted && taskSet.pendingCount === 0 && taskSet.healthyCount === wanted;
    const stability = steady ? 'STEADY_STATE' : 'STABILIZING';
    if (stability !== taskSet.stability) {
      taskSet.stability = stability;
      taskSet.stabilityAt = this.world.clock.now();
      taskSet.updatedAt = taskSet.stabilityAt;
      if (steady && taskSet.status !== 'DRAINING') {
        taskSet.failedInARow = 0;
        service.event('has reached a steady state.', service.controller === 'CODE_DEPLOY' ? taskSet : undefined);
      }
    }
    const alone = service.taskSets.every((other) => other === taskSet || other.tasks.size === 0);
    if (service.controller === 'ECS' && taskSet.status === 'PRIMARY' && taskSet.rollout.state === 'IN_PROGRESS' && steady && alone) {
      taskSet.rollout = { state: 'COMPLETED', reason: `ECS deployment ${taskSet.id} completed.` };
      service.lastCompleted = taskSet.spec;
      service.event(`(deployment ${taskSet.id}) deployment completed.`);
    }
  }

  private remember(task: Task): void {
    this.tasks.set(task.arn, task);
    const stopped = [...this.tasks.values()].filter((candidate) => candidate.status === 'STOPPED');
    stopped.slice(0, Math.max(0, stopped.length - STOPPED_TASKS_KEPT)).forEach((old) => this.tasks.delete(old.arn));
  }
}

/**
 * How many tasks each deployment of the ECS controller may have now: new tasks come as far as the maximum percent lets
 * them, old ones go as far as healthy new ones stand in for them.
 */
function rollingCounts(service: Service): number[] {
  const { minimumHealthy, maximum } = service.percentages;
  const desired = service.desiredCount;
  const most = Math.max(Math.floor((desired * maximum) / 100), 1);
  const least = Math.ceil((desired * minimumHealthy) / 100);
  const [primary] = service.taskSets;
  const old = service.taskSets.slice(1);
  const oldTasks = old.reduce((sum, taskSet) => sum + taskSet.tasks.size, 0);
  let keep = Math.max(0, (most > desired ? desired : least) - (primary?.healthyCount ?? 0));
  return service.taskSets.map((taskSet) => {
    if (taskSet === primary) {
      return Math.max(Math.min(desired, most - oldTasks), Math.min(primary.live().length, desired));
    }
    const kept = Math.min(keep, taskSet.live().length);
    keep -= kept;
    return kept;
  });
}
