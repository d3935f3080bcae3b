import { Annotations, Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { refuse } from '../validation';

/** What the tags of releases begin with. The lifecycle keeps a number of them. */
export const RELEASE_TAG_PREFIX = 'v';
/** What the tags of images that only CI uses begin with. The lifecycle expires them by age. */
export const CI_TAG_PREFIXES = ['ci-', 'pr-'];

const CI_IMAGES_KEPT = Duration.days(14);

export interface ImageRepositoryProps {
  readonly releasesKept: number;
  readonly retain: boolean;
}

/**
 * The repository of the service's images. A tag, once pushed, is never moved; the latest releases are kept by number, so
 * that no running image expires with age; untagged images and those of CI go after two weeks; other tags are kept.
 */
export class ImageRepository extends Construct {
  public readonly repository: ecr.Repository;

  constructor(scope: Construct, id: string, props: ImageRepositoryProps) {
    super(scope, id);
    this.repository = new ecr.Repository(this, 'Repository', {
      imageTagMutability: ecr.TagMutability.IMMUTABLE,
      imageScanOnPush: true,
      removalPolicy: props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      emptyOnDelete: props.retain ? undefined : true,
      lifecycleRules: [
        { rulePriority: 1, description: 'latest releases', tagPrefixList: [RELEASE_TAG_PREFIX], maxImageCount: props.releasesKept },
        ...CI_TAG_PREFIXES.map((prefix, i) => (
          { rulePriority: 2 + i, description: `images tagged ${prefix}*`, tagPrefixList: [prefix], maxImageAge: CI_IMAGES_KEPT }
        )),
        { rulePriority: 10, description: 'untagged images', tagStatus: ecr.TagStatus.UNTAGGED, maxImageAge: CI_IMAGES_KEPT },
      ],
    });
  }
}

/** The image that was given, or the one with the given tag in the repository. */
export function containerImage(given: { image?: ContainerImage; imageTag?: string }, repository: ecr.IRepository): ContainerImage {
  if (given.image && given.imageTag !== undefined) {
    refuse({ prop: 'imageTag', got: `'${given.imageTag}' beside image`, allowed: 'one of the two says what runs', instead: 'leave out one of them' });
  }
  if (given.image) {
    return given.image;
  }
  if (given.imageTag === undefined) {
    refuse({
      prop: 'image',
      got: 'nothing, and no imageTag',
      allowed: 'one of the two says what runs',
      instead: "pass image: ContainerImage.fromAsset('…'), or imageTag: 'v1.0.0' for an image in the repository",
    });
  }
  return ContainerImage.fromEcrRepository(repository, given.imageTag);
}

/** Tasks cannot pull from a repository that is made in the same moment. */
export function warnOfEmptyRepository(scope: Construct, imageTag: string): void {
  Annotations.of(scope).addWarningV2(
    'cdk-fargate-blue-green:emptyRepository',
    `the repository that this stack makes is empty when the service first starts, and ${imageTag} cannot be pulled: `
    + 'create the stack with image, or bring a repository that has the tag',
  );
}
