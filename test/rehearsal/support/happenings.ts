import { LIFECYCLE, type LifecycleEventName, type LifecycleEventStatus } from '../../../src/deployment/lifecycle';
import type { DeploymentView } from '../../../src/rehearsal/aws/deployments';
import type { Requests } from '../../../src/rehearsal/load/tally';

export function at(time: string): Date {
  return new Date(`2026-01-01T${time}Z`);
}

export const REQUESTS: Requests = {
  total: 1234,
  failed: 4,
  byVersion: { v1: 1100, v2: 130 },
  byStatus: { 200: 1230, lost: 4 },
  latency: { p50: 1.5, p90: 3, p99: 12.3, max: 40 },
};

/** A deployment in progress, each of whose events took from 12:00 to 12:01. */
export function deployment(statuses: Partial<Record<LifecycleEventName, LifecycleEventStatus>>): DeploymentView {
  return {
    id: 'd-1',
    status: 'InProgress',
    rollback: false,
    bakes: false,
    bakeSeconds: 3600,
    events: LIFECYCLE.map(({ name }) => {
      const status = statuses[name] ?? 'Pending';
      return {
        name,
        status,
        ...(status !== 'Pending' && { startedAt: at('12:00:00') }),
        ...(status === 'Succeeded' && { endedAt: at('12:01:00') }),
      };
    }),
  };
}
