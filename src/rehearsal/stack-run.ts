import type { Clients } from './aws/clients';
import { findDeploymentGroups, selectGroup } from './aws/deployment-groups';
import { Deployments, type DeploymentView } from './aws/deployments';
import type { LocalAws } from './aws/local-aws';
import { ProductionRoute, type LocalListener } from './aws/production-route';
import type { Publisher } from './aws/publishing';
import { Service } from './aws/services';
import { Stack, type StackHappening } from './aws/stacks';
import { lastLogs, lastLogsOfStack } from './aws/task-logs';
import type { CleanUp } from './clean-up';
import { messageOf } from './errors';
import { LoadMeter } from './load/load-meter';
import { whoAnswers } from './load/probe';
import type { RehearsalOptions } from './options';
import type { CreationRecord, DeploymentRecord, Seconds } from './report/record';
import type { SourcedDeployment } from './sources';
import { DeploymentWatch } from './watch/deployment-watch';
import type { Emit, Weights } from './watch/happening';
import { causeOf, endingOf } from './watch/outcome';
import { Versions } from './watch/versions';

export interface StackRunProps {
  readonly clients: Clients;
  readonly local: LocalAws;
  readonly options: RehearsalOptions;
  readonly publisher: Publisher;
  readonly stackName: string;
  /** The name of the deployment that creates the stack. */
  readonly first: string;
  /** The bundle that the load's thread runs. */
  readonly script: string;
  readonly emit: Emit;
  readonly fail: (error: unknown) => void;
  readonly cleanUp: CleanUp;
  readonly signal: AbortSignal;
}

/** What is known once the stack exists. */
interface Running {
  readonly deployments: Deployments;
  readonly service: Service;
  readonly route: ProductionRoute;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly load: LoadMeter;
}

/** One stack, created and then updated under load. */
export class StackRun {
  private readonly stack: Stack;
  private readonly versions: Versions;
  private running?: Running;

  constructor(private readonly props: StackRunProps) {
    this.stack = new Stack(props.clients.cloudFormation, props.stackName);
    this.versions = new Versions(props.first);
  }

  public async create({ name, stack: source, expected }: SourcedDeployment): Promise<CreationRecord> {
    const { signal, emit, local } = this.props;
    emit({ kind: 'step', text: `publishing the assets of ${name}` });
    await this.props.publisher.publish(source, signal);
    emit({ kind: 'begins', name, expected, verb: 'create' });
    const timer = this.stopwatch();
    const events: StackHappening[] = [];
    const startedAt = local.clock.now();
    let logs: Promise<string[]> | undefined;
    const status = await this.stack.deploy('create', source, signal, (happening) => {
      this.collect(events)(happening);
      // At once: the rollback deletes what has been logged.
      logs ??= happening.status === 'CREATE_FAILED' ? this.logsOfStack(startedAt) : undefined;
    });
    const created = status === 'CREATE_COMPLETE';
    let serving: string | null = null;
    if (created) {
      this.running = await this.open(await local.admin<LocalListener[]>('listeners'));
      serving = await this.serving();
    }
    const record: CreationRecord = {
      name,
      outcome: created ? 'SUCCEEDED' : 'FAILED',
      cause: created ? null : causeOf(events) ?? `the stack ended ${status}`,
      serving,
      seconds: timer(),
    };
    emit({ kind: 'created', record, logs: await logs ?? [] });
    return record;
  }

  public async update({ name, stack: source, expected }: SourcedDeployment): Promise<DeploymentRecord> {
    const { signal, emit } = this.props;
    const { load, ...watched } = this.running!;
    await this.props.publisher.publish(source, signal);
    const watch = new DeploymentWatch({ ...watched, clock: this.props.local.clock, versions: this.versions }, emit, this.props.fail);
    try {
      await watch.start(signal);
      this.versions.begin(name);
      emit({ kind: 'begins', name, expected, verb: 'update' });
      await load.lap();
      const timer = this.stopwatch();
      const startedAt = this.props.local.clock.now();
      const events: StackHappening[] = [];
      const status = await this.deployUpdate(source, this.collect(events));
      await watch.settled();
      signal.throwIfAborted();
      const requests = await load.lap();
      const ending = endingOf(status, events, watch.deployments());
      const record: DeploymentRecord = {
        name,
        expected,
        ...ending,
        events: eventsOf(watch.deployments()),
        weights: watch.weights().map(toWeightRecord),
        requests,
        serving: await this.serving(),
        seconds: timer(),
      };
      emit({ kind: 'ended', record, logs: ending.outcome === 'SUCCEEDED' ? [] : await this.logs(name, startedAt) });
      return record;
    } finally {
      await watch.stop();
    }
  }

