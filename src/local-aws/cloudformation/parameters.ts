import { invalid, type ParameterTemplate, type Template } from './template';

const SSM_VALUE = /^AWS::SSM::Parameter::Value<(.+)>$/;

export interface GivenParameter {
  readonly ParameterKey: string;
  readonly ParameterValue?: string;
  readonly UsePreviousValue?: string | boolean;
}

/** What a stack keeps of a parameter: what was given, and what a reference to it answers. */
export interface ParameterValue {
  readonly given: string;
  readonly resolved: string | string[];
  readonly isFromParameterStore: boolean;
  readonly noEcho: boolean;
}

export type ParameterValues = Readonly<Record<string, ParameterValue>>;

/** Values given by the caller, else kept from the last operation where asked to, else the template's defaults. */
export function resolveParameters(
  template: Template,
  given: readonly GivenParameter[],
  previous: ParameterValues,
  parameterStore: (name: string) => string,
): ParameterValues {
  const unknown = given.map(({ ParameterKey }) => ParameterKey).filter((key) => !(key in template.Parameters));
  if (unknown.length > 0) {
    throw invalid(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  }
  const missing: string[] = [];
  const values: Record<string, ParameterValue> = {};
  for (const [name, parameter] of Object.entries(template.Parameters)) {
    const value = givenValue(name, parameter, given, previous);
    if (value === undefined) {
      missing.push(name);
    } else {
      values[name] = resolveParameter(name, parameter, value, parameterStore);
    }
  }
  if (missing.length > 0) {
    throw invalid(`Parameters: [${missing.join(', ')}] must have values`);
  }
  return values;
}

function givenValue(
  name: string, parameter: ParameterTemplate, given: readonly GivenParameter[], previous: ParameterValues,
): string | undefined {
  const entry = given.find((candidate) => candidate.ParameterKey === name);
  if (String(entry?.UsePreviousValue) === 'true') {
    if (!(name in previous)) {
      throw invalid(`Invalid input for parameter key ${name}. Cannot specify usePreviousValue as true for a parameter key not in the previous template`);
    }
    return previous[name].given;
  }
  return entry?.ParameterValue ?? (parameter.Default === undefined ? undefined : String(parameter.Default));
}

function resolveParameter(name: string, parameter: ParameterTemplate, given: string, parameterStore: (name: string) => string): ParameterValue {
  const ssm = SSM_VALUE.exec(parameter.Type);
  const type = ssm ? ssm[1] : parameter.Type;
  validateValue(name, parameter, given);
  let value = given;
  if (ssm) {
    try {
      value = parameterStore(given);
    } catch {
      throw invalid(`Unable to fetch parameters [${given}] from parameter store for this account.`);
    }
  }
  const isList = type === 'CommaDelimitedList' || type.startsWith('List<');
  return {
    given,
    resolved: isList ? value.split(',').map((part) => part.trim()) : value,
    isFromParameterStore: ssm !== null,
    noEcho: String(parameter.NoEcho) === 'true',
  };
}

function validateValue(name: string, parameter: ParameterTemplate, given: string): void {
  if (parameter.AllowedValues && !parameter.AllowedValues.map(String).includes(given)) {
    throw invalid(`Parameter '${name}' must be one of AllowedValues`);
  }
  if (parameter.AllowedPattern && !new RegExp(`^(?:${parameter.AllowedPattern})$`).test(given)) {
    const description = parameter.ConstraintDescription ?? `must match pattern ${parameter.AllowedPattern}`;
    throw invalid(`Parameter ${name} failed to satisfy constraint: ${description}`);
  }
  if (parameter.Type === 'Number' && Number.isNaN(Number(given))) {
    throw invalid(`Parameter '${name}' must be a number.`);
  }
}
