import type { ContainerRegistry } from './container-registry';
import type { Repository } from './repository';
import type { Properties, ResourceState, ResourceType } from '../core/api';
import { madeUpName } from '../core/names';

/** How CloudFormation makes a repository. */
export function repositoryType(registry: ContainerRegistry): ResourceType {
  const configure = (repository: Repository, properties: Properties): ResourceState => {
    repository.imageTagMutability = properties.ImageTagMutability ?? 'MUTABLE';
    repository.scanOnPush = String(properties.ImageScanningConfiguration?.ScanOnPush) === 'true';
    repository.lifecyclePolicy = properties.LifecyclePolicy?.LifecyclePolicyText;
    repository.policy = properties.RepositoryPolicyText && JSON.stringify(properties.RepositoryPolicyText);
    repository.emptyOnDelete = String(properties.EmptyOnDelete) === 'true';
    repository.tags.clear();
    (properties.Tags ?? []).forEach((tag: { Key: string; Value: string }) => repository.tags.set(tag.Key, tag.Value));
    return { physicalId: repository.name, attributes: { Arn: repository.arn, RepositoryUri: repository.uri } };
  };
  return {
    kind: 'rehearsed',
    replacedBy: ['RepositoryName', 'EncryptionConfiguration'],
    create: async (request) => {
      const repositoryName = request.properties.RepositoryName ?? madeUpName(request, { most: 256, lowerCase: true });
      return configure(registry.create({ repositoryName }), request.properties);
    },
    update: async (request, state) => configure(registry.get(state.physicalId), request.properties),
    delete: async (_request, state) => {
      const repository = registry.find(state.physicalId);
      if (repository) {
        registry.delete(repository.name, repository.emptyOnDelete);
      }
    },
  };
}
