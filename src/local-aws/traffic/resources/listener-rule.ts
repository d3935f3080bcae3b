import { TemplateTags } from './template-tags';
import type { Properties, ResourceState, ResourceType } from '../../core/api';
import { refusals } from '../errors';
import type { Rule } from '../model';
import type { Verbs } from '../operations';

/** An update sends the whole template, actions included: see the listener's. */
export function listenerRuleType({ directory, rules }: Verbs): ResourceType {
  const tags = new TemplateTags();
  return {
    kind: 'rehearsed',
    replacedBy: ['ListenerArn'],
    create: async (request) => {
      validate(request.properties);
      const rule = rules.create(request.properties);
      tags.apply(rule.tags, request);
      return stateOf(rule);
    },
    update: async (request, state) => {
      validate(request.properties);
      const rule = directory.rule(state.physicalId);
      rules.modify(rule, request.properties);
      if (String(request.properties.Priority) !== String(rule.priority)) {
        rules.setPriorities({ RulePriorities: [{ RuleArn: rule.arn, Priority: request.properties.Priority }] });
      }
      tags.apply(rule.tags, request);
      return stateOf(rule);
    },
    delete: async (_request, state) => {
      const rule = directory.findRule(state.physicalId);
      if (rule) {
        rules.delete(rule);
      }
    },
  };
}

function validate(properties: Properties): void {
  if (properties.Transforms?.length > 0) {
    throw refusals.notRehearsed('the local AWS does not rehearse Transforms of a rule; leave them out of what is rehearsed');
  }
}

function stateOf(rule: Rule): ResourceState {
  return { physicalId: rule.arn, attributes: { RuleArn: rule.arn, IsDefault: false } };
}
