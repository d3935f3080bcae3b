import { logGroupArn, type CloudWatchLogs } from './cloud-watch-logs';
import type { ResourceRequest, ResourceState, ResourceType } from '../core/api';
import { madeUpName } from '../core/names';
import type { World } from '../core/world';

export function logGroupType(world: World, logs: CloudWatchLogs): ResourceType {
  const stateOf = (name: string): ResourceState => ({ physicalId: name, attributes: { Arn: `${logGroupArn(world, name)}:*` } });
  const retentionOf = (request: ResourceRequest) => (
    request.properties.RetentionInDays === undefined ? undefined : Number(request.properties.RetentionInDays)
  );
  return {
    kind: 'rehearsed',
    replacedBy: ['LogGroupName'],
    create: async (request) => {
      const name = request.properties.LogGroupName ?? madeUpName(request);
      if (logs.hasGroup(name)) {
        throw new Error(`Resource of type 'AWS::Logs::LogGroup' with identifier '{"/properties/LogGroupName":"${name}"}' already exists.`);
      }
      logs.createGroup(name, retentionOf(request));
      return stateOf(name);
    },
    update: async (request, state) => {
      logs.retain(state.physicalId, retentionOf(request));
      return state;
    },
    delete: async (_request, state) => logs.deleteGroup(state.physicalId),
  };
}
