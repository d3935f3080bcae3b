import {
  CloudWatchClient, DescribeAlarmHistoryCommand, DescribeAlarmsCommand, GetMetricDataCommand, GetMetricStatisticsCommand, PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import type { ResourceState } from '../../../src/local-aws/core/api';
import type { World } from '../../../src/local-aws/core/world';
import { Endpoint } from '../../../src/local-aws/endpoint/endpoint';
import { CloudWatch } from '../../../src/local-aws/metrics/cloudwatch';
import { eventually, testWorld } from '../traffic/fixture';

const MINUTE = 60_000;

let world: World;
let cloudWatch: CloudWatch;
let endpoint: Endpoint;
let client: CloudWatchClient;

beforeEach(async () => {
  world = testWorld(3000);
  cloudWatch = new CloudWatch(world);
  endpoint = new Endpoint(world);
  endpoint.serveFrom([cloudWatch]);
  await endpoint.listen(0);
  client = new CloudWatchClient({ endpoint: endpoint.url(), region: 'eu-west-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
});

afterEach(async () => {
  client.destroy();
  await endpoint.close();
  await cloudWatch.close();
});

function request(type: string, properties: object) {
  return {
    stackId: 'id', stackName: 'api', logicalId: 'Errors', resourceType: type, properties, stackTags: {}, signal: new AbortController().signal,
  };
}

function createAlarm(properties: object): Promise<ResourceState> {
  return cloudWatch.resourceTypes['AWS::CloudWatch::Alarm'].create(request('AWS::CloudWatch::Alarm', properties));
}

const errors = (TargetGroup: string) => ({
  Namespace: 'AWS/ApplicationELB',
  MetricName: 'HTTPCode_Target_5XX_Count',
  Dimensions: [{ Name: 'LoadBalancer', Value: 'app/api/1' }, { Name: 'TargetGroup', Value: TargetGroup }],
});

const threshold = { Threshold: 5, ComparisonOperator: 'GreaterThanOrEqualToThreshold', EvaluationPeriods: '1', TreatMissingData: 'notBreaching' };

const onOne = { ...errors('a'), ...threshold, Statistic: 'Sum', Period: '60' };

/** As the data plane publishes: at the end of every minute, for the minute that has ended. */
function publish(targetGroup: string, count: number): void {
  const at = Math.floor(world.clock.millis() / MINUTE) * MINUTE - MINUTE;
  cloudWatch.record('AWS/ApplicationELB', 'HTTPCode_Target_5XX_Count', { TargetGroup: targetGroup, LoadBalancer: 'app/api/1' }, count, { at });
}

async function becomes(name: string, state: string, meanwhile: () => void = () => undefined): Promise<void> {
  await eventually(() => {
    meanwhile();
    return cloudWatch.alarmState(name)?.state === state;
  });
}

describe('an alarm', () => {
  test('goes to ALARM when its metric crosses the threshold, and back when it no longer does', async () => {
    const { physicalId: name, attributes } = await createAlarm(onOne);
    expect(name).toMatch(/^api-Errors-[A-Z0-9]{12}$/);
    expect(attributes).toEqual({ Arn: `arn:aws:cloudwatch:eu-west-1:111122223333:alarm:${name}` });
    expect(cloudWatch.alarmState(name)).toEqual({ state: 'INSUFFICIENT_DATA', reason: 'Unchecked: Initial alarm creation' });
    await becomes(name, 'OK');

    publish('a', 12);
    await becomes(name, 'ALARM');
    expect(cloudWatch.alarmState(name)!.reason)
      .toMatch(/^Threshold Crossed: 1 datapoint \[12\.0 \(\d\d\/\d\d\/\d\d \d\d:\d\d:00\)\] was greater than or equal to the threshold \(5\.0\)\.$/);

    await becomes(name, 'OK');
    const { AlarmHistoryItems } = await client.send(new DescribeAlarmHistoryCommand({ AlarmName: name }));
    expect(AlarmHistoryItems!.map(({ HistorySummary }) => HistorySummary)).toEqual([
      'Alarm updated from ALARM to OK', 'Alarm updated from OK to ALARM', 'Alarm updated from INSUFFICIENT_DATA to OK',
    ]);
  });

  test('watches the sum of two target groups, whichever of them serves', async () => {
    const stat = (Id: string, targetGroup: string) => {
      const { Namespace, MetricName, Dimensions } = errors(targetGroup);
      return { Id, ReturnData: false, MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: 60, Stat: 'Sum' } };
    };
    const { physicalId: name } = await createAlarm({
      ...threshold,
      Metrics: [{ Id: 'both', Expression: 'FILL(a, 0) + FILL(b, 0)', Label: 'errors' }, stat('a', 'a'), stat('b', 'b')],
    });
    await becomes(name, 'OK');

    publish('b', 6);
    await becomes(name, 'ALARM');
  });

  test('keeps its state when the template changes its description', async () => {
    const state = await createAlarm(onOne);
    await becomes(state.physicalId, 'OK');

    const type = cloudWatch.resourceTypes['AWS::CloudWatch::Alarm'];
    await type.update(request('AWS::CloudWatch::Alarm', { ...onOne, AlarmDescription: 'read the runbook' }), state, onOne);

    expect(cloudWatch.alarmState(state.physicalId)?.state).toBe('OK');
    const { MetricAlarms } = await client.send(new DescribeAlarmsCommand({ AlarmNames: [state.physicalId] }));
    expect(MetricAlarms![0]).toMatchObject({
      AlarmDescription: 'read the runbook', StateValue: 'OK', Threshold: 5, EvaluationPeriods: 1, Period: 60, MetricName: 'HTTPCode_Target_5XX_Count',
    });
  });

  test('is unknown once it is deleted', async () => {
    const state = await createAlarm(onOne);
    await cloudWatch.resourceTypes['AWS::CloudWatch::Alarm'].delete(request('AWS::CloudWatch::Alarm', onOne), state);

    expect(cloudWatch.alarmState(state.physicalId)).toBeUndefined();
  });

  test('can be set by hand, until its next evaluation', async () => {
    const { physicalId: name } = await createAlarm({ ...onOne, Period: 3600 });

    await client.send(new SetAlarmStateCommand({ AlarmName: name, StateValue: 'ALARM', StateReason: 'a drill' }));

    expect(cloudWatch.alarmState(name)).toEqual({ state: 'ALARM', reason: 'a drill' });
  });

  test.each<[object, string]>([
    [{ ...onOne, Metrics: [{ Id: 'e1', Expression: 'RATE(m1)' }] },
      "the local AWS cannot work out the metric math expression 'RATE(m1)': it does not understand RATE; it knows numbers, ids, + - * / ( ), "
      + 'comparisons, && and ||, IF, FILL, and SUM, AVG, MIN and MAX over ids, [lists] or METRICS()'],
    [{ ...onOne, Metrics: [{ Id: 'e1', Expression: 'm1 + 1' }] }, "Error in expression 'e1': no metric or expression has the id 'm1'"],
    [{ ...onOne, ComparisonOperator: 'GreaterThanUpperThreshold' },
      'the local AWS rehearses the comparison operators GreaterThanOrEqualToThreshold, GreaterThanThreshold, LessThanThreshold, '
      + "LessThanOrEqualToThreshold, got 'GreaterThanUpperThreshold'; use one of them"],
    [{ ...onOne, Statistic: 'tm90' },
      "the local AWS knows the statistics Sum, Average, Minimum, Maximum, SampleCount and percentiles such as p99, got 'tm90'; use one of them"],
    [{ ...onOne, DatapointsToAlarm: 2 }, 'DatapointsToAlarm must be less than or equal to EvaluationPeriods'],
    [{ ...onOne, Period: 45 }, 'Period must be 10, 20, 30, or a multiple of 60'],
    [{ ...onOne, ThresholdMetricId: 'band' },
      'the local AWS rehearses alarms on a fixed threshold; leave ThresholdMetricId and EvaluateLowSampleCountPercentile out'],
  ])('is refused where it cannot be rehearsed (%#)', async (properties, message) => {
    await expect(createAlarm(properties)).rejects.toThrow(new Error(message));
  });
});

test('a composite alarm follows the alarms that its rule names', async () => {
  await createAlarm({ ...onOne, AlarmName: 'one', Period: 3600 });
  const { attributes } = await createAlarm({ ...onOne, AlarmName: 'two', Period: 3600 });
  const type = cloudWatch.resourceTypes['AWS::CloudWatch::CompositeAlarm'];
  const rule = `ALARM("one") AND NOT (OK(${attributes.Arn}) OR FALSE)`;
  await type.create(request('AWS::CloudWatch::CompositeAlarm', { AlarmName: 'both', AlarmRule: rule }));
  expect(cloudWatch.alarmState('both')?.state).toBe('OK');

  await client.send(new SetAlarmStateCommand({ AlarmName: 'one', StateValue: 'ALARM', StateReason: 'a drill' }));
  expect(cloudWatch.alarmState('both')?.state).toBe('ALARM');

  await client.send(new SetAlarmStateCommand({ AlarmName: 'two', StateValue: 'OK', StateReason: 'a drill' }));
  expect(cloudWatch.alarmState('both')?.state).toBe('OK');
  await expect(type.create(request('AWS::CloudWatch::CompositeAlarm', { AlarmName: 'bad', AlarmRule: 'ALARM(one) XOR OK(two)' })))
    .rejects.toThrow(new Error("AlarmRule is malformed: 'ALARM(one) XOR OK(two)'"));
});

test('answers what was put, by statistic and by metric math', async () => {
  const start = new Date(Math.floor(Date.now() / MINUTE) * MINUTE);
  const end = new Date(start.getTime() + MINUTE);
  await client.send(new PutMetricDataCommand({
    Namespace: 'Shop',
    MetricData: [{ MetricName: 'Latency', Timestamp: start, Values: [1, 2, 100], Counts: [50, 48, 2] }, { MetricName: 'Orders', Timestamp: start, Value: 4 }],
  }));

  const { Datapoints } = await client.send(new GetMetricStatisticsCommand({
    Namespace: 'Shop',
    MetricName: 'Latency',
    StartTime: start,
    EndTime: end,
    Period: 60,
    Statistics: ['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount'],
    ExtendedStatistics: ['p50', 'p99'],
  }));
  expect(Datapoints).toEqual([{
    Timestamp: start, Sum: 346, Average: 3.46, Minimum: 1, Maximum: 100, SampleCount: 100, ExtendedStatistics: { p50: 1, p99: 100 },
  }]);

  const { MetricDataResults } = await client.send(new GetMetricDataCommand({
    StartTime: start,
    EndTime: end,
    MetricDataQueries: [
      { Id: 'orders', ReturnData: false, MetricStat: { Metric: { Namespace: 'Shop', MetricName: 'Orders' }, Period: 60, Stat: 'Sum' } },
      { Id: 'twice', Expression: 'orders * 2' },
    ],
  }));
  expect(MetricDataResults).toEqual([{ Id: 'twice', Label: 'twice', Timestamps: [start], Values: [8], StatusCode: 'Complete' }]);
});
