import { Container } from './container';
import type { HealthStatus } from './health-check';
import { ecsArn, taskId, type Addresses } from './identifiers';
import { toRunnable } from './images/command';
import type { Image, Images } from './images/images';
import { Ports } from './ports';
import type { TaskDefinition } from './task-definitions';
import { AwsError, type LogWriter, type SecretReader, type TargetRegistry } from '../core/api';
import { trustVariables, type World } from '../core/world';

/** What tasks are started with. */
export interface TaskRuntime {
  readonly world: World;
  readonly images: Images;
  readonly logs: LogWriter;
  readonly secrets: SecretReader;
  readonly targets: TargetRegistry;
  readonly addresses: Addresses;
}

export interface LoadBalancer {
  readonly targetGroupArn: string;
  readonly containerName: string;
  readonly containerPort: number;
}

export interface TaskSpec {
  readonly clusterName: string;
  readonly taskDefinition: TaskDefinition;
  /** `service:<name>` for a service's tasks, `family:<name>` for one that runs on its own. */
  readonly group: string;
  /** The id of the task set that the task belongs to, or what whoever runs it says. */
  readonly startedBy?: string;
  readonly loadBalancers: readonly LoadBalancer[];
  readonly platformVersion: string;
  readonly capacityProviderName?: string;
  readonly tags: ReadonlyArray<{ readonly key: string; readonly value: string }>;
  /** What RunTask overrides; shown, since the task definition has it in it already. */
  readonly overrides?: unknown;
}

export type TaskStatus = 'PROVISIONING' | 'PENDING' | 'ACTIVATING' | 'RUNNING' | 'DEACTIVATING' | 'STOPPING' | 'STOPPED';
export type StopCode = 'TaskFailedToStart' | 'EssentialContainerExited' | 'UserInitiated' | 'ServiceSchedulerInitiated';

/** What Fargate needs to place a task, by the clock; never more of real time than this. */
const PLACEMENT_SECONDS = 1;
const MOST_PLACEMENT_SECONDS_OF_WALL = 1;

/** Where nothing checks a task, it has to run for so long of real time before it counts: a process that dies at once never does. */
const SETTLING_MILLIS = 400;

/** One task: its containers as processes, and its place behind the load balancer. */
export class Task {
  public readonly id = taskId();
  public readonly arn: string;
  public readonly address: string;
  public readonly containers: readonly Container[];
  public readonly createdAt: Date;
  public status: TaskStatus = 'PROVISIONING';
  public desiredStatus: 'RUNNING' | 'STOPPED' = 'RUNNING';
  public startedAt?: Date;
  public stoppingAt?: Date;
  public stoppedAt?: Date;
  public stopCode?: StopCode;
  public stoppedReason?: string;
  private registered = false;
  private runningSince = 0;
  private readonly starting = new AbortController();
  private stopping?: Promise<void>;
  private images: ReadonlyMap<string, Image> = new Map();

  constructor(public readonly spec: TaskSpec, private readonly runtime: TaskRuntime, private readonly changed: () => void) {
    const { world } = runtime;
    this.arn = ecsArn(world, `task/${spec.clusterName}/${this.id}`);
    this.address = runtime.addresses.next();
    this.createdAt = world.clock.now();
    this.containers = spec.taskDefinition.containerDefinitions.map((definition) => new Container(definition, world, () => this.containerChanged()));
  }

  public get health(): HealthStatus {
    const watched = this.containers.filter((container) => container.essential && container.definition.healthCheck);
    if (watched.some((container) => container.health === 'UNHEALTHY')) {
      return 'UNHEALTHY';
    }
    return watched.length > 0 && watched.every((container) => container.health === 'HEALTHY') ? 'HEALTHY' : 'UNKNOWN';
  }

  /** Whether the task does what it was started for, as far as its containers and the load balancer can tell. */
  public get healthy(): boolean {
    const checked = this.containers.some((container) => container.essential && container.definition.healthCheck);
    if (this.status !== 'RUNNING' || (checked && this.health !== 'HEALTHY')) {
      return false;
    }
    const settled = checked || Date.now() - this.runningSince >= SETTLING_MILLIS;
    const answers = this.spec.loadBalancers.map(({ targetGroupArn }) => {
      return this.registered ? this.runtime.targets.health(targetGroupArn, this.address) : 'initial';
    });
    // Unused: no route leads to the target group, so nobody has asked whether the task is healthy.
    return answers.length === 0 ? settled : answers.every((health) => health === 'healthy' || (health === 'unused' && settled));
  }

  /** The target group that finds the task unhealthy. */
  public unhealthyIn(): string | undefined {
    return this.registered
      ? this.spec.loadBalancers.find(({ targetGroupArn }) => this.runtime.targets.health(targetGroupArn, this.address) === 'unhealthy')?.targetGroupArn
      : undefined;
  }

  public async start(): Promise<void> {
    try {
      await this.place();
      this.move('PENDING');
      const { containerDefinitions } = this.spec.taskDefinition;
      this.images = new Map(containerDefinitions.map((definition) => [definition.name, this.runtime.images.pull(definition.image)]));
      const mappings = containerDefinitions.flatMap((definition) => definition.portMappings ?? []);
      const ports = await Ports.allocate(mappings.map((mapping) => mapping.containerPort));
      await this.place();
      await Promise.all(this.containers.map(async (container) => {
        await this.dependencies(container);
        await this.startContainer(container, ports);
      }));
      if (this.desiredStatus === 'RUNNING') {
        this.startedAt = this.runtime.world.clock.now();
        this.runningSince = Date.now();
        this.register(ports);
        this.move('RUNNING');
      }
    } catch (error) {
      if (this.desiredStatus === 'RUNNING') {
        await this.stop('TaskFailedToStart', (error as Error).message);
      }
    }
  }

