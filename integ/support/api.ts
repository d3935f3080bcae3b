import { join } from 'node:path';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';

/** The API that every scenario deploys; built here, so that the local AWS can run it as well. */
export function apiImage(): ContainerImage {
  return ContainerImage.fromAsset(join(__dirname, '..', 'api'), { platform: Platform.LINUX_AMD64 });
}
