import { refusals } from './refusals';
import { AwsError, type OperationInput } from '../core/api';
import type { World } from '../core/world';

export interface DeploymentConfiguration {
  readonly deploymentConfigId: string;
  readonly deploymentConfigName: string;
  readonly computePlatform: 'ECS';
  readonly createTime: Date;
  readonly trafficRoutingConfig: TrafficRouting;
}

export interface TrafficRouting {
  readonly type: 'AllAtOnce' | 'TimeBasedCanary' | 'TimeBasedLinear';
  readonly timeBasedCanary?: { readonly canaryPercentage: number; readonly canaryInterval: number };
  readonly timeBasedLinear?: { readonly linearPercentage: number; readonly linearInterval: number };
}

/** One step of a shift: green's percentage, and how long it bakes before the next. */
export interface ShiftStep {
  readonly percent: number;
  readonly bakeSeconds: number;
}

export const ALL_AT_ONCE = 'CodeDeployDefault.ECSAllAtOnce';

const PREDEFINED_PREFIX = 'CodeDeployDefault.';

const PREDEFINED: Readonly<Record<string, TrafficRouting>> = {
  [ALL_AT_ONCE]: { type: 'AllAtOnce' },
  'CodeDeployDefault.ECSCanary10Percent5Minutes': canary(10, 5),
  'CodeDeployDefault.ECSCanary10Percent15Minutes': canary(10, 15),
  'CodeDeployDefault.ECSLinear10PercentEvery1Minutes': linear(10, 1),
  'CodeDeployDefault.ECSLinear10PercentEvery3Minutes': linear(10, 3),
};

/** The deployment configurations: how production traffic shifts. */
export class Configurations {
  private readonly configurations = new Map<string, DeploymentConfiguration>();

  constructor(private readonly world: World) {
    Object.entries(PREDEFINED).forEach(([name, routing], index) => this.add(name, `00000000-0000-0000-0000-00000000000${index + 1}`, routing));
  }

  public create(input: OperationInput): DeploymentConfiguration {
    const name = String(input.deploymentConfigName ?? '');
    if (!name || name.startsWith(PREDEFINED_PREFIX)) {
      throw new AwsError('InvalidDeploymentConfigNameException', `The deployment configuration name "${name}" is invalid: it may not be empty or begin with ${PREDEFINED_PREFIX}`);
    }
    if (this.configurations.has(name)) {
      throw new AwsError('DeploymentConfigAlreadyExistsException', `Deployment Configuration already exists for name: ${name}`);
    }
    return this.add(name, crypto.randomUUID(), toRouting(input.trafficRoutingConfig));
  }

  public delete(name: string, inUse: boolean): void {
    if (inUse) {
      throw new AwsError('DeploymentConfigInUseException', `The deployment configuration ${name} is in use and cannot be deleted`);
    }
    this.configurations.delete(name);
  }

  public require(name: string): DeploymentConfiguration {
    const configuration = this.configurations.get(name);
    if (!configuration) {
      throw refusals.configurationMissing(name);
    }
    return configuration;
  }

  private add(name: string, id: string, trafficRoutingConfig: TrafficRouting): DeploymentConfiguration {
    const configuration: DeploymentConfiguration = {
      deploymentConfigId: id,
      deploymentConfigName: name,
      computePlatform: 'ECS',
      createTime: this.world.clock.now(),
      trafficRoutingConfig,
    };
    this.configurations.set(name, configuration);
    return configuration;
  }
}

/** The steps in which green gets its traffic; the last one gives it all. */
export function shiftSteps(routing: TrafficRouting): ShiftStep[] {
  const all: ShiftStep = { percent: 100, bakeSeconds: 0 };
  if (routing.timeBasedCanary) {
    const { canaryPercentage, canaryInterval } = routing.timeBasedCanary;
    return [{ percent: canaryPercentage, bakeSeconds: canaryInterval * 60 }, all];
  }
  if (routing.timeBasedLinear) {
    const { linearPercentage, linearInterval } = routing.timeBasedLinear;
    const before = Math.ceil(100 / linearPercentage) - 1;
    return [...Array.from({ length: before }, (_, index) => ({ percent: (index + 1) * linearPercentage, bakeSeconds: linearInterval * 60 })), all];
  }
  return [all];
}

function toRouting(input: OperationInput): TrafficRouting {
  const type = input?.type ?? 'AllAtOnce';
  const { canaryPercentage, canaryInterval } = input?.timeBasedCanary ?? {};
  const { linearPercentage, linearInterval } = input?.timeBasedLinear ?? {};
  const routing = type === 'TimeBasedCanary' ? canary(Number(canaryPercentage), Number(canaryInterval))
    : type === 'TimeBasedLinear' ? linear(Number(linearPercentage), Number(linearInterval))
      : type === 'AllAtOnce' ? { type } as TrafficRouting : undefined;
  const [first] = routing ? shiftSteps(routing) : [];
  if (!routing || !(first.percent > 0 && first.percent <= 100) || !(first.bakeSeconds >= 0)) {
    throw new AwsError('InvalidTrafficRoutingConfigurationException', `The traffic routing configuration ${JSON.stringify(input)} is invalid`);
  }
  return routing;
}

function canary(canaryPercentage: number, canaryInterval: number): TrafficRouting {
  return { type: 'TimeBasedCanary', timeBasedCanary: { canaryPercentage, canaryInterval } };
}

function linear(linearPercentage: number, linearInterval: number): TrafficRouting {
  return { type: 'TimeBasedLinear', timeBasedLinear: { linearPercentage, linearInterval } };
}
