/** Shows the time of the local AWS in another process: what Clock shows there, since both read the same wall clock. */
export class LocalClock {
  constructor(private readonly startedAt: number, public readonly speed: number) {}

  public millis(wall = Date.now()): number {
    return this.startedAt + (wall - this.startedAt) * this.speed;
  }

  public now(): Date {
    return new Date(this.millis());
  }

  /** The wall time at which the clock showed a moment. */
  public wallOf(moment: Date | number): number {
    return this.startedAt + (Number(moment) - this.startedAt) / this.speed;
  }
}
