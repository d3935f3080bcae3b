import { AwsError } from '../core/api';
import type { RecordOptions } from '../core/api';
import type { Clock } from '../core/clock';

/** The finest period that CloudWatch knows beside one second, and a divisor of all others. */
const BUCKET = 10_000;
const KEPT = 3 * 3600 * 1000;
/** Bounds the memory of a bucket; beyond it, percentiles are those of the values seen first. */
const MOST_VALUES = 2000;

class Bucket {
  public count = 0;
  public sum = 0;
  public minimum = Infinity;
  public maximum = -Infinity;
  public readonly values = new Map<number, number>();

  public add(value: number, count: number): void {
    this.count += count;
    this.sum += value * count;
    this.minimum = Math.min(this.minimum, value);
    this.maximum = Math.max(this.maximum, value);
    if (this.values.size < MOST_VALUES || this.values.has(value)) {
      this.values.set(value, (this.values.get(value) ?? 0) + count);
    }
  }
}

export interface Metric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface Window {
  /** In milliseconds since the epoch; the end is not part of it. */
  readonly start: number;
  readonly end: number;
  readonly period: number;
}

/** Values by the moment at which their period began. Periods without data are not in it. */
export type Series = ReadonlyMap<number, number>;

/** What has been recorded in the last three hours of the clock. */
export class MetricStore {
  private readonly metrics = new Map<string, { readonly metric: Metric; readonly buckets: Map<number, Bucket> }>();

  constructor(private readonly clock: Clock) {}

  public record(metric: Metric, value: number, { count = 1, at = this.clock.millis() }: RecordOptions = {}): void {
    const key = keyOf(metric);
    let stored = this.metrics.get(key);
    if (!stored) {
      stored = { metric, buckets: new Map() };
      this.metrics.set(key, stored);
    }
    const start = Math.floor(at / BUCKET) * BUCKET;
    let bucket = stored.buckets.get(start);
    if (!bucket) {
      bucket = new Bucket();
      stored.buckets.set(start, bucket);
    }
    bucket.add(value, count);
  }

  public series(metric: Metric, statistic: string, window: Window): Series {
    const stored = this.metrics.get(keyOf(metric));
    const series = new Map<number, number>();
    for (let start = window.start; start < window.end; start += window.period) {
      const buckets: Bucket[] = [];
      for (let at = start; at < start + window.period; at += BUCKET) {
        const bucket = stored?.buckets.get(at);
        if (bucket) {
          buckets.push(bucket);
        }
      }
      if (buckets.length > 0) {
        series.set(start, statisticOf(statistic, buckets));
      }
    }
    return series;
  }

  public forgetOld(): void {
    const oldest = this.clock.millis() - KEPT;
    for (const [key, { buckets }] of this.metrics) {
      [...buckets.keys()].filter((start) => start < oldest).forEach((start) => buckets.delete(start));
      if (buckets.size === 0) {
        this.metrics.delete(key);
      }
    }
  }
}

/** Refuses a statistic that the local AWS does not work out. */
export function validateStatistic(statistic: string): void {
  if (!/^(Sum|Average|Minimum|Maximum|SampleCount|p\d{1,2}(\.\d{1,10})?|p100)$/.test(statistic)) {
    throw new AwsError(
      'ValidationError',
      `the local AWS knows the statistics Sum, Average, Minimum, Maximum, SampleCount and percentiles such as p99, got '${statistic}'; use one of them`,
    );
  }
}

function statisticOf(statistic: string, buckets: readonly Bucket[]): number {
  const total = (pick: (bucket: Bucket) => number) => buckets.reduce((sum, bucket) => sum + pick(bucket), 0);
  switch (statistic) {
    case 'Sum':
      return total((bucket) => bucket.sum);
    case 'SampleCount':
      return total((bucket) => bucket.count);
    case 'Average':
      return total((bucket) => bucket.sum) / total((bucket) => bucket.count);
    case 'Minimum':
      return Math.min(...buckets.map((bucket) => bucket.minimum));
    case 'Maximum':
      return Math.max(...buckets.map((bucket) => bucket.maximum));
    default:
      return percentile(Number(statistic.slice(1)), buckets);
  }
}

function percentile(percent: number, buckets: readonly Bucket[]): number {
  const values = buckets.flatMap((bucket) => [...bucket.values]).sort(([one], [other]) => one - other);
  const count = values.reduce((sum, [, times]) => sum + times, 0);
  let rank = Math.max(1, Math.ceil((percent / 100) * count));
  for (const [value, times] of values) {
    rank -= times;
    if (rank <= 0) {
      return value;
    }
  }
  return values[values.length - 1][0];
}

function keyOf({ namespace, metricName, dimensions }: Metric): string {
  return JSON.stringify([namespace, metricName, Object.entries(dimensions).sort(([one], [other]) => (one < other ? -1 : 1))]);
}
