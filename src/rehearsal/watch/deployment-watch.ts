import { setTimeout as sleep } from 'node:timers/promises';
import type { Emit, TaskCount, Weights } from './happening';
import type { Versions } from './versions';
import { hasEnded } from '../../deployment/lifecycle';
import type { DeploymentView, Deployments } from '../aws/deployments';
import type { LocalClock } from '../aws/local-clock';
import type { ProductionRoute } from '../aws/production-route';
import type { Service, TaskSetView } from '../aws/services';

/** Wall time between two looks. */
const LOOK_MILLIS = 100;

export interface Watched {
  readonly deployments: Deployments;
  readonly service: Service;
  readonly route: ProductionRoute;
  readonly clock: LocalClock;
  readonly versions: Versions;
}

/** Follows the deployments that one update leads to. Whatever starts them: they are found by their group. */
export class DeploymentWatch {
  private readonly views = new Map<string, DeploymentView>();
  private readonly seenWeights: Weights[] = [];
  private readonly shown = new Map<string, string>();
  private readonly stopping = new AbortController();
  private before: ReadonlySet<string> = new Set();
  private running: Promise<void> = Promise.resolve();
  private looks = 0;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly watched: Watched, private readonly emit: Emit, private readonly onError: (error: unknown) => void) {}

  /** Call before the update: what is there now is not of this update. */
  public async start(signal: AbortSignal): Promise<void> {
    this.before = new Set(await this.watched.deployments.ids(signal));
    const both = AbortSignal.any([signal, this.stopping.signal]);
    await this.look(both);
    this.running = this.keepLooking(both);
  }

  /** In the order in which they began. */
  public deployments(): DeploymentView[] {
    return [...this.views.values()];
  }

  public weights(): readonly Weights[] {
    return this.seenWeights;
  }

  /** Resolves when neither a deployment nor its rollback is under way, after a look of its own. */
  public async settled(): Promise<void> {
    const from = this.looks;
    while (!this.stopping.signal.aborted && (this.looks < from + 2 || !this.isSettled())) {
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  public async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private isSettled(): boolean {
    const views = this.deployments();
    return views.every(({ status, rolledBackBy }) => hasEnded(status) && (rolledBackBy === undefined || this.views.has(rolledBackBy)));
  }

  private async keepLooking(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        await sleep(LOOK_MILLIS, undefined, { signal });
        await this.look(signal);
      }
    } catch (error) {
      if (!signal.aborted) {
        this.onError(error);
      }
    } finally {
      this.stopping.abort();
      this.wake();
    }
  }

  private async look(signal: AbortSignal): Promise<void> {
    const { deployments, service, route } = this.watched;
    const [ids, taskSets, weights] = await Promise.all([deployments.ids(signal), service.taskSets(signal), route.weights(signal)]);
    // What is known first: that a deployment was stopped comes before its rollback.
    const open = this.deployments().filter((view) => !isClosed(view));
    (await Promise.all(open.map(({ id }) => deployments.view(id, signal)))).forEach((view) => this.see(view));
    const news = await Promise.all(
      ids.filter((id) => !this.before.has(id) && !this.views.has(id)).map((id) => deployments.view(id, signal)),
    );
    news.sort((one, other) => Number(one.rollback) - Number(other.rollback)).forEach((view) => this.see(view));
    this.seeTasks(taskSets);
    this.seeWeights(taskSets, weights);
    this.looks += 1;
    this.wake();
  }

  private see(view: DeploymentView): void {
    this.views.set(view.id, view);
    this.emitIfNew(view.id, view, () => this.emit({ kind: 'deployment', view }));
  }

  private seeTasks(taskSets: readonly TaskSetView[]): void {
    const tasks: TaskCount[] = taskSets.map(({ revision, status, running, desired }) => (
      { version: this.watched.versions.nameOf(revision), status, running, desired }
    ));
    this.emitIfNew('tasks', tasks, () => this.emit({ kind: 'tasks', tasks }));
  }

  private seeWeights(taskSets: readonly TaskSetView[], weights: Readonly<Record<string, number>>): void {
    const byVersion: Record<string, number> = {};
    Object.entries(weights).forEach(([arn, weight]) => {
      const taskSet = taskSets.find(({ targetGroupArn }) => targetGroupArn === arn);
      if (taskSet !== undefined) {
        const version = this.watched.versions.nameOf(taskSet.revision);
        byVersion[version] = (byVersion[version] ?? 0) + weight;
      } else if (weight > 0) {
        // Nothing runs there, and yet traffic goes there: that must be seen.
        byVersion[targetGroupName(arn)] = weight;
      }
    });
    this.emitIfNew('weights', byVersion, () => {
      const seen = { at: this.watched.clock.now(), byVersion };
      this.seenWeights.push(seen);
      this.emit({ kind: 'weights', weights: seen });
    });
  }

  private emitIfNew(key: string, value: unknown, emit: () => void): void {
    const text = JSON.stringify(value);
    if (this.shown.get(key) !== text) {
      this.shown.set(key, text);
      emit();
    }
  }

  private wake(): void {
    this.waiting.forEach((resolve) => resolve());
    this.waiting.clear();
  }
}

/** Nothing of it changes any more. One that did not succeed may still be given a rollback. */
function isClosed({ status, rollback, rolledBackBy }: DeploymentView): boolean {
  return hasEnded(status) && (status === 'Succeeded' || rollback || rolledBackBy !== undefined);
}

/** `arn:…:targetgroup/<name>/<id>` */
function targetGroupName(arn: string): string {
  return arn.split('/')[1] ?? arn;
}
