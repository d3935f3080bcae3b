import { outcomeLines } from '../../../src/rehearsal/display/outcome-block';
import { PlainLines } from '../../../src/rehearsal/display/plain';
import type { DeploymentRecord } from '../../../src/rehearsal/report/record';
import type { Happening } from '../../../src/rehearsal/watch/happening';
import { REQUESTS, at, deployment } from '../support/happenings';

const RECORD: DeploymentRecord = {
  name: 'v3',
  outcome: 'ROLLED_BACK',
  expected: 'ROLLED_BACK',
  cause: 'the alarm Api5xx went off',
  events: [],
  weights: [],
  requests: REQUESTS,
  serving: 'v2',
  seconds: { clock: 320, wall: 5.3 },
};

const BEGINS: Happening = { kind: 'begins', name: 'v2', expected: 'SUCCEEDED', verb: 'update' };

test('each change is one line, with both times before it', () => {
  const plain = new PlainLines();
  expect(plain.lines({ kind: 'step', text: 'synthesizing v1' }, { wall: 0.1 })).toEqual(['            0.1 s  synthesizing v1']);
  const lines = (happening: Happening) => plain.lines(happening, { clock: at('12:00:00'), wall: 61 }).map((line) => line.slice(19));
  expect(plain.lines(BEGINS, { clock: at('12:00:00'), wall: 1 })).toEqual(['12:00:00    1.0 s  v2: the stack is being updated']);
  expect(lines({ kind: 'stack', at: at('12:00:00'), logicalId: 'Trigger', type: 'Custom::X', status: 'UPDATE_FAILED', reason: 'why', whole: false }))
    .toEqual(['v2: stack Trigger (Custom::X) UPDATE_FAILED: why']);
  expect(lines({ kind: 'stack', at: at('12:00:00'), logicalId: 'Vpc', type: 'AWS::EC2::VPC', status: 'CREATE_COMPLETE', whole: false })).toEqual([]);
  expect(lines({ kind: 'weights', weights: { at: at('12:00:00'), byVersion: { v1: 90, v2: 10 } } })).toEqual(['v2: production traffic v1 90 %, v2 10 %']);
  expect(lines({ kind: 'tasks', tasks: [{ version: 'v1', status: 'PRIMARY', running: 1, desired: 2 }] })).toEqual(['v2: tasks v1 PRIMARY 1/2']);
});

test('of a deployment only what changed is told', () => {
  const plain = new PlainLines();
  const lines = (happening: Happening) => plain.lines(happening, { clock: at('12:00:00'), wall: 1 }).map((line) => line.slice(19));
  lines(BEGINS);
  expect(lines({ kind: 'deployment', view: deployment({ BeforeInstall: 'Skipped', Install: 'InProgress' }) })).toEqual([
    'v2: deployment d-1 BeforeInstall Skipped', 'v2: deployment d-1 Install InProgress', 'v2: deployment d-1 InProgress',
  ]);
  expect(lines({ kind: 'deployment', view: deployment({ BeforeInstall: 'Skipped', Install: 'Succeeded' }) }))
    .toEqual(['v2: deployment d-1 Install Succeeded after 1 min']);
  expect(lines({ kind: 'deployment', view: { ...deployment({ BeforeInstall: 'Skipped', Install: 'Succeeded' }), bakes: true } }))
    .toEqual(['v2: deployment d-1 keeps blue for the bake']);
  expect(lines({ kind: 'deployment', view: { ...deployment({ BeforeInstall: 'Skipped', Install: 'Succeeded' }), status: 'Succeeded' } }))
    .toEqual(['v2: deployment d-1 Succeeded']);
});

test('of a rollback only its statuses are told', () => {
  const rollback = { ...deployment({ Install: 'Succeeded' }), rollback: true };
  expect(new PlainLines().lines({ kind: 'deployment', view: rollback }, { wall: 1 }).map((line) => line.slice(19))).toEqual([': rollback d-1 InProgress']);
});

test('requests are told every few seconds and not each time', () => {
  const plain = new PlainLines();
  const at1 = plain.lines({ kind: 'requests', requests: REQUESTS, rate: 200 }, { wall: 1 });
  expect(at1.map((line) => line.slice(19))).toEqual([': requests 1,230 ok, 4 failed, 200/s, p50 1.5 ms, p99 12 ms (v1 1,100, v2 130)']);
  expect(plain.lines({ kind: 'requests', requests: REQUESTS, rate: 200 }, { wall: 3 })).toEqual([]);
  expect(plain.lines({ kind: 'requests', requests: REQUESTS, rate: 200 }, { wall: 6.5 })).toHaveLength(1);
});

test('what stays of a deployment is its outcome, its cause, both times, its requests and what the tasks said', () => {
  expect(outcomeLines(RECORD, ['starting', 'cannot reach the table'])).toEqual([
    '✔ v3 ROLLED_BACK (as expected) in 5 min 20 s (5.3 s really), serving v2',
    '    requests  1,234 sent, 4 failed, p50 1.5 ms, p99 12 ms (v1 1,100, v2 130)',
    '    cause     the alarm Api5xx went off',
    '    tasks said starting',
    '               cannot reach the table',
  ]);
});

test('an outcome that was not expected says so', () => {
  expect(outcomeLines({ ...RECORD, expected: 'SUCCEEDED', cause: null }, [])[0])
    .toBe('✖ v3 ROLLED_BACK (expected SUCCEEDED) in 5 min 20 s (5.3 s really), serving v2');
});
