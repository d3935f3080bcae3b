import { App, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { IpAddresses, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Cluster, Secret } from 'aws-cdk-lib/aws-ecs';
import { ApplicationListener, ApplicationLoadBalancer, ListenerCondition } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { FargateBlueGreenService, type FargateBlueGreenServiceProps } from '../src';
import { besideTheNetwork, ENV, IMAGE, newService, newStack, templateOf } from './support/stacks';

const certificateOf = (stack: Stack) => Certificate.fromCertificateArn(stack, 'Certificate', 'arn:aws:acm:us-east-1:123456789012:certificate/1');
const second = (first: FargateBlueGreenService) => ({
  image: IMAGE,
  vpc: first.vpc,
  cluster: first.cluster,
  loadBalancer: first.loadBalancer,
  listener: first.listener,
  testListener: first.testListener,
  conditions: [ListenerCondition.pathPatterns(['/v2/*'])],
  priority: 20,
});

describe('a minimal service', () => {
  const template = templateOf(newService());

  test('makes at most 36 resources beside the network', () => {
    expect(besideTheNetwork(template).length).toBeLessThanOrEqual(36);
  });

  test('has a VPC of 10.0.0.0/16 with public and private subnets in 3 Availability Zones', () => {
    template.hasResourceProperties('AWS::EC2::VPC', { CidrBlock: '10.0.0.0/16' });
    template.resourceCountIs('AWS::EC2::Subnet', 6);
  });

  test('opens the load balancer on port 80 alone, and the test listener to nobody', () => {
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupIngress: [Match.objectLike({ CidrIp: '0.0.0.0/0', FromPort: 80, ToPort: 80 })],
    });
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      FromPort: 8000, ToPort: 8000, SourceSecurityGroupId: Match.anyValue(), CidrIp: Match.absent(),
    });
  });

  test('has listeners that never forward by themselves', () => {
    const listeners = Object.values(template.findResources('AWS::ElasticLoadBalancingV2::Listener'));
    expect(listeners.map((listener) => [listener.Properties.Port, listener.Properties.DefaultActions[0].Type])).toEqual([
      [80, 'fixed-response'], [8080, 'fixed-response'],
    ]);
    template.resourceCountIs('AWS::ElasticLoadBalancingV2::ListenerRule', 0);
    template.resourceCountIs('AWS::ECS::Service', 0);
  });

  test('has a production and a test route that lead to the twin target groups', () => {
    template.resourceCountIs('Custom::BlueGreenRoute', 2);
    template.allResourcesProperties('Custom::BlueGreenRoute', {
      Priority: 50000,
      Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/*'] } }],
    });
  });

  test('keeps the revisions that a rollback needs', () => {
    template.hasResource('AWS::ECS::TaskDefinition', { UpdateReplacePolicy: 'Retain', DeletionPolicy: 'RetainExceptOnCreate' });
  });

  test('creates the service after its routes, its cluster, its roles\' policies and its way out', () => {
    const [service] = Object.values(template.findResources('Custom::BlueGreenService'));
    const dependsOn = service.DependsOn as string[];
    const needed = ['ProductionRoute', 'TestRoute', 'ApiWorkloadCluster', 'ExecutionRoleDefaultPolicy', 'DefaultRoute', 'FargateBlueGreenPermissions'];
    expect(needed.filter((part) => !dependsOn.some((id) => id.includes(part)))).toEqual([]);
  });

  test('starts the trigger after the group, the alarms and the routes', () => {
    const [trigger] = Object.values(template.findResources('Custom::BlueGreenDeployment'));
    const dependsOn = trigger.DependsOn as string[];
    for (const part of ['DeploymentGroup', 'AlarmsErrors', 'AlarmsUnhealthyHosts', 'DeploymentProductionRoute', 'DeploymentTestRoute']) {
      expect(dependsOn.some((id) => id.includes(part))).toBe(true);
    }
  });

  test('gives a user the outputs of what they need next', () => {
    const outputs = Object.keys(template.toJSON().Outputs).map((name) => name.replace(/^Api|[0-9A-F]{8}$/g, '')).sort();
    expect(outputs).toEqual(['ApplicationName', 'DeploymentGroupName', 'RepositoryUri', 'ServiceName', 'TestUrl', 'Url']);
  });

  test('has alarms that see both target groups', () => {
    for (const alarm of Object.values(template.findResources('AWS::CloudWatch::Alarm'))) {
      const groups = alarm.Properties.Metrics.flatMap((metric: any) => metric.MetricStat?.Metric.Dimensions ?? [])
        .filter((dimension: any) => dimension.Name === 'TargetGroup').map((dimension: any) => JSON.stringify(dimension.Value));
      expect(new Set(groups).size).toBe(2);
    }
  });

  test('names its resources in every permission, but for what AWS cannot scope', () => {
    const everything = ['AWS::IAM::Policy', 'AWS::IAM::Role'].flatMap((type) => Object.values(template.findResources(type)))
      .map((resource) => resource.Properties)
      .flatMap((properties) => [properties.PolicyDocument, ...(properties.Policies ?? []).map((inline: any) => inline.PolicyDocument)])
      .filter(Boolean).flatMap((document) => document.Statement)
      .filter((statement) => [statement.Resource].flat().includes('*'))
      .flatMap((statement) => statement.Action).sort();
    expect(everything).toEqual([
      'cloudwatch:DescribeAlarms', 'ecs:ListTasks', 'elasticloadbalancing:DescribeListeners', 'elasticloadbalancing:DescribeRules',
      'elasticloadbalancing:DescribeRules', 'elasticloadbalancing:DescribeTags', 'elasticloadbalancing:DescribeTargetGroups',
      'ssmmessages:CreateControlChannel', 'ssmmessages:CreateDataChannel', 'ssmmessages:OpenControlChannel', 'ssmmessages:OpenDataChannel',
    ]);
  });
});

describe('a second service in the same stack', () => {
  test('makes at most 22 more resources on the first one\'s network, cluster and load balancer', () => {
    const first = newService();
    const alone = besideTheNetwork(templateOf(newService())).length;
    new FargateBlueGreenService(Stack.of(first), 'Second', second(first));
    expect(besideTheNetwork(templateOf(first)).length - alone).toBeLessThanOrEqual(22);
  });

  test('shares the deployment function, and is deployed by the launch type that any cluster has', () => {
    const first = newService();
    new FargateBlueGreenService(Stack.of(first), 'Second', second(first));
    const template = templateOf(first);
    template.resourceCountIs('AWS::Lambda::Function', 1);
    const specs = Object.values(template.findResources('Custom::BlueGreenService')).map((service) => JSON.stringify(service.Properties.Spec));
    expect(specs.filter((spec) => spec.includes('CapacityProviderStrategy'))).toHaveLength(1);
  });

  test('is reached at the first one\'s address', () => {
    const first = newService();
    const other = new FargateBlueGreenService(Stack.of(first), 'Second', second(first));
    expect(Stack.of(first).resolve([other.url, other.testUrl])).toEqual(Stack.of(first).resolve([first.url, first.testUrl]));
  });

  test('lives in another stack without a cycle', () => {
    const app = new App();
    const first = newService({}, new Stack(app, 'First', { env: ENV }));
    const other = new Stack(app, 'Other', { env: ENV });
    new FargateBlueGreenService(other, 'Second', second(first));
    Template.fromStack(other).resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
    expect(Stack.of(first).dependencies).toEqual([]);
  });
});

describe('a load balancer whose test route is on a new listener', () => {
  const without = (first: FargateBlueGreenService) => ({ ...second(first), testListener: undefined, testPort: 8081 });

  test('is served from the same stack', () => {
    const first = newService();
    const other = new FargateBlueGreenService(Stack.of(first), 'Second', without(first));
    templateOf(first).hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', { Port: 8081 });
    expect(other.testUrl).toMatch(/:8081$/);
  });

  test('is served from another stack, in which the listener then is', () => {
    const app = new App();
    const first = newService({}, new Stack(app, 'First', { env: ENV }));
    const other = new Stack(app, 'Other', { env: ENV });
    new FargateBlueGreenService(other, 'Second', without(first));
    Template.fromStack(other).hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', { Port: 8081 });
    templateOf(first).resourceCountIs('AWS::ElasticLoadBalancingV2::Listener', 2);
  });
});

describe('what a user brings', () => {
  test('in roles gets its policies before the tasks start', () => {
    const stack = newStack();
    const executionRole = new Role(stack, 'Mine', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
    const template = templateOf(newService({ executionRole }, stack));
    const [service] = Object.values(template.findResources('Custom::BlueGreenService'));
    expect((service.DependsOn as string[]).filter((id) => id.startsWith('MineDefaultPolicy'))).toHaveLength(1);
  });

  test('as a load balancer says which VPC it is', () => {
    const first = newService();
    const { loadBalancer, listener, testListener, conditions, priority } = second(first);
    new FargateBlueGreenService(Stack.of(first), 'Second', { image: IMAGE, loadBalancer, listener, testListener, conditions, priority });
    templateOf(first).resourceCountIs('AWS::EC2::VPC', 1);
  });

  test('as a tag of an image that the new repository cannot have yet is warned of', () => {
    const stack = newStack();
    newService({ imageTag: 'v1' }, stack);
    Annotations.fromStack(stack).hasWarning('/Stack/Api', Match.stringLikeRegexp(
      'the repository that this stack makes is empty when the service first starts, and v1 cannot be pulled: '
      + 'create the stack with image, or bring a repository that has the tag',
    ));
  });

  test('is used instead of new resources', () => {
    const stack = newStack();
    const vpc = new Vpc(stack, 'Vpc', { ipAddresses: IpAddresses.cidr('10.9.0.0/16') });
    const service = newService({
      vpc,
      cluster: new Cluster(stack, 'Cluster', { vpc }),
      repository: Repository.fromRepositoryName(stack, 'Repository', 'mine'),
      imageTag: 'v7',
      logGroup: new LogGroup(stack, 'Logs', { removalPolicy: RemovalPolicy.DESTROY }),
      securityGroups: [new SecurityGroup(stack, 'Mine', { vpc })],
      taskSubnets: { subnetType: SubnetType.PUBLIC },
      assignPublicIp: true,
    }, stack);
    const template = templateOf(service);
    template.resourceCountIs('AWS::EC2::VPC', 1);
    template.resourceCountIs('AWS::ECS::Cluster', 1);
    template.resourceCountIs('AWS::ECR::Repository', 0);
    template.resourceCountIs('AWS::EC2::SecurityGroup', 2);
    template.resourceCountIs('AWS::Logs::LogGroup', 2);
    expect(JSON.stringify(template.findResources('AWS::ECS::TaskDefinition'))).toContain('mine:v7');
    const [{ Properties }] = Object.values(template.findResources('Custom::BlueGreenService'));
    expect(JSON.stringify(Properties.Spec)).toContain('\\"AssignPublicIp\\":\\"ENABLED\\"');
  });

  test('can be an imported load balancer with its listeners', () => {
    const stack = newStack();
    const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-1', availabilityZones: ['us-east-1a'], privateSubnetIds: ['subnet-1'], publicSubnetIds: ['subnet-2'],
    });
    const listener = (id: string) => ApplicationListener.fromApplicationListenerAttributes(stack, id, {
      listenerArn: `arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/lb/1/${id}`,
      securityGroup: SecurityGroup.fromSecurityGroupId(stack, `${id}Group`, 'sg-1'),
    });
    const service = newService({
      vpc,
      loadBalancer: ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(stack, 'LoadBalancer', {
        loadBalancerArn: 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/lb/1',
        loadBalancerDnsName: 'lb.example.com',
        securityGroupId: 'sg-1',
        vpc,
      }),
      listener: listener('Production'),
      testListener: listener('Test'),
      conditions: [ListenerCondition.hostHeaders(['api.example.com'])],
      priority: 7,
    }, stack);
    const template = templateOf(service);
    template.resourceCountIs('AWS::ElasticLoadBalancingV2::LoadBalancer', 0);
    template.allResourcesProperties('Custom::BlueGreenRoute', {
      Priority: 7, Conditions: [{ Field: 'host-header', HostHeaderConfig: { Values: ['api.example.com'] } }],
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Action: Match.arrayWith(['elasticloadbalancing:ModifyRule']),
          Resource: ['arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/lb/1/Production/*',
            'arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/lb/1/Test/*'],
        })]),
      },
    });
    expect(service.url).toBe('http://lb.example.com');
    expect(service.testUrl).toBeUndefined();
  });
});

describe('with a certificate', () => {
  test('users are served over HTTPS, and HTTP redirects there', () => {
    const stack = newStack();
    const template = templateOf(newService({ certificate: certificateOf(stack) }, stack));
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 80, DefaultActions: [{ Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } }],
    });
    for (const Port of [443, 8080]) {
      template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', { Port, Protocol: 'HTTPS', Certificates: Match.anyValue() });
    }
  });
});

describe('ECS Exec', () => {
  const channels = { PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: Match.arrayWith(['ssmmessages:OpenDataChannel']) })]) } };

  test('comes with the permissions that it needs', () => {
    const template = templateOf(newService({ executeCommand: true }));
    template.hasResourceProperties('Custom::BlueGreenService', { ExecuteCommand: true });
    template.hasResourceProperties('AWS::IAM::Policy', channels);
  });

  test('leaves the task role without permissions where it is off', () => {
    const template = templateOf(newService({ executeCommand: false }));
    template.hasResourceProperties('Custom::BlueGreenService', { ExecuteCommand: false });
    template.resourcePropertiesCountIs('AWS::IAM::Policy', channels, 0);
  });
});

describe('a certificate that is added', () => {
  const listeners = (props: FargateBlueGreenServiceProps, stack: Stack) => Object.entries(
    templateOf(newService(props, stack)).findResources('AWS::ElasticLoadBalancingV2::Listener'),
  ).map(([id, { Properties }]) => [id.replace(/[0-9A-F]{8}$/, ''), Properties.Port]);

  test('never puts two listeners on one port on the way', () => {
    const stack = newStack();
    expect(listeners({}, newStack())).toEqual([['ApiTrafficHttp', 80], ['ApiTrafficTest', 8080]]);
    expect(listeners({ certificate: certificateOf(stack) }, stack)).toEqual([['ApiTrafficHttp', 80], ['ApiTrafficHttps', 443], ['ApiTrafficTest', 8080]]);
  });
});

describe('the test route', () => {
  test('is open to the named ranges and to nobody else', () => {
    templateOf(newService({ testCidrs: ['203.0.113.0/24'] })).hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupIngress: [
        Match.objectLike({ CidrIp: '0.0.0.0/0', FromPort: 80 }),
        Match.objectLike({ CidrIp: '203.0.113.0/24', FromPort: 8080, ToPort: 8080 }),
      ],
    });
  });
});

describe('secrets', () => {
  test('are readable by the execution role alone, each by name', () => {
    const stack = newStack();
    const parameter = StringParameter.fromSecureStringParameterAttributes(stack, 'Parameter', { parameterName: '/api/key' });
    const template = templateOf(newService({ secrets: { API_KEY: Secret.fromSsmParameter(parameter) } }, stack));
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Action: Match.arrayWith(['ssm:GetParameters']),
          Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ssm:us-east-1:123456789012:parameter/api/key']] },
        })]),
      },
    });
  });
});

describe('tags', () => {
  test('reach the service and the routes, which CloudFormation does not tag', () => {
    const service = newService();
    Tags.of(service).add('team', 'payments');
    const template = templateOf(service);
    template.allResourcesProperties('Custom::BlueGreenRoute', { Tags: [{ Key: 'team', Value: 'payments' }] });
    template.hasResourceProperties('Custom::BlueGreenService', { Tags: [{ Key: 'team', Value: 'payments' }] });
  });
});