  /** A refused update is an ending too: the service says why, and nothing has happened to the stack. */
  private async deployUpdate(source: SourcedDeployment['stack'], onEvent: (happening: StackHappening) => void): Promise<string> {
    try {
      return await this.stack.deploy('update', source, this.props.signal, onEvent);
    } catch (error) {
      if ((error as Error).name !== 'ValidationError') {
        throw error;
      }
      onEvent({
        at: this.props.local.clock.now(),
        logicalId: this.stack.name,
        type: 'AWS::CloudFormation::Stack',
        status: 'UPDATE_REFUSED',
        reason: (error as Error).message,
        whole: true,
      });
      return 'UPDATE_REFUSED';
    }
  }

  /** Finds the service and its routes, and begins the load. */
  private async open(listeners: readonly LocalListener[]): Promise<Running> {
    const { clients, options, signal, cleanUp } = this.props;
    const groups = await findDeploymentGroups(clients.codeDeploy, clients.loadBalancing, await this.stack.resources(signal), signal);
    const group = selectGroup(groups, options.service, this.stack.name);
    const route = new ProductionRoute(clients.loadBalancing, group);
    const service = new Service(clients.ecs, group);
    (await service.taskSets(signal)).forEach(({ revision }) => this.versions.nameOf(revision));
    const { url, host } = await route.entrance(listeners, signal);
    const headers: Record<string, string> = host === undefined ? {} : { host };
    const target = { url: `${url}${options.load.path}`, headers };
    const load = new LoadMeter(this.props.script, { ...options.load, ...target }, this.versions, this.props.emit, this.props.fail);
    cleanUp.add(() => load.stop());
    return { deployments: new Deployments(clients.codeDeploy, group), service, route, load, ...target };
  }

  private async serving(): Promise<string | null> {
    const { url, headers } = this.running!;
    const answerer = await whoAnswers(url, headers, this.props.signal);
    return answerer === null ? null : this.versions.answerer(answerer);
  }

  private async logs(deployment: string, since: Date): Promise<string[]> {
    const revision = this.versions.revisionOf(deployment);
    return revision === undefined ? [] : lastLogs(this.props.clients.logs, this.running!.service, revision, since, this.props.signal);
  }

  private async logsOfStack(since: Date): Promise<string[]> {
    const { clients, signal } = this.props;
    try {
      return await lastLogsOfStack(clients.logs, await this.stack.resources(signal), since, signal);
    } catch (error) {
      if (signal.aborted) {
        throw error;
      }
      // The rollback was faster: the cause must be told all the same.
      return [`what the tasks said was gone already: ${messageOf(error)}`];
    }
  }

  private collect(events: StackHappening[]): (happening: StackHappening) => void {
    return (happening) => {
      events.push(happening);
      this.props.emit({ kind: 'stack', ...happening });
    };
  }

  private stopwatch(): () => Seconds {
    const startedAt = Date.now();
    return () => {
      const wall = (Date.now() - startedAt) / 1000;
      return { clock: Math.round(wall * this.props.local.clock.speed), wall: Math.round(wall * 10) / 10 };
    };
  }
}

/** Those of the deployment itself; a rollback of CodeDeploy's shows in the weights. */
function eventsOf(deployments: readonly DeploymentView[]): DeploymentRecord['events'] {
  return (deployments.find(({ rollback }) => !rollback)?.events ?? []).map(({ name, status, startedAt, endedAt }) => ({
    name, status, startedAt: startedAt?.toISOString() ?? null, endedAt: endedAt?.toISOString() ?? null,
  }));
}

function toWeightRecord({ at, byVersion }: Weights): DeploymentRecord['weights'][number] {
  return { ...byVersion, at: at.toISOString() };
}
