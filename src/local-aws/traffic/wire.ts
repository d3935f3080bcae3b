import { refusals } from './errors';
import type { OperationInput } from '../core/api';

// Templates bring numbers and booleans, the query protocol and custom resources bring strings: both mean the same.

export function integer(value: OperationInput, name: string, least: number, most: number): number | undefined {
  if (value === undefined || value === null || value === '') {
    return undefined;
  }
  const parsed = Number(value);
  if (!Number.isInteger(parsed) || parsed < least || parsed > most) {
    throw refusals.validation(`'${value}' is not a valid value for ${name}; it must be a whole number from ${least} to ${most}`);
  }
  return parsed;
}

export function flag(value: OperationInput): boolean | undefined {
  return value === undefined || value === null || value === '' ? undefined : String(value) === 'true';
}

export function text(value: OperationInput): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

export function list(value: OperationInput): OperationInput[] {
  return Array.isArray(value) ? value : [];
}

export function texts(value: OperationInput): string[] {
  return list(value).map(String);
}

/** `[{ Key, Value }]`, as tags and attributes are sent. */
export function pairs(value: OperationInput): [string, string][] {
  return list(value).map((pair) => [String(pair.Key), String(pair.Value ?? '')]);
}

export function toPairs(map: ReadonlyMap<string, string>): { Key: string; Value: string }[] {
  return [...map].map(([Key, Value]) => ({ Key, Value }));
}

export function assign(map: Map<string, string>, values: Iterable<readonly [string, string]>): void {
  for (const [key, value] of values) {
    map.set(key, value);
  }
}
