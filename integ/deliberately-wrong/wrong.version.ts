import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App, Stack } from 'aws-cdk-lib';
import { FargateBlueGreenService, ServicePreset } from '../../src';
import { apiImage } from '../support/api';
import { answers, Release } from '../support/release';

/** Must fail: it shows that the assertions of the other scenarios see a deployment that is wrong. Its name keeps it out of their run. */
const app = new App();
const stack = new Stack(app, 'IntegDeliberatelyWrong');
const release = new Release(stack);
const service = new FargateBlueGreenService(stack, 'Api', { preset: ServicePreset.dev(), image: apiImage(), environment: release.environment });

const test = new IntegTest(app, 'DeliberatelyWrong', { testCases: [stack] });
answers(test, service.url, 'v2');
