import type { Series, Window } from './metric-store';

/** A metric math expression: a number or a series, worked out for a window. */
export interface Expression {
  /** The ids that it names; METRICS() names none of them. */
  readonly ids: readonly string[];
  evaluate(scope: Scope): Value;
}

export interface Scope {
  readonly window: Window;
  /** Every id's values: metrics and expressions. */
  readonly values: ReadonlyMap<string, Value>;
  /** The ids of metrics only, which METRICS() stands for. */
  readonly metrics: readonly string[];
}

export type Value = number | Series;

type Node = (scope: Scope) => Value;
type ListNode = (scope: Scope) => Value[];

const TOKEN = /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|("[^"]*"|'[^']*')|(==|!=|<=|>=|&&|\|\||[-+*/()[\],<>]))/y;

const OPERATORS: readonly Readonly<Record<string, (one: number, other: number) => number>>[] = [
  { '||': (one, other) => Number(one !== 0 || other !== 0) },
  { '&&': (one, other) => Number(one !== 0 && other !== 0) },
  {
    '==': (one, other) => Number(one === other),
    '!=': (one, other) => Number(one !== other),
    '<': (one, other) => Number(one < other),
    '>': (one, other) => Number(one > other),
    '<=': (one, other) => Number(one <= other),
    '>=': (one, other) => Number(one >= other),
  },
  { '+': (one, other) => one + other, '-': (one, other) => one - other },
  { '*': (one, other) => one * other, '/': (one, other) => one / other },
];

const AGGREGATES: Readonly<Record<string, (values: readonly number[]) => number>> = {
  SUM: (values) => values.reduce((sum, value) => sum + value, 0),
  AVG: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  MIN: (values) => Math.min(...values),
  MAX: (values) => Math.max(...values),
};

/** Reads a metric math expression; what it cannot read is an error that names the expression. */
export function parseExpression(text: string): Expression {
  const parser = new Parser(text);
  const node = parser.parse();
  return { ids: parser.ids, evaluate: node };
}

/** One number for each period of the window, as an alarm compares it. */
export function toSeries(value: Value, window: Window): Series {
  return typeof value === 'number' ? new Map(periodsOf(window).map((at) => [at, value])) : value;
}

class Parser {
  public readonly ids: string[] = [];
  private readonly tokens: string[] = [];
  private position = 0;

  constructor(private readonly text: string) {
    const token = new RegExp(TOKEN);
    let end = 0;
    for (let match = token.exec(text); match; match = token.exec(text)) {
      this.tokens.push(match[1] ?? match[2] ?? match[3] ?? match[4]);
      end = token.lastIndex;
    }
    if (text.slice(end).trim() !== '') {
      throw this.unknown(text.slice(end).trim());
    }
  }

  public parse(): Node {
    const node = this.binary(0);
    if (this.position < this.tokens.length) {
      throw this.unknown(this.tokens[this.position]);
    }
    return node;
  }

  private binary(level: number): Node {
    if (level === OPERATORS.length) {
      return this.unary();
    }
    let left = this.binary(level + 1);
    while (this.peek() !== undefined && Object.hasOwn(OPERATORS[level], this.peek()!)) {
      const apply = OPERATORS[level][this.next()];
      const [one, other] = [left, this.binary(level + 1)];
      left = (scope) => combine(one(scope), other(scope), apply);
    }
    return left;
  }

  private unary(): Node {
    if (this.peek() !== '-') {
      return this.primary();
    }
    this.next();
    const node = this.unary();
    return (scope) => combine(0, node(scope), (one, other) => one - other);
  }

  private primary(): Node {
    const token = this.next();
    if (/^\d/.test(token)) {
      const value = Number(token);
      return () => value;
    }
    if (token === '(') {
      const node = this.binary(0);
      this.expect(')');
      return node;
    }
    if (/^[a-z]\w*$/.test(token)) {
      this.ids.push(token);
      return (scope) => scope.values.get(token) ?? new Map();
    }
    return this.call(token);
  }

  private call(name: string): Node {
    if (Object.hasOwn(AGGREGATES, name)) {
      this.expect('(');
      const [list, single] = this.listOrSingle();
      this.expect(')');
      const apply = AGGREGATES[name];
      return list ? (scope) => acrossSeries(list(scope), scope.window, apply) : (scope) => withinSeries(single!(scope), apply);
    }
    if (name === 'FILL' || name === 'IF') {
      this.expect('(');
      const first = this.binary(0);
      this.expect(',');
      return name === 'FILL' ? this.fill(first) : this.choice(first);
    }
    throw this.unknown(name);
  }

