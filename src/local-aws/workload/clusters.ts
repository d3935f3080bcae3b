import { ecsArn, nameOf } from './identifiers';
import type { Tags } from './tags';
import { AwsError, type OperationInput } from '../core/api';
import type { World } from '../core/world';

export interface Cluster {
  readonly name: string;
  readonly arn: string;
  status: 'ACTIVE' | 'INACTIVE';
  settings: unknown[];
  capacityProviders: string[];
  defaultCapacityProviderStrategy: unknown[];
}

/** How many services and tasks a cluster has. */
export type ClusterCounts = (cluster: Cluster) => { activeServicesCount: number; runningTasksCount: number; pendingTasksCount: number };

export class Clusters {
  private readonly clusters = new Map<string, Cluster>();

  constructor(private readonly world: World, private readonly tags: Tags) {}

  public create(input: OperationInput): Cluster {
    const name = input.clusterName ?? 'default';
    const existing = this.clusters.get(name);
    if (existing?.status === 'ACTIVE') {
      return existing;
    }
    const cluster: Cluster = {
      name,
      arn: ecsArn(this.world, `cluster/${name}`),
      status: 'ACTIVE',
      settings: input.settings ?? [],
      capacityProviders: input.capacityProviders ?? [],
      defaultCapacityProviderStrategy: input.defaultCapacityProviderStrategy ?? [],
    };
    this.clusters.set(name, cluster);
    this.tags.replace(cluster.arn, input.tags ?? []);
    return cluster;
  }

  public delete(nameOrArn: string, counts: ClusterCounts): Cluster {
    const cluster = this.require(nameOrArn);
    const { activeServicesCount, runningTasksCount } = counts(cluster);
    if (activeServicesCount > 0) {
      throw new AwsError('ClusterContainsServicesException', 'The Cluster cannot be deleted while Services are active.');
    }
    if (runningTasksCount > 0) {
      throw new AwsError('ClusterContainsTasksException', 'The Cluster cannot be deleted while Tasks are active.');
    }
    cluster.status = 'INACTIVE';
    return cluster;
  }

  public find(nameOrArn = 'default'): Cluster | undefined {
    const cluster = this.clusters.get(nameOf(nameOrArn));
    return cluster?.status === 'ACTIVE' ? cluster : undefined;
  }

  public require(nameOrArn?: string): Cluster {
    const cluster = this.find(nameOrArn);
    if (!cluster) {
      throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
    }
    return cluster;
  }

  public list(): unknown {
    return { clusterArns: [...this.clusters.values()].filter((cluster) => cluster.status === 'ACTIVE').map((cluster) => cluster.arn) };
  }

  public describe(input: OperationInput, counts: ClusterCounts): unknown {
    const asked: string[] = input.clusters ?? ['default'];
    return {
      clusters: asked.flatMap((name) => this.find(name) ?? []).map((cluster) => this.describeOne(cluster, counts)),
      failures: asked.filter((name) => !this.find(name)).map((name) => ({ arn: ecsArn(this.world, `cluster/${nameOf(name)}`), reason: 'MISSING' })),
    };
  }

  public describeOne(cluster: Cluster, counts: ClusterCounts): unknown {
    const { name, arn, ...others } = cluster;
    return {
      clusterArn: arn,
      clusterName: name,
      ...others,
      registeredContainerInstancesCount: 0,
      statistics: [],
      ...counts(cluster),
      tags: this.tags.of(arn),
    };
  }
}
