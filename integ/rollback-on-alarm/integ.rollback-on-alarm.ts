import { IntegTest, InvocationType } from '@aws-cdk/integ-tests-alpha';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { DeploymentEngine, FargateBlueGreenService, ServicePreset, TrafficShift } from '../../src';
import { apiImage } from '../support/api';
import { answers, deploymentEndsAs, inOrder, Release, serves } from '../support/release';

/** A release that answers errors is found out by its alarm while a tenth of the users sees it, and v1 serves again. */
const app = new App();
const stack = new Stack(app, 'IntegRollbackOnAlarm');
const release = new Release(stack);
const service = new FargateBlueGreenService(stack, 'Api', {
  preset: ServicePreset.test(),
  image: apiImage(),
  environment: release.environment,
  deployment: DeploymentEngine.codeDeploy({ trafficShift: TrafficShift.canary({ percent: 10, bake: Duration.minutes(10) }) }),
});

const users = new Function(stack, 'Users', {
  runtime: Runtime.NODEJS_22_X,
  handler: 'index.handler',
  timeout: Duration.minutes(14),
  environment: { URL: service.url },
  code: Code.fromInline(`
    exports.handler = async () => {
      for (const end = Date.now() + 12 * 60_000; Date.now() < end;) {
        await fetch(process.env.URL + '/users').catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
  `),
});

const test = new IntegTest(app, 'RollbackOnAlarm', { testCases: [stack] });
inOrder(
  answers(test, service.url, 'v1'),
  [test.assertions.invokeFunction({ functionName: users.functionName, invocationType: InvocationType.EVENT })],
  release.deploy(test, 'v2', { fault: 'errors', endsAs: 'UPDATE_ROLLBACK_COMPLETE' }),
  answers(test, `${service.url}/after`, 'v1'),
  serves(test, service, 'A'),
  deploymentEndsAs(test, service, 'Stopped', 'ALARM_ACTIVE'),
);
