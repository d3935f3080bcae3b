/** What has to be ended, in the reverse order of its beginning. */
export class CleanUp {
  private readonly steps: Array<() => unknown> = [];

  public add(step: () => unknown): void {
    this.steps.push(step);
  }

  /** Does every step, even if one fails; the first failure is thrown at the end. */
  public async run(): Promise<void> {
    const errors: unknown[] = [];
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) {
      throw errors[0];
    }
  }
}
