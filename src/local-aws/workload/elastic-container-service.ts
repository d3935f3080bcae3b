import { Clusters, type ClusterCounts } from './clusters';
import { Addresses } from './identifiers';
import { Images } from './images/images';
import { ecsResourceTypes } from './resource-types';
import { Scheduler } from './scheduler';
import { Service, TaskSet } from './service';
import { Services } from './services';
import { Tags } from './tags';
import { TaskDefinitions } from './task-definitions';
import { TaskSets } from './task-sets';
import { Tasks } from './tasks';
import type { LocalService, LogWriter, Operation, OperationInput, SecretReader, ServiceApi, TargetRegistry } from '../core/api';
import type { World } from '../core/world';
import type { Memory } from '../state/memory';

/** Amazon ECS on Fargate, whose tasks are processes of this machine. */
export class ElasticContainerService implements LocalService {
  public readonly tags = new Tags();
  public readonly images: Images;
  public readonly clusters: Clusters;
  public readonly taskDefinitions: TaskDefinitions;
  public readonly services: Services;
  public readonly scheduler: Scheduler;
  public readonly apis: readonly ServiceApi[];
  public readonly resourceTypes: LocalService['resourceTypes'];
  public readonly admin: Readonly<Record<string, Operation>>;

  constructor(world: World, targets: TargetRegistry, logs: LogWriter, secrets: SecretReader) {
    this.images = new Images(world);
    this.clusters = new Clusters(world, this.tags);
    this.taskDefinitions = new TaskDefinitions(world, (arn) => this.tags.of(arn));
    this.services = new Services(world, this.clusters, this.taskDefinitions, this.tags, targets);
    const runtime = { world, images: this.images, logs, secrets, targets, addresses: new Addresses() };
    this.scheduler = new Scheduler(world, runtime, () => this.services.all());
    const operations = this.operations(new TaskSets(world, this.services), new Tasks(world, this.clusters, this.taskDefinitions, this.scheduler));
    this.apis = [{ signingName: 'ecs', protocol: 'json', target: 'AmazonEC2ContainerServiceV20141113', operations }];
    this.resourceTypes = ecsResourceTypes(world, this);
    this.admin = {
      'images': (input: OperationInput) => input && Object.keys(input).length > 0 ? this.images.register(input) : this.images.list(),
      'build-image': (input) => this.images.build(input),
      'inspect-image': (input) => this.images.inspect(input),
      'tag-image': (input) => this.images.tag(input),
    };
  }

  /** What there is to run; tasks ended with the processes that they were, and are started anew. */
  public get memory(): Memory {
    return {
      stores: {
        'ecs tags': { of: this.tags, fields: ['tags'] },
        'clusters': { of: this.clusters, fields: ['clusters'] },
        'task definitions': { of: this.taskDefinitions, fields: ['families'] },
        'services': { of: this.services, fields: ['services'] },
        'images': { of: this.images, fields: ['images', 'built', 'registrations'] },
      },
      classes: {
        Service: { kind: Service },
        TaskSet: { kind: TaskSet, renewed: { tasks: () => new Set(), stability: () => 'STABILIZING', nextStartAt: () => 0 } },
      },
      resume: () => this.scheduler.look(),
    };
  }

  public async close(): Promise<void> {
    await this.scheduler.close();
  }

  private operations(taskSets: TaskSets, tasks: Tasks): Record<string, Operation> {
    const counts: ClusterCounts = (cluster) => {
      const services = this.services.all().filter((service) => service.cluster === cluster);
      const own = [...this.scheduler.tasks.values()].filter((task) => task.spec.clusterName === cluster.name);
      return {
        activeServicesCount: services.filter((service) => service.status === 'ACTIVE').length,
        runningTasksCount: own.filter((task) => task.status === 'RUNNING').length,
        pendingTasksCount: own.filter((task) => task.desiredStatus === 'RUNNING' && task.status !== 'RUNNING').length,
      };
    };
    return {
      CreateCluster: (input) => ({ cluster: this.clusters.describeOne(this.clusters.create(input), counts) }),
      DeleteCluster: (input) => ({ cluster: this.clusters.describeOne(this.clusters.delete(input.cluster, counts), counts) }),
      DescribeClusters: (input) => this.clusters.describe(input, counts),
      ListClusters: () => this.clusters.list(),
      RegisterTaskDefinition: (input) => {
        const taskDefinition = this.taskDefinitions.register(input);
        this.tags.replace(taskDefinition.taskDefinitionArn, input.tags ?? []);
        return { taskDefinition, tags: input.tags };
      },
      DeregisterTaskDefinition: (input) => ({ taskDefinition: this.taskDefinitions.deregister(input.taskDefinition ?? '') }),
      DescribeTaskDefinition: (input) => this.taskDefinitions.describe(input),
      ListTaskDefinitions: (input) => this.taskDefinitions.list(input),
      CreateService: (input) => this.thenLook(this.services.describeOne(this.services.create(input))),
      UpdateService: (input) => this.thenLook(this.services.describeOne(this.services.update(input))),
      DeleteService: (input) => this.thenLook(this.services.describeOne(this.services.delete(input))),
      DescribeServices: (input) => this.services.describe(input),
      ListServices: (input) => this.services.list(input),
      ...taskSets.operations,
      ...tasks.operations,
      ...this.tags.operations,
    };
  }

  /** The answer shows the service before anything has come of the change, as on AWS. */
  private thenLook(service: unknown): { service: unknown } {
    setImmediate(() => this.scheduler.look());
    return { service };
  }
}
