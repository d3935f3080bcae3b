import { Duration, Stack, Token } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { ListenerCondition } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { DeploymentEngine, FargateBlueGreenService, ServicePreset, TrafficShift, type FargateBlueGreenServiceProps } from '../src';
import { IMAGE, newService, newStack } from './support/stacks';

describe('sizes that Fargate does not have', () => {
  test.each<[FargateBlueGreenServiceProps, string]>([
    [{ cpu: 300 }, 'cpu: got 300, Fargate has 256, 512, 1024, 2048, 4096, 8192, 16384 CPU units; choose one of them'],
    [{ cpu: 256, memoryLimitMiB: 4096 }, 'memoryLimitMiB: got 4096, with 256 CPU units Fargate has 512, 1024, 2048 MiB; choose at most 2048 or more CPU units'],
    [{ cpu: 1024, memoryLimitMiB: 512 }, 'memoryLimitMiB: got 512, with 1024 CPU units Fargate has 2048 to 8192 in steps of 1024 MiB; choose 2048'],
    [{ cpu: 8192, memoryLimitMiB: 17000 }, 'memoryLimitMiB: got 17000, with 8192 CPU units Fargate has 16384 to 61440 in steps of 4096 MiB; choose 20480'],
  ])('%j is refused', (props, sentence) => {
    expect(() => newService(props)).toThrow(new Error(sentence));
  });
});

describe('numbers out of range', () => {
  test.each<[FargateBlueGreenServiceProps, string]>([
    [{ containerPort: 0 }, 'containerPort: got 0, allowed are whole numbers from 1 to 65535; choose the port on which the container listens'],
    [{ containerPort: 80.5 }, 'containerPort: got 80.5, allowed are whole numbers from 1 to 65535; choose the port on which the container listens'],
    [{ testPort: 70000 }, 'testPort: got 70000, allowed are whole numbers from 1 to 65535; choose a port of the load balancer that no other listener has'],
    [{ testPort: 80 }, "testPort: got 80, the test route needs a port of its own beside the production listener's; leave it out for 8080"],
    [{ minTasks: 0 }, 'minTasks: got 0, allowed are whole numbers from 1 to 5000; a deployment of no task would prove nothing'],
    [{ maxTasks: 5001 }, 'maxTasks: got 5001, allowed are whole numbers from 1 to 5000; ECS runs at most 5000 tasks in a service'],
    [{ minTasks: 3, maxTasks: 2 }, 'minTasks: got 3 with maxTasks 2, minTasks is at most maxTasks; raise maxTasks as well'],
    [{ minTasks: 3 }, 'minTasks: got 3 with maxTasks 1, minTasks is at most maxTasks; raise maxTasks as well'],
    [{ cpuTarget: 101 }, 'cpuTarget: got 101, allowed are whole numbers from 1 to 100; it is a percentage of the CPU units of the task'],
    [{ natGateways: 0 }, 'natGateways: got 0, allowed are whole numbers from 1 to 3; tasks in private subnets pull their image through a NAT gateway; bring a vpc with VPC endpoints to do without'],
    [{ priority: 50001 }, 'priority: got 50001, allowed are whole numbers from 1 to 50000; a lower number is asked first'],
    [{ errorsPerMinute: 0 }, 'errorsPerMinute: got 0, allowed are whole numbers from 1 to 1000000; to deploy without this alarm use a preset with alarmsRollBack: false'],
  ])('%j is refused', (props, sentence) => {
    expect(() => newService(props)).toThrow(new Error(sentence));
  });

  test('a preset is held to the same as a prop', () => {
    expect(() => newService({ preset: ServicePreset.dev().with({ natGateways: 0 }) })).toThrow(/^natGateways: got 0, /);
    expect(() => newService({ preset: ServicePreset.dev().with({ cpuTarget: 500 }) })).toThrow(/^cpuTarget: got 500, /);
    expect(() => newService({ preset: ServicePreset.dev().with({ releasesKept: 0 }) })).toThrow(
      new Error('releasesKept: got 0, allowed are whole numbers from 1 to 1000; the release that runs is one of them'),
    );
  });

  test('a number that is known only at deploy time passes', () => {
    expect(() => newService({ containerPort: Token.asNumber({ Ref: 'Port' }) })).not.toThrow();
  });
});

