import type { Clusters } from './clusters';
import { describeTask } from './descriptions';
import { ecsArn, nameOf } from './identifiers';
import type { Scheduler } from './scheduler';
import type { Task } from './task';
import { AwsError, type OperationInput } from '../core/api';
import type { World } from '../core/world';

/** What can be asked of tasks. */
export class Tasks {
  public readonly operations = {
    ListTasks: (input: OperationInput) => {
      const desiredStatus = input.desiredStatus ?? 'RUNNING';
      const tasks = this.inCluster(input.cluster).filter((task) => {
        return task.desiredStatus === desiredStatus
          && (input.serviceName === undefined || task.spec.group === `service:${nameOf(input.serviceName)}`)
          && (input.startedBy === undefined || task.spec.startedBy === input.startedBy)
          && (input.family === undefined || task.spec.taskDefinition.family === input.family);
      });
      return { taskArns: tasks.map((task) => task.arn) };
    },
    DescribeTasks: (input: OperationInput) => {
      const tasks = this.inCluster(input.cluster);
      const asked: string[] = input.tasks ?? [];
      const found = asked.map((name) => tasks.find((task) => task.id === nameOf(name)));
      return {
        tasks: found.flatMap((task) => task ?? []).map((task) => describeTask(this.world, task)),
        failures: asked.filter((_, index) => !found[index]).map((name) => ({
          arn: name.startsWith('arn:') ? name : ecsArn(this.world, `task/${nameOf(input.cluster ?? 'default')}/${name}`),
          reason: 'MISSING',
        })),
      };
    },
    StopTask: (input: OperationInput) => {
      const task = this.inCluster(input.cluster).find((candidate) => candidate.id === nameOf(input.task ?? ''));
      if (!task) {
        throw new AwsError('InvalidParameterException', 'The referenced task was not found.');
      }
      void task.stop('UserInitiated', input.reason ?? 'Task stopped by user');
      return { task: describeTask(this.world, task) };
    },
    RunTask: () => {
      throw new AwsError('InvalidParameterException', 'the local AWS does not rehearse RunTask: it runs tasks of services only');
    },
  };

  constructor(private readonly world: World, private readonly clusters: Clusters, private readonly scheduler: Scheduler) {}

  private inCluster(nameOrArn: string | undefined): Task[] {
    const cluster = this.clusters.require(nameOrArn);
    return [...this.scheduler.tasks.values()].filter((task) => task.spec.clusterName === cluster.name);
  }
}
