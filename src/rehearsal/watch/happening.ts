import type { DeploymentView } from '../aws/deployments';
import type { StackHappening } from '../aws/stacks';
import type { Requests } from '../load/tally';
import type { ExpectedOutcome } from '../plan/plan';
import type { CreationRecord, DeploymentRecord } from '../report/record';

export interface TaskCount {
  readonly version: string;
  readonly status: string;
  readonly running: number;
  readonly desired: number;
}

/** The share of production traffic of each version, at a moment of the clock. */
export interface Weights {
  readonly at: Date;
  readonly byVersion: Readonly<Record<string, number>>;
}

/** Everything that is worth showing, as it happens. The live display, the plain lines and the report are made of these. */
export type Happening =
  | { readonly kind: 'step'; readonly text: string }
  | { readonly kind: 'begins'; readonly name: string; readonly expected: ExpectedOutcome; readonly verb: 'create' | 'update' }
  | ({ readonly kind: 'stack' } & StackHappening)
  | { readonly kind: 'deployment'; readonly view: DeploymentView }
  | { readonly kind: 'weights'; readonly weights: Weights }
  | { readonly kind: 'tasks'; readonly tasks: readonly TaskCount[] }
  | { readonly kind: 'requests'; readonly requests: Requests; readonly rate: number }
  | { readonly kind: 'created'; readonly record: CreationRecord; readonly logs: readonly string[] }
  | { readonly kind: 'ended'; readonly record: DeploymentRecord; readonly logs: readonly string[] };

export type Emit = (happening: Happening) => void;
