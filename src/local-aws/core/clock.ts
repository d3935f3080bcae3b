import { setTimeout as sleepFor } from 'node:timers/promises';

/**
 * The time of the local AWS. It runs `speed` times as fast as the wall clock, so that a bake of five minutes takes
 * seconds. Everything that AWS measures (bakes, health-check intervals, metric periods, time-outs of hooks) goes by this
 * clock; limits on real work (a connection, a process that starts) do not, since the machine does not run faster.
 */
export class Clock {
  private readonly startedAt: number;

  /** `shown` is what it shows at first, in milliseconds since the epoch: a clock that has run before goes on from there. */
  constructor(public readonly speed: number, shown?: number) {
    if (!(speed > 0)) {
      throw new Error(`the speed of the clock must be more than 0, got ${speed}`);
    }
    const wall = Date.now();
    // The moment at which both clocks would have shown the same; at their one speed they always do.
    this.startedAt = shown === undefined || speed === 1 ? wall : (shown - wall * speed) / (1 - speed);
  }

  /** What the clock shows now. */
  public now(): Date {
    return new Date(this.millis());
  }

  /** What the clock shows now, in milliseconds since the epoch. */
  public millis(): number {
    return this.startedAt + (Date.now() - this.startedAt) * this.speed;
  }

  /** Seconds of this clock, as the milliseconds of the wall clock that they take. */
  public wallMillis(seconds: number): number {
    return (seconds * 1000) / this.speed;
  }

  /** Waits for seconds of this clock. Rejects with an AbortError when the signal is given. */
  public async sleep(seconds: number, signal?: AbortSignal): Promise<void> {
    await sleepFor(this.wallMillis(seconds), undefined, { signal });
  }

  /** What a Lambda runtime needs to show the same time: see lambda/runtime.ts. */
  public toEnvironment(): Record<string, string> {
    return { LOCAL_AWS_CLOCK: JSON.stringify(this) };
  }

  /** Enough for another process to show the same time. */
  public toJSON(): { startedAt: number; speed: number } {
    return { startedAt: this.startedAt, speed: this.speed };
  }
}
