import chalk, { type Chalk } from 'chalk';
import type { RehearsalState } from './state';
import { counts, duration, millis, number, shares, timeOfDay, wall } from './words';
import { LIFECYCLE, hasEnded } from '../../deployment/lifecycle';
import type { DeploymentView, LifecycleRow } from '../aws/deployments';
import type { LocalClock } from '../aws/local-clock';

export interface RenderOptions {
  readonly clock?: LocalClock;
  readonly now: { readonly clock?: Date; readonly wall: number };
  readonly colour?: Chalk;
  /** Which picture of the spinner is shown. */
  readonly frame?: number;
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const LABEL_WIDTH = 10;
const NAME_WIDTH = 22;
const MOST_BAR = 60;

/** The picture of a rehearsal that runs. Pure: the same state is the same text. */
export function render(state: RehearsalState, columns: number, options: RenderOptions): string {
  const colour = options.colour ?? chalk;
  const spinner = colour.cyan(SPINNER[(options.frame ?? 0) % SPINNER.length]);
  const lines = [heading(state, options, colour)];
  if (state.current === undefined || state.step !== undefined) {
    lines.push(`${spinner} ${state.step ?? 'getting ready'}`);
  } else {
    lines.push(...stackLines(state, spinner, colour));
  }
  state.deployments.forEach((view) => lines.push(...deploymentLines(view, options, spinner, colour)));
  if (state.weights !== undefined) {
    lines.push(label('traffic') + trafficBar(state, columns - LABEL_WIDTH - 2, colour));
  }
  if (state.tasks.length > 0) {
    lines.push(label('tasks') + state.tasks.map(({ version, status, running, desired }) => (
      `${paint(version, state, colour)} ${running}/${desired} ${status}`
    )).join('   '));
  }
  if (state.requests !== undefined) {
    lines.push(...requestLines(state, colour));
  }
  return lines.map((line) => fit(line, columns)).join('\n');
}

function heading(state: RehearsalState, { now }: RenderOptions, colour: Chalk): string {
  const clock = now.clock === undefined ? '' : `  clock ${timeOfDay(now.clock)}`;
  return colour.dim(`${state.stack}  ${state.speed} times as fast${clock}  really ${wall(now.wall)}`);
}

function stackLines({ current, stackStatus, lastEvent }: RehearsalState, spinner: string, colour: Chalk): string[] {
  const lines = [`${spinner} ${colour.bold(current!.name)}  ${stackStatus ?? `the stack is being ${current!.verb}d`}`];
  if (lastEvent !== undefined) {
    const text = `${lastEvent.logicalId} ${lastEvent.status}${lastEvent.reason === undefined ? '' : `: ${lastEvent.reason}`}`;
    lines.push(`  ${lastEvent.status.endsWith('_FAILED') ? colour.red(text) : colour.dim(text)}`);
  }
  return lines;
}

function deploymentLines(view: DeploymentView, { clock, now }: RenderOptions, spinner: string, colour: Chalk): string[] {
  const head = `  ${view.rollback ? 'rollback' : 'deployment'} ${view.id}  ${view.status}`;
  const lines = [view.status === 'Failed' || view.status === 'Stopped' ? colour.red(head) : head];
  for (const { name, description } of LIFECYCLE) {
    const row = view.events.find((event) => event.name === name) ?? { name, status: 'Pending' as const };
    // Of a rollback's events only those are worth a line that it is at, or that went wrong.
    if (!view.rollback || row.status === 'InProgress' || row.status === 'Failed') {
      lines.push(lifecycleLine(row, description, clock, now.clock, spinner, colour));
    }
  }
  if (view.bakes) {
    const since = view.events.reduce((latest, { endedAt }) => Math.max(latest, endedAt?.getTime() ?? 0), 0);
    const baked = now.clock === undefined ? '' : `${duration((now.clock.getTime() - since) / 1000)} of ${duration(view.bakeSeconds)}`;
    lines.push(`  ${spinner} ${colour.bold('bake'.padEnd(NAME_WIDTH))} blue is kept: ${baked}`);
  }
  if (view.problem !== undefined && hasEnded(view.status)) {
    lines.push(`  ${colour.red(view.problem)}`);
  }
  return lines;
}

function lifecycleLine(
  row: LifecycleRow, description: string, clock: LocalClock | undefined, now: Date | undefined, spinner: string, colour: Chalk,
): string {
  const name = row.name.padEnd(NAME_WIDTH);
  const until = row.endedAt ?? now;
  const seconds = row.startedAt === undefined || until === undefined ? undefined : Math.max(0, (until.getTime() - row.startedAt.getTime()) / 1000);
  const took = seconds === undefined ? '' : `${duration(seconds).padStart(12)}${clock === undefined ? '' : colour.dim(`  ${wall(seconds / clock.speed)} really`)}`;
  switch (row.status) {
    case 'Succeeded':
      return `  ${colour.green('✔')} ${name} ${took}`;
    case 'Failed':
      return `  ${colour.red('✖')} ${colour.red(name)} ${took}  ${colour.red(row.diagnostics ?? '')}`;
    case 'InProgress':
      return `  ${spinner} ${colour.bold(name)} ${took}  ${description}`;
    case 'Skipped':
      return colour.dim(`  – ${name} skipped`);
    case 'Pending':
    case 'Unknown':
      return colour.dim(`  · ${row.name}`);
  }
}

/** Blue first, as long as there is one: the bar fills from the right as traffic moves. */
function trafficBar(state: RehearsalState, room: number, colour: Chalk): string {
  const { byVersion } = state.weights!;
  const ordered = versionsInOrder(state).filter((version) => byVersion[version] !== undefined);
  const text = `  ${shares(Object.fromEntries(ordered.map((version) => [version, byVersion[version]])))}`;
  const width = Math.max(10, Math.min(MOST_BAR, room - text.length));
  const sum = ordered.reduce((total, version) => total + byVersion[version], 0);
  let drawn = 0;
  const bar = ordered.map((version, index) => {
    const cells = sum === 0 ? 0 : index === ordered.length - 1 ? width - drawn : Math.round((byVersion[version] / sum) * width);
    drawn += cells;
    return paint('█'.repeat(cells), state, colour, version);
  }).join('');
  return `${sum === 0 ? colour.red('░'.repeat(width)) : bar}${text}`;
}

function requestLines({ requests, rate }: RehearsalState, colour: Chalk): string[] {
  const { total, failed, byVersion, latency } = requests!;
  const failures = failed === 0 ? colour.green('0 failed') : colour.red(`${number(failed)} failed`);
  return [
    `${label('requests')}${number(total - failed)} ok  ${failures}  ${number(rate)}/s  p50 ${millis(latency.p50)}  p99 ${millis(latency.p99)}`,
    `${label('answered')}${colour.dim(counts(byVersion))}`,
  ];
}

/** What serves now comes first and is blue; what comes in is green. */
function versionsInOrder({ weights, tasks }: RehearsalState): string[] {
  const names = new Set([...tasks.map(({ version }) => version), ...Object.keys(weights?.byVersion ?? {})]);
  const primary = tasks.find(({ status }) => status === 'PRIMARY')?.version;
  return [...names].sort((one, other) => Number(other === primary) - Number(one === primary));
}

function paint(text: string, state: RehearsalState, colour: Chalk, version = text): string {
  return versionsInOrder(state)[0] === version ? colour.blueBright(text) : colour.green(text);
}

function label(text: string): string {
  return `  ${text.padEnd(LABEL_WIDTH)}`;
}

/** Cut to the terminal's width, without cutting an escape sequence; a line that wraps would not be overwritten. */
function fit(line: string, columns: number): string {
  // eslint-disable-next-line no-control-regex
  const parts = line.split(/(\u001b\[[0-9;]*m)/);
  let left = columns;
  return parts.map((part) => {
    if (part.startsWith('\u001b')) {
      return part;
    }
    const characters = [...part];
    const shown = characters.length > left ? [...characters.slice(0, Math.max(0, left - 1)), ...left > 0 ? ['…'] : []] : characters;
    left -= Math.min(left, characters.length);
    return shown.join('');
  }).join('');
}
