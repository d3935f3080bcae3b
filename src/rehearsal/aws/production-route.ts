import { DescribeRulesCommand, type ElasticLoadBalancingV2Client, type Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import { RehearsalError } from '../errors';
import type { DeploymentGroup } from './deployment-groups';

/** One entry of the local AWS's `/_local/listeners`: where a listener really listens. */
export interface LocalListener {
  readonly listenerArn: string;
  readonly url: string;
}

/** Where users' requests go: the rule that a deployment shifts. */
export class ProductionRoute {
  constructor(private readonly client: ElasticLoadBalancingV2Client, private readonly group: DeploymentGroup) {}

  /** The loopback URL of the route's listener, and the Host header that the rule asks for, if it does. */
  public async entrance(listeners: readonly LocalListener[], signal: AbortSignal): Promise<{ readonly url: string; readonly host?: string }> {
    const listenerArn = this.listenerArn();
    const listener = listeners.find((candidate) => candidate.listenerArn === listenerArn);
    if (listener === undefined) {
      throw new RehearsalError(`the production route's listener ${listenerArn} does not listen; the stack's load balancer is not complete`);
    }
    const rule = await this.rule(signal);
    const hosts = rule.Conditions?.find(({ Field }) => Field === 'host-header');
    const host = (hosts?.HostHeaderConfig?.Values ?? hosts?.Values)?.map((pattern) => pattern.replaceAll('*', 'any').replaceAll('?', 'a'))[0];
    return { url: listener.url.replace(/\/$/, ''), ...(host !== undefined && { host }) };
  }

  /** The weight of each target group, by its ARN. */
  public async weights(signal: AbortSignal): Promise<Readonly<Record<string, number>>> {
    const forward = (await this.rule(signal)).Actions?.find(({ Type }) => Type === 'forward');
    const targetGroups = forward?.ForwardConfig?.TargetGroups;
    if (targetGroups !== undefined && targetGroups.length > 0) {
      return Object.fromEntries(targetGroups.map(({ TargetGroupArn, Weight }) => [TargetGroupArn!, Weight ?? 1]));
    }
    return forward?.TargetGroupArn === undefined ? {} : { [forward.TargetGroupArn]: 100 };
  }

  /** The rule's ARN begins with its listener's: `…:listener-rule/app/…/<listener>/<rule>`. */
  private listenerArn(): string {
    const route = this.group.productionRoute;
    return route.includes(':listener-rule/') ? route.replace(':listener-rule/', ':listener/').split('/').slice(0, -1).join('/') : route;
  }

  private async rule(signal: AbortSignal): Promise<Rule> {
    const { Rules } = await this.client.send(new DescribeRulesCommand({ ListenerArn: this.listenerArn() }), { abortSignal: signal });
    const rule = (Rules ?? []).find(({ RuleArn, Actions }) => RuleArn === this.group.productionRoute || (Actions ?? []).some((action) => (
      [action.TargetGroupArn, ...(action.ForwardConfig?.TargetGroups ?? []).map(({ TargetGroupArn }) => TargetGroupArn)]
        .some((arn) => arn !== undefined && this.group.targetGroupArns.includes(arn))
    )));
    if (rule === undefined) {
      throw new RehearsalError(`no rule of ${this.listenerArn()} forwards to the target groups of the deployment group ${this.group.name}`);
    }
    return rule;
  }
}
