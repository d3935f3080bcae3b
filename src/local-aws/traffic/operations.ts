import type { Directory } from './directory';
import { refusals } from './errors';
import type { Listeners } from './listeners';
import type { LoadBalancers } from './load-balancers';
import type { LoadBalancer, TargetGroup } from './model';
import type { Rules } from './rules';
import type { TargetGroups } from './target-groups';
import { assign, integer, list, pairs, text, texts, toPairs } from './wire';
import type { Operation, OperationInput } from '../core/api';

export interface Verbs {
  readonly directory: Directory;
  readonly loadBalancers: LoadBalancers;
  readonly listeners: Listeners;
  readonly rules: Rules;
  readonly targetGroups: TargetGroups;
}

/** The operations as clients call them: they read the input, call a verb, and describe what there is now. */
export function operations(verbs: Verbs): Record<string, Operation> {
  const { directory, rules, listeners } = verbs;
  return {
    ...loadBalancerOperations(verbs),
    ...targetGroupOperations(verbs),
    ...targetOperations(verbs),
    ...tagOperations(directory),
    DescribeListeners: (input) => ({ Listeners: chooseListeners(directory, input).map((listener) => listeners.describe(listener)) }),
    ModifyListener: async (input) => {
      const listener = directory.listener(String(input.ListenerArn));
      await listeners.modify(listener, input);
      return { Listeners: [listeners.describe(listener)] };
    },
    DescribeRules: (input) => ({ Rules: chooseRules(directory, input).map((rule) => rules.describe(rule)) }),
    CreateRule: (input) => {
      const rule = rules.create(input);
      assign(rule.tags, pairs(input.Tags));
      return { Rules: [rules.describe(rule)] };
    },
    ModifyRule: (input) => {
      const rule = directory.rule(String(input.RuleArn));
      rules.modify(rule, input);
      return { Rules: [rules.describe(rule)] };
    },
    SetRulePriorities: (input) => ({ Rules: rules.setPriorities(input).map((rule) => rules.describe(rule)) }),
    DeleteRule: (input) => {
      rules.delete(directory.rule(String(input.RuleArn)));
      return {};
    },
  };
}

function loadBalancerOperations({ directory, loadBalancers }: Verbs): Record<string, Operation> {
  return {
    DescribeLoadBalancers: (input) => ({
      LoadBalancers: chooseLoadBalancers(directory, input).map((loadBalancer) => loadBalancers.describe(loadBalancer)),
    }),
    DescribeLoadBalancerAttributes: (input) => ({ Attributes: toPairs(directory.loadBalancer(String(input.LoadBalancerArn)).attributes) }),
    ModifyLoadBalancerAttributes: (input) => {
      const { attributes } = directory.loadBalancer(String(input.LoadBalancerArn));
      assign(attributes, pairs(input.Attributes));
      return { Attributes: toPairs(attributes) };
    },
  };
}

function targetGroupOperations({ directory, targetGroups }: Verbs): Record<string, Operation> {
  return {
    DescribeTargetGroups: (input) => ({
      TargetGroups: chooseTargetGroups(directory, input).map((targetGroup) => targetGroups.describe(targetGroup)),
    }),
    DescribeTargetGroupAttributes: (input) => ({ Attributes: toPairs(directory.targetGroup(String(input.TargetGroupArn)).attributes) }),
    ModifyTargetGroupAttributes: (input) => {
      const targetGroup = directory.targetGroup(String(input.TargetGroupArn));
      targetGroups.modifyAttributes(targetGroup, pairs(input.Attributes));
      return { Attributes: toPairs(targetGroup.attributes) };
    },
  };
}

function targetOperations({ directory, targetGroups }: Verbs): Record<string, Operation> {
  return {
    RegisterTargets: (input) => {
      const targetGroup = directory.targetGroup(String(input.TargetGroupArn));
      const targets = list(input.Targets).map(({ Id, Port }) => targetGroups.locate(targetGroup, String(Id), integer(Port, 'Port', 1, 65_535)));
      targets.forEach((target) => targetGroups.register(targetGroup, target));
      return {};
    },
    DeregisterTargets: (input) => {
      const targetGroup = directory.targetGroup(String(input.TargetGroupArn));
      for (const { Id, Port } of list(input.Targets)) {
        // As on AWS the answer does not wait for the delay; the target drains on its own.
        void targetGroup.targets.deregister(String(Id), integer(Port, 'Port', 1, 65_535));
      }
      return {};
    },
    DescribeTargetHealth: (input) => ({ TargetHealthDescriptions: describeHealth(directory.targetGroup(String(input.TargetGroupArn)), input) }),
  };
}