describe('shifts and bakes', () => {
  test.each<[string, () => unknown, string]>([
    ['a canary of 0 %', () => TrafficShift.canary({ percent: 0, bake: Duration.minutes(5) }),
      'trafficShift.percent: got 0, allowed are whole numbers from 1 to 99; to move all traffic in one step use TrafficShift.allAtOnce()'],
    ['linear steps of 100 %', () => TrafficShift.linear({ percent: 100, every: Duration.minutes(5) }),
      'trafficShift.percent: got 100, allowed are whole numbers from 1 to 99; to move all traffic in one step use TrafficShift.allAtOnce()'],
    ['a canary without a bake', () => TrafficShift.canary({ percent: 10, bake: Duration.minutes(0) }),
      'trafficShift.bake: got 0 minutes, allowed are whole minutes from 1 to 2880; to move all traffic in one step use TrafficShift.allAtOnce()'],
    ['half a minute', () => TrafficShift.linear({ percent: 10, every: Duration.seconds(30) }),
      'trafficShift.every: got 0.5 minutes, allowed are whole minutes from 1 to 2880; to move all traffic in one step use TrafficShift.allAtOnce()'],
    ['a shift that CloudFormation cannot await',
      () => newService({ preset: ServicePreset.dev().with({ trafficShift: TrafficShift.linear({ percent: 10, every: Duration.minutes(10) }) }) }),
      'trafficShift: got a shift of 90 minutes, a stack update awaits shifts of up to 30 minutes, since CloudFormation gives it an hour in all; '
      + 'shift in larger or quicker steps, and keep blue for longer with keepBlue'],
    ['blue kept for three days by the preset', () => newService({ preset: ServicePreset.dev().with({ keepBlue: Duration.days(3) }) }),
      'keepBlue: got 4320 minutes, CodeDeploy keeps blue for whole minutes from 0 to 2880; '
      + 'to go back to an older version after that, deploy its image again'],
    ['blue kept for three days', () => newService({ deployment: DeploymentEngine.codeDeploy({ keepBlue: Duration.days(3) }) }),
      'keepBlue: got 4320 minutes, CodeDeploy keeps blue for whole minutes from 0 to 2880; to go back to an older version after that, deploy its image again'],
  ])('%s is refused', (_name, make, sentence) => {
    expect(make).toThrow(new Error(sentence));
  });

  test.each(['0.0.0.0', '10.0.0.0/33', '300.0.0.0/8', 'me'])('a test range of %s is refused', (cidr) => {
    expect(() => newService({ testCidrs: ['10.0.0.0/8', cidr] })).toThrow(
      new Error(`testCidrs[1]: got '${cidr}', allowed are IPv4 ranges such as '203.0.113.0/24'; for a single address append /32`),
    );
  });
});

describe('the image', () => {
  test('is refused when nothing says what runs', () => {
    expect(() => new FargateBlueGreenService(newStack(), 'Api', {})).toThrow(new Error(
      "image: got nothing, and no imageTag, one of the two says what runs; pass image: ContainerImage.fromAsset('…'), or imageTag: 'v1.0.0' for an image in the repository",
    ));
  });

  test('is refused when it is named twice', () => {
    expect(() => new FargateBlueGreenService(newStack(), 'Api', { image: ContainerImage.fromRegistry('x'), imageTag: 'v1' })).toThrow(new Error(
      "imageTag: got 'v1' beside image, one of the two says what runs; leave out one of them",
    ));
  });
});

describe('a listener that others share', () => {
  const first = newService();
  const make = (id: string, props: FargateBlueGreenServiceProps) => () => (
    new FargateBlueGreenService(Stack.of(first), id, { image: IMAGE, ...props })
  );
  const { vpc, cluster, loadBalancer, listener, testListener } = first;

  test('needs its load balancer', () => {
    expect(make('A', { vpc, listener })).toThrow(new Error(
      'listener: got a listener without its loadBalancer, a brought listener comes with the load balancer that it belongs to; '
      + 'pass loadBalancer as well: its security groups, metrics and address are needed',
    ));
  });

  test('needs a port for the test route', () => {
    expect(make('B', { vpc, loadBalancer, listener })).toThrow(new Error(
      'testPort: got nothing beside a brought listener, the test route needs a listener of its own on that load balancer; pass testListener, or the port for a new one',
    ));
  });

  test('needs conditions and a priority', () => {
    expect(make('C', { vpc, cluster, loadBalancer, listener, testListener })).toThrow(new Error(
      'listener: got a listener with no conditions beside it, a service on a listener that others share needs both conditions and priority; '
      + "say which requests are its own, such as conditions: [ListenerCondition.pathPatterns(['/v2/*'])], priority: 20",
    ));
    expect(make('D', { vpc, cluster, loadBalancer, listener, testListener, conditions: [ListenerCondition.pathPatterns(['/d'])] })).toThrow(new Error(
      'listener: got a listener with no priority beside it, a service on a listener that others share needs both conditions and priority; '
      + "say which requests are its own, such as conditions: [ListenerCondition.pathPatterns(['/v2/*'])], priority: 20",
    ));
  });
});

