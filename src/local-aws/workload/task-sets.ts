import { describeTaskSet } from './descriptions';
import { nameOf } from './identifiers';
import { checkParameters } from './parameters';
import { TaskSet, type Service } from './service';
import { requireActive } from './service-rules';
import type { Services } from './services';
import { AwsError, type OperationInput } from '../core/api';
import type { World } from '../core/world';

/** What CodeDeploy does to a service. */
export class TaskSets {
  public readonly operations = {
    CreateTaskSet: (input: OperationInput) => ({ taskSet: this.describe(this.create(input)) }),
    DescribeTaskSets: (input: OperationInput) => {
      const service = this.serviceOf(input);
      const asked: string[] | undefined = input.taskSets?.length ? input.taskSets.map(idOf) : undefined;
      return {
        taskSets: service.taskSets.filter((taskSet) => !asked || asked.includes(taskSet.id)).map((taskSet) => this.describe(taskSet)),
        failures: (asked ?? []).filter((id) => !service.taskSets.some((taskSet) => taskSet.id === id)).map((id) => ({ arn: id, reason: 'MISSING' })),
      };
    },
    UpdateServicePrimaryTaskSet: (input: OperationInput) => {
      const service = this.serviceOf(input);
      const taskSet = this.require(service, input.primaryTaskSet);
      service.taskSets.filter((other) => other.status === 'PRIMARY').forEach((other) => {
        other.status = 'ACTIVE';
      });
      taskSet.status = 'PRIMARY';
      taskSet.updatedAt = this.world.clock.now();
      // What the primary task set has becomes what the service has.
      service.spec = taskSet.spec;
      return { taskSet: this.describe(taskSet) };
    },
    DeleteTaskSet: (input: OperationInput) => {
      const service = this.serviceOf(input);
      const taskSet = this.require(service, input.taskSet);
      if (taskSet.status === 'PRIMARY') {
        throw new AwsError('InvalidParameterException', 'The primary task set cannot be deleted. Update the service with another primary task set first.');
      }
      if (!input.force && taskSet.desiredCount > 0) {
        throw new AwsError('InvalidParameterException', 'The task set cannot be deleted while it is scaled above 0. Use force to delete it.');
      }
      taskSet.status = 'DRAINING';
      taskSet.updatedAt = this.world.clock.now();
      return { taskSet: this.describe(taskSet) };
    },
  };

  constructor(private readonly world: World, private readonly services: Services) {}

  private create(input: OperationInput): TaskSet {
    checkParameters(input, {
      service: 'string',
      cluster: 'string',
      externalId: 'string',
      taskDefinition: 'string',
      networkConfiguration: 'structure',
      loadBalancers: 'list',
      serviceRegistries: 'list',
      launchType: 'string',
      capacityProviderStrategy: 'list',
      platformVersion: 'string',
      scale: 'structure',
      clientToken: 'string',
      tags: 'list',
    });
    const service = this.serviceOf(input);
    const spec = this.services.toSpec(input);
    const taskSet = new TaskSet(this.world, service, spec, 'ACTIVE', input.scale?.value ?? 0, input.externalId);
    service.taskSets = [taskSet, ...service.taskSets];
    return taskSet;
  }

  private serviceOf(input: OperationInput): Service {
    const service = requireActive(this.services.find(input.cluster, input.service));
    if (service.controller === 'ECS') {
      throw new AwsError('InvalidParameterException', 'Task sets are not supported with the ECS deployment controller.');
    }
    return service;
  }

  private require(service: Service, nameOrArn: string): TaskSet {
    const taskSet = service.taskSets.find((candidate) => candidate.id === idOf(nameOrArn));
    if (!taskSet) {
      throw new AwsError('TaskSetNotFoundException', 'The specified task set could not be found.');
    }
    return taskSet;
  }

  private describe(taskSet: TaskSet): unknown {
    return describeTaskSet(this.world, taskSet);
  }
}

/** Task sets' ids have a slash of their own: `ecs-svc/1234`. */
function idOf(nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? `ecs-svc/${nameOf(nameOrArn)}` : nameOrArn;
}
