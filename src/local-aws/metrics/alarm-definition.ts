import type { AlarmRule, ComparisonOperator, MissingData } from './alarm-decision';
import { COMPARISON_OPERATORS } from './alarm-decision';
import { parseQueries, readMetric } from './metric-query';
import type { MetricQuery } from './metric-query';
import { validateStatistic } from './metric-store';
import { AwsError } from '../core/api';
import type { OperationInput } from '../core/api';

/** What an alarm watches, read from a template or from PutMetricAlarm: both name the properties alike. */
export interface AlarmDefinition {
  readonly rule: AlarmRule;
  /** One metric, or metric math with exactly one query that returns data. */
  readonly queries: readonly MetricQuery[];
  readonly periodSeconds: number;
  /** As it was written, to be described again. */
  readonly properties: Readonly<Record<string, OperationInput>>;
}

const TREATMENTS: readonly MissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching'];

export function parseAlarm(input: OperationInput): AlarmDefinition {
  const { Tags: _tags, AlarmName: _name, ...properties } = input;
  if (properties.ThresholdMetricId !== undefined || properties.EvaluateLowSampleCountPercentile !== undefined) {
    throw invalid('the local AWS rehearses alarms on a fixed threshold; leave ThresholdMetricId and EvaluateLowSampleCountPercentile out');
  }
  if (properties.Threshold === undefined || !Number.isFinite(Number(properties.Threshold))) {
    throw invalid('The parameter Threshold is required.');
  }
  const evaluationPeriods = atLeastOne(properties.EvaluationPeriods, 'EvaluationPeriods');
  const datapointsToAlarm = properties.DatapointsToAlarm === undefined
    ? evaluationPeriods
    : atLeastOne(properties.DatapointsToAlarm, 'DatapointsToAlarm');
  if (datapointsToAlarm > evaluationPeriods) {
    throw invalid('DatapointsToAlarm must be less than or equal to EvaluationPeriods');
  }
  const comparisonOperator: ComparisonOperator = properties.ComparisonOperator;
  if (!COMPARISON_OPERATORS.includes(comparisonOperator)) {
    throw invalid(`the local AWS rehearses the comparison operators ${COMPARISON_OPERATORS.join(', ')}, got '${comparisonOperator}'; use one of them`);
  }
  const treatMissingData: MissingData = properties.TreatMissingData ?? 'missing';
  if (!TREATMENTS.includes(treatMissingData)) {
    throw invalid(`The value '${treatMissingData}' for TreatMissingData must be one of ${TREATMENTS.join(', ')}`);
  }
  const queries = queriesOf(properties);
  return {
    rule: { evaluationPeriods, datapointsToAlarm, threshold: Number(properties.Threshold), comparisonOperator, treatMissingData },
    queries,
    periodSeconds: periodOf(queries),
    properties,
  };
}

function queriesOf(properties: OperationInput): MetricQuery[] {
  if (Array.isArray(properties.Metrics) && properties.Metrics.length > 0) {
    const queries = parseQueries(properties.Metrics);
    if (queries.filter(({ returnsData }) => returnsData).length !== 1) {
      throw invalid('Exactly one element of the metrics list should return data.');
    }
    return queries;
  }
  if (!properties.MetricName || !properties.Namespace) {
    throw invalid('The parameters MetricName and Namespace, or Metrics, must be specified.');
  }
  const statistic = String(properties.Statistic ?? properties.ExtendedStatistic);
  validateStatistic(statistic);
  const periodSeconds = atLeastOne(properties.Period, 'Period');
  return [{ id: 'm1', returnsData: true, label: String(properties.MetricName), metric: readMetric(properties), statistic, periodSeconds }];
}

function periodOf(queries: readonly MetricQuery[]): number {
  const periods = new Set(queries.flatMap((query) => ('metric' in query ? [query.periodSeconds] : [])));
  if (periods.size !== 1) {
    throw invalid(`All metrics of an alarm must have the same period, got ${[...periods].join(', ')}`);
  }
  const [period] = periods;
  if (period % 60 !== 0 && period !== 10 && period !== 20 && period !== 30) {
    throw invalid('Period must be 10, 20, 30, or a multiple of 60');
  }
  return period;
}

function atLeastOne(value: OperationInput, name: string): number {
  const parsed = Number(value);
  if (!Number.isInteger(parsed) || parsed < 1) {
    throw invalid(`The parameter ${name} must be a whole number of at least 1, got '${value}'`);
  }
  return parsed;
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}