describe('what would be ignored', () => {
  const first = newService();
  const { vpc, cluster, loadBalancer, listener, testListener } = first;
  const shared = { image: IMAGE, vpc, cluster, loadBalancer, listener, testListener, conditions: [ListenerCondition.pathPatterns(['/a'])], priority: 1 };
  let id = 0;
  const make = (props: FargateBlueGreenServiceProps) => () => new FargateBlueGreenService(Stack.of(first), `Ignored${id++}`, { ...shared, ...props });

  test.each<[FargateBlueGreenServiceProps, string]>([
    [{ natGateways: 1 }, "natGateways: got a value beside vpc, it says nothing about a vpc that is brought; leave it out: they are the VPC's own"],
    [{ testCidrs: ['10.0.0.0/8'] }, 'testCidrs: got a value beside testListener, it says nothing about a testListener that is brought; '
      + 'leave it out: let testers in where that listener is made'],
    [{ testPort: 9000 }, 'testPort: got a value beside testListener, it says nothing about a testListener that is brought; '
      + 'leave it out: that listener has its port'],
  ])('%j is refused', (props, sentence) => {
    expect(make(props)).toThrow(new Error(sentence));
  });

  test('a certificate for listeners that have theirs is refused', () => {
    const certificate = Certificate.fromCertificateArn(Stack.of(first), 'Certificate', 'arn:aws:acm:us-east-1:123456789012:certificate/1');
    expect(make({ certificate })).toThrow(new Error(
      'certificate: got a value beside listener and testListener, it is for listeners that the library makes; leave it out: the listeners have theirs',
    ));
  });

  test('one listener for both routes is refused', () => {
    expect(make({ testListener: listener })).toThrow(new Error(
      "testListener: got the listener of the production route, the two routes need a listener each, or testers' requests would be users'; "
      + 'pass another listener, or leave it out and give testPort',
    ));
  });

  test('public subnets without a public address are refused', () => {
    expect(() => newService({ taskSubnets: { subnetType: SubnetType.PUBLIC } })).toThrow(new Error(
      'taskSubnets: got public subnets without assignPublicIp, a task in a public subnet reaches its image by a public IP address alone; '
      + 'pass assignPublicIp: true, or private subnets with egress',
    ));
  });
});

describe('what ECS does not have under the CODE_DEPLOY controller', () => {
  const sentences: Record<string, string> = {
    circuitBreaker: 'there is no deployment circuit breaker under the CODE_DEPLOY controller; leave it out: CodeDeploy rolls failed deployments back',
    deploymentAlarms: 'there is no alarm configuration of ECS under the CODE_DEPLOY controller; pass rollbackAlarms',
    serviceConnectConfiguration:
      'there is no Service Connect under the CODE_DEPLOY controller; leave it out, and reach other services through a load balancer',
    minHealthyPercent: 'there is no rolling update under the CODE_DEPLOY controller; leave it out: green starts beside all of blue',
    maxHealthyPercent: 'there is no rolling update under the CODE_DEPLOY controller; leave it out: green starts beside all of blue',
    deploymentController: 'there is no other controller under the CODE_DEPLOY controller; leave it out: choose with deployment',
    deploymentStrategy:
      'there is no deployment strategy under the CODE_DEPLOY controller; pass a trafficShift to DeploymentEngine.codeDeploy()',
    cloudMapOptions: 'there is no service discovery that follows a traffic shift under the CODE_DEPLOY controller; '
      + 'leave it out, and reach the service through its load balancer',
  };

  test.each(Object.entries(sentences))('%s is refused by name', (prop, sentence) => {
    expect(() => newService({ [prop]: {} } as FargateBlueGreenServiceProps)).toThrow(new Error(`${prop}: got a value, ${sentence}`));
  });

  test('a capacity provider of instances is refused', () => {
    expect(() => newService({ capacityProviderStrategies: [{ capacityProvider: 'my-instances' }] })).toThrow(new Error(
      "capacityProviderStrategies: got 'my-instances', tasks on Fargate run on FARGATE or FARGATE_SPOT; name one of these",
    ));
  });

  test('capacity without any weight is refused', () => {
    expect(() => newService({ capacityProviderStrategies: [{ capacityProvider: 'FARGATE_SPOT', weight: 0 }] })).toThrow(new Error(
      'capacityProviderStrategies: got weight 0 for each, at least one capacity provider needs a weight of 1 or more, or no task can be placed; '
      + 'leave weight out for 1',
    ));
  });
});

describe('access logs', () => {
  test('are refused in a stack without a region', () => {
    expect(() => newService({ preset: ServicePreset.prod() }, newStack('Agnostic', {}))).toThrow(new Error(
      'preset.accessLogs: got true in a stack without a region, access logs need a region that is known at synth, since the account that writes them depends on it; '
      + "give the stack `env: { region: '…' }`, or leave them out with ServicePreset.prod().with({ accessLogs: false })",
    ));
  });
});
