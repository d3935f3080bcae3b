import { RegistryImages } from './registry-images';
import { invalidParameter, Repositories } from './repositories';
import { Repository, type RepositorySettings } from './repository';
import { repositoryType } from './repository-type';
import { AwsError, type LocalService, type Operation, type OperationInput, type ResourceType, type ServiceApi } from '../core/api';
import type { World } from '../core/world';
import type { Memory } from '../state/memory';
import type { Images } from '../workload/images/images';
import { checkParameters, type Parameters } from '../workload/parameters';

const TOKEN_HOURS = 12;

const OF_REPOSITORY: Parameters = { registryId: 'string', repositoryName: 'string' };
const PAGES: Parameters = { nextToken: 'string', maxResults: 'integer' };
const MUTABILITY: Parameters = { imageTagMutability: 'string', imageTagMutabilityExclusionFilters: 'list' };

/** What each operation takes. */
const PARAMETERS: Readonly<Record<string, Parameters>> = {
  CreateRepository: { ...OF_REPOSITORY, ...MUTABILITY, tags: 'list', imageScanningConfiguration: 'structure', encryptionConfiguration: 'structure' },
  DeleteRepository: { ...OF_REPOSITORY, force: 'boolean' },
  DescribeRepositories: { registryId: 'string', repositoryNames: 'list', ...PAGES },
  DescribeImages: { ...OF_REPOSITORY, imageIds: 'list', filter: 'structure', ...PAGES },
  ListImages: { ...OF_REPOSITORY, filter: 'structure', ...PAGES },
  BatchGetImage: { ...OF_REPOSITORY, imageIds: 'list', acceptedMediaTypes: 'list' },
  BatchDeleteImage: { ...OF_REPOSITORY, imageIds: 'list' },
  PutImage: { ...OF_REPOSITORY, imageManifest: 'string', imageManifestMediaType: 'string', imageTag: 'string', imageDigest: 'string' },
  GetAuthorizationToken: { registryIds: 'list' },
  GetLifecyclePolicy: OF_REPOSITORY,
  PutLifecyclePolicy: { ...OF_REPOSITORY, lifecyclePolicyText: 'string' },
  DeleteLifecyclePolicy: OF_REPOSITORY,
  GetRepositoryPolicy: OF_REPOSITORY,
  SetRepositoryPolicy: { ...OF_REPOSITORY, policyText: 'string', force: 'boolean' },
  DeleteRepositoryPolicy: OF_REPOSITORY,
  PutImageScanningConfiguration: { ...OF_REPOSITORY, imageScanningConfiguration: 'structure' },
  PutImageTagMutability: { ...OF_REPOSITORY, ...MUTABILITY },
  TagResource: { resourceArn: 'string', tags: 'list' },
  UntagResource: { resourceArn: 'string', tagKeys: 'list' },
  ListTagsForResource: { resourceArn: 'string' },
};

interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** Amazon ECR: repositories, and what was pushed to them by the program that stands for Docker. */
export class ContainerRegistry implements LocalService {
  public readonly apis: readonly ServiceApi[];
  public readonly resourceTypes: Readonly<Record<string, ResourceType>>;
  public readonly admin: Readonly<Record<string, Operation>>;
  private readonly repositories: Repositories;
  private readonly registryImages: RegistryImages;

  constructor(private readonly world: World, images: Images) {
    this.repositories = new Repositories(world);
    this.registryImages = new RegistryImages(world, this.repositories, images);
    const operations: Record<string, Operation> = {
      CreateRepository: (input) => ({ repository: this.create(input).describe() }),
      DeleteRepository: (input) => ({ repository: this.delete(input.repositoryName, input.force).describe() }),
      DescribeRepositories: ({ repositoryNames }) => ({
        repositories: (repositoryNames?.map((name: string) => this.repositories.get(name)) ?? this.repositories.list())
          .map((repository: Repository) => repository.describe()),
      }),
      ...this.registryImages.operations,
      GetAuthorizationToken: () => this.authorizationToken(),
      GetLifecyclePolicy: ({ repositoryName }) => this.lifecyclePolicy(repositoryName),
      PutLifecyclePolicy: ({ repositoryName, lifecyclePolicyText }) => {
        requireJson('LifecyclePolicyText', lifecyclePolicyText);
        return this.lifecyclePolicy(this.repositories.change(repositoryName, { lifecyclePolicy: lifecyclePolicyText }).name);
      },
      DeleteLifecyclePolicy: ({ repositoryName }) => {
        return this.answerThenChange(this.lifecyclePolicy(repositoryName), repositoryName, { lifecyclePolicy: undefined });
      },
      GetRepositoryPolicy: ({ repositoryName }) => this.policy(repositoryName),
      SetRepositoryPolicy: ({ repositoryName, policyText }) => {
        requireJson('PolicyText', policyText);
        return this.policy(this.repositories.change(repositoryName, { policy: policyText }).name);
      },
      DeleteRepositoryPolicy: ({ repositoryName }) => this.answerThenChange(this.policy(repositoryName), repositoryName, { policy: undefined }),
      PutImageScanningConfiguration: ({ repositoryName, imageScanningConfiguration }) => {
        const { scanOnPush } = this.repositories.change(repositoryName, { scanOnPush: imageScanningConfiguration?.scanOnPush === true }).settings;
        return { registryId: this.world.account, repositoryName, imageScanningConfiguration: { scanOnPush } };
      },
      PutImageTagMutability: (input) => this.putMutability(input),
      TagResource: (input) => this.tag(input.resourceArn, input.tags),
      UntagResource: ({ resourceArn, tagKeys = [] }) => {
        const repository = this.repositories.byArn(resourceArn);
        tagKeys.forEach((key: string) => repository.tags.delete(key));
        return {};
      },
      ListTagsForResource: ({ resourceArn }) => ({ tags: [...this.repositories.byArn(resourceArn).tags].map(([Key, Value]) => ({ Key, Value })) }),
    };
    const checked = Object.entries(operations).map(([name, operation]): [string, Operation] => [name, (input) => {
      checkParameters(input, PARAMETERS[name]);
      this.requireRegistry(input.registryId);
      return operation(input);
    }]);
    this.apis = [{ signingName: 'ecr', protocol: 'json', target: 'AmazonEC2ContainerRegistry_V20150921', operations: Object.fromEntries(checked) }];
    this.resourceTypes = {
      'AWS::ECR::Repository': repositoryType(this.repositories, (name, force) => this.delete(name, force)),
    };
    this.admin = { 'push-image': (input) => this.registryImages.push(input) };
  }

