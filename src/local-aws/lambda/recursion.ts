import { hexId } from '../core/names';

/** A function may come to itself about this often in one chain of invocations; then Lambda breaks the chain. */
const MOST_LOOPS = 16;

/**
 * Recursive loop detection, as Lambda does it: the trace header that the SDK passes on carries a lineage that counts how
 * often a chain of invocations has come by each function.
 */
export class Lineage {
  public static of(traceId: string | undefined): Lineage {
    const entries = /Lineage=([^;]*)/.exec(traceId ?? '')?.[1].split('|') ?? [];
    return new Lineage(new Map(entries.map((entry) => entry.split(':')).map(([id, count]) => [id, Number(count)])));
  }

  private constructor(private readonly counts: ReadonlyMap<string, number>) {}

  /** The chain with one more visit to the function. */
  public with(functionArn: string): Lineage {
    const id = hexId(8, functionArn);
    return new Lineage(new Map(this.counts).set(id, (this.counts.get(id) ?? 0) + 1));
  }

  public get isLoop(): boolean {
    return [...this.counts.values()].some((count) => count > MOST_LOOPS);
  }

  public toTraceId(): string {
    const lineage = [...this.counts].map(([id, count]) => `${id}:${count}`).join('|');
    return `Root=1-${hexId(8)}-${hexId(24)};Parent=${hexId(16)};Sampled=0;Lineage=${lineage}`;
  }
}
