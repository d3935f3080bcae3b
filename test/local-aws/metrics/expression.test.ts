import { parseExpression, toSeries } from '../../../src/local-aws/metrics/expression';

const window = { start: 0, end: 3, period: 1 };
const values = new Map([
  ['m1', new Map([[0, 1], [1, 2], [2, 3]])],
  ['m2', new Map([[0, 10], [2, 0]])],
  ['e1', new Map([[0, 100], [1, 100], [2, 100]])],
]);

function evaluate(text: string): (number | undefined)[] {
  const series = toSeries(parseExpression(text).evaluate({ window, values, metrics: ['m1', 'm2'] }), window);
  return [0, 1, 2].map((at) => series.get(at));
}

test.each<[string, (number | undefined)[]]>([
  ['m1', [1, 2, 3]],
  ['2 + 3 * 4', [14, 14, 14]],
  ['(2 + 3) * 4 - 1', [19, 19, 19]],
  ['m1 - 1 - 1', [-1, 0, 1]],
  ['-m1', [-1, -2, -3]],
  ['m1 + m2', [11, undefined, 3]],
  ['m1 / m2', [0.1, undefined, undefined]],
  ['m1 + FILL(m2, 0)', [11, 2, 3]],
  ['FILL(m2, REPEAT)', [10, 10, 0]],
  ['SUM(METRICS())', [11, 2, 3]],
  ['SUM(METRICS("m1"))', [1, 2, 3]],
  ['SUM([m1, m2, e1])', [111, 102, 103]],
  ['MAX([m1, m2])', [10, 2, 3]],
  ['MIN(METRICS())', [1, 2, 0]],
  ['AVG([m1, e1])', [50.5, 51, 51.5]],
  ['SUM(m1)', [6, 6, 6]],
  ['IF(m1 > 1, m1, 0)', [0, 2, 3]],
  ['IF(m1 >= 2 && m2 < 5, 1, 0)', [0, undefined, 1]],
  ['IF(SUM(m1) > 100, m1, e1)', [100, 100, 100]],
  ['100 * (m1 / SUM([m1, e1]))', [100 / 101, 200 / 102, 300 / 103]],
])('works out %s', (text, expected) => {
  expect(evaluate(text)).toEqual(expected);
});

const KNOWS = 'it knows numbers, ids, + - * / ( ), comparisons, && and ||, IF, FILL, and SUM, AVG, MIN and MAX over ids, [lists] or METRICS()';

test.each([
  ['ANOMALY_DETECTION_BAND(m1, 2)', 'ANOMALY_DETECTION_BAND'],
  ['m1 +', 'its end'],
  ['m1 m2', 'm2'],
  ['m1 % 2', '% 2'],
  ['(m1', 'its end'],
  ['METRICS()', 'METRICS'],
  ['', 'its end'],
])('refuses %j by name', (text, what) => {
  expect(() => parseExpression(text)).toThrow(new Error(
    `the local AWS cannot work out the metric math expression '${text}': it does not understand ${what}; ${KNOWS}`,
  ));
});
