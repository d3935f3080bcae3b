import chalk from 'chalk';
import { LIFECYCLE, type LifecycleEventStatus } from '../../../src/deployment/lifecycle';
import type { DeploymentView } from '../../../src/rehearsal/aws/deployments';
import { LocalClock } from '../../../src/rehearsal/aws/local-clock';
import { render } from '../../../src/rehearsal/display/render';
import { apply, initialState, type RehearsalState } from '../../../src/rehearsal/display/state';
import type { Happening } from '../../../src/rehearsal/watch/happening';
import { REQUESTS, at, deployment } from '../support/happenings';

const colour = new chalk.Instance({ level: 0 });
const NOW = { clock: at('12:06:00'), wall: 6 };

function after(...happenings: Happening[]): RehearsalState {
  return happenings.reduce(apply, initialState('Api-prod', 60));
}

function picture(state: RehearsalState, columns = 100): string[] {
  return render(state, columns, { clock: new LocalClock(0, 60), now: NOW, colour }).split('\n');
}

const BEGINS: Happening = { kind: 'begins', name: 'v2', expected: 'SUCCEEDED', verb: 'update' };
const SHIFTING: Happening = { kind: 'deployment', view: deployment({ BeforeInstall: 'Succeeded', Install: 'Succeeded', AfterInstall: 'Skipped', AllowTraffic: 'InProgress' }) };

test('a rehearsal that gets ready says what it does', () => {
  expect(picture(after({ kind: 'step', text: 'synthesizing v1' }))).toEqual([
    'Api-prod  60 times as fast  clock 12:06:00  really 6.0 s',
    '⠋ synthesizing v1',
  ]);
});

test('a deployment shows every event with its time of the clock and its real one', () => {
  expect(picture(after(
    BEGINS,
    { kind: 'stack', at: at('12:00:00'), logicalId: 'Api-prod', type: 'AWS::CloudFormation::Stack', status: 'UPDATE_IN_PROGRESS', whole: true },
    { kind: 'stack', at: at('12:00:01'), logicalId: 'ApiTrigger', type: 'Custom::BlueGreenDeployment', status: 'UPDATE_IN_PROGRESS', whole: false },
    SHIFTING,
    { kind: 'tasks', tasks: [{ version: 'v2', status: 'ACTIVE', running: 1, desired: 2 }, { version: 'v1', status: 'PRIMARY', running: 2, desired: 2 }] },
    { kind: 'weights', weights: { at: at('12:04:00'), byVersion: { v2: 10, v1: 90 } } },
    { kind: 'requests', requests: REQUESTS, rate: 200 },
  ))).toEqual([
    'Api-prod  60 times as fast  clock 12:06:00  really 6.0 s',
    '⠋ v2  UPDATE_IN_PROGRESS',
    '  ApiTrigger UPDATE_IN_PROGRESS',
    '  deployment d-1  InProgress',
    '  ✔ BeforeInstall                 1 min  1.0 s really',
    '  ✔ Install                       1 min  1.0 s really',
    '  – AfterInstall           skipped',
    '  · AllowTestTraffic',
    '  · AfterAllowTestTraffic',
    '  · BeforeAllowTraffic',
    '  ⠋ AllowTraffic                  6 min  6.0 s really  production traffic shifts to green',
    '  · AfterAllowTraffic',
    `  traffic   ${'█'.repeat(60)}  v1 90 %, v2 10 %`,
    '  tasks     v2 1/2 ACTIVE   v1 2/2 PRIMARY',
    '  requests  1,230 ok  4 failed  200/s  p50 1.5 ms  p99 12 ms',
    '  answered  v1 1,100, v2 130',
  ]);
});

test('the traffic bar has one cell in ten for a canary of ten per cent, and blue comes first', () => {
  const coloured = new chalk.Instance({ level: 1 });
  const state = after(BEGINS,
    { kind: 'tasks', tasks: [{ version: 'v2', status: 'ACTIVE', running: 1, desired: 1 }, { version: 'v1', status: 'PRIMARY', running: 1, desired: 1 }] },
    { kind: 'weights', weights: { at: at('12:04:00'), byVersion: { v2: 10, v1: 90 } } });
  const bar = render(state, 200, { now: NOW, colour: coloured }).split('\n').find((line) => line.includes('traffic'));
  expect(bar).toBe(`  traffic   ${coloured.blueBright('█'.repeat(54))}${coloured.green('█'.repeat(6))}  v1 90 %, v2 10 %`);
});

test('production traffic that goes nowhere is drawn as nothing', () => {
  const lines = picture(after(BEGINS, { kind: 'weights', weights: { at: at('12:00:00'), byVersion: {} } }));
  expect(lines[2]).toBe(`  traffic   ${'░'.repeat(60)}  nobody`);
});

test('a failed event shows what it said, and a rollback only what it is at', () => {
  const failed: DeploymentView = {
    ...deployment({ BeforeInstall: 'Failed' }),
    status: 'Failed',
    problem: 'The hook failed.',
    events: [{ name: 'BeforeInstall', status: 'Failed', startedAt: at('12:00:00'), endedAt: at('12:00:20'), diagnostics: 'exit 1' }],
  };
  const rollback: DeploymentView = { ...deployment({ Install: 'Succeeded', AllowTraffic: 'InProgress' }), id: 'd-2', rollback: true };
  const lines = picture(after(BEGINS, { kind: 'deployment', view: failed }, { kind: 'deployment', view: rollback }));
  expect(lines).toEqual(expect.arrayContaining([
    '  deployment d-1  Failed',
    '  ✖ BeforeInstall                  20 s  0.3 s really  exit 1',
    '  The hook failed.',
    '  rollback d-2  InProgress',
  ]));
  expect(lines.slice(lines.indexOf('  rollback d-2  InProgress') + 1)).toEqual(['  ⠋ AllowTraffic                  6 min  6.0 s really  production traffic shifts to green']);
});

test('the bake of blue counts from the end of the last event', () => {
  const baking = { ...deployment(Object.fromEntries(LIFECYCLE.map(({ name }) => [name, 'Succeeded' as LifecycleEventStatus]))), bakes: true };
  expect(picture(after(BEGINS, { kind: 'deployment', view: baking }))).toContain('  ⠋ bake                   blue is kept: 5 min of 1 h');
});

test('no line is wider than the terminal, colours included', () => {
  const lines = render(after(BEGINS, SHIFTING, { kind: 'requests', requests: REQUESTS, rate: 200 }), 30, { now: NOW, colour: new chalk.Instance({ level: 1 }) }).split('\n');
  // eslint-disable-next-line no-control-regex
  const widths = lines.map((line) => [...line.replace(/\u001b\[[0-9;]*m/g, '')].length);
  expect(Math.max(...widths)).toBe(30);
});

test('the next deployment begins with nothing of the last', () => {
  const state = after(BEGINS, SHIFTING, { kind: 'requests', requests: REQUESTS, rate: 200 }, { ...BEGINS, name: 'v3' });
  expect(picture(state)).toEqual([expect.any(String), '⠋ v3  the stack is being updated']);
});
