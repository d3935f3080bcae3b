import chalk, { type Chalk } from 'chalk';
import { counts, duration, millis, number, wall } from './words';
import type { CreationRecord, DeploymentRecord } from '../report/record';

/** What stays to be read of a deployment that has ended. */
export function outcomeLines(
  record: CreationRecord | DeploymentRecord, logs: readonly string[], colour: Chalk = new chalk.Instance({ level: 0 }),
): string[] {
  const took = `${duration(record.seconds.clock)} (${wall(record.seconds.wall)} really)`;
  if (!('requests' in record)) {
    return [
      record.outcome === 'SUCCEEDED'
        ? `${colour.green('✔')} ${colour.bold(record.name)} ${colour.green('CREATED')} in ${took}, serving ${record.serving ?? 'nobody'}`
        : `${colour.red('✖')} ${colour.bold(record.name)} ${colour.red('FAILED')} after ${took}`,
      ...details(record, logs, colour),
    ];
  }
  const asExpected = record.outcome === record.expected;
  const mark = asExpected ? colour.green('✔') : colour.red('✖');
  const expectation = asExpected ? 'as expected' : `expected ${record.expected}`;
  const { total, failed, byVersion, latency } = record.requests;
  const failures = failed === 0 ? colour.green('0 failed') : colour.red(`${number(failed)} failed`);
  return [
    `${mark} ${colour.bold(record.name)} ${(asExpected ? colour.green : colour.red)(record.outcome)} (${expectation}) in ${took}, `
      + `serving ${record.serving ?? 'nobody'}`,
    `    requests  ${number(total)} sent, ${failures}, p50 ${millis(latency.p50)}, p99 ${millis(latency.p99)} (${counts(byVersion)})`,
    ...details(record, logs, colour),
  ];
}

function details({ cause }: CreationRecord | DeploymentRecord, logs: readonly string[], colour: Chalk): string[] {
  return [
    ...cause === null ? [] : [`    cause     ${colour.yellow(cause)}`],
    ...logs.map((line, index) => `    ${index === 0 ? 'tasks said' : '          '} ${colour.dim(line)}`),
  ];
}
