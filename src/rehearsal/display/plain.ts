import { outcomeLines } from './outcome-block';
import { counts, duration, millis, number, shares, timeOfDay } from './words';
import type { Happening } from '../watch/happening';

/** Requests are told this often without a terminal, in milliseconds of the wall clock. */
const REQUESTS_EVERY_MILLIS = 5000;

export interface Moment {
  /** What the local AWS's clock shows; unset before it runs. */
  readonly clock?: Date;
  /** Seconds since the rehearsal began. */
  readonly wall: number;
}

/** One line for each change, for logs and pipes: no colour, nothing that moves. */
export class PlainLines {
  private name = '';
  private readonly told = new Map<string, string>();
  private requestsToldAt = -Infinity;

  /** The lines that a happening is worth. */
  public lines(happening: Happening, moment: Moment): string[] {
    const stamp = `${(moment.clock === undefined ? '' : timeOfDay(moment.clock)).padStart(8)} ${moment.wall.toFixed(1).padStart(6)} s  `;
    return this.texts(happening, moment).map((text) => `${stamp}${text}`);
  }

  private texts(happening: Happening, moment: Moment): string[] {
    switch (happening.kind) {
      case 'step':
        return [happening.text];
      case 'begins':
        this.name = happening.name;
        this.told.clear();
        return [`${happening.name}: the stack is being ${happening.verb}d`];
      case 'stack': {
        const { logicalId, type, status, reason, whole } = happening;
        // A stack has scores of resources, and nearly all of them only stand around; those that deploy are its custom resources.
        if (!whole && !type.startsWith('Custom::') && !status.endsWith('_FAILED')) {
          return [];
        }
        return [`${this.name}: stack ${whole ? '' : `${logicalId} (${type}) `}${status}${reason === undefined ? '' : `: ${reason}`}`];
      }
      case 'deployment': {
        const { view } = happening;
        const what = view.rollback ? `rollback ${view.id}` : `deployment ${view.id}`;
        // A rollback's events say nothing that its end does not.
        const events = (view.rollback ? [] : view.events).flatMap(({ name, status, startedAt, endedAt, diagnostics }) => this.change(`${view.id} ${name}`, status, [
          `${this.name}: ${what} ${name} ${status}`,
          startedAt !== undefined && endedAt !== undefined ? ` after ${duration((endedAt.getTime() - startedAt.getTime()) / 1000)}` : '',
          status === 'Failed' && diagnostics !== undefined ? `: ${diagnostics}` : '',
        ].join(''), 'Pending'));
        return [
          ...events,
          ...this.change(view.id, view.status, `${this.name}: ${what} ${view.status}${view.problem === undefined ? '' : `: ${view.problem}`}`),
          ...view.bakes ? this.change(`${view.id} bake`, 'began', `${this.name}: ${what} keeps blue for the bake`) : [],
        ];
      }
      case 'weights':
        return [`${this.name}: production traffic ${shares(happening.weights.byVersion)}`];
      case 'tasks':
        return [`${this.name}: tasks ${happening.tasks.map(({ version, running, desired, status }) => (
          `${version} ${status} ${running}/${desired}`
        )).join(', ') || 'none'}`];
      case 'requests': {
        if (moment.wall * 1000 - this.requestsToldAt < REQUESTS_EVERY_MILLIS) {
          return [];
        }
        this.requestsToldAt = moment.wall * 1000;
        const { total, failed, byVersion, latency } = happening.requests;
        return [`${this.name}: requests ${number(total - failed)} ok, ${number(failed)} failed, ${happening.rate}/s, `
          + `p50 ${millis(latency.p50)}, p99 ${millis(latency.p99)} (${counts(byVersion)})`];
      }
      case 'created':
      case 'ended':
        return outcomeLines(happening.record, happening.logs);
    }
  }

  private change(key: string, value: string, text: string, untold?: string): string[] {
    const known = this.told.get(key) ?? untold;
    this.told.set(key, value);
    return known === value ? [] : [text];
  }
}
