import { TemplateTags } from './template-tags';
import type { Properties, ResourceState, ResourceType } from '../../core/api';
import { madeUpName } from '../../core/names';
import { refusals } from '../errors';
import { canonicalHostedZoneId } from '../load-balancers';
import type { LoadBalancer } from '../model';
import { MOST_CHARACTERS } from '../names';
import type { Verbs } from '../operations';
import { assign, list, pairs, text, texts } from '../wire';

export function loadBalancerType({ directory, loadBalancers, listeners }: Verbs): ResourceType {
  const tags = new TemplateTags();
  return {
    kind: 'rehearsed',
    replacedBy: ['Name', 'Scheme', 'Type'],
    create: async (request) => {
      const { properties } = request;
      const loadBalancer = loadBalancers.create({
        name: text(properties.Name) ?? madeUpName(request, { most: MOST_CHARACTERS }),
        type: text(properties.Type) ?? 'application',
        scheme: text(properties.Scheme) ?? 'internet-facing',
        ...settingsOf(properties),
      });
      assign(loadBalancer.attributes, pairs(properties.LoadBalancerAttributes));
      tags.apply(loadBalancer.tags, request);
      return stateOf(loadBalancer);
    },
    update: async (request, state) => {
      const loadBalancer = directory.loadBalancer(state.physicalId);
      Object.assign(loadBalancer, settingsOf(request.properties));
      assign(loadBalancer.attributes, pairs(request.properties.LoadBalancerAttributes));
      tags.apply(loadBalancer.tags, request);
      return stateOf(loadBalancer);
    },
    delete: async (_request, state) => {
      const loadBalancer = directory.loadBalancers.get(state.physicalId);
      if (loadBalancer) {
        loadBalancers.delete(loadBalancer);
        await Promise.all(directory.listenersOf(loadBalancer).map((listener) => listeners.delete(listener)));
      }
    },
  };
}

function settingsOf(properties: Properties) {
  const subnets = properties.Subnets ? texts(properties.Subnets) : list(properties.SubnetMappings).map(({ SubnetId }) => String(SubnetId));
  if (subnets.length < 2) {
    throw refusals.validation('At least two subnets in two different Availability Zones must be specified');
  }
  return { subnets, securityGroups: texts(properties.SecurityGroups), ipAddressType: text(properties.IpAddressType) ?? 'ipv4' };
}

function stateOf(loadBalancer: LoadBalancer): ResourceState {
  return {
    physicalId: loadBalancer.arn,
    attributes: {
      DNSName: loadBalancer.dnsName,
      CanonicalHostedZoneID: canonicalHostedZoneId,
      LoadBalancerArn: loadBalancer.arn,
      LoadBalancerFullName: loadBalancer.fullName,
      LoadBalancerName: loadBalancer.name,
      SecurityGroups: loadBalancer.securityGroups,
    },
  };
}
