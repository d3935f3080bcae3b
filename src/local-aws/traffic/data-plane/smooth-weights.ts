import type { WeightedTargetGroup } from '../model';

/**
 * Chooses among weighted target groups in turns that are as even as the weights allow. ELB chooses at random; here 1,000
 * requests at weight 10 of 100 are exactly 100, which a rehearsal can report and a test can assert.
 */
export class SmoothWeights {
  private readonly credits: number[];
  private readonly total: number;

  constructor(private readonly groups: readonly WeightedTargetGroup[]) {
    this.credits = groups.map(() => 0);
    this.total = groups.reduce((sum, group) => sum + group.weight, 0);
  }

  /** The next target group's ARN; undefined where every weight is 0. */
  public next(): string | undefined {
    if (this.total === 0) {
      return undefined;
    }
    let chosen = -1;
    this.groups.forEach((group, index) => {
      this.credits[index] += group.weight;
      if (group.weight > 0 && (chosen < 0 || this.credits[index] > this.credits[chosen])) {
        chosen = index;
      }
    });
    this.credits[chosen] -= this.total;
    return this.groups[chosen].targetGroupArn;
  }
}