  public get memory(): Memory {
    return {
      stores: { repositories: { of: this.repositories, fields: ['repositories'] } },
      classes: { Repository: { kind: Repository } },
    };
  }

  public async close(): Promise<void> {
    this.repositories.clear();
  }

  private create(input: OperationInput): Repository {
    const { repositoryName, imageTagMutability = 'MUTABLE', imageTagMutabilityExclusionFilters = [], imageScanningConfiguration, encryptionConfiguration } = input;
    const repository = this.repositories.create(repositoryName, {
      imageTagMutability,
      exclusionFilters: imageTagMutabilityExclusionFilters,
      scanOnPush: imageScanningConfiguration?.scanOnPush === true,
    }, encryptionConfiguration);
    this.tag(repository.identity.arn, input.tags);
    return repository;
  }

  private delete(name: string, force = false): Repository {
    const repository = this.repositories.delete(name, force);
    this.registryImages.forgetAll(repository);
    return repository;
  }

  private authorizationToken(): object {
    return {
      authorizationData: [{
        authorizationToken: Buffer.from('AWS:local').toString('base64'),
        expiresAt: new Date(this.world.clock.millis() + TOKEN_HOURS * 3_600_000),
        proxyEndpoint: `https://${this.repositories.host}`,
      }],
    };
  }

  private lifecyclePolicy(repositoryName: string): object {
    const { lifecyclePolicy: lifecyclePolicyText } = this.repositories.get(repositoryName).settings;
    if (lifecyclePolicyText === undefined) {
      throw new AwsError('LifecyclePolicyNotFoundException',
        `Lifecycle policy does not exist for the repository with name '${repositoryName}' ${this.repositories.inRegistry()}`);
    }
    return { registryId: this.world.account, repositoryName, lifecyclePolicyText };
  }

  private policy(repositoryName: string): object {
    const { policy: policyText } = this.repositories.get(repositoryName).settings;
    if (policyText === undefined) {
      throw new AwsError('RepositoryPolicyNotFoundException',
        `Repository policy does not exist for the repository with name '${repositoryName}' ${this.repositories.inRegistry()}`);
    }
    return { registryId: this.world.account, repositoryName, policyText };
  }

  private answerThenChange(answer: object, repositoryName: string, settings: Partial<RepositorySettings>): object {
    this.repositories.change(repositoryName, settings);
    return answer;
  }

  private putMutability({ repositoryName, imageTagMutability, imageTagMutabilityExclusionFilters }: OperationInput): object {
    this.repositories.change(repositoryName, { imageTagMutability, exclusionFilters: imageTagMutabilityExclusionFilters ?? [] });
    return { registryId: this.world.account, repositoryName, imageTagMutability, imageTagMutabilityExclusionFilters };
  }

  private tag(resourceArn: string, tags: readonly Tag[] = []): object {
    const repository = this.repositories.byArn(resourceArn);
    tags.forEach(({ Key, Value }) => repository.tags.set(Key, Value));
    return {};
  }

  private requireRegistry(registryId: string | undefined): void {
    if (registryId !== undefined && registryId !== this.world.account) {
      throw new AwsError('RepositoryNotFoundException', `the local AWS has the registry with id '${this.world.account}' and no other, got '${registryId}'`);
    }
  }
}

function requireJson(name: string, text: unknown): void {
  try {
    JSON.parse(String(text));
  } catch {
    throw invalidParameter(name, 'Invalid JSON syntax');
  }
}
