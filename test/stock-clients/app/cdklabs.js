// cdklabs' construct: its own custom resource deploys when the task definition changes.
const { ApplicationLoadBalancedCodeDeployedFargateService } = require('@cdklabs/cdk-ecs-codedeploy');
const { App, CfnOutput, Stack } = require('aws-cdk-lib');
const { ContainerImage } = require('aws-cdk-lib/aws-ecs');

const app = new App();
// Its load balancer logs, which needs the region; an account would make the CDK look its zones up.
const stack = new Stack(app, 'Cdklabs', { env: { region: process.env.CDK_DEFAULT_REGION } });
const service = new ApplicationLoadBalancedCodeDeployedFargateService(stack, 'Api', {
  taskImageOptions: { image: ContainerImage.fromAsset('api'), containerPort: 8000, environment: { VERSION: app.node.tryGetContext('version') } },
  desiredCount: 1,
});
new CfnOutput(stack, 'Url', { value: `http://${service.loadBalancer.loadBalancerDnsName}` });
