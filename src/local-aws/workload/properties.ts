import type { Properties } from '../core/api';

/** Structures whose keys are the user's own, and not names of properties. */
const FREE_KEYS = ['Options', 'DockerLabels', 'DriverOpts', 'Labels', 'SystemControls'];

/** What a client sends to an API, from what a template says: `ContainerPort` → `containerPort`, `ECSServices` → `ecsServices`. */
export function toApi(properties: Properties): Record<string, any> {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [toApiName(name), FREE_KEYS.includes(name) ? value : convert(value)]));
}

function convert(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(convert);
  }
  return value !== null && typeof value === 'object' ? toApi(value as Properties) : value;
}

function toApiName(name: string): string {
  return name.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]/, (start) => start.toLowerCase());
}

/** What a template's list of tags and the stack's tags come to; the template's own win. */
export function mergeTags(
  stackTags: Readonly<Record<string, string>>,
  own: ReadonlyArray<{ readonly Key: string; readonly Value: string }> = [],
): { readonly key: string; readonly value: string }[] {
  const merged = { ...stackTags, ...Object.fromEntries(own.map((tag) => [tag.Key, tag.Value])) };
  return Object.entries(merged).map(([key, value]) => ({ key, value }));
}
