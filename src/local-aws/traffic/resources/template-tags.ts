import type { ResourceRequest } from '../../core/api';
import { pairs } from '../wire';

/** The tags that a stack has put on a resource, so that its next update takes away what the template no longer has. */
export class TemplateTags {
  private readonly applied = new WeakMap<Map<string, string>, readonly string[]>();

  /** A resource's own tags win over the stack's. Tags that others have put on stay. */
  public apply(tags: Map<string, string>, request: ResourceRequest): void {
    const wanted = new Map([...Object.entries(request.stackTags), ...pairs(request.properties.Tags)]);
    this.applied.get(tags)?.filter((key) => !wanted.has(key)).forEach((key) => tags.delete(key));
    wanted.forEach((value, key) => tags.set(key, value));
    this.applied.set(tags, [...wanted.keys()]);
  }
}
