import type { Tag } from '../resources';

export interface TagChange {
  readonly set: readonly Tag[];
  readonly removed: readonly string[];
}

/** What to do so that the old tags become the new ones. Tags that others have set are not touched. */
export function tagChange(old: readonly Tag[] = [], wanted: readonly Tag[] = []): TagChange {
  const has = (tags: readonly Tag[], tag: Tag) => tags.some(({ Key, Value }) => Key === tag.Key && Value === tag.Value);
  return {
    set: wanted.filter((tag) => !has(old, tag)),
    removed: old.map(({ Key }) => Key).filter((key) => !wanted.some((tag) => tag.Key === key)),
  };
}
