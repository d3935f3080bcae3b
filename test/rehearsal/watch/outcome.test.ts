import { LIFECYCLE, type DeploymentStatus } from '../../../src/deployment/lifecycle';
import type { DeploymentView } from '../../../src/rehearsal/aws/deployments';
import type { StackHappening } from '../../../src/rehearsal/aws/stacks';
import { causeOf, endingOf } from '../../../src/rehearsal/watch/outcome';

const AT = new Date(0);

function view(status: DeploymentStatus, more: Partial<DeploymentView> = {}): DeploymentView {
  const events = LIFECYCLE.map(({ name }) => ({ name, status: status === 'Succeeded' ? 'Succeeded' as const : 'Pending' as const }));
  return { id: 'd-1', status, rollback: false, bakes: false, bakeSeconds: 0, events, ...more };
}

function event(type: string, status: string, reason?: string): StackHappening {
  return { at: AT, logicalId: type.split('::').pop()!, type, status, reason, whole: type === 'AWS::CloudFormation::Stack' };
}

test('an update whose deployment went through all of its events succeeded', () => {
  expect(endingOf('UPDATE_COMPLETE', [], [view('Succeeded')])).toEqual({ outcome: 'SUCCEEDED', cause: null });
});

test('a deployment that skipped the shift did not succeed', () => {
  expect(endingOf('UPDATE_COMPLETE', [], [view('Succeeded', { events: [] })]))
    .toEqual({ outcome: 'FAILED', cause: 'the deployment d-1 succeeded without all of its lifecycle events' });
});

test('an update that starts no deployment is not taken for a success', () => {
  expect(endingOf('UPDATE_COMPLETE', [], [])).toEqual({
    outcome: 'FAILED',
    cause: 'the stack was updated, but no deployment was started: nothing that a deployment carries differs',
  });
});

test('a rolled-back stack is told with the cause that the trigger gave', () => {
  const events = [
    event('Custom::BlueGreenDeployment', 'UPDATE_FAILED', 'Received response status [FAILED] from custom resource. '
      + 'Message returned: the alarm Api5xx went off while 10 % of the traffic went to green (RequestId: 1b9c)'),
    event('AWS::CloudFormation::Stack', 'UPDATE_ROLLBACK_IN_PROGRESS', 'The following resource(s) failed to update: [Trigger].'),
  ];
  expect(endingOf('UPDATE_ROLLBACK_COMPLETE', events, [view('Stopped')]))
    .toEqual({ outcome: 'ROLLED_BACK', cause: 'the alarm Api5xx went off while 10 % of the traffic went to green' });
});

test('a deployment that CodeDeploy rolled back after the stack had been updated was rolled back', () => {
  expect(endingOf('UPDATE_COMPLETE', [], [view('Stopped', { problem: 'an alarm' }), view('Succeeded', { id: 'd-2', rollback: true })]))
    .toEqual({ outcome: 'ROLLED_BACK', cause: 'an alarm' });
});

test('a rollback that fails is a failure', () => {
  expect(endingOf('UPDATE_COMPLETE', [], [view('Failed'), view('Failed', { id: 'd-2', rollback: true })]))
    .toEqual({ outcome: 'FAILED', cause: 'the deployment d-2 ended Failed' });
  expect(endingOf('UPDATE_ROLLBACK_FAILED', [], [])).toEqual({ outcome: 'FAILED', cause: 'the stack ended UPDATE_ROLLBACK_FAILED' });
});

test('the cause is the failure that came first, not those that were cancelled for it', () => {
  expect(causeOf([
    event('AWS::EC2::VPC', 'UPDATE_FAILED', 'Resource update cancelled'),
    event('AWS::S3::Bucket', 'UPDATE_FAILED', 'the bucket exists'),
    event('AWS::SNS::Topic', 'UPDATE_FAILED', 'another'),
  ])).toBe('the bucket exists');
});

test('where no resource failed, the stack itself says why', () => {
  expect(causeOf([event('AWS::CloudFormation::Stack', 'UPDATE_REFUSED', 'No updates are to be performed.')])).toBe('No updates are to be performed.');
  expect(causeOf([])).toBeNull();
});
