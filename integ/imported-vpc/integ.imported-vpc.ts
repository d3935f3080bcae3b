import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App, Fn, Stack } from 'aws-cdk-lib';
import { CfnVPC, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { FargateBlueGreenService, ServicePreset } from '../../src';
import { apiImage } from '../support/api';
import { answers, inOrder, Release } from '../support/release';

/** A network of another stack, imported by its attributes: nothing in it is the service's. */
const app = new App();
const network = new Stack(app, 'IntegImportedVpcNetwork');
const existing = new Vpc(network, 'Vpc', {
  maxAzs: 2,
  natGateways: 1,
  subnetConfiguration: [{ name: 'Public', subnetType: SubnetType.PUBLIC }, { name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS }],
});

const stack = new Stack(app, 'IntegImportedVpc');
const release = new Release(stack);
const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
  vpcId: existing.vpcId,
  vpcCidrBlock: (existing.node.defaultChild as CfnVPC).attrCidrBlock,
  availabilityZones: [Fn.select(0, Fn.getAzs()), Fn.select(1, Fn.getAzs())],
  publicSubnetIds: existing.publicSubnets.map(({ subnetId }) => subnetId),
  privateSubnetIds: existing.privateSubnets.map(({ subnetId }) => subnetId),
});
const service = new FargateBlueGreenService(stack, 'Api', { preset: ServicePreset.dev(), vpc, image: apiImage(), environment: release.environment });

const test = new IntegTest(app, 'ImportedVpc', { testCases: [stack] });
inOrder(
  answers(test, service.url, 'v1'),
  release.deploy(test, 'v2'),
  answers(test, `${service.url}/two`, 'v2'),
);
