import { Duration } from 'aws-cdk-lib';
import { EcsDeploymentConfig, TrafficRouting, type IEcsDeploymentConfig } from 'aws-cdk-lib/aws-codedeploy';
import type { Construct } from 'constructs';
import { refuse, validateRange } from '../validation';

/** A share of the traffic, then a wait, then the rest. */
export interface CanaryShift {
  /** The share of production traffic that goes to green first, in percent: 1 to 99. */
  readonly percent: number;
  /** How long that share is watched before the rest follows: whole minutes, at most 30. */
  readonly bake: Duration;
}

/** Equal shares of the traffic, with a wait after each. */
export interface LinearShift {
  /** The share of production traffic that moves at each step, in percent: 1 to 99. */
  readonly percent: number;
  /** The wait between two steps: whole minutes; all waits together at most 30. */
  readonly every: Duration;
}

/** How production traffic goes from blue to green. */
export abstract class TrafficShift {
  /** All traffic moves in one step. */
  public static allAtOnce(): TrafficShift {
    return new AllAtOnce();
  }

  /** A share moves first and is watched; if no alarm goes off meanwhile, the rest follows. */
  public static canary(shift: CanaryShift): TrafficShift {
    return new Canary(shift);
  }

  /** The traffic moves in equal steps. */
  public static linear(shift: LinearShift): TrafficShift {
    return new Linear(shift);
  }

  /** How long the shift takes from its first step to its last, as planned. */
  public abstract readonly duration: Duration;

  /** The deployment configuration: a predefined one where it fits, an unnamed one of the service's own otherwise.
   * @internal */
  public abstract _deploymentConfig(scope: Construct): IEcsDeploymentConfig;
}

const TWO_DAYS_IN_MINUTES = 2880;

class AllAtOnce extends TrafficShift {
  public readonly duration = Duration.minutes(0);

  public _deploymentConfig(): IEcsDeploymentConfig {
    return EcsDeploymentConfig.ALL_AT_ONCE;
  }
}

class Canary extends TrafficShift {
  public readonly duration: Duration;

  constructor(private readonly shift: CanaryShift) {
    super();
    validateShare('trafficShift.percent', shift.percent);
    validateStep('trafficShift.bake', shift.bake);
    this.duration = shift.bake;
  }

  public _deploymentConfig(scope: Construct): IEcsDeploymentConfig {
    const { percent, bake } = this.shift;
    return predefined(`Canary ${percent} ${bake.toMinutes()}`) ?? new EcsDeploymentConfig(scope, 'DeploymentConfig', {
      trafficRouting: TrafficRouting.timeBasedCanary({ percentage: percent, interval: bake }),
    });
  }
}

class Linear extends TrafficShift {
  public readonly duration: Duration;

  constructor(private readonly shift: LinearShift) {
    super();
    validateShare('trafficShift.percent', shift.percent);
    validateStep('trafficShift.every', shift.every);
    this.duration = Duration.minutes((Math.ceil(100 / shift.percent) - 1) * shift.every.toMinutes());
  }

  public _deploymentConfig(scope: Construct): IEcsDeploymentConfig {
    const { percent, every } = this.shift;
    return predefined(`Linear ${percent} ${every.toMinutes()}`) ?? new EcsDeploymentConfig(scope, 'DeploymentConfig', {
      trafficRouting: TrafficRouting.timeBasedLinear({ percentage: percent, interval: every }),
    });
  }
}

/** A configuration in use can be neither renamed nor deleted, so the predefined ones are used where they fit. */
function predefined(shift: string): IEcsDeploymentConfig | undefined {
  switch (shift) {
    case 'Canary 10 5': return EcsDeploymentConfig.CANARY_10PERCENT_5MINUTES;
    case 'Canary 10 15': return EcsDeploymentConfig.CANARY_10PERCENT_15MINUTES;
    case 'Linear 10 1': return EcsDeploymentConfig.LINEAR_10PERCENT_EVERY_1MINUTES;
    case 'Linear 10 3': return EcsDeploymentConfig.LINEAR_10PERCENT_EVERY_3MINUTES;
    default: return undefined;
  }
}

function validateShare(prop: string, percent: number): void {
  validateRange(prop, percent, { min: 1, max: 99, instead: 'to move all traffic in one step use TrafficShift.allAtOnce()' });
}

function validateStep(prop: string, step: Duration): void {
  const minutes = step.toMinutes({ integral: false });
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > TWO_DAYS_IN_MINUTES) {
    refuse({
      prop,
      got: `${minutes} minutes`,
      allowed: `allowed are whole minutes from 1 to ${TWO_DAYS_IN_MINUTES}`,
      instead: 'to move all traffic in one step use TrafficShift.allAtOnce()',
    });
  }
}
