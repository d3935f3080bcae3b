import { types } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import type { KeptClass } from './memory';

const CLASS = '\u0000class';
const FIXED = '\u0000fixed';

type Fields = Record<string, unknown>;

/**
 * Writes a graph of objects as bytes, and reads it again: with its classes, and with every object once, however many refer to
 * it. What is the same in every run (the world, the services) is referred to by name.
 */
export class Graph {
  private readonly nameOfKind: ReadonlyMap<unknown, string>;
  private readonly nameOfFixed: ReadonlyMap<object, string>;
  /** The way to what is being frozen, for who reads the error. */
  private trail: string[] = [];

  constructor(private readonly classes: Readonly<Record<string, KeptClass>>, private readonly fixed: Readonly<Record<string, object>>) {
    this.nameOfKind = new Map(Object.entries(classes).map(([name, { kind }]) => [kind, name]));
    this.nameOfFixed = new Map(Object.entries(fixed).map(([name, object]) => [object, name]));
  }

  public toBytes(root: Fields): Buffer {
    this.trail = [];
    return serialize(this.freeze(root, new Map()));
  }

  public fromBytes(bytes: Buffer): Fields {
    return this.thaw(deserialize(bytes), new Set()) as Fields;
  }

  private freeze(value: unknown, seen: Map<object, unknown>): unknown {
    if (typeof value === 'function' || typeof value === 'symbol') {
      throw new Error(`${this.where()} is a ${typeof value}, which cannot be kept: say what it is after a restart`);
    }
    if (typeof value !== 'object' || value === null || types.isDate(value) || ArrayBuffer.isView(value)) {
      return value;
    }
    const known = seen.get(value);
    if (known !== undefined) {
      return known;
    }
    const fixed = this.nameOfFixed.get(value);
    const frozen = fixed === undefined ? emptyLike(value) : { [FIXED]: fixed };
    // Before what is in it, which may refer to it.
    seen.set(value, frozen);
    if (fixed === undefined) {
      this.fill(frozen, value, (key, member) => {
        this.trail.push(String(key));
        const result = this.freeze(member, seen);
        this.trail.pop();
        return result;
      });
    }
    return frozen;
  }

  private fill(frozen: object, value: object, freeze: (key: unknown, member: unknown) => unknown): void {
    if (Array.isArray(value)) {
      value.forEach((member, index) => (frozen as unknown[]).push(freeze(index, member)));
    } else if (types.isMap(value)) {
      value.forEach((member, key) => (frozen as Map<unknown, unknown>).set(freeze('a key', key), freeze(key, member)));
    } else if (types.isSet(value)) {
      value.forEach((member) => (frozen as Set<unknown>).add(freeze('a member', member)));
    } else {
      this.fillFields(frozen as Fields, value as Fields, freeze);
    }
  }

  private fillFields(frozen: Fields, value: Fields, freeze: (key: string, member: unknown) => unknown): void {
    const prototype: object | null = Object.getPrototypeOf(value);
    const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
    const name = isPlain ? undefined : this.nameOfKind.get(prototype.constructor);
    if (!isPlain && name === undefined) {
      throw new Error(`${this.where()} is a ${prototype.constructor.name}, which cannot be kept: name the class in the memory of its service`);
    }
    const renewed = name === undefined ? {} : this.classes[name].renewed ?? {};
    if (name !== undefined) {
      frozen[CLASS] = name;
    }
    for (const [key, member] of Object.entries(value)) {
      if (!(key in renewed)) {
        frozen[key] = freeze(key, member);
      }
    }
  }

  private where(): string {
    return this.trail.join(' > ');
  }

  /** In place, so that what refers to an object before and after its turn refers to the same. */
  private thaw(value: unknown, seen: Set<object>): unknown {
    if (typeof value !== 'object' || value === null || types.isDate(value) || ArrayBuffer.isView(value)) {
      return value;
    }
    if (FIXED in value) {
      return this.fixed[String(value[FIXED])] ?? missing(String(value[FIXED]));
    }
    if (seen.has(value)) {
      return value;
    }
    seen.add(value);
    if (Array.isArray(value)) {
      value.forEach((member, index) => { value[index] = this.thaw(member, seen); });
    } else if (types.isMap(value)) {
      const entries = [...value];
      value.clear();
      entries.forEach(([key, member]) => value.set(this.thaw(key, seen), this.thaw(member, seen)));
    } else if (types.isSet(value)) {
      const members = [...value];
      value.clear();
      members.forEach((member) => value.add(this.thaw(member, seen)));
    } else {
      this.thawFields(value as Fields, seen);
    }
    return value;
  }

  private thawFields(value: Fields, seen: Set<object>): void {
    const name = value[CLASS];
    delete value[CLASS];
    for (const [key, member] of Object.entries(value)) {
      value[key] = this.thaw(member, seen);
    }
    if (name !== undefined) {
      const { kind, renewed = {} } = this.classes[String(name)] ?? missing(String(name));
      Object.setPrototypeOf(value, kind.prototype as object);
      Object.entries(renewed).forEach(([key, renew]) => { value[key] = renew(value as never); });
    }
  }
}

function emptyLike(value: object): object {
  if (Array.isArray(value)) {
    return [];
  }
  return types.isMap(value) ? new Map() : types.isSet(value) ? new Set() : {};
}

function missing(name: string): never {
  throw new Error(`"${name}" is not known to this version of the local AWS: the state was kept by another one`);
}
