import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App, Stack } from 'aws-cdk-lib';
import { FargateBlueGreenService, ServicePreset } from '../../src';
import { apiImage } from '../support/api';
import { answers, deploymentEndsAs, inOrder, Release, serves } from '../support/release';

/** From v1 to v2 and on to v3 through CloudFormation: the twin target groups take turns. */
const app = new App();
const stack = new Stack(app, 'IntegUpdate');
const release = new Release(stack);
const service = new FargateBlueGreenService(stack, 'Api', { preset: ServicePreset.dev(), image: apiImage(), environment: release.environment });

const test = new IntegTest(app, 'Update', { testCases: [stack] });
inOrder(
  answers(test, service.url, 'v1'),
  serves(test, service, 'A'),
  release.deploy(test, 'v2'),
  answers(test, `${service.url}/two`, 'v2'),
  deploymentEndsAs(test, service, 'Succeeded'),
  serves(test, service, 'B'),
  release.deploy(test, 'v3'),
  answers(test, `${service.url}/three`, 'v3'),
  deploymentEndsAs(test, service, 'Succeeded'),
  serves(test, service, 'A'),
);
