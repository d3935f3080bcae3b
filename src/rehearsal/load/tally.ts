import { createHistogram } from 'node:perf_hooks';

export interface Latency {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** What came of the requests of one stretch of time. Latencies are milliseconds. */
export interface Requests {
  readonly total: number;
  readonly failed: number;
  /** Answered requests only; a request that was lost was answered by nobody. */
  readonly byVersion: Readonly<Record<string, number>>;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly latency: Latency;
}

/** Who answered, where no version can be told: the load balancer itself, which has no target to pass the request to. */
export const LOAD_BALANCER = 'load balancer';

/** A request that was reset, timed out or whose connection ended before its answer. */
export const LOST = 'lost';

export class Tally {
  private total = 0;
  private failed = 0;
  private readonly byVersion = new Map<string, number>();
  private readonly byStatus = new Map<string, number>();
  private readonly latency = createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 3 });

  public answered(status: number, version: string, millis: number): void {
    this.total += 1;
    if (status >= 500) {
      this.failed += 1;
    }
    count(this.byVersion, version);
    count(this.byStatus, String(status));
    this.latency.record(Math.max(1, Math.round(millis * 1000)));
  }

  public lost(): void {
    this.total += 1;
    this.failed += 1;
    count(this.byStatus, LOST);
  }

  public requests(): Requests {
    const at = (percentile: number) => (this.latency.count === 0 ? 0 : this.latency.percentile(percentile) / 1000);
    return {
      total: this.total,
      failed: this.failed,
      byVersion: Object.fromEntries(this.byVersion),
      byStatus: Object.fromEntries(this.byStatus),
      latency: { p50: at(50), p90: at(90), p99: at(99), max: at(100) },
    };
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
