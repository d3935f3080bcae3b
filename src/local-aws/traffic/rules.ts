import { parseActions, toActions } from './actions';
import { parseConditions, toConditions } from './conditions';
import type { Directory } from './directory';
import { refusals } from './errors';
import type { Listener, Rule } from './model';
import { ID_DIGITS } from './names';
import { integer, list } from './wire';
import type { OperationInput } from '../core/api';
import { hexId } from '../core/names';

const LOWEST_PRIORITY = 50_000;

/** The verbs on rules. Clients and templates name the properties alike, so both come here as they are. */
export class Rules {
  constructor(private readonly directory: Directory) {}

  public create(input: OperationInput): Rule {
    const listener = this.directory.listener(String(input.ListenerArn));
    const priority = priorityOf(input.Priority);
    if (priority === undefined) {
      throw refusals.validation('A priority must be specified for a rule');
    }
    const conditions = parseConditions(input.Conditions);
    const action = parseActions(input.Actions);
    validatePriority(listener, priority);
    this.directory.validateTargets(action, listener.loadBalancer);
    const arn = `${listener.arn.replace(':listener/', ':listener-rule/')}/${hexId(ID_DIGITS)}`;
    const rule: Rule = { arn, listener, priority, conditions, action, tags: new Map() };
    listener.rules = inOrder([...listener.rules, rule]);
    this.directory.refreshUse();
    return rule;
  }

  /** What is not sent stays as it is: a route can be given new conditions without touching where it leads. */
  public modify(rule: Rule, input: OperationInput): void {
    if (rule.priority === 'default') {
      throw refusals.defaultRuleModified(rule.arn);
    }
    if (input.Conditions === undefined && input.Actions === undefined) {
      throw refusals.validation('Either conditions or actions must be specified');
    }
    const conditions = input.Conditions === undefined ? rule.conditions : parseConditions(input.Conditions);
    const action = input.Actions === undefined ? rule.action : parseActions(input.Actions);
    this.directory.validateTargets(action, rule.listener.loadBalancer);
    rule.conditions = conditions;
    rule.action = action;
    this.directory.refreshUse();
  }

  /** All or none: two rules may exchange their priorities. */
  public setPriorities(input: OperationInput): Rule[] {
    const wanted = new Map(list(input.RulePriorities).map((pair) => [this.directory.rule(String(pair.RuleArn)), priorityOf(pair.Priority)!]));
    const priorities = [...wanted.values()];
    const twice = priorities.find((priority, index) => priorities.indexOf(priority) !== index);
    if (twice !== undefined) {
      throw refusals.validation(`Priority '${twice}' was provided multiple times`);
    }
    for (const [rule, priority] of wanted) {
      if (rule.priority === 'default') {
        throw refusals.defaultRuleModified(rule.arn);
      }
      validatePriority(rule.listener, priority, [...wanted.keys()]);
    }
    for (const [rule, priority] of wanted) {
      rule.priority = priority;
    }
    for (const { listener } of wanted.keys()) {
      listener.rules = inOrder(listener.rules);
    }
    return [...wanted.keys()];
  }

  public delete(rule: Rule): void {
    if (rule.priority === 'default') {
      throw refusals.defaultRuleDeleted(rule.arn);
    }
    rule.listener.rules = rule.listener.rules.filter((other) => other !== rule);
    this.directory.refreshUse();
  }

  public describe(rule: Rule): object {
    return {
      RuleArn: rule.arn,
      Priority: String(rule.priority),
      Conditions: toConditions(rule.conditions),
      Actions: toActions(rule.action),
      IsDefault: rule.priority === 'default',
    };
  }
}

function priorityOf(value: OperationInput): number | undefined {
  return integer(value, 'Priority', 1, LOWEST_PRIORITY);
}

function validatePriority(listener: Listener, priority: number, moving: readonly Rule[] = []): void {
  if (listener.rules.some((other) => !moving.includes(other) && other.priority === priority)) {
    throw refusals.priorityInUse(priority);
  }
}

function inOrder(rules: readonly Rule[]): Rule[] {
  return [...rules].sort((one, other) => Number(one.priority) - Number(other.priority));
}
