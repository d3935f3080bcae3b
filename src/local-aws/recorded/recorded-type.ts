import type { Properties, ResourceRequest, ResourceState, ResourceType } from '../core/api';
import { hexId, madeUpName } from '../core/names';
import type { World } from '../core/world';

/**
 * A resource type of which the local AWS keeps only what templates read of it, as data. In a pattern, `{hex}` and
 * `{number}` are made up once for a resource, `{name}` is the name that CloudFormation makes up, `{id}` the physical id,
 * `{last}` what follows its last colon, `{account}`, `{region}` and `{partition}` are the world's, and `{Property}` is a property of
 * that name, or else what follows it: `{RoleName|name}`.
 */
export interface RecordedType {
  readonly id: string;
  /** Where Ref answers another thing than the physical id. */
  readonly ref?: string;
  /** Patterns by attribute; `=Property` is the property itself, whatever its type. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly replacedBy?: readonly string[];
}

export type RecordedTypes = Readonly<Record<string, RecordedType>>;

export function recordedTypes(world: World, table: RecordedTypes): Record<string, ResourceType> {
  return Object.fromEntries(Object.entries(table).map(([name, type]) => [name, recorded(world, type)]));
}

function recorded(world: World, type: RecordedType): ResourceType {
  const stateOf = (properties: Properties, physicalId: string): ResourceState => {
    const fill = (pattern: string, seed: string) => fillIn(pattern, properties, world, { id: physicalId, seed: `${physicalId} ${seed}` });
    const attributes = Object.entries(type.attributes ?? {})
      .map(([name, pattern]) => [name, pattern.startsWith('=') ? properties[pattern.slice(1)] : fill(pattern, name)] as const)
      .filter(([, value]) => value !== undefined);
    return {
      physicalId,
      attributes: Object.fromEntries(attributes),
      ...(type.ref ? { ref: fill(type.ref, 'ref') } : {}),
    };
  };
  return {
    kind: 'recorded',
    replacedBy: type.replacedBy ?? [],
    create: async (request: ResourceRequest) => {
      const name = madeUpName(request, { most: 64 });
      return stateOf(request.properties, fillIn(type.id, request.properties, world, { name, seed: `${request.stackId} ${name}` }));
    },
    update: async (request, state) => stateOf(request.properties, state.physicalId),
    delete: async () => undefined,
  };
}

function fillIn(pattern: string, properties: Properties, world: World, known: { id?: string; name?: string; seed: string }): string {
  return pattern.replace(/\{([A-Za-z]+)(?:\|([a-z]+))?\}/g, (_whole, name: string, otherwise?: string) => {
    const value = properties[name] ?? wordOf(name, world, known) ?? (otherwise && wordOf(otherwise, world, known));
    if (value === undefined) {
      throw new Error(`the resource needs the property ${name}`);
    }
    return String(value);
  });
}

function wordOf(word: string, world: World, known: { id?: string; name?: string; seed: string }): string | undefined {
  switch (word) {
    case 'account': return world.account;
    case 'region': return world.region;
    case 'partition': return world.partition;
    case 'hex': return hexId(17, known.seed);
    case 'uuid': return hexId(32, known.seed).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    case 'number': return String(parseInt(hexId(2, known.seed), 16));
    case 'id': return known.id;
    case 'last': return known.id?.split(':').at(-1);
    case 'lower': return known.name?.toLowerCase();
    case 'name': return known.name;
    default: return undefined;
  }
}
