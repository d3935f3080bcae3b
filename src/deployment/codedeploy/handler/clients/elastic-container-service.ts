import {
  CreateServiceCommand, DeleteServiceCommand, DescribeServicesCommand, DescribeTasksCommand, ECSClient, ListTasksCommand, TagResourceCommand,
  UntagResourceCommand, UpdateServiceCommand, type Service, type Task, type UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs';
import { isNamed, RETRIES } from './retries';
import type { TargetServiceProperties } from '../../app-spec';
import type { Tag } from '../../resources';

export interface NewService {
  readonly cluster: string;
  readonly name: string;
  readonly spec: TargetServiceProperties;
  readonly targetGroup: string;
  readonly desiredCount: number;
  readonly healthCheckGracePeriodSeconds: number;
  readonly executeCommand: boolean;
  readonly tags: readonly Tag[];
}

/** What the service and the trigger need of ECS. */
export class ElasticContainerService {
  constructor(private readonly client = new ECSClient(RETRIES)) {}

  public async create(service: NewService): Promise<Service> {
    const { spec } = service;
    const network = spec.NetworkConfiguration?.AwsvpcConfiguration;
    const { service: created } = await this.client.send(new CreateServiceCommand({
      cluster: service.cluster,
      serviceName: service.name,
      taskDefinition: spec.TaskDefinition,
      desiredCount: service.desiredCount,
      deploymentController: { type: 'CODE_DEPLOY' },
      loadBalancers: [{
        targetGroupArn: service.targetGroup,
        containerName: spec.LoadBalancerInfo.ContainerName,
        containerPort: Number(spec.LoadBalancerInfo.ContainerPort),
      }],
      networkConfiguration: network && {
        awsvpcConfiguration: {
          subnets: [...network.Subnets],
          securityGroups: [...network.SecurityGroups],
          assignPublicIp: network.AssignPublicIp,
        },
      },
      platformVersion: spec.PlatformVersion,
      ...(spec.CapacityProviderStrategy?.length
        ? {
          capacityProviderStrategy: spec.CapacityProviderStrategy.map((item) => (
            { capacityProvider: item.CapacityProvider, base: Number(item.Base ?? 0), weight: Number(item.Weight ?? 1) }
          )),
        }
        : { launchType: 'FARGATE' }),
      healthCheckGracePeriodSeconds: service.healthCheckGracePeriodSeconds,
      enableExecuteCommand: service.executeCommand,
      enableECSManagedTags: true,
      propagateTags: 'SERVICE',
      tags: service.tags.map(({ Key, Value }) => ({ key: Key, value: Value })),
    }));
    return created!;
  }

  /** The service with its task sets and tags; undefined if there is none, or if all of it is gone. */
  public async describe(cluster: string, nameOrArn: string): Promise<Service | undefined> {
    try {
      const { services } = await this.client.send(new DescribeServicesCommand({ cluster, services: [nameOrArn], include: ['TAGS'] }));
      const service = services?.[0];
      return service?.status === 'INACTIVE' ? undefined : service;
    } catch (error) {
      if (isNamed(error, 'ClusterNotFound')) {
        return undefined;
      }
      throw error;
    }
  }

  public async update(input: UpdateServiceCommandInput): Promise<void> {
    await this.client.send(new UpdateServiceCommand(input));
  }

  /** Deletes the service with its tasks; one that is gone already is success. */
  public async delete(cluster: string, nameOrArn: string): Promise<void> {
    try {
      await this.client.send(new DeleteServiceCommand({ cluster, service: nameOrArn, force: true }));
    } catch (error) {
      if (!isNamed(error, 'ServiceNotFound', 'ServiceNotActive', 'ClusterNotFound')) {
        throw error;
      }
    }
  }

  public async tag(arn: string, tags: readonly Tag[]): Promise<void> {
    await this.client.send(new TagResourceCommand({ resourceArn: arn, tags: tags.map(({ Key, Value }) => ({ key: Key, value: Value })) }));
  }

  public async untag(arn: string, keys: readonly string[]): Promise<void> {
    await this.client.send(new UntagResourceCommand({ resourceArn: arn, tagKeys: [...keys] }));
  }

  /** The service's tasks that have stopped lately: ECS keeps them for about an hour. */
  public async stoppedTasks(cluster: string, serviceName: string): Promise<readonly Task[]> {
    const { taskArns } = await this.client.send(new ListTasksCommand({ cluster, serviceName, desiredStatus: 'STOPPED' }));
    if (!taskArns?.length) {
      return [];
    }
    const { tasks } = await this.client.send(new DescribeTasksCommand({ cluster, tasks: taskArns.slice(0, 100) }));
    return tasks ?? [];
  }
}
