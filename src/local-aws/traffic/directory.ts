import { targetGroupsOf } from './actions';
import { refusals } from './errors';
import type { Action, Listener, LoadBalancer, Rule, TargetGroup } from './model';

/** All load balancers, listeners, rules and target groups there are, and who leads to whom. */
export class Directory {
  public readonly loadBalancers = new Map<string, LoadBalancer>();
  public readonly listeners = new Map<string, Listener>();
  public readonly targetGroups = new Map<string, TargetGroup>();

  public loadBalancer(arn: string): LoadBalancer {
    return found(this.loadBalancers.get(arn), refusals.loadBalancersNotFound);
  }

  public listener(arn: string): Listener {
    return found(this.listeners.get(arn), refusals.listenersNotFound);
  }

  public targetGroup(arn: string): TargetGroup {
    return found(this.targetGroups.get(arn), refusals.targetGroupsNotFound);
  }

  public rule(arn: string): Rule {
    return found(this.findRule(arn), refusals.rulesNotFound);
  }

  public findRule(arn: string): Rule | undefined {
    return this.allRules().find((rule) => rule.arn === arn);
  }

  public listenersOf(loadBalancer: LoadBalancer): Listener[] {
    return [...this.listeners.values()].filter((listener) => listener.loadBalancer === loadBalancer);
  }

  /** The listener's rules in the order in which they are looked at, the default rule last. */
  public rulesOf(listener: Listener): Rule[] {
    return [...listener.rules, listener.defaultRule];
  }

  /** What any resource of the service is tagged with. */
  public tags(arn: string): Map<string, string> {
    switch (arn.split(':')[5]?.split('/')[0]) {
      case 'loadbalancer':
        return this.loadBalancer(arn).tags;
      case 'targetgroup':
        return this.targetGroup(arn).tags;
      case 'listener':
        return this.listener(arn).tags;
      case 'listener-rule':
        return this.rule(arn).tags;
      default:
        throw refusals.validation(`'${arn}' is not a valid load balancer, target group, listener, or rule ARN`);
    }
  }

  /** Refuses an action that leads where no request of this load balancer can go. */
  public validateTargets(action: Action, loadBalancer: LoadBalancer): void {
    for (const arn of targetGroupsOf(action)) {
      const targetGroup = this.targetGroups.get(arn);
      if (!targetGroup) {
        throw refusals.targetGroupNotFound(arn);
      }
      if (targetGroup.loadBalancer && targetGroup.loadBalancer !== loadBalancer) {
        throw refusals.secondLoadBalancer(arn);
      }
    }
  }

  /** To be called whenever a listener or a rule has changed: target groups learn whether they are in use. */
  public refreshUse(): void {
    const users = new Map<string, LoadBalancer>();
    for (const rule of this.allRules()) {
      targetGroupsOf(rule.action).forEach((arn) => users.set(arn, rule.listener.loadBalancer));
    }
    for (const targetGroup of this.targetGroups.values()) {
      targetGroup.loadBalancer = users.get(targetGroup.arn);
      targetGroup.targets.setInUse(targetGroup.loadBalancer !== undefined);
    }
  }

  public targetGroupsInUse(): TargetGroup[] {
    return [...this.targetGroups.values()].filter((targetGroup) => targetGroup.loadBalancer !== undefined);
  }

  private allRules(): Rule[] {
    return [...this.listeners.values()].flatMap((listener) => this.rulesOf(listener));
  }
}

function found<Value>(value: Value | undefined, refusal: () => Error): Value {
  if (value === undefined) {
    throw refusal();
  }
  return value;
}
