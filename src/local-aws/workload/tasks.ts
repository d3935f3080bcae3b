import type { Clusters } from './clusters';
import type { ContainerDefinition } from './container';
import { describeTask } from './descriptions';
import { ecsArn, nameOf } from './identifiers';
import { checkParameters, type Parameters } from './parameters';
import type { Scheduler } from './scheduler';
import type { Task } from './task';
import type { TaskDefinition, TaskDefinitions } from './task-definitions';
import { AwsError, type OperationInput } from '../core/api';
import type { World } from '../core/world';

const MOST_TASKS_AT_ONCE = 10;

const RUN_PARAMETERS: Parameters = {
  cluster: 'string',
  taskDefinition: 'string',
  count: 'integer',
  overrides: 'structure',
  startedBy: 'string',
  group: 'string',
  launchType: 'string',
  capacityProviderStrategy: 'list',
  networkConfiguration: 'structure',
  platformVersion: 'string',
  placementConstraints: 'list',
  placementStrategy: 'list',
  propagateTags: 'string',
  enableECSManagedTags: 'boolean',
  enableExecuteCommand: 'boolean',
  referenceId: 'string',
  clientToken: 'string',
  tags: 'list',
  volumeConfigurations: 'list',
};

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
    RunTask: (input: OperationInput) => ({ tasks: this.run(input).map((task) => describeTask(this.world, task)), failures: [] }),
  };

  constructor(
    private readonly world: World,
    private readonly clusters: Clusters,
    private readonly taskDefinitions: TaskDefinitions,
    private readonly scheduler: Scheduler,
  ) {}

  private run(input: OperationInput): Task[] {
    checkParameters(input, RUN_PARAMETERS);
    const cluster = this.clusters.require(input.cluster);
    const revision = this.taskDefinitions.require(input.taskDefinition ?? '');
    const count = input.count ?? 1;
    if (count < 1 || count > MOST_TASKS_AT_ONCE) {
      throw new AwsError('InvalidParameterException', `Count should be between 1 and ${MOST_TASKS_AT_ONCE}.`);
    }
    const taskDefinition = withOverrides(revision, input.overrides?.containerOverrides ?? []);
    return Array.from({ length: count }, () => this.scheduler.run({
      clusterName: cluster.name,
      taskDefinition,
      group: input.group ?? `family:${revision.family}`,
      startedBy: input.startedBy,
      loadBalancers: [],
      platformVersion: input.platformVersion ?? 'LATEST',
      capacityProviderName: input.capacityProviderStrategy?.[0]?.capacityProvider,
      tags: input.tags ?? [],
      overrides: input.overrides,
    }));
  }

  private inCluster(nameOrArn: string | undefined): Task[] {
    const cluster = this.clusters.require(nameOrArn);
    return [...this.scheduler.tasks.values()].filter((task) => task.spec.clusterName === cluster.name);
  }
}

/** The revision with the command and the environment of this one run. */
function withOverrides(revision: TaskDefinition, overrides: readonly OperationInput[]): TaskDefinition {
  const unknown = overrides.find((override) => !revision.containerDefinitions.some((container) => container.name === override.name));
  if (unknown) {
    throw new AwsError('InvalidParameterException', `Override for container named ${unknown.name} is not a container in the TaskDefinition.`);
  }
  const containerDefinitions = revision.containerDefinitions.map((container): ContainerDefinition => {
    const override = overrides.find((candidate) => candidate.name === container.name);
    return override ? {
      ...container,
      command: override.command ?? container.command,
      environment: [...container.environment ?? [], ...override.environment ?? []],
    } : container;
  });
  return { ...revision, containerDefinitions };
}
