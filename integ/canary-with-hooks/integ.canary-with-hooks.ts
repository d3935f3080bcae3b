import { ExpectedResult, IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { DeploymentEngine, DeploymentHook, FargateBlueGreenService, ServicePreset, TrafficShift } from '../../src';
import { apiImage } from '../support/api';
import { answers, deploymentEndsAs, inOrder, Release, serves } from '../support/release';

/**
 * The prod preset, unprotected so that it can be deleted: a canary, during which a hook looks at green through the test
 * listener, and notes what it saw.
 */
const app = new App();
// The bucket of access logs needs to know the region.
const env = { region: process.env.CDK_DEFAULT_REGION ?? 'us-east-1' };
const stack = new Stack(app, 'IntegCanaryWithHooks', { env });
const release = new Release(stack);
const seen = new StringParameter(stack, 'SeenByHook', { stringValue: 'nothing' });
const hook = new Function(stack, 'Hook', {
  runtime: Runtime.NODEJS_22_X,
  handler: 'index.handler',
  timeout: Duration.minutes(1),
  environment: { SEEN: seen.parameterName },
  code: Code.fromInline(`
    const { CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand } = require('@aws-sdk/client-codedeploy');
    const { SSMClient, PutParameterCommand } = require('@aws-sdk/client-ssm');
    exports.handler = async ({ DeploymentId: deploymentId, LifecycleEventHookExecutionId: lifecycleEventHookExecutionId }) => {
      await new SSMClient().send(new PutParameterCommand({ Name: process.env.SEEN, Value: 'a deployment', Overwrite: true }));
      await new CodeDeployClient().send(new PutLifecycleEventHookExecutionStatusCommand({ deploymentId, lifecycleEventHookExecutionId, status: 'Succeeded' }));
    };
  `),
});
seen.grantWrite(hook);

const service = new FargateBlueGreenService(stack, 'Api', {
  preset: ServicePreset.prod().with({ protection: false }),
  image: apiImage(),
  environment: release.environment,
  deployment: DeploymentEngine.codeDeploy({
    trafficShift: TrafficShift.canary({ percent: 10, bake: Duration.minutes(1) }),
    keepBlue: Duration.minutes(1),
    hooks: { afterAllowTestTraffic: DeploymentHook.function(hook) },
  }),
});

const test = new IntegTest(app, 'CanaryWithHooks', { testCases: [stack], assertionStack: new Stack(app, 'IntegCanaryWithHooksAssertions', { env }) });
inOrder(
  answers(test, service.url, 'v1'),
  release.deploy(test, 'v2'),
  answers(test, `${service.url}/two`, 'v2'),
  [test.assertions.awsApiCall('SSM', 'getParameter', { Name: seen.parameterName })
    .expect(ExpectedResult.objectLike({ Parameter: { Value: 'a deployment' } }))],
  deploymentEndsAs(test, service, 'Succeeded'),
  serves(test, service, 'B'),
);
