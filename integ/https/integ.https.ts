import { ExpectedResult, IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { FargateBlueGreenService, ServicePreset } from '../../src';
import { apiImage } from '../support/api';
import { inOrder, Release } from '../support/release';

/**
 * HTTPS with a certificate of ACM, and a redirect to it. On AWS: CDK_INTEG_CERT_ARN names an issued certificate of the
 * account, and INTEG_HTTPS_HOST a name that it is for and that leads to the load balancer. The local AWS makes one for any ARN.
 */
const app = new App();
const stack = new Stack(app, 'IntegHttps');
const release = new Release(stack);
const certificate = Certificate.fromCertificateArn(stack, 'Certificate',
  process.env.CDK_INTEG_CERT_ARN ?? 'arn:aws:acm:us-east-1:123456789012:certificate/86468209-a272-595d-b831-0efb6421265z');
const service = new FargateBlueGreenService(stack, 'Api', {
  preset: ServicePreset.dev(), image: apiImage(), certificate, environment: release.environment,
});
const host = process.env.INTEG_HTTPS_HOST ?? service.loadBalancer.loadBalancerDnsName;

const test = new IntegTest(app, 'Https', { testCases: [stack] });
const secure = (path: string, version: string) => [test.assertions.httpApiCall(`https://${host}${path}`)
  .expect(ExpectedResult.objectLike({ status: 200, body: { version, path } }))];
inOrder(
  secure('/one', 'v1'),
  [test.assertions.httpApiCall(`http://${host}/plain`).expect(ExpectedResult.objectLike({ status: 200, body: { path: '/plain' } }))],
  release.deploy(test, 'v2'),
  secure('/two', 'v2'),
);
