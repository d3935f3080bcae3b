import { randomInt } from 'node:crypto';
import type { ParsedAppSpec, Revision } from './app-specs';
import type { AlarmConfiguration, AutoRollback, Group } from './groups';
import { DeploymentFailure } from './refusals';
import { hasEnded, LIFECYCLE, type DeploymentStatus, type LifecycleEventName, type LifecycleEventStatus } from '../../deployment/lifecycle';
import type { World } from '../core/world';

export interface EventRecord {
  readonly name: LifecycleEventName;
  status: LifecycleEventStatus;
  startTime?: Date;
  endTime?: Date;
  diagnostics?: { readonly errorCode: string; readonly scriptName: string; readonly message: string; readonly logTail: string };
}

/** A task set as the deployment knows it; the description is the last one that ECS gave. */
export interface TaskSetView {
  readonly id: string;
  readonly targetGroupArn: string;
  readonly targetGroupName: string;
  last: Readonly<Record<string, any>>;
}

export interface DeploymentRequest {
  readonly group: Group;
  readonly revision: Revision;
  readonly appSpec: ParsedAppSpec;
  readonly configurationName: string;
  readonly description?: string;
  readonly creator: 'user' | 'codeDeployRollback';
  readonly autoRollback: AutoRollback;
  readonly alarms: AlarmConfiguration;
  readonly overrideAlarms?: AlarmConfiguration;
  readonly previousRevision?: Revision;
}

/** What can be waited for until someone continues the deployment. */
export type WaitType = 'READY_WAIT' | 'TERMINATION_WAIT';

const ID_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** One deployment: what it is, and how far it has come. */
export class Deployment {
  public readonly id = `d-${Array.from({ length: 9 }, () => ID_CHARACTERS[randomInt(ID_CHARACTERS.length)]).join('')}`;
  public status: DeploymentStatus = 'Created';
  public readonly createTime: Date;
  public startTime?: Date;
  public completeTime?: Date;
  public lastUpdatedAt: Date;
  public error?: { readonly code: string; readonly message: string };
  public rollbackInfo?: { rollbackDeploymentId?: string; rollbackTriggeringDeploymentId?: string; rollbackMessage?: string };
  public readonly events: EventRecord[] = LIFECYCLE.map(({ name }) => ({ name, status: 'Pending' }));
  public blue?: TaskSetView;
  public green?: TaskSetView;
  /** Green's share of production traffic. */
  public greenPercent = 0;
  public terminationWaitStarted = false;
  /** From here on blue is going, and there is nothing to roll back to. */
  public terminationBegun = false;
  /** What whoever stopped the deployment asked for; otherwise the group's configuration decides. */
  public stopRollsBack?: boolean;
  private readonly interruption = new AbortController();
  private wait?: { readonly type: WaitType; readonly end: () => void };

  constructor(private readonly world: World, public readonly request: DeploymentRequest) {
    this.createTime = world.clock.now();
    this.lastUpdatedAt = this.createTime;
  }

  /** Aborted with a DeploymentFailure when the deployment has to end early. */
  public get signal(): AbortSignal {
    return this.interruption.signal;
  }

  public get ended(): boolean {
    return hasEnded(this.status);
  }

  public interrupt(failure: DeploymentFailure): void {
    this.interruption.abort(failure);
  }

  public start(): void {
    this.status = 'InProgress';
    this.startTime = this.touch();
  }

  /** Runs one lifecycle event, and keeps how it went. */
  public async during(name: LifecycleEventName, act: () => Promise<void>): Promise<void> {
    const event = this.events.find((candidate) => candidate.name === name)!;
    event.status = 'InProgress';
    event.startTime = this.touch();
    try {
      this.signal.throwIfAborted();
      await act();
      this.signal.throwIfAborted();
      event.status = 'Succeeded';
    } catch (error) {
      event.status = 'Failed';
      event.diagnostics = { errorCode: 'UnknownError', scriptName: this.request.appSpec.hooks[name] ?? '', message: this.toFailure(error).message, logTail: '' };
      throw error;
    } finally {
      event.endTime = this.touch();
    }
  }

  /** Waits by the clock; true if someone continued the deployment before the time was over. */
  public async waitFor(type: WaitType, seconds: number): Promise<boolean> {
    let continued = false;
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.signal]);
    this.wait = {
      type,
      end: () => {
        continued = true;
        over.abort();
      },
    };
    try {
      await this.world.clock.sleep(seconds, signal);
    } catch (error) {
      if (!continued) {
        throw error;
      }
    } finally {
      this.wait = undefined;
    }
    this.signal.throwIfAborted();
    return continued;
  }

  /** Whether there was such a wait to end. */
  public continue(type: WaitType): boolean {
    const waits = this.wait?.type === type;
    if (waits) {
      this.wait!.end();
    }
    return waits;
  }

  public succeed(): void {
    this.status = 'Succeeded';
    this.completeTime = this.touch();
  }

  public fail(failure: DeploymentFailure): void {
    this.status = failure.status;
    this.error = { code: failure.code, message: failure.message };
    this.events.filter((event) => event.status === 'Pending').forEach((event) => {
      event.status = 'Skipped';
    });
    this.completeTime = this.touch();
  }

  /** Nobody carries on with what was going on. */
  public breakOff(): void {
    this.events.filter((event) => event.status === 'InProgress').forEach((event) => {
      event.status = 'Failed';
      event.endTime = this.touch();
    });
  }

  /** An interruption shows itself as whatever was going on then; what counts is why it came. */
  public toFailure(error: unknown): DeploymentFailure {
    if (this.signal.aborted && this.signal.reason instanceof DeploymentFailure) {
      return this.signal.reason;
    }
    return error instanceof DeploymentFailure ? error : new DeploymentFailure('INTERNAL_ERROR', (error as Error).message);
  }

  public touch(): Date {
    this.lastUpdatedAt = this.world.clock.now();
    return this.lastUpdatedAt;
  }
}
