import { App, Stack, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { FargateBlueGreenService, type FargateBlueGreenServiceProps } from '../../src';

export const ENV = { account: '123456789012', region: 'us-east-1' };
export const IMAGE = ContainerImage.fromRegistry('public.ecr.aws/example/api:v1');

export function newStack(id = 'Stack', props: StackProps = { env: ENV }): Stack {
  return new Stack(new App(), id, props);
}

export function newService(props: FargateBlueGreenServiceProps = {}, scope: Stack = newStack()): FargateBlueGreenService {
  const image = props.imageTag === undefined ? IMAGE : undefined;
  return new FargateBlueGreenService(scope, 'Api', { image, ...props });
}

export function templateOf(service: FargateBlueGreenService): Template {
  return Template.fromStack(Stack.of(service));
}

const NETWORK = ['VPC', 'Subnet', 'RouteTable', 'SubnetRouteTableAssociation', 'Route', 'InternetGateway', 'VPCGatewayAttachment', 'EIP', 'NatGateway']
  .map((type) => `AWS::EC2::${type}`);

/** The resources of a template that are not the VPC's. */
export function besideTheNetwork(template: Template): string[] {
  const resources = template.toJSON().Resources as Record<string, { Type: string }>;
  return Object.values(resources).map(({ Type }) => Type).filter((type) => !NETWORK.includes(type));
}
