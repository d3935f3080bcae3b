import type { RecordedTypes } from '../recorded/recorded-type';

/** The network: tasks run on loopback whatever it looks like, so that only ids and attributes matter. */
export const NETWORK_TYPES: RecordedTypes = {
  'AWS::EC2::EIP': {
    id: '203.0.113.{number}',
    attributes: { AllocationId: 'eipalloc-{hex}', PublicIp: '{id}' },
    replacedBy: ['Domain', 'NetworkBorderGroup'],
  },
  'AWS::EC2::FlowLog': { id: 'fl-{hex}', attributes: { Id: '{id}' }, replacedBy: ['ResourceId', 'ResourceType', 'TrafficType', 'LogDestinationType'] },
  'AWS::EC2::InternetGateway': { id: 'igw-{hex}', attributes: { InternetGatewayId: '{id}' } },
  'AWS::EC2::NatGateway': { id: 'nat-{hex}', attributes: { NatGatewayId: '{id}' }, replacedBy: ['AllocationId', 'SubnetId', 'ConnectivityType'] },
  'AWS::EC2::Route': {
    id: '{RouteTableId}|{DestinationCidrBlock|hex}',
    attributes: { CidrBlock: '=DestinationCidrBlock' },
    replacedBy: ['RouteTableId', 'DestinationCidrBlock', 'DestinationIpv6CidrBlock'],
  },
  'AWS::EC2::RouteTable': { id: 'rtb-{hex}', attributes: { RouteTableId: '{id}' }, replacedBy: ['VpcId'] },
  'AWS::EC2::SecurityGroup': {
    id: 'sg-{hex}',
    attributes: { GroupId: '{id}', Id: '{id}', VpcId: '=VpcId' },
    replacedBy: ['GroupName', 'GroupDescription', 'VpcId'],
  },
  'AWS::EC2::SecurityGroupEgress': {
    id: 'sgr-{hex}',
    attributes: { Id: '{id}' },
    replacedBy: ['GroupId', 'IpProtocol', 'CidrIp', 'CidrIpv6', 'DestinationSecurityGroupId', 'DestinationPrefixListId', 'FromPort', 'ToPort'],
  },
  'AWS::EC2::SecurityGroupIngress': {
    id: 'sgr-{hex}',
    attributes: { Id: '{id}' },
    replacedBy: ['GroupId', 'IpProtocol', 'CidrIp', 'CidrIpv6', 'SourceSecurityGroupId', 'SourcePrefixListId', 'FromPort', 'ToPort'],
  },
  'AWS::EC2::Subnet': {
    id: 'subnet-{hex}',
    attributes: {
      AvailabilityZone: '=AvailabilityZone',
      CidrBlock: '=CidrBlock',
      NetworkAclAssociationId: 'aclassoc-{hex}',
      SubnetId: '{id}',
      VpcId: '=VpcId',
    },
    replacedBy: ['AvailabilityZone', 'CidrBlock', 'VpcId'],
  },
  'AWS::EC2::SubnetRouteTableAssociation': { id: 'rtbassoc-{hex}', attributes: { Id: '{id}' }, replacedBy: ['RouteTableId', 'SubnetId'] },
  'AWS::EC2::VPC': {
    id: 'vpc-{hex}',
    attributes: {
      CidrBlock: '=CidrBlock',
      DefaultNetworkAcl: 'acl-{hex}',
      DefaultSecurityGroup: 'sg-{hex}',
      VpcId: '{id}',
    },
    replacedBy: ['CidrBlock', 'InstanceTenancy'],
  },
  'AWS::EC2::VPCEndpoint': {
    id: 'vpce-{hex}',
    attributes: { Id: '{id}' },
    replacedBy: ['ServiceName', 'VpcEndpointType', 'VpcId'],
  },
  'AWS::EC2::VPCGatewayAttachment': { id: 'IGW|{VpcId}', replacedBy: ['VpcId', 'InternetGatewayId'] },
};
