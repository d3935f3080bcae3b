import { App, Stack } from 'aws-cdk-lib';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { FargateBlueGreenService, ServicePreset } from 'cdk-fargate-blue-green';

const app = new App();
const stack = new Stack(app, 'Minimal');

new FargateBlueGreenService(stack, 'Api', {
  preset: ServicePreset.dev(),
  image: ContainerImage.fromAsset('../sample-api', { platform: Platform.LINUX_AMD64 }),
});
