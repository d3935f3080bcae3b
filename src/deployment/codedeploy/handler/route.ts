import type { TargetGroupTuple } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ElasticLoadBalancing } from './clients/elastic-load-balancing';
import { done, type Done, type Request, type Resource } from './request';
import { tagChange } from './tags';
import type { RouteProperties } from '../resources';

const RULE_ARN = ':listener-rule/';
const NOT_CREATED = 'not-created';

/** A rule of a listener. Its actions are written when it is made, and never again: from then on deployments move traffic. */
export class Route implements Resource<RouteProperties> {
  constructor(private readonly elb: ElasticLoadBalancing) {}

  public async step(request: Request<RouteProperties>): Promise<Done> {
    const wanted = request.ResourceProperties;
    switch (request.RequestType) {
      case 'Create':
        return done(await this.create(wanted, firstForward(wanted)));
      case 'Update':
        return done(await this.update(request.PhysicalResourceId!, request.OldResourceProperties!, wanted));
      case 'Delete':
        if (request.PhysicalResourceId?.includes(RULE_ARN)) {
          await this.elb.deleteRule(request.PhysicalResourceId);
        }
        return done(request.PhysicalResourceId ?? NOT_CREATED);
    }
  }

  private async create(wanted: RouteProperties, to: readonly TargetGroupTuple[]): Promise<string> {
    const priority = Number(wanted.Priority);
    const created = await this.elb.createRule(wanted.ListenerArn, priority, wanted.Conditions, to, wanted.Tags ?? []);
    if (created) {
      return created;
    }
    // An invocation that was lost after its CreateRule is made again: then the rule that is in the way is our own.
    const other = await this.elb.ruleWithPriority(wanted.ListenerArn, priority);
    if (other && leadsTo(other.forwardsTo, wanted)) {
      return other.arn;
    }
    throw new Error(
      `priority ${priority} of listener ${wanted.ListenerArn} is taken by another rule, ${other?.arn ?? 'which has gone meanwhile'}: `
      + 'choose another priority for this service',
    );
  }

  private async update(ruleArn: string, old: RouteProperties, wanted: RouteProperties): Promise<string> {
    const sameGroups = old.TargetGroupA === wanted.TargetGroupA && old.TargetGroupB === wanted.TargetGroupB;
    if (loadBalancerOf(old.ListenerArn) !== loadBalancerOf(wanted.ListenerArn)) {
      throw new Error(
        'the load balancer of a route cannot be replaced while it serves, since its target groups belong to the old one: '
        + 'make a second service beside this one with the new settings, move users there, and remove this one',
      );
    }
    if (old.ListenerArn !== wanted.ListenerArn) {
      // The new rule leads where the old one leads now, not where it led when it was made.
      const now = sameGroups ? await this.elb.forwardsOf(ruleArn) : [];
      return this.create(wanted, now.length > 0 ? now : firstForward(wanted));
    }
    if (!sameGroups) {
      throw new Error(
        'the target groups of a route on the same listener cannot be replaced without an outage: '
        + 'make a second service beside this one with the new settings, move users there, and remove this one',
      );
    }
    if (JSON.stringify(old.Conditions) !== JSON.stringify(wanted.Conditions)) {
      await this.elb.modifyConditions(ruleArn, wanted.Conditions);
    }
    if (String(old.Priority) !== String(wanted.Priority)) {
      await this.elb.setPriority(ruleArn, Number(wanted.Priority));
    }
    const tags = tagChange(old.Tags, wanted.Tags);
    if (tags.set.length > 0) {
      await this.elb.tag(ruleArn, tags.set);
    }
    if (tags.removed.length > 0) {
      await this.elb.untag(ruleArn, tags.removed);
    }
    return ruleArn;
  }
}

/** `app/<name>/<id>` of `…:listener/app/<name>/<id>/<listener>`. */
function loadBalancerOf(listenerArn: string): string {
  return listenerArn.split(':listener/')[1]?.split('/').slice(0, 3).join('/') ?? listenerArn;
}

/** Both groups, so that health checks run on the idle one as well. */
function firstForward(wanted: RouteProperties): readonly TargetGroupTuple[] {
  return [{ TargetGroupArn: wanted.TargetGroupA, Weight: 100 }, { TargetGroupArn: wanted.TargetGroupB, Weight: 0 }];
}

function leadsTo(forwards: readonly TargetGroupTuple[], wanted: RouteProperties): boolean {
  const groups = [wanted.TargetGroupA, wanted.TargetGroupB];
  return forwards.length > 0 && forwards.every((forward) => groups.includes(forward.TargetGroupArn!));
}
