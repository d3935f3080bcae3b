/** The ways in which a release can be broken on purpose, so that its rollback can be rehearsed. */
export const FAULTS = ['errors', 'unhealthy', 'crash', 'slow'] as const;

export type Fault = (typeof FAULTS)[number];

/** How long a slow release takes before it answers a request. */
export const SLOW_MILLIS = 2000;

export function isFault(value: string): value is Fault {
  return FAULTS.some((fault) => fault === value);
}
