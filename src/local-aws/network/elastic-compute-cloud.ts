import { AwsError, type LocalService, type OperationInput, type ServiceApi } from '../core/api';
import type { World } from '../core/world';
import type { Memory } from '../state/memory';

type Direction = 'Ingress' | 'Egress';

/**
 * EC2, as far as the CDK's own functions call it: the rules of security groups. A group that was not heard of yet has the
 * rules that every VPC's default group has. Rules are kept and not enforced: on this machine everything is one address away.
 */
export class ElasticComputeCloud implements LocalService {
  public readonly resourceTypes = {};
  public readonly apis: readonly ServiceApi[];
  private readonly groups = new Map<string, Record<Direction, Set<string>>>();

  constructor(private readonly world: World) {
    this.apis = [{
      signingName: 'ec2',
      protocol: 'ec2',
      target: '2016-11-15',
      operations: {
        AuthorizeSecurityGroupIngress: (input) => this.authorize('Ingress', input),
        AuthorizeSecurityGroupEgress: (input) => this.authorize('Egress', input),
        RevokeSecurityGroupIngress: (input) => this.revoke('Ingress', input),
        RevokeSecurityGroupEgress: (input) => this.revoke('Egress', input),
      },
    }];
  }

  public get memory(): Memory {
    return { stores: { 'security groups': { of: this, fields: ['groups'] } } };
  }

  public async close(): Promise<void> {
    this.groups.clear();
  }

  private authorize(direction: Direction, input: OperationInput): object {
    const rules = this.rulesOf(input)[direction];
    const wanted = rulesIn(input);
    const known = wanted.find((rule) => rules.has(rule));
    if (known !== undefined) {
      throw new AwsError('InvalidPermission.Duplicate', `the specified rule "${known}" already exists`);
    }
    wanted.forEach((rule) => rules.add(rule));
    return { return: true };
  }

  private revoke(direction: Direction, input: OperationInput): object {
    const rules = this.rulesOf(input)[direction];
    const unwanted = rulesIn(input);
    if (!unwanted.every((rule) => rules.has(rule))) {
      throw new AwsError('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.');
    }
    unwanted.forEach((rule) => rules.delete(rule));
    return { return: true };
  }

  private rulesOf({ GroupId: id }: OperationInput): Record<Direction, Set<string>> {
    if (!/^sg-[0-9a-f]{8,17}$/.test(String(id))) {
      throw new AwsError('InvalidGroupId.Malformed', `Invalid id: "${id}"`);
    }
    const rules = this.groups.get(id) ?? {
      Ingress: new Set([ruleText({ IpProtocol: '-1', Groups: [{ GroupId: id, UserId: this.world.account }] })].flat()),
      Egress: new Set([ruleText({ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] })].flat()),
    };
    this.groups.set(id, rules);
    return rules;
  }
}

function rulesIn({ IpPermissions: permissions }: OperationInput): string[] {
  if (!Array.isArray(permissions) || permissions.length === 0) {
    throw new AwsError('MissingParameter', 'The request must contain the parameter ipPermissions');
  }
  return permissions.flatMap(ruleText);
}

/** One text for each peer, as EC2 counts rules. */
function ruleText({ IpProtocol: protocol, FromPort: from = '*', ToPort: to = '*', ...peers }: OperationInput): string[] {
  const named = [
    ...(peers.IpRanges ?? []).map(({ CidrIp }: OperationInput) => CidrIp),
    ...(peers.Ipv6Ranges ?? []).map(({ CidrIpv6 }: OperationInput) => CidrIpv6),
    ...(peers.PrefixListIds ?? []).map(({ PrefixListId }: OperationInput) => PrefixListId),
    ...(peers.Groups ?? peers.UserIdGroupPairs ?? []).map(({ GroupId }: OperationInput) => GroupId),
  ];
  return named.map((peer) => `peer: ${peer}, protocol: ${protocol}, from port: ${from}, to port: ${to}`);
}
