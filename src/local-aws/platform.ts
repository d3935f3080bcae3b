import { mkdtempSync, mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormation } from './cloudformation/cloud-formation';
import { ParameterStore } from './configuration/parameter-store';
import { SecretsManager } from './configuration/secrets-manager';
import type { LocalService } from './core/api';
import { Clock } from './core/clock';
import { Processes } from './core/processes';
import type { World } from './core/world';
import { Endpoint } from './endpoint/endpoint';
import { SecurityTokenService } from './identity/sts';
import type { LambdaRuntime } from './lambda/execution-environment';
import { Lambda } from './lambda/lambda';
import { CloudWatchLogs } from './logging/cloud-watch-logs';
import { ElasticComputeCloud } from './network/elastic-compute-cloud';
import { StepFunctions } from './orchestration/step-functions';
import { RecordedResources } from './recorded/recorded-resources';
import { State, type StateDirectory } from './state/state';
import { S3 } from './storage/s3';

export interface PlatformOptions {
  readonly speed: number;
  readonly account: string;
  readonly region: string;
  /** Kept at the end; without it a temporary one is made, and removed. */
  readonly directory?: string;
  /** What this local AWS knew when it ended; kept from now on. */
  readonly state?: StateDirectory;
  /** Whether templates find what `cdk bootstrap` leaves behind, without one. */
  readonly bootstrapped?: boolean;
  /** What execution environments run. */
  readonly lambdaRuntime: LambdaRuntime;
  readonly log: (message: string) => void;
}

/** What every rehearsal stands on: the world, the endpoint, and the services that no deployment is about. */
export class Platform {
  public readonly world: World;
  public readonly endpoint: Endpoint;
  public readonly logs: CloudWatchLogs;
  public readonly storage: S3;
  public readonly parameters: ParameterStore;
  public readonly secrets: SecretsManager;
  public readonly functions: Lambda;
  public readonly cloudFormation: CloudFormation;
  private readonly services: LocalService[];
  private readonly stateDirectory: StateDirectory | undefined;
  private state?: State;
  /** Whether the directory goes with the local AWS. */
  public readonly isTemporary: boolean;

  constructor(options: PlatformOptions) {
    this.isTemporary = options.directory === undefined;
    const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'local-aws-'));
    mkdirSync(directory, { recursive: true });
    const world: World = this.world = {
      clock: new Clock(options.speed, options.state?.kept?.shown),
      account: options.account,
      region: options.region,
      partition: 'aws',
      directory,
      processes: new Processes(directory),
      endpoint: () => this.endpoint.url(),
      log: options.log,
    };
    this.endpoint = new Endpoint(world, () => this.state?.touch());
    this.stateDirectory = options.state;
    this.logs = new CloudWatchLogs(world);
    this.storage = new S3(world);
    this.parameters = new ParameterStore(world, options.bootstrapped);
    this.secrets = new SecretsManager(world, this.parameters);
    this.functions = new Lambda(world, this.storage.objects, this.logs, options.lambdaRuntime);
    this.cloudFormation = new CloudFormation(world, this.storage.objects, {
      parameter: (name) => this.parameters.value(name),
      secret: (id, jsonKey, stage) => this.secrets.value(id, jsonKey, stage),
    }, this.functions);
    this.services = [
      this.cloudFormation, this.functions, this.storage, this.logs, this.parameters, this.secrets, new SecurityTokenService(world),
      new ElasticComputeCloud(world), new StepFunctions(world, this.functions, this.storage.objects), new RecordedResources(world),
    ];
  }

  /** Adds the services that deployments are about, and listens. */
  public async start(port: number, services: readonly LocalService[] = []): Promise<void> {
    this.services.push(...services);
    this.services.forEach((service) => this.cloudFormation.types.add(service));
    this.endpoint.serveFrom(this.services);
    await this.endpoint.listen(port);
    await this.remember();
  }

  /** Goes on where the last local AWS with this state ended, and keeps from now on what a next one has to know. */
  private async remember(): Promise<void> {
    if (!this.stateDirectory) {
      return;
    }
    const { world, stateDirectory } = this;
    const state = new State(this.services.flatMap(({ memory }) => memory ?? []), { world }, world.log);
    if (stateDirectory.kept) {
      state.fromBytes(stateDirectory.kept.stores);
      await state.resume();
    }
    this.state = state;
    state.keep((bytes) => this.write(bytes));
  }

  private write(bytes: Buffer): void {
    const { account, region, clock } = this.world;
    this.stateDirectory!.write({ account, region, speed: clock.speed, port: this.endpoint.port() }, clock.millis(), bytes);
  }

  /** Ends everything that was started, and leaves nothing behind. */
  public async close(): Promise<void> {
    this.state?.stop((bytes) => this.write(bytes));
    const closed = await Promise.allSettled([...this.services.map((service) => service.close()), this.world.processes.closeAll()]);
    await this.endpoint.close();
    this.stateDirectory?.close();
    if (this.isTemporary) {
      await rm(this.world.directory, { recursive: true, force: true, maxRetries: 3 });
    }
    const broken = closed.find((outcome) => outcome.status === 'rejected');
    if (broken) {
      throw broken.reason;
    }
  }
}
