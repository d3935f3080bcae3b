import type { Alarm, Alarms } from './alarms';
import { evaluateQueries, parseQueries, readMetric } from './metric-query';
import { validateStatistic } from './metric-store';
import type { MetricStore, Window } from './metric-store';
import { AwsError } from '../core/api';
import type { Operation, OperationInput } from '../core/api';

const STATES = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];

/** The operations as clients call them, over JSON (numbers) or the query protocol (strings). */
export function operations(store: MetricStore, alarms: Alarms): Record<string, Operation> {
  return {
    ...alarmOperations(alarms),
    PutMetricData: (input) => {
      for (const datum of list(input.MetricData)) {
        putDatum(store, String(input.Namespace), datum);
      }
      return {};
    },
    GetMetricData: (input) => getMetricData(store, input),
    GetMetricStatistics: (input) => getMetricStatistics(store, input),
  };
}

function alarmOperations(alarms: Alarms): Record<string, Operation> {
  return {
    PutMetricAlarm: (input) => {
      alarms.putMetric(String(input.AlarmName), input);
      return {};
    },
    DeleteAlarms: (input) => {
      list(input.AlarmNames).map((name) => alarms.get(String(name))).forEach(({ name }) => alarms.delete(name));
      return {};
    },
    DescribeAlarms: (input) => {
      const chosen = choose(alarms, input);
      const types = list(input.AlarmTypes).length > 0 ? list(input.AlarmTypes) : ['MetricAlarm'];
      return {
        MetricAlarms: types.includes('MetricAlarm') ? chosen.filter(({ kind }) => kind === 'metric').map(describe) : [],
        CompositeAlarms: types.includes('CompositeAlarm') ? chosen.filter(({ kind }) => kind === 'composite').map(describe) : [],
      };
    },
    DescribeAlarmHistory: (input) => {
      const chosen = input.AlarmName ? [alarms.get(String(input.AlarmName))] : alarms.all();
      const items = chosen.flatMap((alarm) => alarm.history.map((transition) => ({
        AlarmName: alarm.name,
        AlarmType: alarm.kind === 'metric' ? 'MetricAlarm' : 'CompositeAlarm',
        Timestamp: transition.at,
        HistoryItemType: 'StateUpdate',
        HistorySummary: `Alarm updated from ${transition.from} to ${transition.to}`,
        HistoryData: JSON.stringify({
          oldState: { stateValue: transition.from },
          newState: { stateValue: transition.to, stateReason: transition.reason },
        }),
      })));
      return { AlarmHistoryItems: items.sort((one, other) => other.Timestamp.getTime() - one.Timestamp.getTime()) };
    },
    SetAlarmState: (input) => {
      if (!STATES.includes(input.StateValue)) {
        throw new AwsError('ValidationError', `The value '${input.StateValue}' for StateValue must be one of ${STATES.join(', ')}`);
      }
      alarms.setState(String(input.AlarmName), input.StateValue, String(input.StateReason));
      return {};
    },
  };
}

function choose(alarms: Alarms, input: OperationInput): Alarm[] {
  const names = list(input.AlarmNames).map(String);
  const prefix = String(input.AlarmNamePrefix ?? '');
  return alarms.all().filter((alarm) =>
    (names.length === 0 || names.includes(alarm.name))
    && alarm.name.startsWith(prefix)
    && (!input.StateValue || alarm.state === input.StateValue));
}

function describe(alarm: Alarm): object {
  const state = {
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    AlarmConfigurationUpdatedTimestamp: alarm.configuredAt,
    StateValue: alarm.state,
    StateReason: alarm.reason,
    StateUpdatedTimestamp: alarm.since,
    StateTransitionedTimestamp: alarm.since,
  };
  if (alarm.kind === 'composite') {
    return { ...alarm.properties, ...state };
  }
  const { properties, rule } = alarm.definition;
  const numbers = {
    Threshold: rule.threshold,
    EvaluationPeriods: rule.evaluationPeriods,
    ...(properties.DatapointsToAlarm === undefined ? {} : { DatapointsToAlarm: rule.datapointsToAlarm }),
    ...(properties.Period === undefined ? {} : { Period: alarm.definition.periodSeconds }),
  };
  return { ActionsEnabled: true, OKActions: [], AlarmActions: [], InsufficientDataActions: [], Dimensions: [], ...properties, ...numbers, ...state };
}

function putDatum(store: MetricStore, namespace: string, datum: OperationInput): void {
  const metric = readMetric({ ...datum, Namespace: namespace });
  const at = datum.Timestamp === undefined ? undefined : timeOf(datum.Timestamp);
  const values = list(datum.Values).length > 0 ? list(datum.Values) : [datum.Value];
  if (values.some((value) => !Number.isFinite(Number(value ?? Number.NaN)))) {
    throw new AwsError('InvalidParameterValue', 'the local AWS takes metric data as Value, or as Values with Counts; StatisticValues are not taken');
  }
  const counts = list(datum.Counts);
  values.forEach((value, index) => store.record(metric, Number(value), { count: Number(counts[index] ?? 1), at }));
}

function getMetricData(store: MetricStore, input: OperationInput): object {
  const queries = parseQueries(list(input.MetricDataQueries));
  const periods = queries.flatMap((query) => ('metric' in query ? [query.periodSeconds] : []));
  const results = evaluateQueries(store, queries, windowOf(input, Math.max(60, ...periods)));
  const isAscending = input.ScanBy === 'TimestampAscending';
  return {
    MetricDataResults: queries.filter(({ returnsData }) => returnsData).map(({ id, label }) => {
      const points = [...results.get(id)!].sort(([one], [other]) => (isAscending ? one - other : other - one));
      return { Id: id, Label: label, Timestamps: points.map(([at]) => new Date(at)), Values: points.map(([, value]) => value), StatusCode: 'Complete' };
    }),
    Messages: [],
  };
}

function getMetricStatistics(store: MetricStore, input: OperationInput): object {
  const metric = readMetric(input);
  const window = windowOf(input, Number(input.Period));
  const points = new Map<number, Record<string, OperationInput>>();
  const collect = (statistic: string, put: (point: Record<string, OperationInput>, value: number) => void) => {
    validateStatistic(statistic);
    for (const [at, value] of store.series(metric, statistic, window)) {
      const point = points.get(at) ?? { Timestamp: new Date(at) };
      points.set(at, point);
      put(point, value);
    }
  };
  list(input.Statistics).map(String).forEach((statistic) => collect(statistic, (point, value) => {
    point[statistic] = value;
  }));
  list(input.ExtendedStatistics).map(String).forEach((statistic) => collect(statistic, (point, value) => {
    point.ExtendedStatistics = { ...point.ExtendedStatistics, [statistic]: value };
  }));
  return { Label: metric.metricName, Datapoints: [...points.values()] };
}

function windowOf(input: OperationInput, periodSeconds: number): Window {
  const period = periodSeconds * 1000;
  if (!(period > 0)) {
    throw new AwsError('ValidationError', `Period must be 10, 20, 30, or a multiple of 60, got '${input.Period}'`);
  }
  return { start: Math.floor(timeOf(input.StartTime) / period) * period, end: timeOf(input.EndTime), period };
}

/** Seconds since the epoch over JSON, a date's text over the query protocol. */
function timeOf(value: OperationInput): number {
  const time = typeof value === 'number' ? value * 1000 : new Date(value).getTime();
  if (!Number.isFinite(time)) {
    throw new AwsError('InvalidParameterValue', `'${value}' is not a time`);
  }
  return time;
}

function list(value: OperationInput): OperationInput[] {
  return Array.isArray(value) ? value : [];
}
