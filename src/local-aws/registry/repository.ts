import { AwsError } from '../core/api';

export interface RegistryImage {
  readonly digest: string;
  readonly tags: readonly string[];
  readonly pushedAt: Date;
  readonly size: number;
}

/** One repository of images, by digest. */
export class Repository {
  public readonly images = new Map<string, RegistryImage>();
  public readonly tags = new Map<string, string>();
  public lifecyclePolicy?: string;
  public policy?: string;
  public emptyOnDelete = false;

  constructor(
    public readonly name: string,
    public readonly arn: string,
    public readonly uri: string,
    public readonly registryId: string,
    public readonly createdAt: Date,
    public imageTagMutability: string,
    public scanOnPush: boolean,
  ) {}

  public find(tagOrDigest: string): RegistryImage | undefined {
    return this.images.get(tagOrDigest) ?? [...this.images.values()].find(({ tags }) => tags.includes(tagOrDigest));
  }

  /** The tag moves to the image that is pushed, unless the repository forbids it. */
  public push(tag: string, image: Omit<RegistryImage, 'tags'>): void {
    const tagged = this.find(tag);
    if (tagged && tagged.digest !== image.digest) {
      if (this.imageTagMutability.startsWith('IMMUTABLE')) {
        throw new AwsError('ImageTagAlreadyExistsException', `The image tag '${tag}' already exists in the '${this.name}' repository and cannot be `
          + 'overwritten because the tag is immutable.');
      }
      this.images.set(tagged.digest, { ...tagged, tags: tagged.tags.filter((other) => other !== tag) });
    }
    const known = this.images.get(image.digest);
    this.images.set(image.digest, { ...image, tags: [...new Set([...known?.tags ?? [], tag])] });
  }

  public delete({ imageTag, imageDigest }: { readonly imageTag?: string; readonly imageDigest?: string }): RegistryImage | undefined {
    const image = this.find(imageDigest ?? imageTag ?? '');
    if (!image) {
      return undefined;
    }
    const tags = image.tags.filter((tag) => tag !== imageTag);
    if (imageDigest === undefined && tags.length > 0) {
      this.images.set(image.digest, { ...image, tags });
    } else {
      this.images.delete(image.digest);
    }
    return image;
  }

  public describe(): object {
    return {
      repositoryArn: this.arn,
      registryId: this.registryId,
      repositoryName: this.name,
      repositoryUri: this.uri,
      createdAt: this.createdAt,
      imageTagMutability: this.imageTagMutability,
      imageScanningConfiguration: { scanOnPush: this.scanOnPush },
      encryptionConfiguration: { encryptionType: 'AES256' },
    };
  }
}
