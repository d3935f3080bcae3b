import { parseExpression, toSeries } from './expression';
import type { Expression, Value } from './expression';
import { validateStatistic } from './metric-store';
import type { Metric, MetricStore, Series, Window } from './metric-store';
import { AwsError } from '../core/api';
import type { OperationInput } from '../core/api';

interface Query {
  readonly id: string;
  readonly label: string;
  readonly returnsData: boolean;
}

export interface MetricStatQuery extends Query {
  readonly metric: Metric;
  readonly statistic: string;
  readonly periodSeconds: number;
}

export interface ExpressionQuery extends Query {
  readonly expression: Expression;
}

/** One of an alarm's `Metrics`, or of GetMetricData's `MetricDataQueries`. */
export type MetricQuery = MetricStatQuery | ExpressionQuery;

export function parseQueries(input: readonly OperationInput[]): MetricQuery[] {
  const queries = input.map(parseQuery);
  const ids = queries.map(({ id }) => id);
  for (const query of queries) {
    const unknown = 'expression' in query ? query.expression.ids.find((id) => !ids.includes(id)) : undefined;
    if (unknown !== undefined) {
      throw new AwsError('ValidationError', `Error in expression '${query.id}': no metric or expression has the id '${unknown}'`);
    }
  }
  inOrder(queries);
  return queries;
}

/** Every query's values in a window. Expressions may name others, before or after them. */
export function evaluateQueries(store: MetricStore, queries: readonly MetricQuery[], window: Window): Map<string, Series> {
  const values = new Map<string, Value>();
  const metrics = queries.flatMap((query) => ('metric' in query ? [query.id] : []));
  for (const query of queries) {
    if ('metric' in query) {
      values.set(query.id, store.series(query.metric, query.statistic, window));
    }
  }
  for (const query of inOrder(queries)) {
    values.set(query.id, query.expression.evaluate({ window, values, metrics }));
  }
  return new Map([...values].map(([id, value]) => [id, toSeries(value, window)]));
}

export function readMetric(input: OperationInput): Metric {
  const dimensions = Object.fromEntries((input.Dimensions || []).map(({ Name, Value: value }: OperationInput) => [String(Name), String(value)]));
  return { namespace: String(input.Namespace), metricName: String(input.MetricName), dimensions };
}

function parseQuery(input: OperationInput): MetricQuery {
  const id = String(input.Id);
  const returnsData = String(input.ReturnData ?? true) === 'true';
  if (input.Expression !== undefined) {
    return { id, returnsData, label: String(input.Label ?? id), expression: parse(String(input.Expression)) };
  }
  const stat = input.MetricStat;
  if (stat?.Metric === undefined) {
    throw new AwsError('ValidationError', `The query '${id}' must have an Expression or a MetricStat`);
  }
  validateStatistic(String(stat.Stat));
  return {
    id,
    returnsData,
    label: String(input.Label ?? stat.Metric.MetricName),
    metric: readMetric(stat.Metric),
    statistic: String(stat.Stat),
    periodSeconds: Number(stat.Period),
  };
}

function parse(expression: string): Expression {
  try {
    return parseExpression(expression);
  } catch (error) {
    throw new AwsError('ValidationError', (error as Error).message);
  }
}

/** Expressions after those that they name. */
function inOrder(queries: readonly MetricQuery[]): ExpressionQuery[] {
  const expressions = new Map(queries.flatMap((query) => ('expression' in query ? [[query.id, query] as const] : [])));
  const ordered = new Set<ExpressionQuery>();
  const visit = (query: ExpressionQuery, path: readonly string[]) => {
    if (path.includes(query.id)) {
      throw new AwsError('ValidationError', `The expressions ${path.join(', ')} depend on each other`);
    }
    query.expression.ids.flatMap((id) => expressions.get(id) ?? []).forEach((other) => visit(other, [...path, query.id]));
    ordered.add(query);
  };
  expressions.forEach((query) => visit(query, []));
  return [...ordered];
}
