// aws-ecs-patterns: rolling updates by ECS itself.
const { App, CfnOutput, Stack } = require('aws-cdk-lib');
const { ContainerImage } = require('aws-cdk-lib/aws-ecs');
const { ApplicationLoadBalancedFargateService } = require('aws-cdk-lib/aws-ecs-patterns');

const app = new App();
const stack = new Stack(app, 'Patterns');
const service = new ApplicationLoadBalancedFargateService(stack, 'Api', {
  taskImageOptions: { image: ContainerImage.fromAsset('api'), containerPort: 8000, environment: { VERSION: app.node.tryGetContext('version') } },
  desiredCount: 2,
  minHealthyPercent: 100,
  circuitBreaker: { rollback: true },
});
new CfnOutput(stack, 'Url', { value: `http://${service.loadBalancer.loadBalancerDnsName}` });
