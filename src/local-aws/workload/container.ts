import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { watchHealth, type HealthCheckDefinition, type HealthStatus } from './health-check';
import { taskId } from './identifiers';
import type { LogWriter } from '../core/api';
import type { World } from '../core/world';
import type { RunnableCommand } from './images/command';
import type { Ports } from './ports';

/** As a task definition has it, as far as running it needs. */
export interface ContainerDefinition {
  readonly name: string;
  readonly image: string;
  readonly essential?: boolean;
  readonly entryPoint?: readonly string[];
  readonly command?: readonly string[];
  readonly workingDirectory?: string;
  readonly environment?: ReadonlyArray<{ readonly name: string; readonly value: string }>;
  readonly secrets?: ReadonlyArray<{ readonly name: string; readonly valueFrom: string }>;
  readonly portMappings?: ReadonlyArray<{ readonly containerPort: number }>;
  readonly logConfiguration?: { readonly logDriver: string; readonly options?: Readonly<Record<string, string>> };
  readonly healthCheck?: HealthCheckDefinition;
  readonly stopTimeout?: number;
  readonly dependsOn?: ReadonlyArray<{ readonly containerName: string; readonly condition: 'START' | 'HEALTHY' | 'COMPLETE' | 'SUCCESS' }>;
}

/** Fargate's time between SIGTERM and SIGKILL where the definition says nothing. */
const DEFAULT_STOP_TIMEOUT_SECONDS = 30;
/** A process needs real time to end, however fast the clock runs. */
const LEAST_STOP_MILLIS = 1000;

/** One container of a task, as a process. */
export class Container {
  public readonly id = taskId();
  public status: 'PENDING' | 'RUNNING' | 'STOPPED' = 'PENDING';
  public exitCode?: number;
  public reason?: string;
  public health: HealthStatus = 'UNKNOWN';
  /** Resolves when the process has ended, or was never started. */
  public readonly exited: Promise<void>;
  private markExited!: () => void;
  private child?: ChildProcess;
  private readonly ended = new AbortController();

  constructor(public readonly definition: ContainerDefinition, private readonly world: World, private readonly changed: () => void) {
    this.exited = new Promise((resolve) => {
      this.markExited = resolve;
    });
  }

  public get essential(): boolean {
    return this.definition.essential ?? true;
  }

  public async start(command: RunnableCommand, ports: Ports, logs: LogWriter, ofTask: string): Promise<void> {
    const child = this.world.processes.spawn(command.program, command.args, {
      cwd: command.directory,
      env: { ...command.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.writeLogs(child, logs, ofTask);
    child.once('exit', (code, signal) => this.end(code ?? 128 + signalNumber(signal)));
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => reject(new Error(`CannotStartContainerError: ${error.message}`)));
    });
    if (this.status === 'PENDING') {
      this.status = 'RUNNING';
    }
    if (this.definition.healthCheck && this.status === 'RUNNING') {
      watchHealth(this.world, this.definition.healthCheck, command, ports, this.ended.signal, (health) => this.report(health)).catch(() => undefined);
    }
  }

  /** SIGTERM (or the image's own signal), then SIGKILL after the stop timeout. */
  public async stop(stopSignal: string): Promise<void> {
    const child = this.child;
    if (child?.pid === undefined || this.status === 'STOPPED') {
      this.end();
      return;
    }
    const graceMillis = Math.max(this.world.clock.wallMillis(this.definition.stopTimeout ?? DEFAULT_STOP_TIMEOUT_SECONDS), LEAST_STOP_MILLIS);
    if (stopSignal !== 'SIGTERM') {
      child.kill(stopSignal as NodeJS.Signals);
      await Promise.race([this.exited, sleepFor(graceMillis, undefined, { signal: this.ended.signal }).catch(() => undefined)]);
      await this.world.processes.end(child, 0);
    } else {
      await this.world.processes.end(child, graceMillis);
    }
    await this.exited;
  }

  /** At once, for when the local AWS ends. */
  public async kill(): Promise<void> {
    if (this.child) {
      await this.world.processes.end(this.child, 0);
    }
    this.end();
  }

  private end(exitCode?: number): void {
    if (this.status === 'STOPPED') {
      return;
    }
    this.status = 'STOPPED';
    this.exitCode = exitCode;
    this.ended.abort();
    this.markExited();
    this.changed();
  }

  private report(health: HealthStatus): void {
    if (this.health !== health) {
      this.health = health;
      this.changed();
    }
  }

  private writeLogs(child: ChildProcess, logs: LogWriter, ofTask: string): void {
    const { logDriver, options = {} } = this.definition.logConfiguration ?? { logDriver: 'none' };
    const group = options['awslogs-group'];
    const prefix = options['awslogs-stream-prefix'];
    const stream = prefix ? `${prefix}/${this.definition.name}/${ofTask}` : this.id;
    for (const output of [child.stdout, child.stderr] as Readable[]) {
      createInterface({ input: output }).on('line', (line) => {
        if (logDriver === 'awslogs' && group) {
          logs.write(group, stream, line);
        }
      });
    }
  }
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === 'SIGKILL' ? 9 : signal === 'SIGTERM' ? 15 : signal === 'SIGINT' ? 2 : 1;
}
