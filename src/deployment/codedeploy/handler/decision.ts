/**
 * What the trigger does next, as a pure function of what it sees. The rows of the table in docs/design.md are its branches,
 * in their order.
 */

/** What the trigger sees when it looks. */
export interface Situation {
  /** CloudFormation no longer waits for this request: a newer one has been recorded on the service. */
  readonly superseded: boolean;
  readonly requestType: 'Create' | 'Update' | 'Delete';
  /** Whether the task set that serves runs the wanted spec; undefined if there is no service any more. */
  readonly primaryIsWanted?: boolean;
  /** The deployment that holds the group. */
  readonly active?: ActiveDeployment;
  /** The deployment that this request started or adopted, once it has ended. */
  readonly awaited?: EndedDeployment;
  /** A deployment that failed, or that this request has stopped, whose rollback is still to be created or still runs. */
  readonly rollingBack?: string;
  /** Why this request fails once what it has stopped is over. */
  readonly failure?: string;
  readonly timeIsNearlyUp: boolean;
}

export interface ActiveDeployment {
  readonly id: string;
  readonly isRollback: boolean;
  readonly isWanted: boolean;
  /** Green has all traffic and its last hook has succeeded. */
  readonly hasShifted: boolean;
  /** The task set that was serving before runs the wanted spec. */
  readonly blueIsWanted: boolean;
  /** This request has stopped it already. */
  readonly isStopping: boolean;
  /** Why green is not going to start: so many of its tasks have stopped. */
  readonly doesNotStart?: string;
}

export interface EndedDeployment {
  readonly id: string;
  readonly succeeded: boolean;
  readonly cause: string;
}

export type Decision =
  | { readonly verb: 'end'; readonly reason: string }
  | { readonly verb: 'succeed'; readonly reason: string }
  | { readonly verb: 'fail'; readonly cause: string }
  | { readonly verb: 'wait'; readonly forWhat: string; readonly adopt?: string }
  | { readonly verb: 'start' }
  | { readonly verb: 'stop'; readonly id: string; readonly reason: string; readonly failure?: string }
  | { readonly verb: 'endBake'; readonly id: string; readonly forWhat: string };

export function decide(seen: Situation): Decision {
  if (seen.superseded) {
    return { verb: 'end', reason: 'a newer request has been recorded on the service' };
  }
  if (seen.requestType === 'Create') {
    return { verb: 'succeed', reason: 'the service was created on this spec' };
  }
  if (seen.active) {
    return seen.requestType === 'Delete' ? beforeDelete(seen.active) : whileActive(seen, seen.active);
  }
  if (seen.rollingBack !== undefined) {
    return { verb: 'wait', forWhat: `the rollback of deployment ${seen.rollingBack}` };
  }
  if (seen.requestType === 'Delete') {
    return { verb: 'succeed', reason: 'no deployment is active' };
  }
  return whileIdle(seen);
}

function beforeDelete(active: ActiveDeployment): Decision {
  if (active.isRollback || active.isStopping) {
    return { verb: 'wait', forWhat: `deployment ${active.id} to end before the service goes` };
  }
  return { verb: 'stop', id: active.id, reason: 'the service is being deleted' };
}

function whileActive(seen: Situation, active: ActiveDeployment): Decision {
  if (active.isRollback) {
    return { verb: 'wait', forWhat: `rollback ${active.id}, which is never stopped` };
  }
  if (active.isStopping) {
    return { verb: 'wait', forWhat: `deployment ${active.id} to stop` };
  }
  if (active.isWanted && active.hasShifted) {
    return { verb: 'succeed', reason: `deployment ${active.id} has shifted all traffic` };
  }
  if (active.isWanted && active.doesNotStart !== undefined) {
    const failure = `deployment ${active.id} was stopped and rolled back, because green does not start: ${active.doesNotStart}`;
    return { verb: 'stop', id: active.id, reason: 'green does not start', failure };
  }
  if (active.isWanted) {
    return seen.timeIsNearlyUp
      ? { verb: 'stop', id: active.id, reason: 'the time of this request is nearly up', failure: timeOut(active.id) }
      : { verb: 'wait', forWhat: `deployment ${active.id} to shift traffic`, adopt: active.id };
  }
  if (!active.hasShifted) {
    return { verb: 'stop', id: active.id, reason: 'another spec is wanted, and no user depends on this one yet' };
  }
  if (active.blueIsWanted) {
    return { verb: 'stop', id: active.id, reason: 'blue, which is still there, runs the wanted spec' };
  }
  return { verb: 'endBake', id: active.id, forWhat: `deployment ${active.id}, whose release is good, to end its bake` };
}

function whileIdle(seen: Situation): Decision {
  if (seen.failure !== undefined) {
    return { verb: 'fail', cause: seen.failure };
  }
  if (seen.awaited && !seen.awaited.succeeded) {
    return { verb: 'fail', cause: seen.awaited.cause };
  }
  if (seen.primaryIsWanted === undefined) {
    return { verb: 'fail', cause: 'the service that this deployment is for does not exist: was it deleted by hand?' };
  }
  if (seen.primaryIsWanted) {
    return { verb: 'succeed', reason: 'the task set that serves runs this spec' };
  }
  if (seen.timeIsNearlyUp) {
    return { verb: 'fail', cause: 'the time of this request was up before its deployment could start: another one held the group' };
  }
  return { verb: 'start' };
}

function timeOut(id: string): string {
  return `deployment ${id} had not shifted traffic when the time that CloudFormation gives was nearly up, and was stopped and rolled back`;
}
