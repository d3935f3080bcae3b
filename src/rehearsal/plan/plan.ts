import { readFileSync } from 'node:fs';
import { UserError, messageOf } from '../errors';

export type ExpectedOutcome = 'SUCCEEDED' | 'ROLLED_BACK';

/** What a plan file says: one app, deployed several times, each time with another context. */
export interface Plan {
  readonly stack?: string;
  /** The first one creates the stack, each later one updates it. */
  readonly deployments: readonly PlannedDeployment[];
  readonly load?: PlannedLoad;
}

export interface PlannedDeployment {
  readonly name: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly expect: ExpectedOutcome;
}

export interface PlannedLoad {
  readonly path?: string;
  readonly rate?: number;
  readonly connections?: number;
}

const OUTCOMES: readonly ExpectedOutcome[] = ['SUCCEEDED', 'ROLLED_BACK'];

export function readPlan(file: string): Plan {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`cannot read the plan ${file}: ${messageOf(error)}; give --plan the path of a JSON file`);
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new UserError(`the plan ${file} is not JSON: ${messageOf(error)}`);
  }
  return parsePlan(content, `the plan ${file}`);
}

/** `where` begins the sentences about what is wrong. */
export function parsePlan(content: unknown, where: string): Plan {
  const plan = object(content, where);
  onlyKeys(plan, ['stack', 'deployments', 'load'], where);
  if (!Array.isArray(plan.deployments) || plan.deployments.length < 2) {
    throw new UserError(`${where}: "deployments" must be a list of at least two, got ${got(plan.deployments)}; `
      + 'the first creates the stack, the others update it');
  }
  const deployments = plan.deployments.map((entry, index) => parseDeployment(entry, index, where));
  deployments.forEach(({ name }, index) => {
    if (deployments.findIndex((other) => other.name === name) !== index) {
      throw new UserError(`${where}: two deployments are named "${name}"; give each a name of its own`);
    }
  });
  return {
    ...(plan.stack !== undefined && { stack: string(plan.stack, `${where}: "stack"`) }),
    deployments,
    ...(plan.load !== undefined && { load: parseLoad(plan.load, where) }),
  };
}

function parseDeployment(content: unknown, index: number, plan: string): PlannedDeployment {
  const where = `${plan}: deployments[${index}]`;
  const deployment = object(content, where);
  onlyKeys(deployment, ['name', 'context', 'expect'], where);
  const expect = deployment.expect ?? 'SUCCEEDED';
  if (!OUTCOMES.includes(expect as ExpectedOutcome)) {
    throw new UserError(`${where}: "expect" must be "SUCCEEDED" or "ROLLED_BACK", got ${got(deployment.expect)}`);
  }
  if (index === 0 && expect !== 'SUCCEEDED') {
    throw new UserError(`${where}: the first deployment creates the stack, so nothing can be rolled back; leave "expect" out`);
  }
  return {
    name: string(deployment.name, `${where}: "name"`),
    context: deployment.context === undefined ? {} : object(deployment.context, `${where}: "context"`),
    expect: expect as ExpectedOutcome,
  };
}

function parseLoad(content: unknown, plan: string): PlannedLoad {
  const where = `${plan}: "load"`;
  const load = object(content, where);
  onlyKeys(load, ['path', 'rate', 'connections'], where);
  const path = load.path === undefined ? undefined : string(load.path, `${where}: "path"`);
  if (path !== undefined && !path.startsWith('/')) {
    throw new UserError(`${where}: "path" must begin with a slash, got ${got(path)}`);
  }
  return {
    ...(path !== undefined && { path }),
    ...(load.rate !== undefined && { rate: positive(load.rate, `${where}: "rate"`) }),
    ...(load.connections !== undefined && { connections: positive(load.connections, `${where}: "connections"`) }),
  };
}

function object(content: unknown, where: string): Record<string, unknown> {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new UserError(`${where} must be an object, got ${got(content)}`);
  }
  return content as Record<string, unknown>;
}

function string(content: unknown, where: string): string {
  if (typeof content !== 'string' || content === '') {
    throw new UserError(`${where} must be a text that is not empty, got ${got(content)}`);
  }
  return content;
}

function positive(content: unknown, where: string): number {
  if (typeof content !== 'number' || !Number.isInteger(content) || content < 1) {
    throw new UserError(`${where} must be a whole number of at least 1, got ${got(content)}`);
  }
  return content;
}

function onlyKeys(content: Record<string, unknown>, allowed: readonly string[], where: string): void {
  const unknown = Object.keys(content).filter((key) => !allowed.includes(key));
  if (unknown.length > 0) {
    const names = (keys: readonly string[]) => keys.map((key) => `"${key}"`).join(', ');
    throw new UserError(`${where}: there is no ${names(unknown)}; what can be said there is ${names(allowed)}`);
  }
}

function got(content: unknown): string {
  return content === undefined ? 'nothing' : JSON.stringify(content);
}
