import { invalid } from './template';

/** Where the values come from that intrinsic functions name. */
export interface Scope {
  ref(name: string): unknown;
  attribute(logicalId: string, name: string): unknown;
  condition(name: string): boolean;
  mapping(map: string, topKey: string, secondKey: string): unknown;
  importValue(exportName: string): unknown;
  availabilityZones(region: string): string[];
}

/** What `AWS::NoValue` is until the property or list member that holds it is left out. */
export const NO_VALUE = Symbol('AWS::NoValue');

type Resolve = (value: unknown) => unknown;
type Intrinsic = (argument: unknown, resolve: Resolve, scope: Scope) => unknown;

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  'Ref': (name, _resolve, scope) => scope.ref(text('Ref', name)),
  'Condition': (name, _resolve, scope) => scope.condition(text('Condition', name)),
  'Fn::GetAtt': (argument, resolve, scope) => {
    const [logicalId, ...attribute] = typeof argument === 'string' ? argument.split('.') : list('Fn::GetAtt', argument);
    return scope.attribute(text('Fn::GetAtt', logicalId), attribute.map((part) => text('Fn::GetAtt', resolve(part))).join('.'));
  },
  'Fn::Sub': (argument, resolve, scope) => substitute(argument, resolve, scope),
  'Fn::Join': (argument, resolve) => {
    const [separator, values] = list('Fn::Join', argument);
    return list('Fn::Join', resolve(values)).map((value) => text('Fn::Join', value)).join(text('Fn::Join', separator));
  },
  'Fn::Select': (argument, resolve) => {
    const [index, values] = list('Fn::Select', argument);
    const resolved = list('Fn::Select', resolve(values));
    const selected = resolved[Number(resolve(index))];
    if (selected === undefined) {
      throw invalid(`Template error: Fn::Select cannot select nonexistent value at index ${String(resolve(index))}`);
    }
    return selected;
  },
  'Fn::Split': (argument, resolve) => {
    const [separator, value] = list('Fn::Split', argument);
    return text('Fn::Split', resolve(value)).split(text('Fn::Split', separator));
  },
  'Fn::If': (argument, resolve, scope) => {
    const [condition, whenTrue, whenFalse] = list('Fn::If', argument);
    return resolve(scope.condition(text('Fn::If', condition)) ? whenTrue : whenFalse);
  },
  'Fn::Equals': (argument, resolve) => {
    const [left, right] = list('Fn::Equals', argument).map((side) => JSON.stringify(plain(resolve(side))));
    return left === right;
  },
  'Fn::And': (argument, resolve) => list('Fn::And', argument).every((condition) => resolve(condition) === true),
  'Fn::Or': (argument, resolve) => list('Fn::Or', argument).some((condition) => resolve(condition) === true),
  'Fn::Not': (argument, resolve) => resolve(list('Fn::Not', argument)[0]) !== true,
  'Fn::FindInMap': (argument, resolve, scope) => {
    const keys = list('Fn::FindInMap', argument);
    if (keys.length !== 3) {
      throw invalid('the local AWS takes Fn::FindInMap with three keys only: a map, a top-level and a second-level key');
    }
    const [map, topKey, secondKey] = keys.map((key) => text('Fn::FindInMap', resolve(key)));
    return scope.mapping(map, topKey, secondKey);
  },
  'Fn::Base64': (argument, resolve) => Buffer.from(text('Fn::Base64', resolve(argument))).toString('base64'),
  'Fn::Cidr': (argument, resolve) => {
    const [block, count, bits] = list('Fn::Cidr', argument).map(resolve);
    return cidrBlocks(text('Fn::Cidr', block), Number(count), Number(bits ?? 8));
  },
  'Fn::GetAZs': (argument, resolve, scope) => scope.availabilityZones(text('Fn::GetAZs', resolve(argument))),
  'Fn::ImportValue': (argument, resolve, scope) => scope.importValue(text('Fn::ImportValue', resolve(argument))),
};

/** The value with every intrinsic function in it replaced by what it answers. */
export function resolveIntrinsics(value: unknown, scope: Scope): unknown {
  const resolve: Resolve = (inner) => resolveIntrinsics(inner, scope);
  if (Array.isArray(value)) {
    return value.map(resolve).filter((member) => member !== NO_VALUE);
  }
  if (value === null || typeof value !== 'object') {
    return value;
  }
  const call = intrinsicOf(value);
  if (call) {
    return INTRINSICS[call.name](call.argument, resolve, scope);
  }
  return Object.fromEntries(Object.entries(value)
    .map(([key, member]) => [key, resolve(member)] as const)
    .filter(([, member]) => member !== NO_VALUE));
}

