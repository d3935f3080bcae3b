// A CodeDeploy deployment group by hand: CloudFormation makes it, and whoever deploys calls CodeDeploy.
const { App, CfnOutput, Duration, Stack } = require('aws-cdk-lib');
const { Alarm, Metric } = require('aws-cdk-lib/aws-cloudwatch');
const { EcsApplication, EcsDeploymentConfig, EcsDeploymentGroup } = require('aws-cdk-lib/aws-codedeploy');
const { Vpc } = require('aws-cdk-lib/aws-ec2');
const { Cluster, ContainerImage, DeploymentControllerType, FargateService, FargateTaskDefinition } = require('aws-cdk-lib/aws-ecs');
const { ApplicationLoadBalancer, ApplicationTargetGroup, ListenerAction, TargetType } = require('aws-cdk-lib/aws-elasticloadbalancingv2');

const app = new App();
const stack = new Stack(app, 'ByHand');
const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
const cluster = new Cluster(stack, 'Cluster', { vpc });
const taskDefinition = (id, version) => {
  const definition = new FargateTaskDefinition(stack, id);
  definition.addContainer('api', { image: ContainerImage.fromAsset('api'), portMappings: [{ containerPort: 8000 }], environment: { VERSION: version } });
  return definition;
};
const first = taskDefinition('First', 'v1');
const second = taskDefinition('Second', 'v2');

const targetGroup = (id) => new ApplicationTargetGroup(stack, id, { vpc, port: 80, targetType: TargetType.IP, healthCheck: { path: '/health', interval: Duration.seconds(10) } });
const [blue, green] = [targetGroup('A'), targetGroup('B')];
const loadBalancer = new ApplicationLoadBalancer(stack, 'LoadBalancer', { vpc, internetFacing: true });
const listener = loadBalancer.addListener('Production', { port: 80, defaultAction: ListenerAction.weightedForward([{ targetGroup: blue, weight: 100 }, { targetGroup: green, weight: 0 }]) });
const service = new FargateService(stack, 'Service', {
  cluster, taskDefinition: first, deploymentController: { type: DeploymentControllerType.CODE_DEPLOY }, desiredCount: 1, minHealthyPercent: 100,
});
service.node.addDependency(listener);
service.attachToApplicationTargetGroup(blue);
const application = new EcsApplication(stack, 'Application');
const group = new EcsDeploymentGroup(stack, 'Group', {
  application,
  service,
  blueGreenDeploymentConfig: { listener, blueTargetGroup: blue, greenTargetGroup: green },
  deploymentConfig: EcsDeploymentConfig.CANARY_10PERCENT_5MINUTES,
  alarms: [new Alarm(stack, 'Alarm', { metric: new Metric({ namespace: 'Api', metricName: 'Errors' }), threshold: 1, evaluationPeriods: 1, treatMissingData: undefined })],
});
const output = (id, value) => new CfnOutput(stack, id, { value });
output('Url', `http://${loadBalancer.loadBalancerDnsName}`);
output('ApplicationName', application.applicationName);
output('GroupName', group.deploymentGroupName);
output('SecondRevision', second.taskDefinitionArn);
