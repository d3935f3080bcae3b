import {
  AddTagsCommand, CreateRuleCommand, DeleteRuleCommand, DescribeRulesCommand, ElasticLoadBalancingV2Client, ModifyRuleCommand, RemoveTagsCommand,
  SetRulePrioritiesCommand, type RuleCondition, type TargetGroupTuple,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { isNamed, RETRIES } from './retries';
import type { Tag } from '../../resources';

export interface Rule {
  readonly arn: string;
  readonly priority: string;
  readonly forwardsTo: readonly TargetGroupTuple[];
}

/** What the routes need of Elastic Load Balancing. */
export class ElasticLoadBalancing {
  constructor(private readonly client = new ElasticLoadBalancingV2Client(RETRIES)) {}

  /** The new rule's ARN; undefined if another rule of the listener has the priority. */
  public async createRule(listenerArn: string, priority: number, conditions: unknown, to: readonly TargetGroupTuple[], tags: readonly Tag[]) {
    try {
      const { Rules } = await this.client.send(new CreateRuleCommand({
        ListenerArn: listenerArn,
        Priority: priority,
        Conditions: conditions as RuleCondition[],
        Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [...to] } }],
        Tags: tags.length > 0 ? [...tags] : undefined,
      }));
      return Rules![0].RuleArn!;
    } catch (error) {
      if (isNamed(error, 'PriorityInUse')) {
        return undefined;
      }
      throw error;
    }
  }

  public async ruleWithPriority(listenerArn: string, priority: number): Promise<Rule | undefined> {
    for (let marker: string | undefined; ;) {
      const page = await this.client.send(new DescribeRulesCommand({ ListenerArn: listenerArn, Marker: marker }));
      const rule = page.Rules?.find((candidate) => candidate.Priority === String(priority));
      marker = page.NextMarker;
      if (rule) {
        const forward = rule.Actions?.find((action) => action.Type === 'forward');
        const single = forward?.TargetGroupArn ? [{ TargetGroupArn: forward.TargetGroupArn, Weight: 1 }] : [];
        return { arn: rule.RuleArn!, priority: rule.Priority!, forwardsTo: forward?.ForwardConfig?.TargetGroups ?? single };
      }
      if (!marker) {
        return undefined;
      }
    }
  }

  /** Where a rule leads now, weights included. */
  public async forwardsOf(ruleArn: string): Promise<readonly TargetGroupTuple[]> {
    const { Rules } = await this.client.send(new DescribeRulesCommand({ RuleArns: [ruleArn] }));
    return Rules?.[0]?.Actions?.find((action) => action.Type === 'forward')?.ForwardConfig?.TargetGroups ?? [];
  }

  /** Changes which requests the rule takes. Its actions are not sent, and so stay as they are. */
  public async modifyConditions(ruleArn: string, conditions: unknown): Promise<void> {
    await this.client.send(new ModifyRuleCommand({ RuleArn: ruleArn, Conditions: conditions as RuleCondition[] }));
  }

  public async setPriority(ruleArn: string, priority: number): Promise<void> {
    await this.client.send(new SetRulePrioritiesCommand({ RulePriorities: [{ RuleArn: ruleArn, Priority: priority }] }));
  }

  public async tag(ruleArn: string, tags: readonly Tag[]): Promise<void> {
    await this.client.send(new AddTagsCommand({ ResourceArns: [ruleArn], Tags: [...tags] }));
  }

  public async untag(ruleArn: string, keys: readonly string[]): Promise<void> {
    await this.client.send(new RemoveTagsCommand({ ResourceArns: [ruleArn], TagKeys: [...keys] }));
  }

  /** Deletes the rule; one that is gone already is success. */
  public async deleteRule(ruleArn: string): Promise<void> {
    try {
      await this.client.send(new DeleteRuleCommand({ RuleArn: ruleArn }));
    } catch (error) {
      if (!isNamed(error, 'RuleNotFound')) {
        throw error;
      }
    }
  }
}
