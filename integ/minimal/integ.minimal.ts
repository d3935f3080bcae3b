import { ExpectedResult, IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App, Stack } from 'aws-cdk-lib';
import { FargateBlueGreenService, ServicePreset } from '../../src';
import { apiImage } from '../support/api';

/** The least that a user writes: it is created, and answers. */
const app = new App();
const stack = new Stack(app, 'IntegMinimal');
const service = new FargateBlueGreenService(stack, 'Api', { preset: ServicePreset.dev(), image: apiImage() });

const test = new IntegTest(app, 'Minimal', { testCases: [stack] });
test.assertions.httpApiCall(`http://${service.loadBalancer.loadBalancerDnsName}/hello`)
  .expect(ExpectedResult.objectLike({ status: 200, body: { version: 'v1', path: '/hello' } }));
