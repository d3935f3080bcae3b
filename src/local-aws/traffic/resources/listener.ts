import { TemplateTags } from './template-tags';
import type { Properties, ResourceState, ResourceType } from '../../core/api';
import { refusals } from '../errors';
import type { Listener } from '../model';
import type { Verbs } from '../operations';
import { assign, pairs } from '../wire';

/**
 * An update sends the whole template, default actions included, whichever property has changed: traffic that a deployment
 * has moved goes back to where the template says. That is what CloudFormation does, and what users of it suffer from.
 */
export function listenerType({ directory, listeners }: Verbs): ResourceType {
  const tags = new TemplateTags();
  return {
    kind: 'rehearsed',
    replacedBy: ['LoadBalancerArn'],
    create: async (request) => {
      validate(request.properties);
      const listener = await listeners.create(request.properties);
      assign(listener.attributes, pairs(request.properties.ListenerAttributes));
      tags.apply(listener.tags, request);
      return stateOf(listener);
    },
    update: async (request, state) => {
      validate(request.properties);
      const listener = directory.listener(state.physicalId);
      await listeners.modify(listener, request.properties);
      assign(listener.attributes, pairs(request.properties.ListenerAttributes));
      tags.apply(listener.tags, request);
      return stateOf(listener);
    },
    delete: async (_request, state) => {
      const listener = directory.listeners.get(state.physicalId);
      if (listener) {
        await listeners.delete(listener);
      }
    },
  };
}

function validate(properties: Properties): void {
  const mode = properties.MutualAuthentication?.Mode;
  if (mode !== undefined && mode !== 'off') {
    throw refusals.notRehearsed(`the local AWS does not rehearse mutual authentication, got mode '${mode}'; leave MutualAuthentication out`);
  }
}

function stateOf(listener: Listener): ResourceState {
  return { physicalId: listener.arn, attributes: { ListenerArn: listener.arn } };
}
