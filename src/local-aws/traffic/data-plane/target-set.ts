import { HealthChecker } from './health-checker';
import type { RealLimits } from './limits';
import { RegisteredTarget } from './registered-target';
import type { Target, TargetHealth } from '../../core/api';
import type { World } from '../../core/world';
import { ALGORITHM, DEREGISTRATION_DELAY, SLOW_START } from '../model';
import type { HealthCheckSettings } from '../model';

export interface TargetDescription {
  readonly target: Target;
  readonly state: TargetHealth;
  readonly reason?: string;
  readonly description?: string;
}

/** The targets of one target group: who is registered, who is healthy, whose turn it is. */
export class TargetSet {
  private readonly registered = new Set<RegisteredTarget>();
  private readonly closed = new AbortController();
  private routable: readonly RegisteredTarget[] = [];
  private turn = 0;
  private inUse = false;

  constructor(
    private readonly world: World,
    private readonly healthCheck: HealthCheckSettings,
    private readonly limits: RealLimits,
    private readonly attributes: ReadonlyMap<string, string>,
  ) {}

  public register(target: Target): void {
    const known = this.active().find((registered) => registered.target.id === target.id && registered.target.port === target.port);
    if (known) {
      return;
    }
    const registered = new RegisteredTarget(target);
    this.registered.add(registered);
    if (this.inUse) {
      this.startChecks(registered);
    }
    this.refresh();
  }

  /** New requests go elsewhere from now on; resolves when the target is gone. */
  public async deregister(targetId: string, port?: number): Promise<void> {
    const leaving = [...this.registered].filter(({ target }) => target.id === targetId && (port === undefined || target.port === port));
    for (const registered of leaving) {
      registered.leaving = true;
      registered.drained ??= this.drain(registered);
    }
    this.refresh();
    await Promise.all(leaving.map((registered) => registered.drained));
  }

  /** Checks run, and requests come, only while a listener or rule leads here. */
  public setInUse(inUse: boolean): void {
    if (inUse === this.inUse) {
      return;
    }
    this.inUse = inUse;
    for (const registered of this.active()) {
      if (inUse) {
        this.startChecks(registered);
      } else {
        registered.checker?.close();
        registered.checker = undefined;
      }
    }
    this.refresh();
  }

  /** The target whose turn it is; undefined where none is registered. */
  public next(): RegisteredTarget | undefined {
    if (this.routable.length === 0) {
      return undefined;
    }
    if (this.attributes.get(ALGORITHM) === 'least_outstanding_requests') {
      return this.routable.reduce((least, registered) => (registered.inFlight < least.inFlight ? registered : least));
    }
    for (let tries = 0; tries < this.routable.length; tries += 1) {
      this.turn = (this.turn + 1) % this.routable.length;
      if (this.takesItsTurn(this.routable[this.turn])) {
        break;
      }
    }
    return this.routable[this.turn];
  }

  /** With a slow start, a target that has just become healthy takes a share of its turns that grows with its time. */
  private takesItsTurn({ healthySince }: RegisteredTarget): boolean {
    const seconds = Number(this.attributes.get(SLOW_START));
    if (seconds === 0 || healthySince === undefined) {
      return true;
    }
    const share = (this.world.clock.millis() - healthySince) / (seconds * 1000);
    return share >= 1 || Math.random() < share;
  }

  /** The target that a sticky client met before, as long as it may get requests. */
  public find(key: string): RegisteredTarget | undefined {
    return this.routable.find((registered) => registered.key === key);
  }

  public describe(): TargetDescription[] {
    return [...this.registered].map((registered) => this.describeOne(registered));
  }

  public health(targetId: string): TargetHealth {
    const found = this.describe().filter(({ target }) => target.id === targetId);
    return (found.find(({ state }) => state !== 'draining') ?? found[0])?.state ?? 'unused';
  }

  public count(state: TargetHealth): number {
    return this.describe().filter((description) => description.state === state).length;
  }

  public async close(): Promise<void> {
    this.closed.abort();
    await Promise.all([...this.registered].map((registered) => registered.close()));
    this.registered.clear();
    this.refresh();
  }

  private active(): RegisteredTarget[] {
    return [...this.registered].filter((registered) => !registered.leaving);
  }

  private startChecks(registered: RegisteredTarget): void {
    registered.checker = new HealthChecker(this.world, registered.target, this.healthCheck, this.limits, () => this.refresh());
  }

  /** Where no target is healthy, requests go to all of them: ELB fails open. */
  private refresh(): void {
    const active = this.active();
    const healthy = active.filter((registered) => registered.checker?.health.state === 'healthy');
    for (const registered of active) {
      registered.healthySince = healthy.includes(registered) ? registered.healthySince ?? this.world.clock.millis() : undefined;
    }
    this.routable = healthy.length > 0 ? healthy : active;
  }

  private async drain(registered: RegisteredTarget): Promise<void> {
    registered.checker?.close();
    if (this.inUse) {
      const delay = Number(this.attributes.get(DEREGISTRATION_DELAY));
      // AWS reports draining for the whole delay, even where nothing is in flight, and whoever waits waits it out.
      await this.world.clock.sleep(delay, this.closed.signal).catch(() => undefined);
      registered.endTunnels();
      // Requests do not get faster with the clock: they have as long as they would have on AWS.
      await this.idleWithin(registered, delay * 1000);
    }
    this.registered.delete(registered);
    await registered.close();
  }

  private async idleWithin(registered: RegisteredTarget, wallMillis: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, wallMillis);
      this.closed.signal.addEventListener('abort', () => resolve());
      if (this.closed.signal.aborted) {
        resolve();
      }
    });
    await Promise.race([registered.idle(), late]);
    clearTimeout(timer);
  }

  private describeOne(registered: RegisteredTarget): TargetDescription {
    const { target } = registered;
    if (registered.leaving) {
      return { target, state: 'draining', reason: 'Target.DeregistrationInProgress', description: 'Target deregistration is in progress' };
    }
    if (registered.checker === undefined) {
      const description = 'Target group is not configured to receive traffic from the load balancer';
      return { target, state: 'unused', reason: 'Target.NotInUse', description };
    }
    const { state, reason, description } = registered.checker.health;
    return { target, state, reason, description };
  }
}
