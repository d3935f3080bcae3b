import { LOAD_BALANCER } from '../load/tally';

/**
 * Names for what runs. A revision is named after the deployment during which it was first seen, so that weights and task
 * sets are told in the plan's words ("v2") and not in those of ECS ("Api:7").
 */
export class Versions {
  private readonly names = new Map<string, string>();
  private current: string;

  constructor(first: string) {
    this.current = first;
  }

  /** From now on, new revisions belong to this deployment. */
  public begin(deployment: string): void {
    this.current = deployment;
  }

  /** The name of a revision (`family:revision`). */
  public nameOf(revision: string): string {
    const name = this.names.get(revision) ?? this.current;
    this.names.set(revision, name);
    return name;
  }

  /** The revision that came with a deployment, if one did. */
  public revisionOf(deployment: string): string | undefined {
    return [...this.names].find(([, name]) => name === deployment)?.[0];
  }

  /** Who answered a request: what the application calls itself where it does, else the name of its revision. */
  public answerer(label: string): string {
    return this.names.get(label) ?? label;
  }

  /** Counts by label become counts by name; several labels of one name are summed. */
  public rename(counts: Readonly<Record<string, number>>): Record<string, number> {
    const renamed: Record<string, number> = {};
    Object.entries(counts).forEach(([label, count]) => {
      const name = label === LOAD_BALANCER ? label : this.answerer(label);
      renamed[name] = (renamed[name] ?? 0) + count;
    });
    return renamed;
  }
}