/** Refuses, before anything is created, what the local AWS can't resolve. */
export function validateIntrinsics(value: unknown, where: string): void {
  if (value === null || typeof value !== 'object') {
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    if (key.startsWith('Fn::') && !(key in INTRINSICS)) {
      const known = Object.keys(INTRINSICS).filter((name) => name.startsWith('Fn::')).join(', ');
      throw invalid(`${where} uses ${key}, which the local AWS does not know; it resolves ${known}: deploy this template to AWS`);
    }
    validateIntrinsics(member, where);
  }
}

export interface References {
  /** Logical ids and names of parameters. */
  readonly refs: Set<string>;
  /** Attributes, by logical id and name. */
  readonly attributes: [logicalId: string, attribute: string][];
}

/** What the value refers to. Of Fn::If only the branch that is taken counts. */
export function referencesIn(value: unknown, condition: (name: string) => boolean): References {
  const found: References = { refs: new Set(), attributes: [] };
  const visit = (inner: unknown): void => {
    if (inner === null || typeof inner !== 'object') {
      return;
    }
    const call = intrinsicOf(inner);
    if (call?.name === 'Ref') {
      found.refs.add(String(call.argument));
    } else if (call?.name === 'Fn::GetAtt') {
      const [logicalId, ...attribute] = typeof call.argument === 'string' ? call.argument.split('.') : list('Fn::GetAtt', call.argument);
      found.attributes.push([String(logicalId), attribute.join('.')]);
      attribute.forEach(visit);
    } else if (call?.name === 'Fn::Sub') {
      const { template, variables } = subArguments(call.argument);
      Object.values(variables).forEach(visit);
      placeholders(template).filter((name) => !(name in variables)).forEach((name) => {
        const dot = name.indexOf('.');
        if (dot < 0) {
          found.refs.add(name);
        } else {
          found.attributes.push([name.slice(0, dot), name.slice(dot + 1)]);
        }
      });
    } else if (call?.name === 'Fn::If') {
      const [name, whenTrue, whenFalse] = list('Fn::If', call.argument);
      visit(condition(text('Fn::If', name)) ? whenTrue : whenFalse);
    } else {
      Object.values(inner).forEach(visit);
    }
  };
  visit(value);
  return found;
}

function intrinsicOf(value: object): { name: string; argument: unknown } | undefined {
  const keys = Object.keys(value);
  const isCall = keys.length === 1 && Object.prototype.hasOwnProperty.call(INTRINSICS, keys[0]);
  // A policy statement has a key of this name as well; the intrinsic's argument is the name of a condition.
  const isPolicyCondition = keys[0] === 'Condition' && typeof (value as Record<string, unknown>).Condition !== 'string';
  return isCall && !isPolicyCondition ? { name: keys[0], argument: (value as Record<string, unknown>)[keys[0]] } : undefined;
}

const PLACEHOLDER = /\$\{(!?)([^}]+)\}/g;

function subArguments(argument: unknown): { template: string; variables: Record<string, unknown> } {
  if (typeof argument === 'string') {
    return { template: argument, variables: {} };
  }
  const [template, variables] = list('Fn::Sub', argument);
  return { template: text('Fn::Sub', template), variables: (variables ?? {}) as Record<string, unknown> };
}

function placeholders(template: string): string[] {
  return [...template.matchAll(PLACEHOLDER)].filter((match) => match[1] === '').map((match) => match[2].trim());
}

function substitute(argument: unknown, resolve: Resolve, scope: Scope): string {
  const { template, variables } = subArguments(argument);
  return template.replace(PLACEHOLDER, (_whole, literal: string, inner: string) => {
    if (literal) {
      return `\${${inner}}`;
    }
    const name = inner.trim();
    if (name in variables) {
      return text('Fn::Sub', resolve(variables[name]));
    }
    const dot = name.indexOf('.');
    return text('Fn::Sub', dot < 0 ? scope.ref(name) : scope.attribute(name.slice(0, dot), name.slice(dot + 1)));
  });
}

function cidrBlocks(block: string, count: number, hostBits: number): string[] {
  const [address, prefix] = block.split('/');
  const octets = address.split('.').map(Number);
  if (octets.length !== 4 || octets.some(Number.isNaN) || 32 - hostBits < Number(prefix)) {
    throw invalid(`Template error: Fn::Cidr cannot take ${count} blocks of ${hostBits} bits from ${block}; the local AWS cuts IPv4 blocks only`);
  }
  const start = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  return Array.from({ length: count }, (_unused, index) => {
    const value = start + index * 2 ** hostBits;
    return `${[24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')}/${32 - hostBits}`;
  });
}

function list(name: string, value: unknown): unknown[] {
  if (!Array.isArray(value)) {
    throw invalid(`Template error: ${name} needs a list, got ${JSON.stringify(value)}`);
  }
  return value;
}

function text(name: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  throw invalid(`Template error: ${name} needs a string, got ${value === NO_VALUE ? 'AWS::NoValue' : JSON.stringify(value)}`);
}

/** Numbers and booleans equal the strings that parameters bring. */
function plain(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}
