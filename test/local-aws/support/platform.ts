import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CloudFormationClient, DescribeStackEventsCommand, DescribeStacksCommand, type Stack, type StackEvent } from '@aws-sdk/client-cloudformation';
import { buildSync } from 'esbuild';
import type { LocalService } from '../../../src/local-aws/core/api';
import type { LambdaRuntime } from '../../../src/local-aws/lambda/execution-environment';
import { Platform } from '../../../src/local-aws/platform';

const LAMBDA = resolve(__dirname, '../../../src/local-aws/lambda');
const BUNDLES = join(tmpdir(), `local-aws-bundles-${process.pid}`);

/** The files that execution environments run, bundled as the package ships them; the SDK only where a test needs it. */
export function lambdaRuntime(options: { withSdk?: boolean } = {}): LambdaRuntime {
  const bundle = (source: string, name: string) => {
    const target = join(BUNDLES, name);
    const written = `${target}.${Math.random()}`;
    mkdirSync(BUNDLES, { recursive: true });
    buildSync({ entryPoints: [join(LAMBDA, source)], bundle: true, platform: 'node', target: 'node20', format: 'cjs', outfile: written, logLevel: 'error' });
    renameSync(written, target);
    return target;
  };
  return { file: bundle('runtime.ts', 'lambda-runtime.js'), sdk: options.withSdk ? bundle('aws-sdk.ts', 'aws-sdk.js') : join(BUNDLES, 'no-sdk.js') };
}

export interface TestPlatform extends Platform {
  readonly logged: string[];
}

export async function startPlatform(
  options: { speed?: number; withSdk?: boolean; leastRealMillis?: number; services?: (platform: Platform) => LocalService[] } = {},
): Promise<TestPlatform> {
  const logged: string[] = [];
  const platform = new Platform({
    bootstrapped: true,
    speed: options.speed ?? 1,
    region: 'eu-west-1',
    account: '123456789012',
    lambdaRuntime: { ...lambdaRuntime(options), leastRealMillis: options.leastRealMillis },
    log: (message) => logged.push(message),
  });
  await platform.start(0, options.services?.(platform));
  return Object.assign(platform, { logged });
}

export function removeBundles(): void {
  rmSync(BUNDLES, { recursive: true, force: true });
}

/** For any client of the SDK. */
export function clientConfiguration(platform: Platform) {
  return {
    endpoint: platform.endpoint.url(),
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
}

/** Waits until no operation on the stack is under way, and answers the stack. */
export async function settled(client: CloudFormationClient, name: string): Promise<Stack> {
  for (;;) {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
    if (!Stacks![0].StackStatus!.endsWith('_IN_PROGRESS')) {
      return Stacks![0];
    }
    await new Promise((done) => setTimeout(done, 5));
  }
}

/** `Logical STATUS[: reason]`, oldest first. */
export async function eventLines(client: CloudFormationClient, name: string): Promise<string[]> {
  const { StackEvents } = await client.send(new DescribeStackEventsCommand({ StackName: name }));
  return StackEvents!.reverse().map(line);
}

function line(event: StackEvent): string {
  const reason = event.ResourceStatusReason ? `: ${event.ResourceStatusReason}` : '';
  return `${event.LogicalResourceId} ${event.ResourceStatus}${reason}`;
}
