import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App, Stack } from 'aws-cdk-lib';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { FargateBlueGreenService, ServicePreset } from '../../src';

/** The least that a user writes. */
const app = new App();
const stack = new Stack(app, 'IntegMinimal');
new FargateBlueGreenService(stack, 'Api', {
  preset: ServicePreset.dev(),
  image: ContainerImage.fromRegistry('public.ecr.aws/docker/library/httpd:2.4'),
  containerPort: 80,
  healthCheck: { path: '/' },
});

new IntegTest(app, 'Minimal', { testCases: [stack] });
