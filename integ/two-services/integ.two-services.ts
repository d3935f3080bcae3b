import { ExpectedResult, IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { ListenerCondition } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { DeploymentEngine, FargateBlueGreenService, ServicePreset, TrafficShift } from '../../src';
import { apiImage } from '../support/api';
import { answers, deploymentEndsAs, inOrder, Release, serves } from '../support/release';

/** Two services on one load balancer, each with a deployment group of its own: a release of one leaves the other alone. */
const app = new App();
const stack = new Stack(app, 'IntegTwoServices');
const release = new Release(stack);
const preset = ServicePreset.dev();
const api = new FargateBlueGreenService(stack, 'Api', { preset, image: apiImage(), environment: release.environment });
const admin = new FargateBlueGreenService(stack, 'Admin', {
  preset,
  image: apiImage(),
  environment: { VERSION: 'admin' },
  vpc: api.vpc,
  cluster: api.cluster,
  loadBalancer: api.loadBalancer,
  listener: api.listener,
  testListener: api.testListener,
  conditions: [ListenerCondition.pathPatterns(['/admin', '/admin/*'])],
  priority: 10,
  deployment: DeploymentEngine.codeDeploy({ trafficShift: TrafficShift.linear({ percent: 50, every: Duration.minutes(1) }) }),
});

const test = new IntegTest(app, 'TwoServices', { testCases: [stack] });
inOrder(
  answers(test, `${api.url}/users`, 'v1'),
  answers(test, `${api.url}/admin/users`, 'admin'),
  release.deploy(test, 'v2'),
  answers(test, `${api.url}/users/two`, 'v2'),
  answers(test, `${api.url}/admin/users/two`, 'admin'),
  deploymentEndsAs(test, api, 'Succeeded'),
  serves(test, api, 'B'),
  [test.assertions.awsApiCall('CodeDeploy', 'listDeployments', {
    applicationName: admin.application!.applicationName, deploymentGroupName: admin.deploymentGroup!.deploymentGroupName,
  }).expect(ExpectedResult.objectLike({ deployments: [] }))],
);