function tagOperations(directory: Directory): Record<string, Operation> {
  return {
    AddTags: (input) => {
      texts(input.ResourceArns).map((arn) => directory.tags(arn)).forEach((tags) => assign(tags, pairs(input.Tags)));
      return {};
    },
    RemoveTags: (input) => {
      texts(input.ResourceArns).map((arn) => directory.tags(arn)).forEach((tags) => texts(input.TagKeys).forEach((key) => tags.delete(key)));
      return {};
    },
    DescribeTags: (input) => ({
      TagDescriptions: texts(input.ResourceArns).map((ResourceArn) => ({ ResourceArn, Tags: toPairs(directory.tags(ResourceArn)) })),
    }),
  };
}

function chooseLoadBalancers(directory: Directory, input: OperationInput): LoadBalancer[] {
  const all = [...directory.loadBalancers.values()];
  const arns = texts(input.LoadBalancerArns);
  const names = texts(input.Names);
  if (names.some((name) => !all.some((loadBalancer) => loadBalancer.name === name))) {
    throw refusals.loadBalancersNotFound();
  }
  if (arns.length > 0) {
    return arns.map((arn) => directory.loadBalancer(arn));
  }
  return names.length > 0 ? all.filter(({ name }) => names.includes(name)) : all;
}

function chooseListeners(directory: Directory, input: OperationInput) {
  const arns = texts(input.ListenerArns);
  const loadBalancerArn = text(input.LoadBalancerArn);
  if (arns.length === 0 && loadBalancerArn === undefined) {
    throw refusals.validation('You must specify either listener ARNs or a load balancer ARN');
  }
  return arns.length > 0 ? arns.map((arn) => directory.listener(arn)) : directory.listenersOf(directory.loadBalancer(loadBalancerArn!));
}

function chooseRules(directory: Directory, input: OperationInput) {
  const arns = texts(input.RuleArns);
  const listenerArn = text(input.ListenerArn);
  if ((arns.length === 0) === (listenerArn === undefined)) {
    throw refusals.validation('You must specify either listener rule ARNs or a listener ARN');
  }
  return listenerArn === undefined ? arns.map((arn) => directory.rule(arn)) : directory.rulesOf(directory.listener(listenerArn));
}

function chooseTargetGroups(directory: Directory, input: OperationInput): TargetGroup[] {
  const all = [...directory.targetGroups.values()];
  const arns = texts(input.TargetGroupArns);
  const names = texts(input.Names);
  const loadBalancerArn = text(input.LoadBalancerArn);
  if (names.some((name) => !all.some((targetGroup) => targetGroup.name === name))) {
    throw refusals.targetGroupsNotFound();
  }
  if (arns.length > 0) {
    return arns.map((arn) => directory.targetGroup(arn));
  }
  if (loadBalancerArn !== undefined) {
    const loadBalancer = directory.loadBalancer(loadBalancerArn);
    return all.filter((targetGroup) => targetGroup.loadBalancer === loadBalancer);
  }
  return names.length > 0 ? all.filter(({ name }) => names.includes(name)) : all;
}

function describeHealth(targetGroup: TargetGroup, input: OperationInput): object[] {
  const described = targetGroup.targets.describe().map(({ target, state, reason, description }) => ({
    Target: { Id: target.id, Port: target.port },
    HealthCheckPort: String(target.port),
    TargetHealth: { State: state, Reason: reason, Description: description },
  }));
  const asked = list(input.Targets);
  if (asked.length === 0) {
    return described;
  }
  return asked.flatMap(({ Id, Port }): object[] => {
    const found = described.filter(({ Target }) => Target.Id === String(Id) && (Port === undefined || Target.Port === Number(Port)));
    return found.length > 0 ? found : [{
      Target: { Id: String(Id), Port: Number(Port ?? targetGroup.port) },
      TargetHealth: { State: 'unused', Reason: 'Target.NotRegistered', Description: 'Target is not registered to the target group' },
    }];
  });
}
