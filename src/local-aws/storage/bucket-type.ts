import type { ObjectStore } from './object-store';
import type { ResourceRequest, ResourceState, ResourceType } from '../core/api';
import { madeUpName } from '../core/names';
import type { World } from '../core/world';

export function bucketType(world: World, objects: ObjectStore): ResourceType {
  const stateOf = (name: string): ResourceState => ({
    physicalId: name,
    attributes: {
      Arn: `arn:${world.partition}:s3:::${name}`,
      DomainName: `${name}.s3.amazonaws.com`,
      DualStackDomainName: `${name}.s3.dualstack.${world.region}.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${world.region}.amazonaws.com`,
      WebsiteURL: `http://${name}.s3-website-${world.region}.amazonaws.com`,
    },
  });
  return {
    kind: 'rehearsed',
    replacedBy: ['BucketName'],
    create: async (request: ResourceRequest) => {
      const name = request.properties.BucketName ?? madeUpName(request, { most: 63, lowerCase: true });
      if (objects.hasBucket(name)) {
        throw new Error(`${name} already exists`);
      }
      objects.createBucket(name);
      return stateOf(name);
    },
    update: async (_request, state) => state,
    delete: async (_request, state) => {
      if (objects.hasBucket(state.physicalId)) {
        await objects.deleteBucket(state.physicalId);
      }
    },
  };
}
