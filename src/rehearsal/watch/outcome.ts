import { hasShifted } from '../../deployment/lifecycle';
import type { DeploymentView } from '../aws/deployments';
import type { StackHappening } from '../aws/stacks';
import type { Outcome } from '../report/record';

/** The library's trigger; its failure tells why the deployment failed, and not only that something did. */
const TRIGGER_TYPE = 'Custom::BlueGreenDeployment';

export interface Ending {
  readonly outcome: Outcome;
  readonly cause: string | null;
}

/** What became of an update, given the stack's final status and the deployments that it led to. */
export function endingOf(stackStatus: string, events: readonly StackHappening[], deployments: readonly DeploymentView[]): Ending {
  const first = deployments.find(({ rollback }) => !rollback);
  const problem = deployments.map((view) => view.problem ?? view.events.find(({ status }) => status === 'Failed')?.diagnostics)
    .find((text) => text !== undefined) ?? null;
  if (stackStatus === 'UPDATE_ROLLBACK_COMPLETE') {
    return { outcome: 'ROLLED_BACK', cause: causeOf(events) ?? problem };
  }
  if (stackStatus !== 'UPDATE_COMPLETE') {
    return { outcome: 'FAILED', cause: causeOf(events) ?? problem ?? `the stack ended ${stackStatus}` };
  }
  if (first === undefined) {
    return { outcome: 'FAILED', cause: 'the stack was updated, but no deployment was started: nothing that a deployment carries differs' };
  }
  const last = deployments[deployments.length - 1];
  if (last.status === 'Succeeded' && !last.rollback) {
    return hasShifted(last.events.map(({ name, status }) => ({ lifecycleEventName: name, status })))
      ? { outcome: 'SUCCEEDED', cause: null }
      : { outcome: 'FAILED', cause: `the deployment ${last.id} succeeded without all of its lifecycle events` };
  }
  return last.status === 'Succeeded'
    ? { outcome: 'ROLLED_BACK', cause: problem ?? `the deployment ${first.id} was rolled back after the stack had been updated` }
    : { outcome: 'FAILED', cause: problem ?? `the deployment ${last.id} ended ${last.status}` };
}

/** The reason of the failure that caused the others, freed from what CloudFormation wraps around it. */
export function causeOf(events: readonly StackHappening[]): string | null {
  const failures = events.filter(({ status, reason, whole }) => !whole && status.endsWith('_FAILED') && reason !== undefined && !/cancelled/i.test(reason));
  const failure = failures.find(({ type }) => type === TRIGGER_TYPE) ?? failures[0];
  const reason = failure?.reason ?? events.find(({ whole, reason: said }) => whole && said !== undefined)?.reason;
  if (reason === undefined) {
    return null;
  }
  const [, message] = /Message returned: ([\s\S]*?)(?: \(RequestId: [^)]*\))?$/.exec(reason) ?? [];
  return message ?? reason;
}
