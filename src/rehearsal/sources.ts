import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readAssembly, selectStack, type AssemblyStack } from './assembly/cloud-assembly';
import type { Destination } from './assembly/publish';
import { CdkApp } from './assembly/synthesis';
import { UserError } from './errors';
import type { RehearsalOptions } from './options';
import type { ExpectedOutcome } from './plan/plan';

/** What is deployed one after the other. */
export interface SourcedDeployment {
  readonly name: string;
  readonly expected: ExpectedOutcome;
  readonly stack: AssemblyStack;
}

const ACCOUNT = '123456789012';
const REGION = 'us-east-1';

/** Everything is synthesized before anything is deployed: an app that fails at v3 is told of at once. */
export async function sourceDeployments(
  { source, stack: name, region = REGION }: RehearsalOptions, directory: string, signal: AbortSignal, onStep: (text: string) => void,
): Promise<SourcedDeployment[]> {
  if (source.kind === 'assemblies') {
    return [
      { name: 'from', expected: 'SUCCEEDED', stack: selectStack(readAssembly(source.from), name, source.from) },
      { name: 'to', expected: 'SUCCEEDED', stack: selectStack(readAssembly(source.to), name, source.to) },
    ];
  }
  const app = CdkApp.find(source.folder, source.app);
  const sourced: SourcedDeployment[] = [];
  for (const { name: deployment, context, expect } of source.plan.deployments) {
    onStep(`synthesizing ${deployment}`);
    const outdir = join(directory, `cdk.out-${sourced.length + 1}`);
    mkdirSync(outdir, { recursive: true });
    await app.synthesize(outdir, context, { account: ACCOUNT, region }, signal);
    sourced.push({ name: deployment, expected: expect, stack: selectStack(readAssembly(outdir), name, `the app of ${source.folder}`) });
  }
  return sourced;
}

/** The account and region of the local AWS: the stack's own, or made-up ones if it leaves them open. */
export function destinationOf(deployments: readonly SourcedDeployment[], wanted: string | undefined): Destination {
  const [{ stack: first }] = deployments;
  for (const { name, stack } of deployments) {
    if (stack.name !== first.name || stack.account !== first.account || stack.region !== first.region) {
      throw new UserError(`${name} is the stack ${place(stack)}, but the first deployment makes ${place(first)}; `
        + 'a rehearsal updates one stack, so let the context change neither its name nor its environment');
    }
  }
  if (wanted !== undefined && first.region !== undefined && first.region !== wanted) {
    throw new UserError(`the stack ${first.name} names the region ${first.region}; leave --region out, or give that one`);
  }
  const region = first.region ?? wanted ?? REGION;
  const china = region.startsWith('cn-');
  return {
    account: first.account ?? ACCOUNT,
    region,
    partition: china ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws',
    urlSuffix: china ? 'amazonaws.com.cn' : 'amazonaws.com',
  };
}

function place({ name, account, region }: AssemblyStack): string {
  return `${name} in ${account ?? 'any account'}/${region ?? 'any region'}`;
}
