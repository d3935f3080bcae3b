import { DEFAULT_SETTINGS, type Repositories } from './repositories';
import type { Encryption, RepositorySettings } from './repository';
import { AwsError, UpdateRefused, type Properties, type ResourceRequest, type ResourceState, type ResourceType } from '../core/api';
import { madeUpName } from '../core/names';

const PROPERTIES = [
  'EmptyOnDelete', 'EncryptionConfiguration', 'ImageScanningConfiguration', 'ImageTagMutability', 'ImageTagMutabilityExclusionFilters',
  'LifecyclePolicy', 'RepositoryName', 'RepositoryPolicyText', 'Tags',
];

/** How CloudFormation makes a repository. */
export function repositoryType(repositories: Repositories, deleteRepository: (name: string, force: boolean) => unknown): ResourceType {
  const configure = (name: string, request: ResourceRequest): ResourceState => {
    const { identity, tags } = repositories.change(name, settingsOf(request.properties));
    tags.clear();
    Object.entries(request.stackTags ?? {}).forEach(([key, value]) => tags.set(key, value));
    (request.properties.Tags ?? []).forEach((tag: { Key: string; Value: string }) => tags.set(tag.Key, tag.Value));
    return { physicalId: name, attributes: { Arn: identity.arn, RepositoryUri: identity.uri } };
  };
  return {
    kind: 'rehearsed',
    replacedBy: ['RepositoryName', 'EncryptionConfiguration'],
    create: async (request) => {
      const { RepositoryName, EncryptionConfiguration } = request.properties;
      const settings = settingsOf(request.properties);
      const name = RepositoryName ?? madeUpName(request, { most: 256, lowerCase: true });
      repositories.create(name, settings, EncryptionConfiguration && encryptionOf(EncryptionConfiguration));
      return configure(name, request);
    },
    update: async (request, state) => {
      try {
        return configure(state.physicalId, request);
      } catch (error) {
        throw new UpdateRefused((error as Error).message);
      }
    },
    delete: async (_request, state) => {
      const repository = repositories.find(state.physicalId);
      if (repository) {
        deleteRepository(repository.name, repository.settings.emptyOnDelete);
      }
    },
  };
}

function settingsOf(properties: Properties): RepositorySettings {
  const unknown = Object.keys(properties).filter((name) => !PROPERTIES.includes(name));
  if (unknown.length > 0) {
    throw new AwsError('ValidationException', `Encountered unsupported property ${unknown[0]}`);
  }
  const { ImageTagMutabilityExclusionFilters: filters = [], RepositoryPolicyText: policy } = properties;
  return {
    imageTagMutability: properties.ImageTagMutability ?? DEFAULT_SETTINGS.imageTagMutability,
    exclusionFilters: filters.map((filter: Properties) => ({
      filterType: filter.ImageTagMutabilityExclusionFilterType,
      filter: filter.ImageTagMutabilityExclusionFilterValue,
    })),
    scanOnPush: isTrue(properties.ImageScanningConfiguration?.ScanOnPush),
    lifecyclePolicy: properties.LifecyclePolicy?.LifecyclePolicyText,
    policy: policy === undefined || typeof policy === 'string' ? policy : JSON.stringify(policy),
    emptyOnDelete: isTrue(properties.EmptyOnDelete),
  };
}

function encryptionOf({ EncryptionType: encryptionType, KmsKey: kmsKey }: Properties): Encryption {
  return { encryptionType, ...kmsKey && { kmsKey } };
}

/** A template may say it as a string. */
function isTrue(value: unknown): boolean {
  return String(value) === 'true';
}
