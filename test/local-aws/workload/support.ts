import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { OperationInput, ResourceRequest, Target, TargetHealth, TargetRegistry } from '../../../src/local-aws/core/api';
import { Clock } from '../../../src/local-aws/core/clock';
import { Processes } from '../../../src/local-aws/core/processes';
import type { World } from '../../../src/local-aws/core/world';
import { ElasticContainerService } from '../../../src/local-aws/workload/elastic-container-service';

/** A world of its own, in a folder of its own. */
export function testWorld(speed = 100): World & { dispose(): Promise<void> } {
  const directory = mkdtempSync(join(tmpdir(), 'local-aws-'));
  const processes = new Processes(directory);
  return {
    clock: new Clock(speed),
    account: '123456789012',
    region: 'eu-central-1',
    partition: 'aws',
    directory,
    processes,
    endpoint: () => 'http://127.0.0.1:1',
    log: () => undefined,
    dispose: async () => {
      await processes.closeAll();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Target groups that believe whatever the test says. */
export class FakeTargets implements TargetRegistry {
  public readonly registered = new Map<string, Target[]>();
  public attached = true;
  /** What happened, in order. */
  public readonly log: string[] = [];
  public answer: (target: Target) => TargetHealth = () => 'healthy';

  public isAttached(): boolean {
    return this.attached;
  }

  public register(targetGroupArn: string, target: Target): void {
    this.registered.set(targetGroupArn, [...this.of(targetGroupArn), target]);
    this.log.push(`register ${target.label}`);
  }

  public async deregister(targetGroupArn: string, targetId: string): Promise<void> {
    const leaving = this.of(targetGroupArn).find((target) => target.id === targetId);
    this.registered.set(targetGroupArn, this.of(targetGroupArn).filter((target) => target !== leaving));
    this.log.push(`deregister ${leaving?.label}`);
  }

  public health(targetGroupArn: string, targetId: string): TargetHealth {
    const target = this.of(targetGroupArn).find((candidate) => candidate.id === targetId);
    return target ? this.answer(target) : 'unused';
  }

  public of(targetGroupArn: string): Target[] {
    return this.registered.get(targetGroupArn) ?? [];
  }
}

export const TARGET_GROUP_A = 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/A/1111';

/** An HTTP server that answers its version; `/crash` ends it. */
export const SERVER_JS = `
  const { createServer } = require('node:http');
  console.log('listening on ' + process.env.PORT);
  createServer((request, response) => {
    if (request.url === '/crash') process.exit(3);
    response.end(request.url === '/env' ? JSON.stringify({ env: process.env, argv: process.argv }) : process.env.VERSION || 'none');
  }).listen(Number(process.env.PORT), '127.0.0.1');
`;

export const DOCKERFILE = 'FROM node:20\nWORKDIR /app\nCOPY server.js .\nENV VERSION=image\nEXPOSE 8080\nCMD ["node", "server.js"]\n';

/** Writes the files of a build context into the world's directory. */
export function buildContext(world: World, name: string, files: Record<string, string>): string {
  const directory = join(world.directory, 'contexts', name);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  return directory;
}

export class Ecs {
  public readonly targets = new FakeTargets();
  public readonly logs: string[] = [];
  public readonly service: ElasticContainerService;

  constructor(public readonly world: World, targets?: TargetRegistry) {
    this.service = new ElasticContainerService(
      world,
      targets ?? this.targets,
      { write: (group, stream, message) => void this.logs.push(`${group} ${stream} ${message}`) },
      {
        read: async (valueFrom) => {
          if (valueFrom.endsWith('missing')) {
            throw new Error('invalid parameters');
          }
          return `value of ${valueFrom}`;
        },
      },
    );
  }

  public async call(operation: string, input: OperationInput = {}): Promise<any> {
    return this.service.apis[0].operations[operation](input);
  }

  /** The refusal in the words that a client is shown. */
  public async refusal(operation: string, input: OperationInput): Promise<string> {
    return refusalOf(() => this.call(operation, input));
  }

  /** A cluster, an image and a first revision of `api`. */
  public async prepare(files: Record<string, string> = { 'Dockerfile': DOCKERFILE, 'server.js': SERVER_JS }): Promise<void> {
    await this.call('CreateCluster', { clusterName: 'main' });
    await this.service.admin.images({ uri: 'api:1', directory: buildContext(this.world, 'api', files) });
    await this.registerRevision({});
  }

  public async registerRevision(container: Record<string, unknown>, others: Record<string, unknown> = {}): Promise<string> {
    const { taskDefinition } = await this.call('RegisterTaskDefinition', {
      family: 'api',
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'web', image: 'api:1', portMappings: [{ containerPort: 8080 }], ...container }],
      ...others,
    });
    return taskDefinition.taskDefinitionArn;
  }

  public async createService(input: OperationInput = {}): Promise<any> {
    const { service } = await this.call('CreateService', {
      cluster: 'main',
      serviceName: 'api',
      taskDefinition: 'api',
      desiredCount: 1,
      loadBalancers: [{ targetGroupArn: TARGET_GROUP_A, containerName: 'web', containerPort: 8080 }],
      deploymentController: { type: 'CODE_DEPLOY' },
      ...input,
    });
    return service;
  }

  public async describe(): Promise<any> {
    return (await this.call('DescribeServices', { cluster: 'main', services: ['api'], include: ['TAGS'] })).services[0];
  }

  public async stoppedTask(): Promise<any> {
    const taskArns = await eventually(async () => {
      const found = (await this.call('ListTasks', { cluster: 'main', desiredStatus: 'STOPPED' })).taskArns;
      return found.length > 0 && found;
    });
    return eventually(async () => {
      const [task] = (await this.call('DescribeTasks', { cluster: 'main', tasks: [taskArns[0]] })).tasks;
      return task.lastStatus === 'STOPPED' && task;
    });
  }

  public async steady(): Promise<any> {
    return eventually(async () => {
      const service = await this.describe();
      const sets = [...service.taskSets.map((set: any) => set.stabilityStatus === 'STEADY_STATE'), ...service.deployments.map((set: any) => set.rolloutState === 'COMPLETED')];
      return sets.length > 0 && sets.every(Boolean) && service;
    });
  }
}

export async function refusalOf(act: () => Promise<unknown>): Promise<string> {
  try {
    await act();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  throw new Error('it was not refused');
}

/** Waits until there is a result; how long it takes is not asserted. */
export async function eventually<T>(look: () => Promise<T | false | undefined> | T | false | undefined): Promise<T> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const found = await look();
    if (found !== false && found !== undefined) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`it never came to pass: ${look.toString()}`);
}

export function resourceRequest(resourceType: string, properties: Record<string, unknown>, logicalId = 'Resource'): ResourceRequest {
  return {
    stackId: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/Stack/1',
    stackName: 'Stack',
    logicalId,
    resourceType,
    properties,
    stackTags: { stack: 'tag' },
    signal: new AbortController().signal,
  };
}

/** What a task answers, once its process listens. */
export async function get(port: number, path = '/'): Promise<string> {
  return eventually(async () => {
    try {
      return await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    } catch (error) {
      if (((error as Error).cause as NodeJS.ErrnoException)?.code === 'ECONNREFUSED') {
        return undefined;
      }
      throw error;
    }
  });
}
