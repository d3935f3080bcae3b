import { randomUUID } from 'node:crypto';
import { Problem } from './http';

/** The most items that are kept, so that no client can use up the task's memory. */
export const MAX_ITEMS = 1000;

export interface ItemInput {
  readonly name: string;
  readonly quantity: number;
}

export interface Item extends ItemInput {
  readonly id: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The items of this process, in memory: each task has its own, and they are gone with it. */
export class Items {
  private readonly byId = new Map<string, Item>();

  public list(): readonly Item[] {
    return [...this.byId.values()];
  }

  public get(id: string): Item {
    const item = this.byId.get(id);
    if (!item) {
      throw new Problem(404, `there is no item "${id}": GET /items lists those that there are`);
    }
    return item;
  }

  public create(input: ItemInput): Item {
    if (this.byId.size >= MAX_ITEMS) {
      throw new Problem(409, `there are ${MAX_ITEMS} items already, which is the most that are kept: delete one first`);
    }
    const now = new Date().toISOString();
    return this.put({ id: randomUUID(), ...input, createdAt: now, updatedAt: now });
  }

  public replace(id: string, input: ItemInput): Item {
    return this.put({ ...this.get(id), ...input, updatedAt: new Date().toISOString() });
  }

  public delete(id: string): void {
    this.get(id);
    this.byId.delete(id);
  }

  private put(item: Item): Item {
    this.byId.set(item.id, item);
    return item;
  }
}

/** What a client sent, as an item's input. Throws a Problem that says what to send instead. */
export function parseItem(body: unknown): ItemInput {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Problem(400, 'the body is not a JSON object: send one with name and quantity');
  }
  const { name, quantity = 1, ...unknown } = body as Record<string, unknown>;
  const [unknownField] = Object.keys(unknown);
  if (unknownField !== undefined) {
    throw new Problem(400, `the field "${unknownField}" is not known: send name and quantity only`);
  }
  if (typeof name !== 'string' || name.trim() === '' || name.length > 100) {
    throw new Problem(400, `name is ${JSON.stringify(name) ?? 'missing'}, but it must be a text of 1 to 100 characters`);
  }
  if (typeof quantity !== 'number' || !Number.isInteger(quantity) || quantity < 0 || quantity > 1_000_000) {
    throw new Problem(400, `quantity is ${JSON.stringify(quantity)}, but it must be a whole number from 0 to 1000000`);
  }
  return { name, quantity };
}
