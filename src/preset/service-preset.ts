import { Duration } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { TrafficShift } from '../deployment/traffic-shift';

/**
 * The values that differ between environments. A prop of the service beats its preset; what neither says is the
 * library's default.
 */
export interface ServicePresetValues {
  /**
   * CPU units of one task, 1024 being one vCPU.
   *
   * Changing it deploys a new revision.
   *
   * @default - as in the preset that is being changed
   */
  readonly cpu?: number;
  /**
   * Memory of one task, in MiB.
   *
   * Changing it deploys a new revision.
   *
   * @default - as in the preset that is being changed
   */
  readonly memoryLimitMiB?: number;
  /**
   * The least number of tasks.
   *
   * @default - as in the preset that is being changed
   */
  readonly minTasks?: number;
  /**
   * The largest number of tasks. The number of tasks is fixed if it equals `minTasks`.
   *
   * @default - as in the preset that is being changed
   */
  readonly maxTasks?: number;
  /**
   * The average CPU utilisation that scaling holds, in percent of the task's CPU units.
   *
   * @default - as in the preset that is being changed
   */
  readonly cpuTarget?: number;
  /**
   * NAT gateways of a VPC that the library makes. Each costs about 33 USD a month, and its traffic.
   *
   * @default - as in the preset that is being changed; in `prod` one for each Availability Zone
   */
  readonly natGateways?: number;
  /**
   * Releases (image tags that begin with `v`) that the repository keeps.
   *
   * @default - as in the preset that is being changed
   */
  readonly releasesKept?: number;
  /**
   * Whether the load balancer refuses to be deleted, and repository, logs and access logs outlive the stack.
   *
   * @default - as in the preset that is being changed
   */
  readonly protection?: boolean;
  /**
   * How production traffic goes from blue to green.
   *
   * @default - as in the preset that is being changed
   */
  readonly trafficShift?: TrafficShift;
  /**
   * How long blue is kept after the shift, so that a rollback takes seconds.
   *
   * @default - as in the preset that is being changed
   */
  readonly keepBlue?: Duration;
  /**
   * Whether the alarms on errors and on unhealthy targets stop a deployment and roll it back.
   *
   * @default - as in the preset that is being changed
   */
  readonly alarmsRollBack?: boolean;
  /**
   * How long logs are kept.
   *
   * @default - as in the preset that is being changed
   */
  readonly logRetention?: RetentionDays;
  /**
   * Whether the load balancer writes access logs to a bucket of its own.
   *
   * @default - as in the preset that is being changed
   */
  readonly accessLogs?: boolean;
  /**
   * Whether a VPC that the library makes writes flow logs.
   *
   * @default - as in the preset that is being changed
   */
  readonly flowLogs?: boolean;
  /**
   * Whether a cluster that the library makes has Container Insights with enhanced observability.
   *
   * @default - as in the preset that is being changed
   */
  readonly enhancedInsights?: boolean;
  /**
   * Whether ECS Exec can open a shell in a task.
   *
   * @default - as in the preset that is being changed
   */
  readonly executeCommand?: boolean;
}

/** The values for an environment: `dev`, `test` or `prod`, or one of them with some values changed. */
export class ServicePreset {
  /** One small task, one NAT gateway, traffic shifts all at once, no data outlives the stack. */
  public static dev(): ServicePreset {
    return new ServicePreset('dev', {
      cpu: 256,
      memoryLimitMiB: 512,
      minTasks: 1,
      maxTasks: 1,
      natGateways: 1,
      releasesKept: 10,
      protection: false,
      trafficShift: TrafficShift.allAtOnce(),
      keepBlue: Duration.minutes(0),
      alarmsRollBack: true,
      logRetention: RetentionDays.ONE_WEEK,
      accessLogs: false,
      flowLogs: false,
      enhancedInsights: false,
      executeCommand: true,
    });
  }

  /** As `dev`, but deployed as `prod` is: a canary of 10 % for 5 minutes, and blue kept for a while. */
  public static test(): ServicePreset {
    return ServicePreset.dev().named('test').with({
      trafficShift: TrafficShift.canary({ percent: 10, bake: Duration.minutes(5) }),
      keepBlue: Duration.minutes(5),
      logRetention: RetentionDays.ONE_MONTH,
    });
  }

  /** Larger tasks that scale, a NAT gateway in each Availability Zone, protected data, blue kept for an hour. */
  public static prod(): ServicePreset {
    return new ServicePreset('prod', {
      cpu: 1024,
      memoryLimitMiB: 2048,
      minTasks: 1,
      maxTasks: 2,
      cpuTarget: 70,
      releasesKept: 10,
      protection: true,
      trafficShift: TrafficShift.canary({ percent: 10, bake: Duration.minutes(5) }),
      keepBlue: Duration.minutes(60),
      alarmsRollBack: true,
      logRetention: RetentionDays.ONE_YEAR,
      accessLogs: true,
      flowLogs: true,
      enhancedInsights: true,
      executeCommand: false,
    });
  }

  private constructor(
    /** `dev`, `test` or `prod`: the preset that this one is or was made from. */
    public readonly name: string,
    /** The values. What is undefined is left to the library's default. */
    public readonly values: ServicePresetValues,
  ) {}

  /** This preset with some values changed. */
  public with(values: ServicePresetValues): ServicePreset {
    const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
    return new ServicePreset(this.name, { ...this.values, ...given });
  }

  private named(name: string): ServicePreset {
    return new ServicePreset(name, this.values);
  }
}
