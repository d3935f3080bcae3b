/** Throttling and passing faults are tried again by the SDK, with backoff and jitter, longer than it would by default. */
export const RETRIES = { maxAttempts: 8, retryMode: 'standard' } as const;

/** Whether AWS answered this error. Query services append `Exception` to some codes and not to others. */
export function isNamed(error: unknown, ...codes: string[]): boolean {
  const name = error instanceof Error ? error.name : '';
  return codes.some((code) => name === code || name === `${code}Exception`);
}
