import chalk from 'chalk';
import logUpdate from 'log-update';
import { outcomeLines } from './outcome-block';
import { PlainLines } from './plain';
import { render } from './render';
import { apply, initialState, type RehearsalState } from './state';
import type { LocalClock } from '../aws/local-clock';
import type { Happening } from '../watch/happening';

const REDRAW_MILLIS = 100;

/** Shows happenings to whoever runs the rehearsal. */
export interface Display {
  /** From when the local AWS runs, its time can be shown. */
  clock?: LocalClock;
  show(happening: Happening): void;
  /** Something that stays to be read. */
  say(text: string): void;
  close(): void;
}

export function createDisplay(output: NodeJS.WriteStream, stack: string, speed: number, plain: boolean): Display {
  return plain ? new PlainDisplay(output) : new LiveDisplay(output, stack, speed);
}

class PlainDisplay implements Display {
  public clock?: LocalClock;
  private readonly startedAt = Date.now();
  private readonly plain = new PlainLines();

  constructor(private readonly output: NodeJS.WriteStream) {}

  public show(happening: Happening): void {
    const moment = { clock: this.clock?.now(), wall: (Date.now() - this.startedAt) / 1000 };
    this.plain.lines(happening, moment).forEach((line) => this.say(line));
  }

  public say(text: string): void {
    this.output.write(`${text}\n`);
  }

  public close(): void {
    // Every line has been written when it was shown.
  }
}

class LiveDisplay implements Display {
  public clock?: LocalClock;
  private readonly startedAt = Date.now();
  private readonly timer: NodeJS.Timeout;
  private readonly update: ReturnType<typeof logUpdate.create>;
  private state: RehearsalState;
  private frame = 0;

  constructor(private readonly output: NodeJS.WriteStream, stack: string, speed: number) {
    this.update = logUpdate.create(output);
    this.state = initialState(stack, speed);
    this.timer = setInterval(() => this.draw(), REDRAW_MILLIS);
  }

  public show(happening: Happening): void {
    this.state = apply(this.state, happening);
    if (happening.kind === 'created' || happening.kind === 'ended') {
      this.say(outcomeLines(happening.record, happening.logs, chalk).join('\n'));
    }
  }

  public say(text: string): void {
    this.update.clear();
    this.output.write(`${text}\n`);
  }

  public close(): void {
    clearInterval(this.timer);
    this.update.clear();
    this.update.done();
  }

  private draw(): void {
    this.frame += 1;
    this.update(render(this.state, this.output.columns ?? 80, {
      clock: this.clock,
      now: { clock: this.clock?.now(), wall: (Date.now() - this.startedAt) / 1000 },
      frame: this.frame,
    }));
  }
}
