import { AwsError } from '../core/api';

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
}

export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
}

export interface State {
  readonly Type: 'Task' | 'Pass' | 'Wait' | 'Succeed' | 'Fail';
  readonly Next?: string;
  readonly End?: boolean;
  readonly Resource?: string;
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Result?: unknown;
  readonly Seconds?: number;
  readonly TimeoutSeconds?: number;
  readonly Error?: string;
  readonly Cause?: string;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}

export interface Definition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  readonly TimeoutSeconds?: number;
}

/** Of every type of state, the fields that it has beside `Type` and `Comment`. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Task: ['Next', 'End', 'Resource', 'Parameters', 'TimeoutSeconds', 'Retry', 'Catch'],
  Pass: ['Next', 'End', 'Result'],
  Wait: ['Next', 'End', 'Seconds'],
  Succeed: [],
  Fail: ['Error', 'Cause'],
};

/** The optimized integration with Lambda; a function's own ARN is the plain one. */
export const LAMBDA_INVOKE = /^arn:[\w-]+:states:::lambda:invoke$/;
const FUNCTION = /^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/;

/**
 * Reads a state machine in the Amazon States Language, as far as waiters need it: tasks that are functions, with retries and
 * catches. What it does not know it refuses by name, since a machine that leaves something out does something else.
 */
export function parseDefinition(text: string): Definition {
  let definition: Definition;
  try {
    definition = JSON.parse(text);
  } catch (error) {
    throw invalid(`INVALID_JSON_DESCRIPTION: ${(error as Error).message}`);
  }
  const { StartAt: first, States: states, ...rest } = Object(definition) as Definition & Record<string, unknown>;
  refuseUnknown(rest, ['Comment', 'Version', 'TimeoutSeconds', 'QueryLanguage'], 'the state machine');
  if (rest.QueryLanguage !== undefined && rest.QueryLanguage !== 'JSONPath') {
    throw invalid(`the local AWS runs state machines with the query language JSONPath, got ${String(rest.QueryLanguage)}: run this one on AWS`);
  }
  if (typeof states !== 'object' || states === null || Array.isArray(states) || !has(states, first)) {
    throw invalid('SCHEMA_VALIDATION_FAILED: StartAt must name one of the States at /StartAt');
  }
  Object.entries(states).forEach(([name, state]) => validateState(name, Object(state) as State, states));
  return definition;
}

function validateState(name: string, state: State, states: Definition['States']): void {
  if (!has(FIELDS, state.Type)) {
    throw invalid(`the local AWS runs states of the types ${Object.keys(FIELDS).join(', ')}, got ${String(state.Type)} in the state "${name}": run this state machine on AWS`);
  }
  refuseUnknown(state as unknown as Record<string, unknown>, ['Type', 'Comment', ...FIELDS[state.Type]], `the state "${name}"`);
  const isTerminal = state.Type === 'Succeed' || state.Type === 'Fail';
  if (!isTerminal && (state.Next === undefined) === (state.End !== true)) {
    throw invalid(`SCHEMA_VALIDATION_FAILED: The state must have either Next or End at /States/${name}`);
  }
  for (const next of [state.Next, ...(state.Catch ?? []).map((catcher) => catcher.Next)]) {
    if (next !== undefined && !has(states, next)) {
      throw invalid(`MISSING_TRANSITION_TARGET: Missing 'Next' target: ${next} at /States/${name}`);
    }
  }
  (state.Retry ?? []).forEach((retrier) => refuseUnknown(
    { ...retrier }, ['ErrorEquals', 'IntervalSeconds', 'MaxAttempts', 'BackoffRate', 'MaxDelaySeconds', 'Comment'], `a retry of the state "${name}"`));
  (state.Catch ?? []).forEach((catcher) => refuseUnknown({ ...catcher }, ['ErrorEquals', 'Next', 'Comment'], `a catch of the state "${name}"`));
  if (state.Type === 'Task' && !LAMBDA_INVOKE.test(String(state.Resource)) && !FUNCTION.test(String(state.Resource))) {
    throw invalid(`the local AWS runs tasks that are Lambda functions, got ${String(state.Resource)} in the state "${name}": run this state machine on AWS`);
  }
}

function refuseUnknown(given: Readonly<Record<string, unknown>>, known: readonly string[], where: string): void {
  const unknown = Object.keys(given).find((field) => !known.includes(field));
  if (unknown !== undefined) {
    throw invalid(`the local AWS does not know the field "${unknown}" of ${where}; it knows ${known.join(', ')}: run this state machine on AWS`);
  }
}

function has(object: object, key: unknown): boolean {
  return typeof key === 'string' && Object.prototype.hasOwnProperty.call(object, key);
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${message}'`);
}
