import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { ListenerCondition } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { DeploymentEngine, DeploymentHook, FargateBlueGreenService, ServicePreset, TrafficShift } from '../../src';

/** Two services of the prod preset on one load balancer, one with a hook and a shift of its own. Unprotected, so that it can be deleted. */
const app = new App();
const stack = new Stack(app, 'IntegProduction', { env: { region: process.env.CDK_DEFAULT_REGION ?? 'us-east-1', account: process.env.CDK_DEFAULT_ACCOUNT } });
const preset = ServicePreset.prod().with({ protection: false });
const web = {
  preset,
  image: ContainerImage.fromRegistry('public.ecr.aws/docker/library/httpd:2.4'),
  containerPort: 80,
  healthCheck: { path: '/' },
};

const hook = new Function(stack, 'Hook', {
  runtime: Runtime.NODEJS_22_X,
  handler: 'index.handler',
  code: Code.fromInline(`
    const { CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand } = require('@aws-sdk/client-codedeploy');
    exports.handler = async ({ DeploymentId, LifecycleEventHookExecutionId }) => new CodeDeployClient().send(
      new PutLifecycleEventHookExecutionStatusCommand({
        deploymentId: DeploymentId, lifecycleEventHookExecutionId: LifecycleEventHookExecutionId, status: 'Succeeded',
      }));
  `),
});

const first = new FargateBlueGreenService(stack, 'Api', {
  ...web,
  testCidrs: ['10.0.0.0/16'],
  deployment: DeploymentEngine.codeDeploy({ hooks: { afterAllowTestTraffic: DeploymentHook.function(hook) } }),
});

new FargateBlueGreenService(stack, 'Admin', {
  ...web,
  vpc: first.vpc,
  cluster: first.cluster,
  loadBalancer: first.loadBalancer,
  listener: first.listener,
  testListener: first.testListener,
  conditions: [ListenerCondition.pathPatterns(['/admin/*'])],
  priority: 10,
  deployment: DeploymentEngine.codeDeploy({ trafficShift: TrafficShift.linear({ percent: 25, every: Duration.minutes(1) }) }),
});

new IntegTest(app, 'Production', { testCases: [stack] });
