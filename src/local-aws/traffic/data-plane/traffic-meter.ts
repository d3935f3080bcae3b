import type { MetricSink } from '../../core/api';
import type { World } from '../../core/world';
import { MINUTE, Minutes } from '../../metrics/minutes';
import type { LoadBalancer, TargetGroup } from '../model';

const NAMESPACE = 'AWS/ApplicationELB';

/** What was counted since the minute began, for one load balancer or for one target group. */
class Counts {
  private readonly sums = new Map<string, number>();
  private readonly responseTimes = new Map<number, number>();

  constructor(private readonly dimensions: Readonly<Record<string, string>>) {}

  public add(metricName: string): void {
    this.sums.set(metricName, (this.sums.get(metricName) ?? 0) + 1);
  }

  public addResponseTime(seconds: number): void {
    // Three digits keep the number of different values small under load, and are more than a percentile needs.
    const rounded = Number(seconds.toPrecision(3));
    this.responseTimes.set(rounded, (this.responseTimes.get(rounded) ?? 0) + 1);
  }

  /** Publishes and forgets; answers whether there was anything. */
  public publish(sink: MetricSink, at: number): boolean {
    const isEmpty = this.sums.size === 0;
    for (const [metricName, sum] of this.sums) {
      sink.record(NAMESPACE, metricName, this.dimensions, sum, { at });
    }
    for (const [seconds, count] of this.responseTimes) {
      sink.record(NAMESPACE, 'TargetResponseTime', this.dimensions, seconds, { at, count });
    }
    this.sums.clear();
    this.responseTimes.clear();
    return !isEmpty;
  }
}

/**
 * Counts what passes through the data plane and publishes it every minute of the clock, as ELB does: what did not occur
 * is not published, so alarms must say how they treat missing data.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
 */
export class TrafficMeter {
  private readonly counts = new Map<LoadBalancer | TargetGroup, Counts>();
  private readonly minutes: Minutes;

  constructor(world: World, private readonly sink: MetricSink, private readonly inUse: () => Iterable<TargetGroup>) {
    this.minutes = new Minutes(world.clock, 0, (endedAt) => this.publish(endedAt - MINUTE));
  }

  /** A target was chosen for a request. */
  public chosen(loadBalancer: LoadBalancer, targetGroup: TargetGroup): void {
    this.add(loadBalancer, targetGroup, 'RequestCount');
  }

  public targetAnswered(loadBalancer: LoadBalancer, targetGroup: TargetGroup, statusCode: number, seconds: number): void {
    this.add(loadBalancer, targetGroup, `HTTPCode_Target_${Math.floor(statusCode / 100)}XX_Count`);
    this.ofLoadBalancer(loadBalancer).addResponseTime(seconds);
    this.ofTargetGroup(loadBalancer, targetGroup).addResponseTime(seconds);
  }

  public targetFailed(loadBalancer: LoadBalancer, targetGroup: TargetGroup, statusCode: 502 | 504): void {
    if (statusCode === 502) {
      this.add(loadBalancer, targetGroup, 'TargetConnectionErrorCount');
    }
    this.answeredItself(loadBalancer, statusCode);
  }

  /** The load balancer answered in its own name: ELB counts that for the load balancer only. */
  public answeredItself(loadBalancer: LoadBalancer, statusCode: number): void {
    const counts = this.ofLoadBalancer(loadBalancer);
    if (statusCode >= 300) {
      counts.add(`HTTPCode_ELB_${Math.floor(statusCode / 100)}XX_Count`);
    }
    if (statusCode >= 500) {
      counts.add(`HTTPCode_ELB_${statusCode}_Count`);
    }
  }

  public close(): void {
    this.minutes.close();
  }

  private publish(at: number): void {
    for (const [counted, counts] of this.counts) {
      if (!counts.publish(this.sink, at)) {
        this.counts.delete(counted);
      }
    }
    for (const targetGroup of this.inUse()) {
      this.publishHosts(targetGroup, at);
    }
  }

  private publishHosts(targetGroup: TargetGroup, at: number): void {
    const healthy = targetGroup.targets.count('healthy');
    const unhealthy = targetGroup.targets.count('unhealthy');
    const dimensions = { TargetGroup: targetGroup.fullName, LoadBalancer: targetGroup.loadBalancer!.fullName };
    this.sink.record(NAMESPACE, 'HealthyHostCount', dimensions, healthy, { at });
    this.sink.record(NAMESPACE, 'UnHealthyHostCount', dimensions, unhealthy, { at });
  }

  private add(loadBalancer: LoadBalancer, targetGroup: TargetGroup, metricName: string): void {
    this.ofLoadBalancer(loadBalancer).add(metricName);
    this.ofTargetGroup(loadBalancer, targetGroup).add(metricName);
  }

  private ofLoadBalancer(loadBalancer: LoadBalancer): Counts {
    return this.of(loadBalancer, { LoadBalancer: loadBalancer.fullName });
  }

  private ofTargetGroup(loadBalancer: LoadBalancer, targetGroup: TargetGroup): Counts {
    return this.of(targetGroup, { TargetGroup: targetGroup.fullName, LoadBalancer: loadBalancer.fullName });
  }

  private of(counted: LoadBalancer | TargetGroup, dimensions: Record<string, string>): Counts {
    let counts = this.counts.get(counted);
    if (!counts) {
      counts = new Counts(dimensions);
      this.counts.set(counted, counts);
    }
    return counts;
  }
}
