import { AwsError, type OperationInput } from '../core/api';

export type ParameterType = 'string' | 'integer' | 'boolean' | 'list' | 'structure';

/** The parameters that an operation takes. */
export type Parameters = Readonly<Record<string, ParameterType>>;

const CONVERTED_TO: Record<ParameterType, string> = {
  string: 'a String',
  integer: 'an Integer',
  boolean: 'a Boolean',
  list: 'a List',
  structure: 'a Structure',
};

/**
 * Refuses a parameter that the operation doesn't have, and one of another type: what works here by luck ("1" for a
 * count) would fail on AWS.
 */
export function checkParameters(input: OperationInput, parameters: Parameters, code = 'InvalidParameterException'): void {
  for (const [name, value] of Object.entries(input ?? {})) {
    const type = parameters[name];
    if (type === undefined) {
      throw new AwsError(code, `Unknown parameter in input: "${name}", must be one of: ${Object.keys(parameters).join(', ')}`);
    }
    if (value !== undefined && value !== null && !isOf(type, value)) {
      throw new AwsError('SerializationException', `${typeOf(value)} can not be converted to ${CONVERTED_TO[type]}`);
    }
  }
}

function isOf(type: ParameterType, value: unknown): boolean {
  switch (type) {
    case 'string': return typeof value === 'string';
    case 'integer': return Number.isInteger(value);
    case 'boolean': return typeof value === 'boolean';
    case 'list': return Array.isArray(value);
    case 'structure': return typeof value === 'object' && !Array.isArray(value);
  }
}

function typeOf(value: unknown): string {
  if (typeof value === 'boolean') {
    return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
  }
  if (Array.isArray(value)) {
    return 'START_ARRAY';
  }
  return typeof value === 'string' ? 'STRING_VALUE' : typeof value === 'number' ? 'NUMBER_VALUE' : 'START_OBJECT';
}
