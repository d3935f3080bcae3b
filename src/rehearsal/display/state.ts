import type { DeploymentView } from '../aws/deployments';
import type { StackHappening } from '../aws/stacks';
import type { Requests } from '../load/tally';
import type { ExpectedOutcome } from '../plan/plan';
import type { Happening, TaskCount, Weights } from '../watch/happening';

/** What a terminal shows of a rehearsal that runs. */
export interface RehearsalState {
  readonly stack: string;
  readonly speed: number;
  /** What is being done, until a stack operation begins. */
  readonly step?: string;
  readonly current?: { readonly name: string; readonly expected: ExpectedOutcome; readonly verb: 'create' | 'update' };
  readonly stackStatus?: string;
  readonly lastEvent?: StackHappening;
  /** In the order in which they began; a rollback comes after what it rolls back. */
  readonly deployments: readonly DeploymentView[];
  readonly weights?: Weights;
  readonly tasks: readonly TaskCount[];
  readonly requests?: Requests;
  readonly rate: number;
}

export function initialState(stack: string, speed: number): RehearsalState {
  return { stack, speed, deployments: [], tasks: [], rate: 0 };
}

/** Of a deployment that has just begun. */
const NOTHING_YET = { stackStatus: undefined, lastEvent: undefined, deployments: [] };

/** The state after a happening. */
export function apply(state: RehearsalState, happening: Happening): RehearsalState {
  switch (happening.kind) {
    case 'step':
      return { ...state, step: happening.text };
    case 'begins': {
      const { name, expected, verb } = happening;
      return {
        ...state, ...NOTHING_YET, step: undefined, current: { name, expected, verb }, requests: undefined,
      };
    }
    case 'stack':
      return happening.whole ? { ...state, stackStatus: happening.status } : { ...state, lastEvent: happening };
    case 'deployment': {
      const known = state.deployments.some(({ id }) => id === happening.view.id);
      const deployments = known
        ? state.deployments.map((view) => (view.id === happening.view.id ? happening.view : view))
        : [...state.deployments, happening.view];
      return { ...state, deployments };
    }
    case 'weights':
      return { ...state, weights: happening.weights };
    case 'tasks':
      return { ...state, tasks: happening.tasks };
    case 'requests':
      return { ...state, requests: happening.requests, rate: happening.rate };
    case 'created':
    case 'ended':
      return { ...state, ...NOTHING_YET, current: undefined };
  }
}
