import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteStackCommand, DescribeStackEventsCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { ListDeploymentsCommand } from '@aws-sdk/client-codedeploy';
import { DescribeServicesCommand } from '@aws-sdk/client-ecs';
import { App, Stack as CdkStack } from 'aws-cdk-lib';
import { startLocalAws } from '../../src/local-aws/local-aws';
import { readAssembly } from '../../src/rehearsal/assembly/cloud-assembly';
import { connect, disconnect, type Clients } from '../../src/rehearsal/aws/clients';
import { findDeploymentGroups, type DeploymentGroup } from '../../src/rehearsal/aws/deployment-groups';
import type { LocalAws } from '../../src/rehearsal/aws/local-aws';
import { ProductionRoute, type LocalListener } from '../../src/rehearsal/aws/production-route';
import { Publisher } from '../../src/rehearsal/aws/publishing';
import { Stack } from '../../src/rehearsal/aws/stacks';
import { lambdaRuntime } from '../local-aws/support/platform';
import { ENV } from '../support/stacks';

const SPEED = 100;
const STACK = 'Whole';

const SERVER = `
require('node:http').createServer((request, response) => response.end(process.env.VERSION)).listen(process.env.PORT);
process.on('SIGTERM', () => process.exit(0));
`;
const DOCKERFILE = 'FROM node:22\nARG VERSION\nENV VERSION=$VERSION\nWORKDIR /app\nCOPY server.js .\nCMD ["node", "server.js"]\n';

/** An AWS account on this machine, with one stack in it: real templates, real handlers, real HTTP. */
export class Account {
  public static async open(): Promise<Account> {
    const platform = await startLocalAws({
      bootstrapped: true,
      port: 0,
      speed: SPEED,
      account: ENV.account,
      region: ENV.region,
      lambdaRuntime: lambdaRuntime({ withSdk: true }),
      log: () => undefined,
    });
    return new Account(platform.endpoint.url(), () => platform.close());
  }

  /** An account of a local AWS that whoever asks ends. */
  public static at(endpoint: string): Account {
    return new Account(endpoint, async () => undefined);
  }

  /** A build context whose image answers every request with its version. */
  public readonly context = mkdtempSync(join(tmpdir(), 'whole-service-'));
  public readonly clients: Clients;
  private readonly stack: Stack;
  private readonly publisher: Publisher;
  private group?: DeploymentGroup;

  private constructor(private readonly endpoint: string, private readonly end: () => Promise<void>) {
    writeFileSync(join(this.context, 'server.js'), SERVER);
    writeFileSync(join(this.context, 'Dockerfile'), DOCKERFILE);
    this.clients = connect(endpoint, ENV.region);
    this.stack = new Stack(this.clients.cloudFormation, STACK);
    const local = { admin: (name: string, input: unknown) => this.admin(name, input) };
    this.publisher = new Publisher(this.clients.s3, local as unknown as LocalAws, {
      account: ENV.account, region: ENV.region, partition: 'aws', urlSuffix: 'amazonaws.com',
    });
  }

  /** Synthesizes and deploys as `cdk deploy` would, and answers the stack's final status. */
  public async deploy(verb: 'create' | 'update', fill: (stack: CdkStack) => void, tags: Record<string, string> = {}): Promise<string> {
    const app = new App({ outdir: mkdtempSync(join(this.context, '..', 'whole-assembly-')) });
    try {
      fill(new CdkStack(app, STACK, { env: { region: ENV.region } }));
      const [stack] = readAssembly(app.synth().directory);
      await this.publisher.publish(stack, this.signal);
      return await this.stack.deploy(verb, { template: stack.template, tags }, this.signal, () => undefined);
    } finally {
      rmSync(app.outdir, { recursive: true, force: true });
    }
  }

  public async delete(): Promise<string> {
    const { Stacks } = await this.clients.cloudFormation.send(new DescribeStacksCommand({ StackName: STACK }));
    const StackName = Stacks![0].StackId!;
    await this.clients.cloudFormation.send(new DeleteStackCommand({ StackName }));
    for (;;) {
      const status = (await this.clients.cloudFormation.send(new DescribeStacksCommand({ StackName }))).Stacks![0].StackStatus!;
      if (!status.endsWith('_IN_PROGRESS')) {
        return status;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** What a user gets who calls the API now. */
  public async answer(): Promise<string> {
    const group = await this.deploymentGroup();
    const { url } = await this.route(group).entrance(await this.admin<LocalListener[]>('listeners'), this.signal);
    return (await fetch(url)).text();
  }

  public async weights(): Promise<Readonly<Record<string, number>>> {
    return this.route(await this.deploymentGroup()).weights(this.signal);
  }

  public async status(): Promise<string> {
    return (await this.clients.cloudFormation.send(new DescribeStacksCommand({ StackName: STACK }))).Stacks![0].StackStatus!;
  }

  public async deployments(): Promise<string[]> {
    const { application, name } = await this.deploymentGroup();
    const command = new ListDeploymentsCommand({ applicationName: application, deploymentGroupName: name });
    return (await this.clients.codeDeploy.send(command)).deployments!;
  }

  public async serviceOf() {
    const { cluster, service } = await this.deploymentGroup();
    const { services } = await this.clients.ecs.send(new DescribeServicesCommand({ cluster, services: [service], include: ['TAGS'] }));
    return services![0];
  }

  /** Why resources failed, the latest first. */
  public async failures(): Promise<string[]> {
    const { StackEvents } = await this.clients.cloudFormation.send(new DescribeStackEventsCommand({ StackName: STACK }));
    return StackEvents!.filter(({ ResourceStatus }) => ResourceStatus!.endsWith('_FAILED')).map(({ ResourceStatusReason }) => ResourceStatusReason ?? '');
  }

  public async close(): Promise<void> {
    disconnect(this.clients);
    await this.end();
    rmSync(this.context, { recursive: true, force: true });
  }

  private async deploymentGroup(): Promise<DeploymentGroup> {
    this.group ??= (await findDeploymentGroups(
      this.clients.codeDeploy, this.clients.loadBalancing, await this.stack.resources(this.signal), this.signal,
    ))[0];
    return this.group;
  }

  private route(group: DeploymentGroup): ProductionRoute {
    return new ProductionRoute(this.clients.loadBalancing, group);
  }

  private async admin<T>(name: string, input?: unknown): Promise<T> {
    const call = input === undefined ? {} : { method: 'POST', body: JSON.stringify(input) };
    const response = await fetch(`${this.endpoint}/_local/${name}`, call);
    return await response.json() as T;
  }

  private get signal(): AbortSignal {
    return AbortSignal.timeout(60_000);
  }
}
