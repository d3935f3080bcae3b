import type { Clock } from '../core/clock';

export const MINUTE = 60_000;

/** The most minutes that are made up for when the machine could not keep up with a fast clock. */
const MOST_MISSED = 180;

/**
 * Calls once a minute of the clock, with the moment at which the minute ended. Every minute is called, in order and late
 * if need be: metrics and alarms count minutes, and a minute that is left out would be a period without data.
 */
export class Minutes {
  private timer: NodeJS.Timeout | undefined;
  private last: number;

  constructor(private readonly clock: Clock, private readonly lagMillis: number, private readonly onMinute: (endedAt: number) => void) {
    this.last = this.latest();
    this.schedule();
  }

  public close(): void {
    clearTimeout(this.timer);
  }

  private latest(): number {
    return Math.floor((this.clock.millis() - this.lagMillis) / MINUTE) * MINUTE;
  }

  private schedule(): void {
    const due = this.last + MINUTE + this.lagMillis - this.clock.millis();
    this.timer = setTimeout(() => this.fire(), Math.max(1, Math.ceil(this.clock.wallMillis(due / 1000))));
  }

  private fire(): void {
    const latest = this.latest();
    for (let endedAt = Math.max(this.last + MINUTE, latest - MOST_MISSED * MINUTE); endedAt <= latest; endedAt += MINUTE) {
      this.last = endedAt;
      this.onMinute(endedAt);
    }
    this.schedule();
  }
}
