import { invalidParameter, type Repositories } from './repositories';
import type { ImageId, RegistryImage, Repository } from './repository';
import { AwsError, type OperationInput } from '../core/api';
import type { World } from '../core/world';
import type { Images } from '../workload/images/images';

const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const MANIFEST_MEDIA_TYPE = 'application/vnd.docker.distribution.manifest.v2+json';

/** What was pushed to the repositories: each tag of it is an image that tasks can be started from. */
export class RegistryImages {
  public readonly operations = {
    DescribeImages: (input: OperationInput) => this.describe(input),
    ListImages: (input: OperationInput) => ({ imageIds: this.chosen(this.repositories.get(input.repositoryName), input).flatMap(idsOf) }),
    BatchGetImage: (input: OperationInput) => this.batchGet(input),
    BatchDeleteImage: (input: OperationInput) => this.batchDelete(input),
    PutImage: (input: OperationInput) => this.put(input),
  };

  constructor(private readonly world: World, private readonly repositories: Repositories, private readonly images: Images) {}

  /** What was built under the name becomes an image of the repository. */
  public async push({ uri }: OperationInput): Promise<{ digest: string }> {
    const match = /^([^/]+)\/(.+?)(?::([\w.-]+))?$/.exec(String(uri));
    if (!match || match[1] !== this.repositories.host) {
      throw new AwsError('InvalidParameterException', `an image is pushed as ${this.repositories.host}/<repository>:<tag>, got ${uri}`);
    }
    const [, , name, tag = 'latest'] = match;
    const repository = this.repositories.get(name);
    const { digest, size } = await this.images.contentOf(uri);
    repository.push(tag, { digest, size, pushedAt: this.world.clock.now() });
    this.images.publish(uri, `${repository.identity.uri}:${tag}`, `${repository.identity.uri}@${digest}`);
    return { digest };
  }

  /** Takes all images of a repository from the tasks that start from now on. */
  public forgetAll(repository: Repository): void {
    repository.images.forEach((image) => this.forget(repository, image, image.tags));
  }

  private forget({ identity, images }: Repository, { digest }: RegistryImage, tags: readonly string[]): void {
    tags.forEach((tag) => this.images.forget(`${identity.uri}:${tag}`));
    if (!images.has(digest)) {
      this.images.forget(`${identity.uri}@${digest}`);
    }
  }

  private describe(input: OperationInput): object {
    const repository = this.repositories.get(input.repositoryName);
    return {
      imageDetails: this.chosen(repository, input).map((image) => ({
        registryId: this.world.account,
        repositoryName: repository.name,
        imageDigest: image.digest,
        imageTags: image.tags.length > 0 ? image.tags : undefined,
        imageSizeInBytes: image.size,
        imagePushedAt: image.pushedAt,
        imageManifestMediaType: MANIFEST_MEDIA_TYPE,
      })),
    };
  }

  private chosen(repository: Repository, { imageIds, filter }: OperationInput): RegistryImage[] {
    if (imageIds) {
      return imageIds.map((id: ImageId) => {
        const image = repository.find(id);
        if (!image) {
          throw new AwsError('ImageNotFoundException', `The image with imageId {imageDigest:'${id.imageDigest ?? 'null'}', imageTag:'${id.imageTag ?? 'null'}'} `
            + `does not exist within the repository with name '${repository.name}' ${this.repositories.inRegistry()}`);
        }
        return image;
      });
    }
    const wanted = filter?.tagStatus;
    return [...repository.images.values()].filter(({ tags }) => !wanted || wanted === 'ANY' || (wanted === 'TAGGED') === tags.length > 0);
  }

  private batchGet({ repositoryName, imageIds = [] }: OperationInput): object {
    const repository = this.repositories.get(repositoryName);
    const found = (imageIds as ImageId[]).map((id) => ({ id, image: repository.find(id) }));
    return {
      images: found.flatMap(({ id, image }) => image ? [this.imageOf(repository, image, id.imageTag)] : []),
      failures: found.filter(({ image }) => !image).map(({ id }) => notFound(id)),
    };
  }

  private batchDelete({ repositoryName, imageIds = [] }: OperationInput): object {
    const repository = this.repositories.get(repositoryName);
    const outcomes = (imageIds as ImageId[]).map((id) => ({ id, deleted: repository.delete(id) }));
    outcomes.forEach(({ deleted }) => deleted && this.forget(repository, deleted.image, deleted.untagged));
    return {
      imageIds: outcomes.flatMap(({ id, deleted }) => deleted ? [{ imageDigest: deleted.image.digest, imageTag: id.imageTag }] : []),
      failures: outcomes.filter(({ deleted }) => !deleted).map(({ id }) => notFound(id)),
    };
  }

  /** Another tag for an image that the repository has: whole images are pushed by the program that stands for Docker. */
  private put({ repositoryName, imageManifest, imageTag }: OperationInput): object {
    const repository = this.repositories.get(repositoryName);
    const image = repository.images.get(digestIn(imageManifest));
    if (!image) {
      throw new AwsError('LayersNotFoundException', 'the local AWS has no image of this manifest: BatchGetImage answers those that it has, '
        + 'and new ones are pushed with the program that CDK_DOCKER names');
    }
    if (typeof imageTag !== 'string' || !TAG.test(imageTag)) {
      throw invalidParameter('imageTag', `must satisfy regular expression '${TAG.source}'`);
    }
    if (image.tags.includes(imageTag)) {
      throw new AwsError('ImageAlreadyExistsException', `Image with digest '${image.digest}' and tag '${imageTag}' already exists in the repository with name `
        + `'${repositoryName}' ${this.repositories.inRegistry()}`);
    }
    repository.push(imageTag, image);
    this.images.alias(`${repository.identity.uri}@${image.digest}`, `${repository.identity.uri}:${imageTag}`);
    return { image: this.imageOf(repository, image, imageTag) };
  }

  private imageOf(repository: Repository, { digest, size }: RegistryImage, imageTag?: string): object {
    return {
      registryId: this.world.account,
      repositoryName: repository.name,
      imageId: { imageDigest: digest, imageTag },
      imageManifest: JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST_MEDIA_TYPE, config: { digest, size } }),
      imageManifestMediaType: MANIFEST_MEDIA_TYPE,
    };
  }
}

function digestIn(manifest: unknown): string {
  try {
    return JSON.parse(String(manifest)).config.digest;
  } catch {
    throw invalidParameter('imageManifest', 'Invalid JSON syntax');
  }
}

function idsOf({ digest, tags }: RegistryImage): object[] {
  return tags.length === 0 ? [{ imageDigest: digest }] : tags.map((imageTag) => ({ imageDigest: digest, imageTag }));
}

function notFound(imageId: object): object {
  return { imageId, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' };
}
