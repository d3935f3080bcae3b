import type { Requests } from '../load/tally';
import type { ExpectedOutcome } from '../plan/plan';

export type Outcome = ExpectedOutcome | 'FAILED';

export interface EventRecord {
  readonly name: string;
  readonly status: string;
  /** Times are of the local AWS's clock. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** How long something took: by the local AWS's clock, and really. */
export interface Seconds {
  readonly clock: number;
  readonly wall: number;
}

/** The weight of each version from a moment on; a version is named after the deployment that brought it. */
export type WeightRecord = { readonly at: string } & Readonly<Record<string, string | number>>;

export interface DeploymentRecord {
  readonly name: string;
  readonly outcome: Outcome;
  readonly expected: ExpectedOutcome;
  /** Why it was rolled back or failed, in the words of the stack's events. */
  readonly cause: string | null;
  readonly events: readonly EventRecord[];
  readonly weights: readonly WeightRecord[];
  readonly requests: Requests;
  /** The version that answers on the production route at the end. */
  readonly serving: string | null;
  readonly seconds: Seconds;
}

export interface CreationRecord {
  readonly name: string;
  readonly outcome: 'SUCCEEDED' | 'FAILED';
  readonly cause: string | null;
  readonly serving: string | null;
  readonly seconds: Seconds;
}

export interface ResourceTypes {
  readonly rehearsed: readonly string[];
  readonly recorded: readonly string[];
}

/** What `--json` writes. */
export interface RehearsalReport {
  readonly creation: CreationRecord;
  readonly deployments: readonly DeploymentRecord[];
  readonly resources: ResourceTypes;
}

export function endedAsExpected(report: RehearsalReport, planned: number): boolean {
  return report.creation.outcome === 'SUCCEEDED'
    && report.deployments.length === planned
    && report.deployments.every(({ outcome, expected }) => outcome === expected);
}
