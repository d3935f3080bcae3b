import { Repository, type RegistryImage } from './repository';
import { repositoryType } from './repository-type';
import { AwsError, type LocalService, type Operation, type OperationInput, type ResourceType, type ServiceApi } from '../core/api';
import { arn, type World } from '../core/world';
import type { Images } from '../workload/images/images';

const NAME = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const TOKEN_HOURS = 12;

/** Amazon ECR: repositories, and what was pushed to them by the program that stands for Docker. */
export class ContainerRegistry implements LocalService {
  public readonly apis: readonly ServiceApi[];
  public readonly resourceTypes: Readonly<Record<string, ResourceType>>;
  public readonly admin: Readonly<Record<string, Operation>>;
  private readonly repositories = new Map<string, Repository>();

  constructor(private readonly world: World, private readonly images: Images) {
    const operations: Record<string, Operation> = {
      CreateRepository: (input) => ({ repository: this.create(input).describe() }),
      DeleteRepository: (input) => ({ repository: this.delete(input.repositoryName, input.force).describe() }),
      DescribeRepositories: (input) => this.describeRepositories(input),
      DescribeImages: (input) => this.describeImages(input),
      ListImages: (input) => ({ imageIds: this.chosen(this.get(input.repositoryName), input).flatMap(idsOf) }),
      BatchGetImage: (input) => this.batchGet(input),
      BatchDeleteImage: (input) => this.batchDelete(input),
      GetAuthorizationToken: () => this.authorizationToken(),
      GetLifecyclePolicy: (input) => this.lifecyclePolicy(this.get(input.repositoryName)),
      PutLifecyclePolicy: (input) => this.putLifecyclePolicy(input),
      GetRepositoryPolicy: (input) => this.policy(this.get(input.repositoryName)),
      SetRepositoryPolicy: (input) => this.setPolicy(input),
      PutImageScanningConfiguration: (input) => this.putScanning(input),
      PutImageTagMutability: (input) => this.putMutability(input),
      TagResource: (input) => this.tag(input),
      UntagResource: (input) => this.untag(input),
      ListTagsForResource: (input) => ({ tags: [...this.byArn(input.resourceArn).tags].map(([Key, Value]) => ({ Key, Value })) }),
    };
    this.apis = [{ signingName: 'ecr', protocol: 'json', target: 'AmazonEC2ContainerRegistry_V20150921', operations }];
    this.resourceTypes = { 'AWS::ECR::Repository': repositoryType(this) };
    this.admin = { 'push-image': (input) => this.push(input) };
  }

  public async close(): Promise<void> {
    this.repositories.clear();
  }

  public create({ repositoryName: name, imageTagMutability = 'MUTABLE', imageScanningConfiguration = {}, tags = [] }: OperationInput): Repository {
    if (typeof name !== 'string' || name.length < 2 || name.length > 256 || !NAME.test(name)) {
      throw new AwsError('InvalidParameterException',
        `Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '${NAME.source}''`);
    }
    if (this.repositories.has(name)) {
      throw new AwsError('RepositoryAlreadyExistsException',
        `The repository with name '${name}' already exists in the registry with id '${this.world.account}'`);
    }
    const repository = new Repository(
      name, arn(this.world, 'ecr', `repository/${name}`), `${this.host}/${name}`, this.world.account, this.world.clock.now(),
      imageTagMutability, imageScanningConfiguration.scanOnPush === true);
    tags.forEach((tag: { Key: string; Value: string }) => repository.tags.set(tag.Key, tag.Value));
    this.repositories.set(name, repository);
    return repository;
  }

  public delete(name: string, force: boolean): Repository {
    const repository = this.get(name);
    if (repository.images.size > 0 && !force) {
      throw new AwsError('RepositoryNotEmptyException', `The repository with name '${name}' in registry with id '${this.world.account}' `
        + 'cannot be deleted because it still contains images');
    }
    repository.images.forEach((image) => this.forget(repository, image));
    this.repositories.delete(name);
    return repository;
  }

  public get(name: string): Repository {
    const repository = this.find(name);
    if (!repository) {
      throw new AwsError('RepositoryNotFoundException',
        `The repository with name '${name}' does not exist in the registry with id '${this.world.account}'`);
    }
    return repository;
  }

  public find(name: string): Repository | undefined {
    return this.repositories.get(name);
  }

  private get host(): string {
    return `${this.world.account}.dkr.ecr.${this.world.region}.amazonaws.com`;
  }

  /** What was built under the name becomes an image of the repository, that tasks can be started from. */
  private async push({ uri }: OperationInput): Promise<{ digest: string }> {
    const match = /^([^/]+)\/(.+):([\w.-]+)$/.exec(String(uri));
    if (!match || match[1] !== this.host) {
      throw new AwsError('InvalidParameterException', `an image is pushed as ${this.host}/<repository>:<tag>, got ${uri}`);
    }
    const repository = this.get(match[2]);
    const { digest, size } = await this.images.contentOf(uri);
    repository.push(match[3], { digest, size, pushedAt: this.world.clock.now() });
    this.images.publish(uri);
    return { digest };
  }

  private forget(repository: Repository, image: RegistryImage): void {
    image.tags.forEach((tag) => this.images.forget(`${repository.uri}:${tag}`));
  }

  private byArn(resourceArn: string): Repository {
    return this.get(String(resourceArn).split(':repository/')[1] ?? resourceArn);
  }

  private describeRepositories({ repositoryNames }: OperationInput): object {
    const chosen = repositoryNames ? repositoryNames.map((name: string) => this.get(name)) : [...this.repositories.values()];
    return { repositories: chosen.map((repository: Repository) => repository.describe()) };
  }

