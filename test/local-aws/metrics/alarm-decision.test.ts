import { decide } from '../../../src/local-aws/metrics/alarm-decision';
import type { AlarmRule, Datapoint, MissingData } from '../../../src/local-aws/metrics/alarm-decision';

const NOON = Date.UTC(2026, 10, 23, 12, 0);

const rule = (overrides: Partial<AlarmRule> = {}): AlarmRule => ({
  evaluationPeriods: 3,
  datapointsToAlarm: 3,
  threshold: 5,
  comparisonOperator: 'GreaterThanOrEqualToThreshold',
  treatMissingData: 'missing',
  ...overrides,
});

/** `0`: below the threshold, `X`: a breach, `-`: missing; oldest first, one a minute. */
function range(picture: string): (Datapoint | undefined)[] {
  return picture.split(' ').map((mark, index) => (mark === '-' ? undefined : { at: NOON + index * 60_000, value: mark === 'X' ? 12 : 0 }));
}

// The tables of CloudWatch's documentation; `same`: the alarm keeps its state.
describe.each<[datapointsToAlarm: number, picture: string, missing: string, ignore: string, breaching: string, notBreaching: string]>([
  [3, '0 - X - X', 'OK', 'OK', 'OK', 'OK'],
  [3, '- - - - 0', 'OK', 'OK', 'OK', 'OK'],
  [3, '- - - - -', 'INSUFFICIENT_DATA', 'same', 'ALARM', 'OK'],
  [3, '0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  [3, '- - X - -', 'ALARM', 'same', 'ALARM', 'OK'],
  [2, '0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  [2, '0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  [2, '0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
  [2, '- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
  [2, '- - - X -', 'ALARM', 'same', 'ALARM', 'OK'],
  [2, '- - - - X', 'same', 'same', 'ALARM', 'OK'],
])('%d of 3 datapoints, with %s', (datapointsToAlarm, picture, ...expected) => {
  test.each<[MissingData, string]>([
    ['missing', expected[0]], ['ignore', expected[1]], ['breaching', expected[2]], ['notBreaching', expected[3]],
  ])('missing data as %s: %s', (treatMissingData, state) => {
    expect(decide(rule({ datapointsToAlarm, treatMissingData }), range(picture))?.state ?? 'same').toBe(state);
  });
});

test.each<[operator: AlarmRule['comparisonOperator'], breaching: number, other: number]>([
  ['GreaterThanOrEqualToThreshold', 5, 4.9], ['GreaterThanThreshold', 5.1, 5], ['LessThanThreshold', 4.9, 5], ['LessThanOrEqualToThreshold', 5, 5.1],
])('compares by %s', (comparisonOperator, breaching, other) => {
  const one = rule({ comparisonOperator, evaluationPeriods: 1, datapointsToAlarm: 1 });

  expect(decide(one, [{ at: NOON, value: breaching }])?.state).toBe('ALARM');
  expect(decide(one, [{ at: NOON, value: other }])?.state).toBe('OK');
});

describe('the reason', () => {
  const one = (treatMissingData: MissingData) => rule({ evaluationPeriods: 1, datapointsToAlarm: 1, treatMissingData });

  test.each([
    [one('missing'), 'X', 'Threshold Crossed: 1 datapoint [12.0 (23/11/26 12:00:00)] was greater than or equal to the threshold (5.0).'],
    [one('missing'), '0', 'Threshold Crossed: 1 datapoint [0.0 (23/11/26 12:00:00)] was not greater than or equal to the threshold (5.0).'],
    [one('missing'), '-', 'Insufficient Data: 1 datapoint was unknown.'],
    [one('notBreaching'), '-', 'Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].'],
    [rule({ treatMissingData: 'breaching' }), '- - -',
      'Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as [Breaching].'],
    [rule({ datapointsToAlarm: 2 }), 'X 0 X',
      'Threshold Crossed: 2 out of the last 3 datapoints [12.0 (23/11/26 12:00:00), 12.0 (23/11/26 12:02:00)] were greater than or equal to '
      + 'the threshold (5.0) (minimum 2 datapoints for OK -> ALARM transition).'],
  ])('says what was seen (%#)', (alarm, picture, reason) => {
    expect(decide(alarm, range(picture))?.reason).toBe(reason);
  });
});
