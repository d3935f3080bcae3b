import { Duration, Token } from 'aws-cdk-lib';
import type { CapacityProviderStrategy } from 'aws-cdk-lib/aws-ecs';
import { ServicePreset, type ServicePresetValues } from './service-preset';
import { DeploymentEngine } from '../deployment/deployment-engine';
import type { FargateBlueGreenServiceProps } from '../fargate-blue-green-service-props';
import { refuse, validateIpv4Cidr, validateRange } from '../validation';

type PresetValues = Required<Omit<ServicePresetValues, 'natGateways' | 'cpuTarget'>> & Pick<ServicePresetValues, 'natGateways' | 'cpuTarget'>;

/** The props with every default settled: a prop beats the preset, the preset beats the library's default. */
export type Settings = FargateBlueGreenServiceProps & PresetValues & {
  readonly containerName: string;
  readonly containerPort: number;
  readonly testPort: number;
  readonly testCidrs: string[];
  readonly assignPublicIp: boolean;
  readonly scales: boolean;
  readonly cpuTarget: number;
  readonly deployment: DeploymentEngine;
  readonly healthCheckGracePeriod: Duration;
  readonly errorsPerMinute: number;
  readonly capacityProviderStrategies: CapacityProviderStrategy[];
};

const DEFAULT_TEST_PORT = 8080;
const DEFAULT_CPU_TARGET = 70;
const PORTS = { min: 1, max: 65535, instead: 'choose the port on which the container listens' };

export function resolveSettings(props: FargateBlueGreenServiceProps): Settings {
  const preset = (props.preset ?? ServicePreset.dev()).values as PresetValues;
  const given = Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined)) as FargateBlueGreenServiceProps;
  const settings = { ...preset, ...given };
  const deployment = props.deployment ?? DeploymentEngine.codeDeploy();
  deployment._validate(props);
  validateNumbers(settings);
  validateTasks(settings);
  validateTestPort(props);
  validateListeners(props);
  validateBrought(props);
  return {
    ...settings,
    containerName: props.containerName ?? 'api',
    containerPort: props.containerPort ?? 8000,
    testPort: props.testPort ?? DEFAULT_TEST_PORT,
    testCidrs: props.testCidrs ?? [],
    assignPublicIp: props.assignPublicIp ?? false,
    scales: settings.maxTasks !== settings.minTasks,
    cpuTarget: settings.cpuTarget ?? DEFAULT_CPU_TARGET,
    deployment,
    healthCheckGracePeriod: props.healthCheckGracePeriod ?? Duration.seconds(60),
    errorsPerMinute: props.errorsPerMinute ?? 5,
    capacityProviderStrategies: props.capacityProviderStrategies ?? defaultCapacity(props),
  };
}

/** A brought cluster may lack Fargate's capacity providers; the launch type works on any. */
function defaultCapacity(props: FargateBlueGreenServiceProps): CapacityProviderStrategy[] {
  return props.cluster ? [] : [{ capacityProvider: 'FARGATE', weight: 1 }];
}

function validateNumbers(props: FargateBlueGreenServiceProps & ServicePresetValues): void {
  validateRange('containerPort', props.containerPort, PORTS);
  validateRange('testPort', props.testPort, { ...PORTS, instead: 'choose a port of the load balancer that no other listener has' });
  validateRange('cpuTarget', props.cpuTarget, { min: 1, max: 100, instead: 'it is a percentage of the CPU units of the task' });
  validateRange('natGateways', props.natGateways, {
    min: 1, max: 3, instead: 'tasks in private subnets pull their image through a NAT gateway; bring a vpc with VPC endpoints to do without',
  });
  validateRange('errorsPerMinute', props.errorsPerMinute, {
    min: 1, max: 1_000_000, instead: 'to deploy without this alarm use a preset with alarmsRollBack: false',
  });
  validateRange('releasesKept', props.releasesKept, { min: 1, max: 1000, instead: 'the release that runs is one of them' });
  props.testCidrs?.forEach((cidr, i) => validateIpv4Cidr(`testCidrs[${i}]`, cidr));
}

function validateTestPort(props: FargateBlueGreenServiceProps): void {
  const tests = [props.certificate ? 443 : 80, ...(props.certificate ? [80] : [])];
  if (props.testPort !== undefined && !props.listener && tests.includes(props.testPort)) {
    refuse({
      prop: 'testPort',
      got: props.testPort,
      allowed: 'the test route needs a port of its own beside the production listener\'s',
      instead: `leave it out for ${DEFAULT_TEST_PORT}`,
    });
  }
}

function validateTasks(settings: { minTasks: number; maxTasks: number }): void {
  const { minTasks, maxTasks } = settings;
  validateRange('minTasks', minTasks, { min: 1, max: 5000, instead: 'a deployment of no task would prove nothing' });
  validateRange('maxTasks', maxTasks, { min: 1, max: 5000, instead: 'ECS runs at most 5000 tasks in a service' });
  if (!Token.isUnresolved(minTasks) && !Token.isUnresolved(maxTasks) && minTasks > maxTasks) {
    refuse({ prop: 'minTasks', got: `${minTasks} with maxTasks ${maxTasks}`, allowed: 'minTasks is at most maxTasks', instead: 'raise maxTasks as well' });
  }
}

function validateListeners(props: FargateBlueGreenServiceProps): void {
  if ((props.listener || props.testListener) && !props.loadBalancer) {
    refuse({
      prop: props.listener ? 'listener' : 'testListener',
      got: 'a listener without its loadBalancer',
      allowed: 'a brought listener comes with the load balancer that it belongs to',
      instead: 'pass loadBalancer as well: its security groups, metrics and address are needed',
    });
  }
  if (props.listener && !props.testListener && props.testPort === undefined) {
    refuse({
      prop: 'testPort',
      got: 'nothing beside a brought listener',
      allowed: 'the test route needs a listener of its own on that load balancer',
      instead: 'pass testListener, or the port for a new one',
    });
  }
  if (props.listener && props.testListener && props.listener.listenerArn === props.testListener.listenerArn) {
    refuse({
      prop: 'testListener',
      got: 'the listener of the production route',
      allowed: 'the two routes need a listener each, or testers\' requests would be users\'',
      instead: 'pass another listener, or leave it out and give testPort',
    });
  }
}

/** What would be ignored beside something brought is refused, so that nobody relies on it. */
function validateBrought(props: FargateBlueGreenServiceProps): void {
  const ignored: Array<[prop: keyof FargateBlueGreenServiceProps, beside: keyof FargateBlueGreenServiceProps, instead: string]> = [
    ['natGateways', 'vpc', 'they are the VPC\'s own'],
    ['testCidrs', 'testListener', 'let testers in where that listener is made'],
    ['testPort', 'testListener', 'that listener has its port'],
  ];
  for (const [prop, beside, instead] of ignored) {
    if (props[prop] !== undefined && props[beside] !== undefined) {
      refuse({ prop, got: `a value beside ${beside}`, allowed: `it says nothing about a ${beside} that is brought`, instead: `leave it out: ${instead}` });
    }
  }
  if (props.certificate && props.listener && props.testListener) {
    refuse({
      prop: 'certificate',
      got: 'a value beside listener and testListener',
      allowed: 'it is for listeners that the library makes',
      instead: 'leave it out: the listeners have theirs',
    });
  }
}
