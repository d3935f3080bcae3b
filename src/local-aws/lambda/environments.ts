import { ExecutionEnvironment, type Invocation, type InvocationResult, type LambdaRuntime } from './execution-environment';
import type { FunctionVersion } from './function-version';
import type { LogWriter } from '../core/api';
import type { World } from '../core/world';

/** Of the wall clock: what it saves is memory of the real machine. */
const IDLE_MILLIS = 20_000;

/** The execution environments of all functions: a warm one is used again, an idle one ends. */
export class ExecutionEnvironments {
  private readonly idle = new Map<ExecutionEnvironment, NodeJS.Timeout>();
  private readonly busy = new Set<ExecutionEnvironment>();

  constructor(private readonly world: World, private readonly logs: LogWriter, private readonly runtime: LambdaRuntime) {}

  public async invoke(version: FunctionVersion, invocation: Invocation): Promise<InvocationResult> {
    const environment = this.take(version) ?? new ExecutionEnvironment(this.world, this.logs, version, this.runtime);
    this.busy.add(environment);
    try {
      return await environment.invoke(invocation);
    } finally {
      this.busy.delete(environment);
      this.putBack(environment);
    }
  }

  /** Ends the idle environments of a function that has changed or is gone; busy ones finish what they do. */
  public retire(functionName: string, currentRevision?: string): void {
    for (const environment of this.idle.keys()) {
      if (environment.version.name === functionName && environment.version.revision !== currentRevision) {
        this.endIdle(environment);
      }
    }
  }

  public async close(): Promise<void> {
    this.idle.forEach((timer) => clearTimeout(timer));
    await Promise.all([...this.idle.keys(), ...this.busy].map((environment) => environment.end()));
    this.idle.clear();
  }

  private take(version: FunctionVersion): ExecutionEnvironment | undefined {
    for (const [environment, timer] of this.idle) {
      if (environment.version.name === version.name && environment.version.revision === version.revision && environment.isUsable) {
        clearTimeout(timer);
        this.idle.delete(environment);
        return environment;
      }
    }
    return undefined;
  }

  private putBack(environment: ExecutionEnvironment): void {
    if (environment.isUsable) {
      this.idle.set(environment, setTimeout(() => this.endIdle(environment), IDLE_MILLIS).unref());
    }
  }

  private endIdle(environment: ExecutionEnvironment): void {
    clearTimeout(this.idle.get(environment));
    this.idle.delete(environment);
    void environment.end();
  }
}
