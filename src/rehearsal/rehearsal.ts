import { rmSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, disconnect } from './aws/clients';
import { LocalAws } from './aws/local-aws';
import { Publisher } from './aws/publishing';
import { CleanUp } from './clean-up';
import type { Display } from './display/display';
import type { RehearsalOptions } from './options';
import { endedAsExpected, type DeploymentRecord, type RehearsalReport, type ResourceTypes } from './report/record';
import { destinationOf, sourceDeployments } from './sources';
import { StackRun } from './stack-run';

/** The files that a rehearsal runs. */
export interface Programs {
  /** The local AWS. */
  readonly server: string;
  /** The bundle of the rehearsal itself, for the load's thread. */
  readonly self: string;
}

/**
 * One rehearsal from the first synthesis to the report. Answers whether everything ended as expected. Whatever happens, and
 * whenever `control` is aborted: what was started has ended when this returns.
 */
export async function rehearse(options: RehearsalOptions, programs: Programs, display: Display, control: AbortController): Promise<boolean> {
  const cleanUp = new CleanUp();
  try {
    return await run(options, programs, display, control, cleanUp);
  } catch (error) {
    // What fails after an abort fails because of it.
    throw control.signal.aborted ? control.signal.reason : error;
  } finally {
    await cleanUp.run();
  }
}

async function run(
  options: RehearsalOptions, programs: Programs, display: Display, control: AbortController, cleanUp: CleanUp,
): Promise<boolean> {
  const { signal } = control;
  const fail = (error: unknown) => control.abort(error);
  const step = (text: string) => display.show({ kind: 'step', text });
  const directory = mkdtempSync(join(tmpdir(), 'fargate-blue-green-'));
  cleanUp.add(() => (options.keep ? display.say(`kept ${directory}`) : rmSync(directory, { recursive: true, force: true, maxRetries: 5 })));

  const deployments = await sourceDeployments(options, directory, signal, step);
  const destination = destinationOf(deployments, options.region);
  step('starting the local AWS');
  const { account, region } = destination;
  const local = await LocalAws.start(
    { server: programs.server, directory: join(directory, 'local-aws'), speed: options.speed, account, region, bootstrapped: true }, signal, fail,
  );
  cleanUp.add(() => local.end());
  display.clock = local.clock;
  const clients = connect(local.endpoint, region);
  cleanUp.add(() => disconnect(clients));

  const [first, ...updates] = deployments;
  const stackRun = new StackRun({
    clients,
    local,
    options,
    fail,
    cleanUp,
    signal,
    publisher: new Publisher(clients.s3, local, destination),
    script: programs.self,
    stackName: first.stack.name,
    first: first.name,
    emit: (happening) => display.show(happening),
  });
  const creation = await stackRun.create(first);
  const records: DeploymentRecord[] = [];
  if (creation.outcome === 'SUCCEEDED') {
    for (const update of updates) {
      const record = await stackRun.update(update);
      records.push(record);
      if (record.outcome === 'FAILED') {
        break;
      }
    }
  }
  updates.slice(records.length).forEach(({ name }) => display.say(`${name} was not deployed: what came before it failed`));
  const resources = await local.admin<ResourceTypes>('resources');
  const report: RehearsalReport = {
    creation,
    deployments: records,
    resources: { rehearsed: resources.rehearsed, recorded: resources.recorded },
  };
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
  }
  display.say(`resource types: ${report.resources.rehearsed.length} rehearsed, ${report.resources.recorded.length} recorded only`
    + `${report.resources.recorded.length === 0 ? '' : ` (${report.resources.recorded.join(', ')})`}`);
  return endedAsExpected(report, updates.length);
}
