export type AlarmStateValue = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
export type MissingData = 'missing' | 'ignore' | 'breaching' | 'notBreaching';

export interface Datapoint {
  readonly at: number;
  readonly value: number;
}

export interface AlarmRule {
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly comparisonOperator: ComparisonOperator;
  readonly treatMissingData: MissingData;
}

const COMPARISONS = {
  GreaterThanOrEqualToThreshold: { holds: (value: number, threshold: number) => value >= threshold, words: 'greater than or equal to' },
  GreaterThanThreshold: { holds: (value: number, threshold: number) => value > threshold, words: 'greater than' },
  LessThanThreshold: { holds: (value: number, threshold: number) => value < threshold, words: 'less than' },
  LessThanOrEqualToThreshold: { holds: (value: number, threshold: number) => value <= threshold, words: 'less than or equal to' },
} as const;

export type ComparisonOperator = keyof typeof COMPARISONS;

export const COMPARISON_OPERATORS = Object.keys(COMPARISONS) as ComparisonOperator[];

/** CloudWatch looks further back than the evaluation periods, so that single missing datapoints do not decide. */
export function evaluationRange(rule: AlarmRule): number {
  return rule.evaluationPeriods + 2;
}

export interface Decision {
  readonly state: AlarmStateValue;
  readonly reason: string;
}

/**
 * What the datapoints of the evaluation range, oldest first and undefined where missing, make of an alarm; undefined: it
 * stays as it is.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function decide(rule: AlarmRule, range: readonly (Datapoint | undefined)[]): Decision | undefined {
  const present = range.filter((datapoint): datapoint is Datapoint => datapoint !== undefined).slice(-rule.evaluationPeriods);
  const breaching = present.filter(({ value }) => COMPARISONS[rule.comparisonOperator].holds(value, rule.threshold));
  if (breaching.length >= rule.datapointsToAlarm) {
    return { state: 'ALARM', reason: crossed(rule, breaching, true) };
  }
  const missing = rule.evaluationPeriods - present.length;
  switch (rule.treatMissingData) {
    case 'breaching':
      return breaching.length + missing >= rule.datapointsToAlarm
        ? { state: 'ALARM', reason: treated(missing, 'Breaching') }
        : { state: 'OK', reason: crossed(rule, withoutBreach(present, breaching), false) };
    case 'notBreaching':
      return { state: 'OK', reason: present.length === 0 ? treated(missing, 'NonBreaching') : crossed(rule, orMissing(present, breaching), false) };
    default:
      return withoutTreatment(rule, range, present, breaching);
  }
}

function withoutTreatment(
  rule: AlarmRule, range: readonly (Datapoint | undefined)[], present: readonly Datapoint[], breaching: readonly Datapoint[],
): Decision | undefined {
  if (present.length > breaching.length) {
    return { state: 'OK', reason: crossed(rule, withoutBreach(present, breaching), false) };
  }
  if (rule.treatMissingData === 'ignore') {
    return undefined;
  }
  if (present.length === 0) {
    return { state: 'INSUFFICIENT_DATA', reason: `Insufficient Data: ${datapoints(rule.evaluationPeriods)} unknown.` };
  }
  // All that is known breaches, but is less than it takes: an alarm only where the oldest breach has lasted long enough.
  const age = range.length - range.indexOf(breaching[0]);
  return age >= rule.datapointsToAlarm ? { state: 'ALARM', reason: crossed(rule, breaching, true) } : undefined;
}

function withoutBreach(present: readonly Datapoint[], breaching: readonly Datapoint[]): Datapoint[] {
  return present.filter((datapoint) => !breaching.includes(datapoint));
}

/** Where nothing but breaches is known, and they are too few, they are what there is to show. */
function orMissing(present: readonly Datapoint[], breaching: readonly Datapoint[]): readonly Datapoint[] {
  const below = withoutBreach(present, breaching);
  return below.length > 0 ? below : present;
}

function crossed(rule: AlarmRule, shown: readonly Datapoint[], isAlarm: boolean): string {
  const values = shown.map(({ at, value }) => `${decimal(value)} (${stamp(at)})`).join(', ');
  const verb = shown.length === 1 ? 'was' : 'were';
  const words = `${verb}${isAlarm ? '' : ' not'} ${COMPARISONS[rule.comparisonOperator].words} the threshold (${decimal(rule.threshold)})`;
  if (rule.datapointsToAlarm === rule.evaluationPeriods) {
    return `Threshold Crossed: ${shown.length} datapoint${shown.length === 1 ? '' : 's'} [${values}] ${words}.`;
  }
  const least = isAlarm ? rule.datapointsToAlarm : rule.evaluationPeriods - rule.datapointsToAlarm + 1;
  const transition = isAlarm ? 'OK -> ALARM' : 'ALARM -> OK';
  return `Threshold Crossed: ${shown.length} out of the last ${rule.evaluationPeriods} datapoints [${values}] ${words} `
    + `(minimum ${least} datapoint${least === 1 ? '' : 's'} for ${transition} transition).`;
}

function treated(missing: number, as: 'Breaching' | 'NonBreaching'): string {
  const periods = `${missing} period${missing === 1 ? '' : 's'}`;
  return `Threshold Crossed: no datapoints were received for ${periods} and ${missing} missing datapoint${missing === 1 ? ' was' : 's were'} treated as [${as}].`;
}

function datapoints(count: number): string {
  return count === 1 ? '1 datapoint was' : `${count} datapoints were`;
}

function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** `23/11/26 13:40:00`, in UTC. */
function stamp(at: number): string {
  const [year, month, day, time] = new Date(at).toISOString().split(/[-T.]/);
  return `${day}/${month}/${year.slice(2)} ${time}`;
}