  /** Takes the task out of the target groups, waits for their delay, ends its processes. A second call joins the first. */
  public stop(code: StopCode, reason: string): Promise<void> {
    this.stopping ??= this.end(code, reason);
    return this.stopping;
  }

  public async kill(): Promise<void> {
    this.desiredStatus = 'STOPPED';
    this.starting.abort();
    await Promise.all(this.containers.map((container) => container.kill()));
    this.status = 'STOPPED';
  }

  private async end(code: StopCode, reason: string): Promise<void> {
    const { world } = this.runtime;
    this.desiredStatus = 'STOPPED';
    this.stopCode = code;
    this.stoppedReason = reason;
    this.stoppingAt = world.clock.now();
    this.starting.abort();
    if (this.registered) {
      this.move('DEACTIVATING');
      const essentialExited = this.containers.filter((container) => container.essential).map((container) => container.exited);
      await Promise.race([this.deregister(), ...essentialExited]);
    }
    this.move('STOPPING');
    await Promise.all(this.containers.map((container) => container.stop(this.images.get(container.definition.name)?.stopSignal ?? 'SIGTERM')));
    this.stoppedAt = world.clock.now();
    this.move('STOPPED');
  }

  private async place(): Promise<void> {
    const { clock } = this.runtime.world;
    await clock.sleep(Math.min(PLACEMENT_SECONDS, MOST_PLACEMENT_SECONDS_OF_WALL * clock.speed), this.starting.signal);
  }

  private async dependencies(container: Container): Promise<void> {
    for (const { containerName, condition } of container.definition.dependsOn ?? []) {
      const other = this.containers.find((candidate) => candidate.definition.name === containerName)!;
      const met = () => condition === 'HEALTHY' ? other.health === 'HEALTHY'
        : condition === 'START' ? other.status !== 'PENDING'
          : other.status === 'STOPPED';
      while (!met()) {
        if (condition === 'HEALTHY' && (other.status === 'STOPPED' || other.health === 'UNHEALTHY')) {
          throw new AwsError('DependencyFailed', `Container ${containerName} did not become healthy`);
        }
        await this.runtime.world.clock.sleep(0.05 * this.runtime.world.clock.speed, this.starting.signal);
      }
      if (condition === 'SUCCESS' && other.exitCode !== 0) {
        throw new AwsError('DependencyFailed', `Container ${containerName} exited with code ${other.exitCode}, and "${container.definition.name}" depends on its success`);
      }
    }
  }

  private async startContainer(container: Container, ports: Ports): Promise<void> {
    const { definition } = container;
    const environment = { ...this.ownEnvironment(), ...Object.fromEntries((definition.environment ?? []).map(({ name, value }) => [name, value])) };
    for (const { name, valueFrom } of definition.secrets ?? []) {
      environment[name] = await this.readSecret(valueFrom);
    }
    const first = definition.portMappings?.[0]?.containerPort;
    if (first !== undefined) {
      environment.PORT = String(ports.of(first));
    }
    const image = this.images.get(definition.name)!;
    const command = await toRunnable(image, { ...definition, environment }, ports);
    if (this.desiredStatus === 'RUNNING') {
      await container.start(command, ports, this.runtime.logs, this.id);
    }
  }

  private async readSecret(valueFrom: string): Promise<string> {
    try {
      return await this.runtime.secrets.read(valueFrom);
    } catch (error) {
      const cause = `unable to retrieve secret ${valueFrom}: ${(error as Error).message}`;
      throw new AwsError('ResourceInitializationError', `ResourceInitializationError: unable to pull secrets or registry auth: ${cause}`);
    }
  }

  /** What Fargate's agent gives to every container; the endpoint, so that the application's AWS clients stay local too. */
  private ownEnvironment(): Record<string, string> {
    const { world } = this.runtime;
    return {
      HOME: process.env.HOME ?? '/',
      HOSTNAME: `ip-${this.address.replace(/\./g, '-')}.${world.region}.compute.internal`,
      AWS_REGION: world.region,
      AWS_DEFAULT_REGION: world.region,
      AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
      ...trustVariables(world),
      AWS_ENDPOINT_URL: world.endpoint(),
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    };
  }

  private register(ports: Ports): void {
    for (const { targetGroupArn, containerPort } of this.spec.loadBalancers) {
      this.runtime.targets.register(targetGroupArn, {
        id: this.address,
        port: containerPort,
        loopbackPort: ports.of(containerPort)!,
        label: `${this.spec.taskDefinition.family}:${this.spec.taskDefinition.revision}`,
      });
    }
    this.registered = true;
  }

  private async deregister(): Promise<void> {
    this.registered = false;
    await Promise.all(this.spec.loadBalancers.map(async ({ targetGroupArn }) => {
      try {
        await this.runtime.targets.deregister(targetGroupArn, this.address);
      } catch (error) {
        this.runtime.world.log(`task ${this.id} could not be deregistered from ${targetGroupArn}: ${(error as Error).message}`);
      }
    }));
  }

  private containerChanged(): void {
    const exited = this.containers.some((container) => container.essential && container.status === 'STOPPED');
    if (exited && this.desiredStatus === 'RUNNING') {
      void this.stop('EssentialContainerExited', 'Essential container in task exited');
    }
    this.changed();
  }

  private move(status: TaskStatus): void {
    this.status = status;
    this.changed();
  }
}
