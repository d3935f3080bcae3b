import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { FunctionVersion } from './function-version';
import { CLOCK_VARIABLE, SDK_VARIABLE, type EnvironmentMessage, type FunctionErrorBody, type InvokeMessage } from './messages';
import type { LogWriter } from '../core/api';
import { hexId } from '../core/names';
import { trustVariables, type World } from '../core/world';

const LEAST_REAL_MILLIS = 5000;
const LEAST_REAL_INIT_MILLIS = 20_000;

/** After these nothing is known of the state of the process. */
const ENDS_ENVIRONMENT = ['Sandbox.Timedout', 'Runtime.UncaughtException', 'Runtime.UnhandledPromiseRejection'];

/** What every environment runs, and finds. */
export interface LambdaRuntime {
  /** The bundle of runtime.ts. */
  readonly file: string;
  /** The bundle of aws-sdk.ts. */
  readonly sdk: string;
  /**
   * Work is real even where the clock is fast: no handler is cut before it had this long of the wall clock.
   * @default - 5 seconds
   */
  readonly leastRealMillis?: number;
}

export interface Invocation {
  readonly requestId: string;
  readonly event: unknown;
  readonly invokedFunctionArn: string;
  readonly traceId: string;
}

export type InvocationResult = { readonly payload: string } | { readonly error: FunctionErrorBody };

/** One process that runs one function, one invocation at a time. */
export class ExecutionEnvironment {
  private readonly child: ChildProcess;
  private readonly stream: string;
  private readonly exited: Promise<void>;
  private readonly started: Promise<FunctionErrorBody | undefined>;
  private hasExited = false;
  private result?: (result: InvocationResult) => void;

  constructor(
    private readonly world: World,
    private readonly logs: LogWriter,
    public readonly version: FunctionVersion,
    private readonly runtime: LambdaRuntime,
  ) {
    const day = world.clock.now().toISOString().slice(0, 10).replaceAll('-', '/');
    this.stream = `${day}/[$LATEST]${hexId(32)}`;
    this.child = world.processes.spawn(process.execPath, [runtime.file], {
      cwd: version.codeFolder,
      env: this.variables(),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'json',
    });
    for (const output of [this.child.stdout!, this.child.stderr!]) {
      createInterface({ input: output }).on('line', (line) => this.log(line));
    }
    this.exited = new Promise((resolve) => {
      this.child.once('error', () => resolve());
      this.child.once('exit', () => resolve());
    });
    void this.exited.then(() => { this.hasExited = true; });
    this.started = this.start();
    this.child.on('message', (message) => this.hear(message as EnvironmentMessage));
  }

  public get isUsable(): boolean {
    return !this.hasExited && this.child.connected;
  }

  public async invoke(invocation: Invocation): Promise<InvocationResult> {
    const { requestId } = invocation;
    const failure = await this.started;
    if (failure) {
      return { error: failure };
    }
    const { timeout } = this.version;
    const { leastRealMillis = LEAST_REAL_MILLIS } = this.runtime;
    const limit = new AbortController();
    const startedAt = this.world.clock.millis();
    this.log(`START RequestId: ${requestId} Version: $LATEST`);
    const message: InvokeMessage = { ...invocation, type: 'invoke', deadline: startedAt + timeout * 1000 };
    const answered = new Promise<InvocationResult>((resolve) => { this.result = resolve; });
    this.child.send(message, () => undefined);
    const result = await Promise.race([
      answered,
      this.exited.then(() => answeredOrCrashed(answered, requestId)),
      sleep(Math.max(this.world.clock.wallMillis(timeout), leastRealMillis), limit.signal).then((): InvocationResult => ({
        error: {
          errorType: 'Sandbox.Timedout',
          errorMessage: `${this.world.clock.now().toISOString()} ${requestId} Task timed out after ${timeout.toFixed(2)} seconds`,
        },
      })),
    ]);
    limit.abort();
    this.result = undefined;
    if ('error' in result && ENDS_ENVIRONMENT.includes(result.error.errorType)) {
      this.log(result.error.errorMessage);
      await this.end();
    }
    this.log(`END RequestId: ${requestId}`);
    this.log(`REPORT RequestId: ${requestId}\tDuration: ${(this.world.clock.millis() - startedAt).toFixed(2)} ms`);
    return result;
  }

  public async end(): Promise<void> {
    await this.world.processes.end(this.child, 0);
  }

  /** Answers why the handler could not be loaded, or nothing. */
  private async start(): Promise<FunctionErrorBody | undefined> {
    const limit = new AbortController();
    const outcome = await Promise.race([
      new Promise<FunctionErrorBody | undefined>((resolve) => {
        this.child.on('message', (message: EnvironmentMessage) => {
          if (message.type === 'ready') {
            resolve(undefined);
          } else if (message.type === 'failed') {
            resolve(message.error);
          }
        });
      }),
      this.exited.then(() => (
        { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${randomUUID()} Error: Runtime exited before the handler was loaded` }
      )),
      sleep(LEAST_REAL_INIT_MILLIS, limit.signal).then(() => ({
        errorType: 'Sandbox.Timedout',
        errorMessage: `the handler ${this.version.handler} was not loaded within ${LEAST_REAL_INIT_MILLIS / 1000} seconds`,
      })),
    ]);
    limit.abort();
    if (outcome) {
      await this.end();
    }
    return outcome;
  }

  private hear(message: EnvironmentMessage): void {
    if (message.type === 'result') {
      this.result?.({ payload: message.payload });
    } else if (message.type === 'error') {
      this.result?.({ error: message.error });
    }
  }

  private log(line: string): void {
    this.logs.write(this.version.logGroup, this.stream, line);
  }

  private variables(): NodeJS.ProcessEnv {
    const { region } = this.world;
    return {
      PATH: process.env.PATH,
      TZ: ':UTC',
      LANG: 'en_US.UTF-8',
      ...trustVariables(this.world),
      ...this.version.environment,
      [SDK_VARIABLE]: this.runtime.sdk,
      [CLOCK_VARIABLE]: JSON.stringify(this.world.clock),
      _HANDLER: this.version.handler,
      LAMBDA_TASK_ROOT: this.version.codeFolder,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ENDPOINT_URL: this.world.endpoint(),
      AWS_ACCESS_KEY_ID: 'ASIALOCALAWS',
      AWS_SECRET_ACCESS_KEY: 'local-aws',
      AWS_SESSION_TOKEN: 'local-aws',
      AWS_EXECUTION_ENV: `AWS_Lambda_${this.version.runtime}`,
      AWS_LAMBDA_FUNCTION_NAME: this.version.name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(this.version.memory),
      AWS_LAMBDA_LOG_GROUP_NAME: this.version.logGroup,
      AWS_LAMBDA_LOG_STREAM_NAME: this.stream,
    };
  }
}

/** An answer that was under way when the process ended counts. */
function answeredOrCrashed(answered: Promise<InvocationResult>, requestId: string): Promise<InvocationResult> {
  const crashed = new Promise<InvocationResult>((resolve) => setImmediate(() => resolve({
    error: { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: Runtime exited without providing a reason` },
  })));
  return Promise.race([answered, crashed]);
}

/** Of the wall clock; never resolves once it is aborted. */
function sleep(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, millis);
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
}
