import { CloudFormationClient, CreateStackCommand, DeleteStackCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { App, CfnOutput, Fn, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { clientConfiguration, eventLines, removeBundles, settled, startPlatform, type TestPlatform } from '../support/platform';

let platform: TestPlatform;
let client: CloudFormationClient;

beforeEach(async () => {
  platform = await startPlatform();
  client = new CloudFormationClient(clientConfiguration(platform));
});

afterEach(async () => {
  client.destroy();
  await platform.close();
});

afterAll(removeBundles);

function synthesize(build: (stack: Stack) => Record<string, string>): string {
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, 'Demo');
  Object.entries(build(stack)).forEach(([key, value]) => new CfnOutput(stack, `Output${key}`, { value }).overrideLogicalId(key));
  return JSON.stringify(app.synth().getStackByName('Demo').template);
}

async function deploy(TemplateBody: string): Promise<Record<string, string>> {
  await client.send(new CreateStackCommand({ StackName: 'Demo', TemplateBody }));
  const { StackStatus, Outputs } = await settled(client, 'Demo');
  expect(StackStatus).toBe('CREATE_COMPLETE');
  return Object.fromEntries(Outputs!.map((output) => [output.OutputKey, output.OutputValue!]));
}

test('a whole network of the CDK has the ids and attributes that it has on AWS', async () => {
  const outputs = await deploy(synthesize((stack) => {
    const vpc = new ec2.Vpc(stack, 'Network', { maxAzs: 2, natGateways: 1 });
    vpc.addFlowLog('FlowLog');
    vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
    const group = new ec2.SecurityGroup(stack, 'Inside', { vpc, allowAllOutbound: false });
    group.addIngressRule(new ec2.SecurityGroup(stack, 'Other', { vpc }), ec2.Port.tcp(80));
    return {
      Vpc: vpc.vpcId,
      Cidr: vpc.vpcCidrBlock,
      DefaultGroup: vpc.vpcDefaultSecurityGroup,
      Group: group.securityGroupId,
      Subnet: vpc.privateSubnets[1].subnetId,
      Zone: Fn.getAtt(stack.getLogicalId(vpc.publicSubnets[1].node.defaultChild as ec2.CfnSubnet), 'AvailabilityZone').toString(),
    };
  }));
  expect(outputs).toEqual({
    Vpc: expect.stringMatching(/^vpc-[0-9a-f]{17}$/),
    Cidr: '10.0.0.0/16',
    DefaultGroup: expect.stringMatching(/^sg-[0-9a-f]{17}$/),
    Group: expect.stringMatching(/^sg-[0-9a-f]{17}$/),
    Subnet: expect.stringMatching(/^subnet-[0-9a-f]{17}$/),
    Zone: 'eu-west-1b',
  });
  const report = await (await fetch(`${platform.endpoint.url()}/_local/resources`)).json() as { rehearsed: string[]; recorded: string[] };
  expect(report.rehearsed).toEqual(['AWS::Logs::LogGroup']);
  expect(report.recorded).toEqual([
    'AWS::EC2::EIP', 'AWS::EC2::FlowLog', 'AWS::EC2::InternetGateway', 'AWS::EC2::NatGateway', 'AWS::EC2::Route', 'AWS::EC2::RouteTable',
    'AWS::EC2::SecurityGroup', 'AWS::EC2::SecurityGroupIngress', 'AWS::EC2::Subnet', 'AWS::EC2::SubnetRouteTableAssociation', 'AWS::EC2::VPC',
    'AWS::EC2::VPCEndpoint', 'AWS::EC2::VPCGatewayAttachment', 'AWS::IAM::Policy', 'AWS::IAM::Role',
  ]);
});

test('what stands around a service has the names and ARNs that it has on AWS', async () => {
  const outputs = await deploy(synthesize((stack) => {
    const topic = new sns.Topic(stack, 'Alarms', { topicName: 'alarms' });
    const role = new iam.Role(stack, 'Deployer', { assumedBy: new iam.AccountRootPrincipal() });
    return { Topic: topic.topicArn, Name: topic.topicName, Role: role.roleArn, Key: new kms.Key(stack, 'Encryption').keyArn };
  }));
  expect(outputs).toEqual({
    Topic: 'arn:aws:sns:eu-west-1:123456789012:alarms',
    Name: 'alarms',
    Role: expect.stringMatching(/^arn:aws:iam::123456789012:role\/Demo-Deployer[0-9A-Z]+-[A-Z0-9]{12}$/),
    Key: expect.stringMatching(/^arn:aws:kms:eu-west-1:123456789012:key\/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
  });
});

test('keeps made up attributes over an update, and reads those of properties anew', async () => {
  const template = (properties: object) => JSON.stringify({
    Resources: { Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16', ...properties } } },
    Outputs: { Group: { Value: { 'Fn::GetAtt': ['Vpc', 'DefaultSecurityGroup'] } } },
  });
  const { Group } = await deploy(template({}));
  await client.send(new UpdateStackCommand({ StackName: 'Demo', TemplateBody: template({ EnableDnsSupport: true }) }));
  const stack = await settled(client, 'Demo');
  expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
  expect(stack.Outputs![0].OutputValue).toBe(Group);
  await client.send(new DeleteStackCommand({ StackName: 'Demo' }));
  expect((await settled(client, stack.StackId!)).StackStatus).toBe('DELETE_COMPLETE');
});

test('an attribute that is not recorded fails by type and name', async () => {
  const Resources = {
    Role: { Type: 'AWS::IAM::Role', Properties: {} },
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: { 'Fn::GetAtt': ['Role', 'Color'] } } },
  };
  await client.send(new CreateStackCommand({ StackName: 'Demo', TemplateBody: JSON.stringify({ Resources }) }));
  await settled(client, 'Demo');
  expect(await eventLines(client, 'Demo')).toContain(
    'Topic CREATE_FAILED: the resource Role of type AWS::IAM::Role has no attribute "Color" on the local AWS; it has Arn, RoleId');
});
