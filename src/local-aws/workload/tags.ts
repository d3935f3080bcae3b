import type { OperationInput } from '../core/api';

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** The tags of everything that has an ARN. */
export class Tags {
  public readonly operations = {
    TagResource: (input: OperationInput) => {
      this.add(input.resourceArn, input.tags);
      return {};
    },
    UntagResource: (input: OperationInput) => {
      this.remove(input.resourceArn, input.tagKeys ?? []);
      return {};
    },
    ListTagsForResource: (input: OperationInput) => ({ tags: this.of(input.resourceArn) }),
  };

  private readonly tags = new Map<string, Map<string, string>>();

  public of(resourceArn: string): Tag[] {
    return [...this.tags.get(resourceArn) ?? []].map(([key, value]) => ({ key, value }));
  }

  public add(resourceArn: string, tags: readonly Tag[] = []): void {
    const own = this.tags.get(resourceArn) ?? new Map<string, string>();
    tags.forEach(({ key, value }) => own.set(key, value ?? ''));
    this.tags.set(resourceArn, own);
  }

  /** What CloudFormation does on an update: afterwards these are all. */
  public replace(resourceArn: string, tags: readonly Tag[]): void {
    this.tags.delete(resourceArn);
    this.add(resourceArn, tags);
  }

  public remove(resourceArn: string, keys: readonly string[]): void {
    keys.forEach((key) => this.tags.get(resourceArn)?.delete(key));
  }
}
