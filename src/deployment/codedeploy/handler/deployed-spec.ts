import { createHash } from 'node:crypto';
import { APP_SPEC_VERSION, type AppSpec, type TargetServiceProperties } from '../app-spec';

/**
 * What a deployment carries: the AppSpec without its hooks. Two specs are the same when their hashes are; the order of
 * keys and of subnets does not count.
 */
export interface Spec {
  readonly properties: TargetServiceProperties;
  readonly hash: string;
}

export function parseSpec(json: string): Spec {
  const properties = JSON.parse(json) as TargetServiceProperties;
  return { properties, hash: hashOf(properties) };
}

export function renderAppSpec(properties: TargetServiceProperties, hooksJson: string): string {
  const hooks = JSON.parse(hooksJson) as NonNullable<AppSpec['Hooks']>;
  const appSpec: AppSpec = {
    version: APP_SPEC_VERSION,
    Resources: [{ TargetService: { Type: 'AWS::ECS::Service', Properties: properties } }],
    ...(hooks.length > 0 && { Hooks: hooks }),
  };
  return JSON.stringify(appSpec);
}

/** The hash of an AppSpec that someone deployed; undefined if it is not JSON, as ours always is. */
export function hashOfAppSpec(content: string): string | undefined {
  try {
    const appSpec = JSON.parse(content) as AppSpec;
    return hashOf(appSpec.Resources[0].TargetService.Properties);
  } catch {
    return undefined;
  }
}

function hashOf(properties: TargetServiceProperties): string {
  return createHash('sha256').update(JSON.stringify(canonical(properties))).digest('hex');
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(canonical).sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, canonical(inner)]));
  }
  return String(value);
}
