import { ownAddress } from './data-plane/addresses';
import type { Directory } from './directory';
import { refusals } from './errors';
import { DEFAULT_LOAD_BALANCER_ATTRIBUTES, DELETION_PROTECTION } from './model';
import type { LoadBalancer } from './model';
import { ID_DIGITS, validateName } from './names';
import { hexId } from '../core/names';
import { arn } from '../core/world';
import type { World } from '../core/world';

export interface LoadBalancerSpec {
  readonly name: string;
  readonly type: string;
  readonly scheme: string;
  readonly ipAddressType: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
}

/** The verbs on load balancers. */
export class LoadBalancers {
  constructor(private readonly world: World, private readonly directory: Directory) {}

  public create(spec: LoadBalancerSpec): LoadBalancer {
    if (spec.type !== 'application') {
      throw refusals.notRehearsed(`the local AWS rehearses application load balancers only, got type '${spec.type}'; use an application load balancer`);
    }
    validateName('Load balancer', spec.name);
    if ([...this.directory.loadBalancers.values()].some(({ name }) => name === spec.name)) {
      throw refusals.duplicateLoadBalancer(spec.name);
    }
    const id = hexId(ID_DIGITS);
    const fullName = `app/${spec.name}/${id}`;
    const loadBalancer: LoadBalancer = {
      ...spec,
      arn: arn(this.world, 'elasticloadbalancing', `loadbalancer/${fullName}`),
      fullName,
      dnsName: ownAddress(),
      createdAt: this.world.clock.now(),
      attributes: new Map(Object.entries(DEFAULT_LOAD_BALANCER_ATTRIBUTES)),
      tags: new Map(),
    };
    this.directory.loadBalancers.set(loadBalancer.arn, loadBalancer);
    return loadBalancer;
  }

  /** On AWS its listeners go with it: whoever calls deletes them. */
  public delete(loadBalancer: LoadBalancer): void {
    if (loadBalancer.attributes.get(DELETION_PROTECTION) === 'true') {
      throw refusals.deletionProtected(loadBalancer.arn);
    }
    this.directory.loadBalancers.delete(loadBalancer.arn);
  }

  public describe(loadBalancer: LoadBalancer): object {
    return {
      LoadBalancerArn: loadBalancer.arn,
      DNSName: loadBalancer.dnsName,
      CanonicalHostedZoneId: canonicalHostedZoneId,
      CreatedTime: loadBalancer.createdAt,
      LoadBalancerName: loadBalancer.name,
      Scheme: loadBalancer.scheme,
      State: { Code: 'active' },
      Type: 'application',
      AvailabilityZones: loadBalancer.subnets.map((subnet, index) => ({
        ZoneName: `${this.world.region}${String.fromCharCode(97 + (index % 3))}`,
        SubnetId: subnet,
        LoadBalancerAddresses: [],
      })),
      SecurityGroups: loadBalancer.securityGroups,
      IpAddressType: loadBalancer.ipAddressType,
    };
  }
}

/** Each region has one; no record of a real zone is ever made from it here. */
export const canonicalHostedZoneId = 'Z35SXDOTRQ7X7K';
