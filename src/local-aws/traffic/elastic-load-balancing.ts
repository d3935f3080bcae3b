import { Certificates } from './data-plane/certificates';
import { DataPlane } from './data-plane/data-plane';
import type { RealLimits } from './data-plane/limits';
import { TrafficMeter } from './data-plane/traffic-meter';
import { Directory } from './directory';
import { Listeners } from './listeners';
import { LoadBalancers } from './load-balancers';
import { operations } from './operations';
import type { Verbs } from './operations';
import { listenerType } from './resources/listener';
import { listenerRuleType } from './resources/listener-rule';
import { loadBalancerType } from './resources/load-balancer';
import { targetGroupType } from './resources/target-group';
import { Rules } from './rules';
import { TargetGroups } from './target-groups';
import type { LocalService, MetricSink, Operation, ResourceType, ServiceApi, Target, TargetHealth, TargetRegistry } from '../core/api';
import type { World } from '../core/world';
import type { Memory } from '../state/memory';
import { TargetSet } from './data-plane/target-set';

/** Elastic Load Balancing of the local AWS: application load balancers that really serve HTTP, on loopback. */
export class ElasticLoadBalancing implements LocalService, TargetRegistry {
  public readonly apis: readonly ServiceApi[];
  public readonly resourceTypes: Readonly<Record<string, ResourceType>>;
  /** `listeners`: on which real addresses the template's listeners are served. */
  public readonly admin: Readonly<Record<string, Operation>>;
  private readonly directory = new Directory();
  private readonly meter: TrafficMeter;
  /** Whose authority is there before anything asks for it. */
  public readonly certificates: Certificates;
  private readonly dataPlane: DataPlane;
  private readonly targetGroups: TargetGroups;

  constructor(world: World, metrics: MetricSink, limits: Partial<RealLimits> = {}) {
    const directory = this.directory;
    this.meter = new TrafficMeter(world, metrics, () => directory.targetGroupsInUse());
    this.certificates = new Certificates(world.directory);
    this.dataPlane = new DataPlane(world, this.meter, this.certificates, (arn) => directory.targetGroups.get(arn));
    this.targetGroups = new TargetGroups(world, directory, limits);
    const verbs: Verbs = {
      directory,
      loadBalancers: new LoadBalancers(world, directory),
      listeners: new Listeners(directory, this.dataPlane),
      rules: new Rules(directory),
      targetGroups: this.targetGroups,
    };
    this.apis = [{ signingName: 'elasticloadbalancing', protocol: 'query', target: '2015-12-01', operations: operations(verbs) }];
    this.resourceTypes = {
      'AWS::ElasticLoadBalancingV2::LoadBalancer': loadBalancerType(verbs),
      'AWS::ElasticLoadBalancingV2::TargetGroup': targetGroupType(verbs),
      'AWS::ElasticLoadBalancingV2::Listener': listenerType(verbs),
      'AWS::ElasticLoadBalancingV2::ListenerRule': listenerRuleType(verbs),
    };
    this.admin = { listeners: () => this.dataPlane.describe() };
  }

  public isAttached(targetGroupArn: string): boolean {
    return this.directory.targetGroup(targetGroupArn).loadBalancer !== undefined;
  }

  public register(targetGroupArn: string, target: Target): void {
    this.targetGroups.register(this.directory.targetGroup(targetGroupArn), target);
  }

  public async deregister(targetGroupArn: string, targetId: string): Promise<void> {
    await this.directory.targetGroups.get(targetGroupArn)?.targets.deregister(targetId);
  }

  public health(targetGroupArn: string, targetId: string): TargetHealth {
    return this.directory.targetGroups.get(targetGroupArn)?.targets.health(targetId) ?? 'unused';
  }

  public get memory(): Memory {
    return {
      stores: { directory: { of: this.directory, fields: ['loadBalancers', 'listeners', 'targetGroups'] } },
      classes: {
        // Tasks are started anew, and register themselves.
        TargetSet: {
          kind: TargetSet,
          renewed: {
            registered: () => new Set(), closed: () => new AbortController(), routable: () => [], inUse: () => false,
          },
        },
      },
      resume: async () => {
        this.directory.refreshUse();
        await Promise.all([...this.directory.listeners.values()].map((listener) => this.dataPlane.serve(listener)));
      },
    };
  }

  public async close(): Promise<void> {
    this.meter.close();
    await this.dataPlane.close();
    await Promise.all([...this.directory.targetGroups.values()].map(({ targets }) => targets.close()));
  }
}
