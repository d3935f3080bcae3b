import { invalid } from './template';

const REFERENCE = /\{\{resolve:([a-z-]+):([^}]+)\}\}/g;

export interface DynamicValues {
  parameter(name: string): string;
  secret(idOrArn: string, jsonKey?: string, stage?: string): Promise<string>;
}

/** The value with `{{resolve:ssm:…}}` and `{{resolve:secretsmanager:…}}` replaced by what they name. */
export async function resolveDynamicReferences<T>(value: T, values: DynamicValues): Promise<T> {
  if (typeof value === 'string') {
    return await replaceAll(value, values) as T;
  }
  if (Array.isArray(value)) {
    return await Promise.all(value.map((member) => resolveDynamicReferences(member, values))) as T;
  }
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).map(async ([key, member]) => [key, await resolveDynamicReferences(member, values)]);
    return Object.fromEntries(await Promise.all(entries)) as T;
  }
  return value;
}

async function replaceAll(text: string, values: DynamicValues): Promise<string> {
  let resolved = text;
  for (const [whole, service, rest] of text.matchAll(REFERENCE)) {
    resolved = resolved.replace(whole, await lookUp(service, rest, values));
  }
  return resolved;
}

async function lookUp(service: string, rest: string, values: DynamicValues): Promise<string> {
  if (service === 'ssm' || service === 'ssm-secure') {
    return values.parameter(rest);
  }
  if (service !== 'secretsmanager') {
    throw invalid(`the local AWS does not know the dynamic reference {{resolve:${service}:…}}; it resolves ssm and secretsmanager`);
  }
  // `<id or ARN>:SecretString:<json key>:<stage>:<version id>`, all but the first optional.
  const [id, options = ''] = rest.split(/:SecretString:?/);
  const [jsonKey = '', stage = ''] = options.split(':');
  return values.secret(id, jsonKey || undefined, stage || undefined);
}
