import type { AlarmStateValue } from './alarm-decision';
import { Alarms } from './alarms';
import type { Alarm } from './alarms';
import { MetricStore } from './metric-store';
import { Minutes } from './minutes';
import { operations } from './operations';
import { AwsError } from '../core/api';
import type { LocalService, MetricSink, Properties, RecordOptions, ResourceRequest, ResourceState, ResourceType, ServiceApi } from '../core/api';
import { madeUpName } from '../core/names';
import type { World } from '../core/world';
import type { Memory } from '../state/memory';

/** Clock seconds after a minute's end, and never less than the real milliseconds, until what it brought has been published. */
const LAG_SECONDS = 5;
const LEAST_LAG_MILLIS = 20;

/** CloudWatch of the local AWS: metrics of the last hours, and alarms that really watch them. */
export class CloudWatch implements LocalService, MetricSink {
  public readonly apis: readonly ServiceApi[];
  public readonly resourceTypes: Readonly<Record<string, ResourceType>>;
  private readonly store: MetricStore;
  private readonly alarms: Alarms;
  private readonly minutes: Minutes;

  constructor(world: World) {
    this.store = new MetricStore(world.clock);
    this.alarms = new Alarms(world, this.store);
    const operationsByName = operations(this.store, this.alarms);
    // AWS's newer clients speak JSON, older ones the query protocol.
    this.apis = [
      { signingName: 'monitoring', protocol: 'json', target: 'GraniteServiceVersion20100801', operations: operationsByName },
      { signingName: 'monitoring', protocol: 'query', target: '2010-08-01', operations: operationsByName },
    ];
    this.resourceTypes = {
      'AWS::CloudWatch::Alarm': this.alarmType(['AlarmName'], (name, properties) => this.alarms.putMetric(name, properties)),
      'AWS::CloudWatch::CompositeAlarm': this.alarmType(['AlarmName'], (name, properties) => this.alarms.putComposite(name, properties)),
    };
    const lag = Math.max(LAG_SECONDS * 1000, LEAST_LAG_MILLIS * world.clock.speed);
    this.minutes = new Minutes(world.clock, lag, (endedAt) => {
      this.alarms.evaluate(endedAt);
      this.store.forgetOld();
    });
  }

  public record(namespace: string, metricName: string, dimensions: Readonly<Record<string, string>>, value: number, options?: RecordOptions): void {
    this.store.record({ namespace, metricName, dimensions }, value, options);
  }

  /** For whoever deploys; undefined where there is no such alarm. */
  public alarmState(name: string): { readonly state: AlarmStateValue; readonly reason: string } | undefined {
    const alarm = this.alarms.find(name);
    return alarm && { state: alarm.state, reason: alarm.reason };
  }

  /** Alarms and their states; what was measured is measured anew. */
  public get memory(): Memory {
    return { stores: { alarms: { of: this.alarms, fields: ['kept'] } } };
  }

  public async close(): Promise<void> {
    this.minutes.close();
  }

  private alarmType(replacedBy: readonly string[], put: (name: string, properties: Properties) => Alarm): ResourceType {
    const withTags = (alarm: Alarm, request: ResourceRequest): ResourceState => {
      alarm.tags.clear();
      Object.entries(request.stackTags).forEach(([key, value]) => alarm.tags.set(key, value));
      (request.properties.Tags ?? []).forEach(({ Key, Value }: { Key: string; Value: string }) => alarm.tags.set(Key, Value));
      return { physicalId: alarm.name, attributes: { Arn: alarm.arn } };
    };
    return {
      kind: 'rehearsed',
      replacedBy,
      create: async (request) => {
        const name = request.properties.AlarmName ?? madeUpName(request, { most: 255 });
        if (this.alarms.find(name)) {
          throw new AwsError('AlreadyExists', `${name} already exists`);
        }
        return withTags(put(name, request.properties), request);
      },
      update: async (request, state) => withTags(put(state.physicalId, request.properties), request),
      delete: async (_request, state) => this.alarms.delete(state.physicalId),
    };
  }
}
