import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Agent } from 'undici';
import type { MetricSink, RecordOptions, ResourceState, Target } from '../../../src/local-aws/core/api';
import { Clock } from '../../../src/local-aws/core/clock';
import type { World } from '../../../src/local-aws/core/world';
import { Endpoint } from '../../../src/local-aws/endpoint/endpoint';
import type { RealLimits } from '../../../src/local-aws/traffic/data-plane/limits';
import { ElasticLoadBalancing } from '../../../src/local-aws/traffic/elastic-load-balancing';

export function testWorld(speed: number): World {
  const world: Partial<World> = {
    clock: new Clock(speed),
    account: '111122223333',
    region: 'eu-west-1',
    partition: 'aws',
    directory: mkdtempSync(join(tmpdir(), 'traffic-')),
    endpoint: () => 'http://127.0.0.1',
    log: () => undefined,
  };
  return world as World;
}

export interface Recorded extends RecordOptions {
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A service of load balancers with a real client, real targets, and an easy way to make what templates make. */
export class Fixture implements MetricSink {
  public readonly world: World;
  public readonly elb: ElasticLoadBalancing;
  public readonly recorded: Recorded[] = [];
  public readonly agent = new Agent();
  public client!: ElasticLoadBalancingV2Client;
  private endpoint!: Endpoint;
  private readonly servers: Server[] = [];
  private count = 0;

  constructor(speed = 600, limits: Partial<RealLimits> = { startUp: 100 }) {
    this.world = testWorld(speed);
    this.elb = new ElasticLoadBalancing(this.world, this, limits);
  }

  public async start(): Promise<this> {
    this.endpoint = new Endpoint(this.world);
    this.endpoint.serveFrom([this.elb]);
    await this.endpoint.listen(0);
    this.client = new ElasticLoadBalancingV2Client({
      endpoint: this.endpoint.url(),
      region: 'eu-west-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
    return this;
  }

  public async close(): Promise<void> {
    this.client.destroy();
    await this.endpoint.close();
    await this.elb.close();
    rmSync(this.world.directory, { recursive: true, force: true });
    await this.agent.destroy();
    await Promise.all(this.servers.map((server) => new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    })));
  }

  public record(_namespace: string, metricName: string, dimensions: Readonly<Record<string, string>>, value: number, options?: RecordOptions): void {
    this.recorded.push({ metricName, dimensions, value, ...options });
  }

  public async create(type: string, properties: object, logicalId = `${type}${this.count++}`): Promise<ResourceState> {
    return this.type(type).create(this.requestOf(type, properties, logicalId));
  }

  public async update(type: string, state: ResourceState, properties: object): Promise<ResourceState> {
    return this.type(type).update(this.requestOf(type, properties, type), state, {});
  }

  public async delete(type: string, state: ResourceState): Promise<void> {
    await this.type(type).delete(this.requestOf(type, {}, type), state);
  }

  public async loadBalancer(properties: object = {}): Promise<ResourceState> {
    return this.create('LoadBalancer', { Subnets: ['subnet-1', 'subnet-2'], SecurityGroups: ['sg-1'], ...properties });
  }

  public async targetGroup(properties: object = {}): Promise<string> {
    const defaults = { Port: 80, Protocol: 'HTTP', TargetType: 'ip', VpcId: 'vpc-1', HealthCheckIntervalSeconds: 10 };
    return (await this.create('TargetGroup', { ...defaults, ...properties })).physicalId;
  }

  public async listener(loadBalancerArn: string, defaultAction: object, properties: object = {}): Promise<ResourceState> {
    return this.create('Listener', { LoadBalancerArn: loadBalancerArn, Port: 80, Protocol: 'HTTP', DefaultActions: [defaultAction], ...properties });
  }

  public urlOf(listenerArn: string): string {
    const listeners = this.elb.admin.listeners({}) as { listenerArn: string; url: string }[];
    return listeners.find((listener) => listener.listenerArn === listenerArn)!.url;
  }

  /** A real HTTP server; it answers 200 with its label unless told otherwise. */
  public async target(label: string, onRequest: RequestListener = (_, response) => response.end(label)): Promise<Target> {
    const server = createServer(onRequest);
    this.servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { id: `10.0.0.${++this.count}`, port: 8080, loopbackPort: (server.address() as AddressInfo).port, label };
  }

  /** A registered target that has become healthy. */
  public async healthyTarget(targetGroupArn: string, label: string, onRequest?: RequestListener): Promise<Target> {
    const target = await this.target(label, onRequest);
    this.elb.register(targetGroupArn, target);
    await eventually(() => this.elb.health(targetGroupArn, target.id) === 'healthy');
    return target;
  }

  private type(type: string) {
    return this.elb.resourceTypes[`AWS::ElasticLoadBalancingV2::${type}`];
  }

  private requestOf(type: string, properties: object, logicalId: string) {
    return {
      stackId: 'stack-id',
      stackName: 'sample-api-stack',
      logicalId,
      resourceType: `AWS::ElasticLoadBalancingV2::${type}`,
      properties: properties as Record<string, unknown>,
      stackTags: { team: 'payments' },
      signal: new AbortController().signal,
    };
  }
}

export const fixed = (statusCode: number, messageBody: string) => ({
  Type: 'fixed-response',
  FixedResponseConfig: { StatusCode: String(statusCode), ContentType: 'text/plain', MessageBody: messageBody },
});

export const forward = (...weights: readonly (readonly [targetGroupArn: string, weight: number])[]) => ({
  Type: 'forward',
  ForwardConfig: { TargetGroups: weights.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })) },
});

export const path = (...values: string[]) => ({ Field: 'path-pattern', PathPatternConfig: { Values: values } });

/** Waits until it is so. It gives up before jest does, so that a failure does not leave a loop behind. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const patienceEnds = Date.now() + 4000;
  while (!await condition()) {
    if (Date.now() > patienceEnds) {
      throw new Error(`it has not come to be: ${condition}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
