import { decide, evaluationRange } from './alarm-decision';
import type { AlarmStateValue, Datapoint, Decision } from './alarm-decision';
import { parseAlarm } from './alarm-definition';
import type { AlarmDefinition } from './alarm-definition';
import { parseCompositeRule } from './composite-rule';
import type { CompositeRule } from './composite-rule';
import { evaluateQueries } from './metric-query';
import type { MetricStore } from './metric-store';
import { MINUTE } from './minutes';
import { AwsError } from '../core/api';
import type { OperationInput } from '../core/api';
import { arn } from '../core/world';
import type { World } from '../core/world';

const MOST_HISTORY = 200;

export interface Transition {
  readonly at: Date;
  readonly from: AlarmStateValue;
  readonly to: AlarmStateValue;
  readonly reason: string;
}

interface State {
  readonly name: string;
  readonly arn: string;
  readonly tags: Map<string, string>;
  configuredAt: Date;
  state: AlarmStateValue;
  reason: string;
  since: Date;
  readonly history: Transition[];
}

export interface MetricAlarm extends State {
  readonly kind: 'metric';
  definition: AlarmDefinition;
}

export interface CompositeAlarm extends State {
  readonly kind: 'composite';
  rule: CompositeRule;
  properties: Readonly<Record<string, OperationInput>>;
}

export type Alarm = MetricAlarm | CompositeAlarm;

interface KeptAlarm {
  readonly kind: Alarm['kind'];
  readonly properties: Readonly<Record<string, OperationInput>>;
  readonly state: State;
}

/** All alarms, and how they come to their states. */
export class Alarms {
  private readonly alarms = new Map<string, Alarm>();

  constructor(private readonly world: World, private readonly store: MetricStore) {}

  /** Every alarm as it was written, since what was read from it holds functions. */
  public get kept(): KeptAlarm[] {
    return this.all().map((alarm) => {
      const { name, arn: alarmArn, tags, configuredAt, state, reason, since, history } = alarm;
      const properties = alarm.kind === 'metric' ? alarm.definition.properties : alarm.properties;
      return { kind: alarm.kind, properties, state: { name, arn: alarmArn, tags, configuredAt, state, reason, since, history } };
    });
  }

  public set kept(alarms: KeptAlarm[]) {
    this.alarms.clear();
    for (const { kind, properties, state } of alarms) {
      this.alarms.set(state.name, kind === 'metric'
        ? { kind, definition: parseAlarm(properties), ...state }
        : { kind, rule: parseCompositeRule(String(properties.AlarmRule)), properties, ...state });
    }
  }

  public all(): Alarm[] {
    return [...this.alarms.values()];
  }

  /** By name or ARN, since a composite alarm's rule may say either. */
  public find(nameOrArn: string): Alarm | undefined {
    return this.alarms.get(nameOrArn.replace(/^arn:[^:]*:cloudwatch:[^:]*:[^:]*:alarm:/, ''));
  }

  public get(name: string): Alarm {
    const alarm = this.find(name);
    if (!alarm) {
      throw new AwsError('ResourceNotFound', `Unknown alarm '${name}'`, 404);
    }
    return alarm;
  }

  /** Creates the alarm, or changes what it watches and keeps its state, as PutMetricAlarm does. */
  public putMetric(name: string, input: OperationInput): MetricAlarm {
    const definition = parseAlarm(input);
    const known = this.find(name);
    if (known?.kind === 'metric') {
      known.definition = definition;
      known.configuredAt = this.world.clock.now();
      return known;
    }
    const alarm: MetricAlarm = { kind: 'metric', definition, ...this.initial(name) };
    this.alarms.set(name, alarm);
    return alarm;
  }

  public putComposite(name: string, input: OperationInput): CompositeAlarm {
    const { Tags: _tags, AlarmName: _name, ...properties } = input;
    const rule = parseCompositeRule(String(properties.AlarmRule));
    const known = this.find(name);
    if (known?.kind === 'composite') {
      Object.assign(known, { rule, properties, configuredAt: this.world.clock.now() });
      return known;
    }
    const alarm: CompositeAlarm = { kind: 'composite', rule, properties, ...this.initial(name) };
    this.alarms.set(name, alarm);
    this.evaluateComposites();
    return alarm;
  }

  public delete(name: string): void {
    this.alarms.delete(name);
  }

  /** Until the next evaluation decides otherwise, as on AWS. */
  public setState(name: string, state: AlarmStateValue, reason: string): void {
    this.move(this.get(name), { state, reason });
    this.evaluateComposites();
  }

  /** A minute of the clock has ended: alarms whose period ended with it are looked at. */
  public evaluate(endedAt: number): void {
    for (const alarm of this.alarms.values()) {
      if (alarm.kind === 'metric' && endedAt % Math.max(MINUTE, alarm.definition.periodSeconds * 1000) === 0) {
        this.move(alarm, decide(alarm.definition.rule, this.range(alarm.definition, endedAt)));
      }
    }
    this.evaluateComposites();
  }

  private range({ queries, rule, periodSeconds }: AlarmDefinition, end: number): (Datapoint | undefined)[] {
    const period = periodSeconds * 1000;
    const start = end - evaluationRange(rule) * period;
    const watched = queries.find(({ returnsData }) => returnsData)!;
    const series = evaluateQueries(this.store, queries, { start, end, period }).get(watched.id)!;
    return Array.from({ length: evaluationRange(rule) }, (_, index) => {
      const at = start + index * period;
      const value = series.get(at);
      return value === undefined ? undefined : { at, value };
    });
  }

  /** Composite alarms may watch each other: as many rounds as there are of them settle any chain. */
  private evaluateComposites(): void {
    const composites = this.all().filter((alarm): alarm is CompositeAlarm => alarm.kind === 'composite');
    for (const _round of composites) {
      for (const alarm of composites) {
        const state = alarm.rule((name) => this.find(name)?.state) ? 'ALARM' : 'OK';
        this.move(alarm, { state, reason: `the rule ${alarm.properties.AlarmRule} evaluates to ${state}` });
      }
    }
  }

  private move(alarm: Alarm, decision: Decision | undefined): void {
    if (decision === undefined || decision.state === alarm.state) {
      return;
    }
    const at = this.world.clock.now();
    alarm.history.push({ at, from: alarm.state, to: decision.state, reason: decision.reason });
    alarm.history.splice(0, alarm.history.length - MOST_HISTORY);
    Object.assign(alarm, { state: decision.state, reason: decision.reason, since: at });
    this.world.log(`alarm ${alarm.name} is in ${decision.state}: ${decision.reason}`);
  }

  private initial(name: string): State {
    const now = this.world.clock.now();
    return {
      name,
      arn: arn(this.world, 'cloudwatch', `alarm:${name}`),
      tags: new Map(),
      configuredAt: now,
      state: 'INSUFFICIENT_DATA',
      reason: 'Unchecked: Initial alarm creation',
      since: now,
      history: [],
    };
  }
}
