import { LAMBDA_INVOKE, type Definition, type State } from './states-language';
import { AwsError, type FunctionInvoker } from '../core/api';
import type { Clock } from '../core/clock';

export interface ExecutionFailure {
  readonly error: string;
  readonly cause: string;
}

/** A state that failed, by the name that retries and catches know. */
class StateError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** One run of a state machine. */
export class Execution {
  public status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED' = 'RUNNING';
  public output?: unknown;
  public failure?: ExecutionFailure;
  public readonly startedAt: Date;
  public stoppedAt?: Date;
  private readonly controller = new AbortController();

  constructor(
    public readonly arn: string,
    public readonly name: string,
    public readonly stateMachineArn: string,
    public readonly input: unknown,
    private readonly definition: Definition,
    private readonly functions: FunctionInvoker,
    private readonly clock: Clock,
  ) {
    this.startedAt = clock.now();
  }

  /** Runs to the end; never throws. */
  public async run(): Promise<void> {
    try {
      this.output = await this.runStates();
      this.end('SUCCEEDED');
    } catch (error) {
      this.failure = { error: nameOf(error), cause: (error as Error).message };
      this.end(this.controller.signal.aborted ? 'ABORTED' : 'FAILED');
    }
  }

  public stop(error = '', cause = ''): void {
    if (this.status === 'RUNNING') {
      this.controller.abort(new StateError(error, cause));
    }
  }

  private end(status: 'SUCCEEDED' | 'FAILED' | 'ABORTED'): void {
    this.status = status;
    this.stoppedAt = this.clock.now();
  }

  private async runStates(): Promise<unknown> {
    let name: string | undefined = this.definition.StartAt;
    let input = this.input;
    while (name !== undefined) {
      this.controller.signal.throwIfAborted();
      const state: State = this.definition.States[name];
      try {
        input = await this.withRetries(state, input);
        name = state.Next;
      } catch (error) {
        this.controller.signal.throwIfAborted();
        const catcher = state.Catch?.find(({ ErrorEquals }) => matches(ErrorEquals, error));
        if (!catcher) {
          throw error;
        }
        input = { Error: nameOf(error), Cause: (error as Error).message };
        name = catcher.Next;
      }
    }
    return input;
  }

  private async withRetries(state: State, input: unknown): Promise<unknown> {
    const attempts = new Map<object, number>();
    for (;;) {
      try {
        return await this.runState(state, input);
      } catch (error) {
        const retrier = state.Retry?.find(({ ErrorEquals }) => matches(ErrorEquals, error));
        const tried = retrier ? attempts.get(retrier) ?? 0 : 0;
        if (!retrier || tried >= (retrier.MaxAttempts ?? 3) || this.controller.signal.aborted) {
          throw error;
        }
        attempts.set(retrier, tried + 1);
        const pause = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** tried;
        await this.clock.sleep(Math.min(pause, retrier.MaxDelaySeconds ?? Infinity), this.controller.signal);
      }
    }
  }

  private async runState(state: State, input: unknown): Promise<unknown> {
    switch (state.Type) {
      case 'Task':
        return this.runTask(state, input);
      case 'Pass':
        return state.Result ?? input;
      case 'Wait':
        await this.clock.sleep(state.Seconds ?? 0, this.controller.signal);
        return input;
      case 'Succeed':
        return input;
      case 'Fail':
        throw new StateError(state.Error ?? '', state.Cause ?? '');
    }
  }

  private async runTask(state: State, input: unknown): Promise<unknown> {
    const isInvoke = LAMBDA_INVOKE.test(state.Resource!);
    const parameters = state.Parameters === undefined ? input : fill(state.Parameters, input);
    const { FunctionName: name, Payload: payload } = Object(parameters) as { FunctionName?: string; Payload?: unknown };
    try {
      const result = await this.functions.invoke(isInvoke ? String(name) : state.Resource!, isInvoke ? payload : parameters);
      return isInvoke ? { ExecutedVersion: '$LATEST', Payload: result, StatusCode: 200 } : result;
    } catch (error) {
      if (error instanceof AwsError) {
        // What a function throws is a cause in JSON, as Lambda answers it.
        throw new StateError(error.code, JSON.stringify({ errorType: error.code, errorMessage: error.message }));
      }
      throw error;
    }
  }
}

/** `"key.$": "$.a.b"` takes a part of the input. */
function fill(template: unknown, input: unknown): unknown {
  if (Array.isArray(template)) {
    return template.map((item) => fill(item, input));
  }
  if (template === null || typeof template !== 'object') {
    return template;
  }
  return Object.fromEntries(Object.entries(template).map(([key, value]) => (
    key.endsWith('.$') ? [key.slice(0, -2), select(String(value), input)] : [key, fill(value, input)]
  )));
}

function select(path: string, input: unknown): unknown {
  if (!/^\$(\.\w+)*$/.test(path)) {
    throw new StateError('States.ParameterPathFailure', `the local AWS takes paths such as $.a.b, got ${path}`);
  }
  return path.split('.').slice(1).reduce<unknown>((value, key) => {
    if (!Object.prototype.hasOwnProperty.call(Object(value), key)) {
      throw new StateError('States.ParameterPathFailure', `The JSONPath '${path}' could not be found in the input '${JSON.stringify(input)}'`);
    }
    return (value as Record<string, unknown>)[key];
  }, input);
}

function matches(names: readonly string[], error: unknown): boolean {
  return names.some((name) => name === 'States.ALL' || name === 'States.TaskFailed' || name === nameOf(error));
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Error';
}
