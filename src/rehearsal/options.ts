import { dirname, resolve } from 'node:path';
import { UserError } from './errors';
import type { Plan } from './plan/plan';

/** Where the templates of the deployments come from. */
export type Source =
  | { readonly kind: 'plan'; readonly plan: Plan; readonly folder: string; readonly app?: string }
  | { readonly kind: 'assemblies'; readonly from: string; readonly to: string };

export interface RehearsalOptions {
  readonly source: Source;
  readonly stack?: string;
  readonly service?: string;
  readonly speed: number;
  readonly region?: string;
  readonly load: { readonly path: string; readonly rate: number; readonly connections: number };
  readonly json?: string;
  readonly plain: boolean;
  readonly keep: boolean;
}

/** What commander hands over. */
export interface CommandLine {
  readonly plan?: string;
  readonly from?: string;
  readonly to?: string;
  readonly app?: string;
  readonly stack?: string;
  readonly service?: string;
  readonly speed: string;
  readonly rate?: string;
  readonly connections?: string;
  readonly path?: string;
  readonly region?: string;
  readonly json?: string;
  readonly plain?: boolean;
  readonly keep?: boolean;
}

export const DEFAULT_SPEED = 60;
export const DEFAULT_RATE = 200;
export const DEFAULT_CONNECTIONS = 20;
/** Beyond it, real processes can't keep up with the clock: a health check's time-out is over before they have answered. */
const MOST_SPEED = 1000;
const MOST_RATE = 20_000;
const MOST_CONNECTIONS = 2000;

export function parseOptions(line: CommandLine, readPlan: (file: string) => Plan): RehearsalOptions {
  const source = parseSource(line, readPlan);
  const planned = source.kind === 'plan' ? source.plan.load : undefined;
  const path = line.path ?? planned?.path ?? '/';
  if (!path.startsWith('/')) {
    throw new UserError(`--path must begin with a slash, got ${path}`);
  }
  if (line.region !== undefined && !/^[a-z]{2}(-[a-z]+)+-\d$/.test(line.region)) {
    throw new UserError(`--region must be the name of a region such as us-east-1, got ${line.region}`);
  }
  return {
    source,
    stack: line.stack ?? (source.kind === 'plan' ? source.plan.stack : undefined),
    service: line.service,
    speed: number('--speed', line.speed, MOST_SPEED),
    region: line.region,
    load: {
      path,
      rate: number('--rate', line.rate ?? String(planned?.rate ?? DEFAULT_RATE), MOST_RATE),
      connections: number('--connections', line.connections ?? String(planned?.connections ?? DEFAULT_CONNECTIONS), MOST_CONNECTIONS),
    },
    json: line.json === undefined ? undefined : resolve(line.json),
    plain: line.plain ?? false,
    keep: line.keep ?? false,
  };
}

function parseSource({ plan, from, to, app }: CommandLine, readPlan: (file: string) => Plan): Source {
  if (plan !== undefined) {
    if (from !== undefined || to !== undefined) {
      throw new UserError('--plan and --from/--to exclude each other; give the plan, or two cloud assemblies');
    }
    const file = resolve(plan);
    return { kind: 'plan', plan: readPlan(file), folder: dirname(file), app };
  }
  if (from === undefined || to === undefined) {
    throw new UserError('there is nothing to rehearse; give --plan FILE, or two cloud assemblies with --from DIR and --to DIR');
  }
  if (app !== undefined) {
    throw new UserError('--app goes with --plan; the assemblies of --from and --to are synthesized already');
  }
  return { kind: 'assemblies', from: resolve(from), to: resolve(to) };
}

function number(option: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new UserError(`${option} must be a whole number from 1 to ${most}, got ${text}`);
  }
  return value;
}