  private fill(filled: Node): Node {
    const isRepeat = this.peek() === 'REPEAT';
    const filler: Node = isRepeat ? (this.next(), () => Number.NaN) : this.binary(0);
    this.expect(')');
    return (scope) => fillGaps(filled(scope), isRepeat ? 'REPEAT' : filler(scope), scope.window);
  }

  private choice(condition: Node): Node {
    const yes = this.binary(0);
    this.expect(',');
    const no = this.binary(0);
    this.expect(')');
    return (scope) => {
      const [test, one, other] = [condition(scope), yes(scope), no(scope)];
      if (typeof test === 'number') {
        return test === 0 ? other : one;
      }
      const chosen = [...test].map(([at, value]) => [at, valueAt(value === 0 ? other : one, at)] as const);
      return new Map(chosen.filter((pair): pair is readonly [number, number] => pair[1] !== undefined));
    };
  }

  private listOrSingle(): [ListNode, undefined] | [undefined, Node] {
    if (this.peek() === 'METRICS') {
      this.next();
      this.expect('(');
      const filter = /^["']/.test(this.peek() ?? '') ? this.next().slice(1, -1) : '';
      this.expect(')');
      return [(scope) => scope.metrics.filter((id) => id.includes(filter)).map((id) => scope.values.get(id) ?? new Map()), undefined];
    }
    if (this.peek() !== '[') {
      return [undefined, this.binary(0)];
    }
    this.next();
    const nodes = [this.binary(0)];
    while (this.peek() === ',') {
      this.next();
      nodes.push(this.binary(0));
    }
    this.expect(']');
    return [(scope) => nodes.map((node) => node(scope)), undefined];
  }

  private peek(): string | undefined {
    return this.tokens[this.position];
  }

  private next(): string {
    const token = this.tokens[this.position];
    if (token === undefined) {
      throw this.unknown('its end');
    }
    this.position += 1;
    return token;
  }

  private expect(token: string): void {
    const found = this.next();
    if (found !== token) {
      throw this.unknown(found);
    }
  }

  private unknown(what: string): Error {
    return new Error(
      `the local AWS cannot work out the metric math expression '${this.text}': it does not understand ${what}; `
      + 'it knows numbers, ids, + - * / ( ), comparisons, && and ||, IF, FILL, and SUM, AVG, MIN and MAX over ids, [lists] or METRICS()',
    );
  }
}

/** Where both are series, only the periods in which both have data have a result. */
function combine(one: Value, other: Value, apply: (one: number, other: number) => number): Value {
  if (typeof one === 'number' && typeof other === 'number') {
    return apply(one, other);
  }
  const series = (typeof one === 'number' ? other : one) as Series;
  const result = new Map<number, number>();
  for (const at of series.keys()) {
    const [left, right] = [valueAt(one, at), valueAt(other, at)];
    const value = left === undefined || right === undefined ? Number.NaN : apply(left, right);
    // A division by zero has no result in CloudWatch either.
    if (Number.isFinite(value)) {
      result.set(at, value);
    }
  }
  return result;
}

function acrossSeries(list: readonly Value[], window: Window, apply: (values: readonly number[]) => number): Series {
  const result = new Map<number, number>();
  for (const at of periodsOf(window)) {
    const values = list.map((value) => valueAt(value, at)).filter((value): value is number => value !== undefined);
    if (values.length > 0) {
      result.set(at, apply(values));
    }
  }
  return result;
}

function withinSeries(value: Value, apply: (values: readonly number[]) => number): Value {
  if (typeof value === 'number') {
    return value;
  }
  return value.size === 0 ? value : apply([...value.values()]);
}

function fillGaps(value: Value, filler: Value | 'REPEAT', window: Window): Value {
  if (typeof value === 'number') {
    return value;
  }
  const result = new Map<number, number>();
  let last: number | undefined;
  for (const at of periodsOf(window)) {
    last = value.get(at) ?? (filler === 'REPEAT' ? last : valueAt(filler, at));
    if (last !== undefined) {
      result.set(at, last);
    }
  }
  return result;
}

function valueAt(value: Value, at: number): number | undefined {
  return typeof value === 'number' ? value : value.get(at);
}

function periodsOf({ start, end, period }: Window): number[] {
  return Array.from({ length: Math.max(0, Math.ceil((end - start) / period)) }, (_, index) => start + index * period);
}
