// The service of this package, in an app as a user writes it.
const { App, CfnOutput, Duration, Stack } = require('aws-cdk-lib');
const { ContainerImage } = require('aws-cdk-lib/aws-ecs');
const { DeploymentEngine, FargateBlueGreenService, ServicePreset, TrafficShift } = require('cdk-fargate-blue-green');

const app = new App();
const stack = new Stack(app, 'Scratch');
const service = new FargateBlueGreenService(stack, 'Api', {
  preset: ServicePreset.dev(),
  image: ContainerImage.fromAsset('api'),
  environment: { VERSION: app.node.tryGetContext('version') },
  deployment: DeploymentEngine.codeDeploy({ trafficShift: TrafficShift.canary({ percent: 10, bake: Duration.minutes(2) }) }),
});
new CfnOutput(stack, 'Url', { value: service.url });
