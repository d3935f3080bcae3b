/**
 * Limits on real work, in milliseconds of the wall clock: a fast clock does not make the machine faster, so what AWS
 * measures in seconds must not shrink below what a process needs.
 */
export interface RealLimits {
  /** The least time in which a target may answer a health check. */
  readonly healthCheckTimeout: number;
  /** The least time between the starts of two health checks of a target. */
  readonly healthCheckInterval: number;
  /** How long a target that has never answered is taken to be still starting rather than failing. */
  readonly startUp: number;
}

export const REAL_LIMITS: RealLimits = { healthCheckTimeout: 2000, healthCheckInterval: 20, startUp: 5000 };
