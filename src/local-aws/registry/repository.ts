import { AwsError } from '../core/api';

export interface RegistryImage {
  readonly digest: string;
  readonly tags: readonly string[];
  readonly pushedAt: Date;
  readonly size: number;
}

export interface ImageId {
  readonly imageTag?: string;
  readonly imageDigest?: string;
}

/** Which tags are not as the repository's others. */
export interface ExclusionFilter {
  readonly filterType: string;
  readonly filter: string;
}

export interface Encryption {
  readonly encryptionType: string;
  readonly kmsKey?: string;
}

/** What may change about a repository. */
export interface RepositorySettings {
  imageTagMutability: string;
  exclusionFilters: readonly ExclusionFilter[];
  scanOnPush: boolean;
  lifecyclePolicy?: string;
  policy?: string;
  emptyOnDelete: boolean;
}

export interface RepositoryIdentity {
  readonly name: string;
  readonly arn: string;
  readonly uri: string;
  readonly registryId: string;
  readonly createdAt: Date;
  readonly encryption: Encryption;
}

/** One repository of images, by digest. */
export class Repository {
  public readonly images = new Map<string, RegistryImage>();
  public readonly tags = new Map<string, string>();

  constructor(public readonly identity: RepositoryIdentity, public settings: RepositorySettings) {}

  public get name(): string {
    return this.identity.name;
  }

  /** By tag, by digest, or by both, which then have to be the same image's. */
  public find({ imageTag, imageDigest }: ImageId): RegistryImage | undefined {
    return [...this.images.values()].find(({ digest, tags }) => {
      return (imageDigest ?? digest) === digest && (imageTag === undefined ? imageDigest !== undefined : tags.includes(imageTag));
    });
  }

  /** The tag moves to the image that is pushed, unless the repository forbids it. */
  public push(tag: string, image: Omit<RegistryImage, 'tags'>): void {
    const tagged = this.find({ imageTag: tag });
    if (tagged && tagged.digest !== image.digest) {
      if (this.isImmutable(tag)) {
        throw new AwsError('ImageTagAlreadyExistsException', `The image tag '${tag}' already exists in the '${this.name}' repository and cannot be `
          + 'overwritten because the tag is immutable.');
      }
      this.images.set(tagged.digest, { ...tagged, tags: tagged.tags.filter((other) => other !== tag) });
    }
    const known = this.images.get(image.digest);
    this.images.set(image.digest, { ...image, tags: [...new Set([...known?.tags ?? [], tag])] });
  }

  /** A tag alone is untagged, as long as the image has others; a digest deletes the image with all of its tags. */
  public delete(id: ImageId): { readonly image: RegistryImage; readonly untagged: readonly string[] } | undefined {
    const image = this.find(id);
    if (!image) {
      return undefined;
    }
    const left = id.imageDigest === undefined ? image.tags.filter((tag) => tag !== id.imageTag) : [];
    if (left.length > 0) {
      this.images.set(image.digest, { ...image, tags: left });
    } else {
      this.images.delete(image.digest);
    }
    return { image, untagged: image.tags.filter((tag) => !left.includes(tag)) };
  }

  public describe(): object {
    const { name, arn, uri, registryId, createdAt, encryption } = this.identity;
    const { imageTagMutability, exclusionFilters, scanOnPush } = this.settings;
    return {
      repositoryArn: arn,
      registryId,
      repositoryName: name,
      repositoryUri: uri,
      createdAt,
      imageTagMutability,
      ...exclusionFilters.length > 0 && { imageTagMutabilityExclusionFilters: exclusionFilters },
      imageScanningConfiguration: { scanOnPush },
      encryptionConfiguration: encryption,
    };
  }

  private isImmutable(tag: string): boolean {
    const excluded = this.settings.exclusionFilters.some(({ filter }) => wildcard(filter).test(tag));
    return this.settings.imageTagMutability.startsWith('IMMUTABLE') !== excluded;
  }
}

/** `*` is anything, and everything else is itself. */
function wildcard(filter: string): RegExp {
  return new RegExp(`^${filter.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&')).join('.*')}$`);
}
