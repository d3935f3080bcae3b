import { DeploymentFailure } from './refusals';
import type { LocalService, OperationInput } from '../core/api';

/** A rule, or a listener's default action, that leads to the twin target groups. */
interface ManagedRule {
  readonly arn: string;
  readonly isDefault: boolean;
  readonly actions: readonly OperationInput[];
}

export interface TargetGroupView {
  readonly arn: string;
  readonly name: string;
}

/** The routes as CodeDeploy finds and moves them: by Elastic Load Balancing's own operations. */
export class Routes {
  constructor(private readonly elb: LocalService) {}

  public async targetGroups(names: readonly string[]): Promise<TargetGroupView[]> {
    const { TargetGroups } = await this.call('DescribeTargetGroups', { Names: names });
    return names.map((name) => {
      const found = TargetGroups.find((group: OperationInput) => group.TargetGroupName === name);
      return { arn: found.TargetGroupArn, name };
    });
  }

  /** Refuses a listener of which a rule does not lead to what serves now: moving it would move users by surprise. */
  public async requireBehind(listenerArn: string, primary: string, other: string): Promise<void> {
    const rules = await this.managed(listenerArn, [primary, other]);
    const leadsToPrimary = (rule: ManagedRule) => {
      const weights = weightsOf(forwardOf(rule)!);
      return (weights.get(primary) ?? 0) > 0 && (weights.get(primary) ?? 0) >= (weights.get(other) ?? 0);
    };
    if (rules.length === 0 || !rules.every(leadsToPrimary)) {
      throw notBehind(listenerArn);
    }
  }

  /** The test listener may lead to either: before the first deployment, apps of the field have it on the idle one. */
  public async requireTwins(listenerArn: string, primary: string, other: string): Promise<void> {
    if ((await this.managed(listenerArn, [primary, other])).length === 0) {
      throw notBehind(listenerArn);
    }
  }

  /** Gives `to` its percentage of every managed rule of the listener, and `from` the rest; at the end `from` stays at 0. */
  public async shift(listenerArn: string, from: string, to: string, percent: number): Promise<void> {
    for (const rule of await this.managed(listenerArn, [from, to])) {
      const actions = rule.actions.map((action) => action === forwardOf(rule) ? {
        Type: 'forward',
        ...action.Order !== undefined && { Order: action.Order },
        ForwardConfig: {
          TargetGroups: [{ TargetGroupArn: to, Weight: percent }, { TargetGroupArn: from, Weight: 100 - percent }],
          ...action.ForwardConfig?.TargetGroupStickinessConfig && { TargetGroupStickinessConfig: action.ForwardConfig.TargetGroupStickinessConfig },
        },
      } : action);
      await (rule.isDefault
        ? this.call('ModifyListener', { ListenerArn: listenerArn, DefaultActions: actions })
        : this.call('ModifyRule', { RuleArn: rule.arn, Actions: actions }));
    }
  }

  private async managed(listenerArn: string, twins: readonly string[]): Promise<ManagedRule[]> {
    const { Rules } = await this.call('DescribeRules', { ListenerArn: listenerArn });
    return Rules
      .map((rule: OperationInput): ManagedRule => ({ arn: rule.RuleArn, isDefault: rule.IsDefault, actions: rule.Actions }))
      .filter((rule: ManagedRule) => {
        const forward = forwardOf(rule);
        return forward && [...weightsOf(forward).keys()].some((arn) => twins.includes(arn));
      });
  }

  private async call(operation: string, input: OperationInput): Promise<OperationInput> {
    try {
      return await this.elb.apis[0].operations[operation](input);
    } catch (error) {
      throw new DeploymentFailure('ELASTIC_LOAD_BALANCING_INVALID', `The ELB could not be updated due to the following error: ${(error as Error).message}`);
    }
  }
}

function forwardOf(rule: ManagedRule): OperationInput | undefined {
  return rule.actions.find((action) => action.Type === 'forward');
}

function weightsOf(forward: OperationInput): Map<string, number> {
  const groups: OperationInput[] = forward.ForwardConfig?.TargetGroups ?? [];
  return new Map(groups.length > 0
    ? groups.map((group) => [group.TargetGroupArn, Number(group.Weight ?? 1)])
    : [[forward.TargetGroupArn, 1]]);
}

function notBehind(listenerArn: string): DeploymentFailure {
  return new DeploymentFailure('ELASTIC_LOAD_BALANCING_INVALID',
    `The ELB could not be updated due to the following error: Primary taskset target group must be behind listener ${listenerArn}`);
}