  private describeImages(input: OperationInput): object {
    const repository = this.get(input.repositoryName);
    return {
      imageDetails: this.chosen(repository, input).map((image) => ({
        registryId: this.world.account,
        repositoryName: repository.name,
        imageDigest: image.digest,
        imageTags: image.tags.length > 0 ? image.tags : undefined,
        imageSizeInBytes: image.size,
        imagePushedAt: image.pushedAt,
      })),
    };
  }

  private chosen(repository: Repository, { imageIds, filter }: OperationInput): RegistryImage[] {
    if (imageIds) {
      return imageIds.map((id: { imageTag?: string; imageDigest?: string }) => {
        const image = repository.find(id.imageDigest ?? id.imageTag ?? '');
        if (!image) {
          throw new AwsError('ImageNotFoundException', `The image with imageId {imageDigest:'${id.imageDigest ?? 'null'}', imageTag:'${id.imageTag ?? 'null'}'} `
            + `does not exist within the repository with name '${repository.name}' in the registry with id '${this.world.account}'`);
        }
        return image;
      });
    }
    const wanted = filter?.tagStatus;
    return [...repository.images.values()].filter(({ tags }) => !wanted || wanted === 'ANY' || (wanted === 'TAGGED') === tags.length > 0);
  }

  private batchGet({ repositoryName, imageIds }: OperationInput): object {
    const repository = this.get(repositoryName);
    const found = imageIds.map((id: OperationInput) => ({ id, image: repository.find(id.imageDigest ?? id.imageTag ?? '') }));
    return {
      images: found.filter(({ image }: OperationInput) => image).map(({ id, image }: OperationInput) => ({
        registryId: this.world.account,
        repositoryName,
        imageId: { imageDigest: image.digest, imageTag: id.imageTag },
        imageManifest: JSON.stringify({ schemaVersion: 2, digest: image.digest }),
      })),
      failures: found.filter(({ image }: OperationInput) => !image).map(({ id }: OperationInput) => notFound(id)),
    };
  }

  private batchDelete({ repositoryName, imageIds }: OperationInput): object {
    const repository = this.get(repositoryName);
    const outcomes = imageIds.map((id: OperationInput) => ({ id, image: repository.delete(id) }));
    outcomes.filter(({ image }: OperationInput) => image).forEach(({ image }: OperationInput) => this.forget(repository, image));
    return {
      imageIds: outcomes.filter(({ image }: OperationInput) => image)
        .map(({ id, image }: OperationInput) => ({ imageDigest: image.digest, imageTag: id.imageTag })),
      failures: outcomes.filter(({ image }: OperationInput) => !image).map(({ id }: OperationInput) => notFound(id)),
    };
  }

  private authorizationToken(): object {
    return {
      authorizationData: [{
        authorizationToken: Buffer.from('AWS:local').toString('base64'),
        expiresAt: new Date(this.world.clock.millis() + TOKEN_HOURS * 3_600_000),
        proxyEndpoint: `https://${this.host}`,
      }],
    };
  }

  private lifecyclePolicy(repository: Repository): object {
    if (repository.lifecyclePolicy === undefined) {
      throw new AwsError('LifecyclePolicyNotFoundException',
        `Lifecycle policy does not exist for the repository with name '${repository.name}' in the registry with id '${this.world.account}'`);
    }
    return { registryId: this.world.account, repositoryName: repository.name, lifecyclePolicyText: repository.lifecyclePolicy };
  }

  private putLifecyclePolicy({ repositoryName, lifecyclePolicyText }: OperationInput): object {
    const repository = this.get(repositoryName);
    repository.lifecyclePolicy = lifecyclePolicyText;
    return this.lifecyclePolicy(repository);
  }

  private policy(repository: Repository): object {
    if (repository.policy === undefined) {
      throw new AwsError('RepositoryPolicyNotFoundException',
        `Repository policy does not exist for the repository with name '${repository.name}' in the registry with id '${this.world.account}'`);
    }
    return { registryId: this.world.account, repositoryName: repository.name, policyText: repository.policy };
  }

  private setPolicy({ repositoryName, policyText }: OperationInput): object {
    const repository = this.get(repositoryName);
    repository.policy = policyText;
    return this.policy(repository);
  }

  private putScanning({ repositoryName, imageScanningConfiguration }: OperationInput): object {
    const repository = this.get(repositoryName);
    repository.scanOnPush = imageScanningConfiguration?.scanOnPush === true;
    return { registryId: this.world.account, repositoryName, imageScanningConfiguration: { scanOnPush: repository.scanOnPush } };
  }

  private putMutability({ repositoryName, imageTagMutability }: OperationInput): object {
    this.get(repositoryName).imageTagMutability = imageTagMutability;
    return { registryId: this.world.account, repositoryName, imageTagMutability };
  }

  private tag({ resourceArn, tags }: OperationInput): object {
    const repository = this.byArn(resourceArn);
    tags.forEach((tag: { Key: string; Value: string }) => repository.tags.set(tag.Key, tag.Value));
    return {};
  }

  private untag({ resourceArn, tagKeys }: OperationInput): object {
    const repository = this.byArn(resourceArn);
    tagKeys.forEach((key: string) => repository.tags.delete(key));
    return {};
  }
}

function idsOf({ digest, tags }: RegistryImage): object[] {
  return tags.length === 0 ? [{ imageDigest: digest }] : tags.map((imageTag) => ({ imageDigest: digest, imageTag }));
}

function notFound(imageId: object): object {
  return { imageId, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' };
}
