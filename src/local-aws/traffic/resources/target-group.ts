import { TemplateTags } from './template-tags';
import type { ResourceState, ResourceType } from '../../core/api';
import { madeUpName } from '../../core/names';
import type { TargetGroup } from '../model';
import { MOST_CHARACTERS } from '../names';
import type { Verbs } from '../operations';
import { integer, list, pairs, text } from '../wire';

export function targetGroupType({ directory, targetGroups }: Verbs): ResourceType {
  const tags = new TemplateTags();
  return {
    kind: 'rehearsed',
    replacedBy: ['IpAddressType', 'Name', 'Port', 'Protocol', 'ProtocolVersion', 'TargetControlPort', 'TargetType', 'VpcId'],
    create: async (request) => {
      const { properties } = request;
      const targetGroup = targetGroups.create(text(properties.Name) ?? madeUpName(request, { most: MOST_CHARACTERS }), properties);
      try {
        targetGroups.modifyAttributes(targetGroup, pairs(properties.TargetGroupAttributes));
        list(properties.Targets)
          .map(({ Id, Port }) => targetGroups.locate(targetGroup, String(Id), integer(Port, 'Port', 1, 65_535)))
          .forEach((target) => targetGroups.register(targetGroup, target));
      } catch (error) {
        await targetGroups.delete(targetGroup);
        throw error;
      }
      tags.apply(targetGroup.tags, request);
      return stateOf(targetGroup);
    },
    update: async (request, state) => {
      const targetGroup = directory.targetGroup(state.physicalId);
      targetGroups.modify(targetGroup, request.properties);
      targetGroups.modifyAttributes(targetGroup, pairs(request.properties.TargetGroupAttributes));
      tags.apply(targetGroup.tags, request);
      return stateOf(targetGroup);
    },
    delete: async (_request, state) => {
      const targetGroup = directory.targetGroups.get(state.physicalId);
      if (targetGroup) {
        await targetGroups.delete(targetGroup);
      }
    },
  };
}

function stateOf(targetGroup: TargetGroup): ResourceState {
  return {
    physicalId: targetGroup.arn,
    attributes: {
      TargetGroupArn: targetGroup.arn,
      TargetGroupFullName: targetGroup.fullName,
      TargetGroupName: targetGroup.name,
      // Known only once a listener or a rule leads here: looked up when it is asked for.
      get LoadBalancerArns() {
        return targetGroup.loadBalancer ? [targetGroup.loadBalancer.arn] : [];
      },
    },
  };
}
