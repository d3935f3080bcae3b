/** What one health check found. */
export type CheckResult =
  | { readonly passed: true }
  | { readonly passed: false; readonly reason: FailureReason; readonly description: string };

export type FailureReason = 'Target.ResponseCodeMismatch' | 'Target.Timeout' | 'Target.FailedHealthChecks';

export interface HealthState {
  readonly state: 'initial' | 'healthy' | 'unhealthy';
  readonly reason?: string;
  readonly description?: string;
  /** Consecutive checks that speak against the present state. */
  readonly against: number;
}

export interface Thresholds {
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

export const REGISTERED: HealthState = {
  state: 'initial',
  reason: 'Elb.RegistrationInProgress',
  description: 'Target registration is in progress',
  against: 0,
};

const CHECKING = { reason: 'Elb.InitialHealthChecking', description: 'Initial health checks in progress' };

/**
 * How a target's health follows from its checks. A new target is healthy after its first passed check, whatever the
 * healthy threshold; the threshold counts for targets that were unhealthy.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
 */
export function afterCheck(health: HealthState, result: CheckResult, thresholds: Thresholds): HealthState {
  switch (health.state) {
    case 'initial':
    case 'healthy': {
      if (result.passed) {
        return { state: 'healthy', against: 0 };
      }
      const against = health.against + 1;
      if (against >= thresholds.unhealthyThreshold) {
        return { state: 'unhealthy', reason: result.reason, description: result.description, against: 0 };
      }
      return health.state === 'initial' ? { state: 'initial', ...CHECKING, against } : { state: 'healthy', against };
    }
    case 'unhealthy': {
      if (!result.passed) {
        return { state: 'unhealthy', reason: result.reason, description: result.description, against: 0 };
      }
      const against = health.against + 1;
      return against >= thresholds.healthyThreshold ? { state: 'healthy', against: 0 } : { ...health, against };
    }
  }
}

/** A target that does not answer yet, and may still be starting. */
export function stillStarting(health: HealthState): HealthState {
  return { ...health, ...CHECKING };
}

/** Whether a status code is one of the matcher's: `200`, `200,204`, `200-299`. */
export function isMatch(matcher: string, statusCode: number): boolean {
  return matcher.split(',').some((part) => {
    const [from, to = from] = part.split('-').map((code) => Number(code.trim()));
    return statusCode >= from && statusCode <= to;
  });
}
