import { referencesIn } from './intrinsics';
import { invalid, type Template } from './template';

/** What each resource needs to be there before it: by logical id. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/** Of the resources that the conditions leave in the template. */
export function dependenciesOf(template: Template, included: readonly string[], condition: (name: string) => boolean): Dependencies {
  const isIncluded = new Set(included);
  const dependencies = new Map<string, readonly string[]>();
  for (const logicalId of included) {
    const resource = template.Resources[logicalId];
    const { refs, attributes } = referencesIn(resource.Properties, condition);
    const referenced = [...refs].filter((name) => !name.startsWith('AWS::') && !(name in template.Parameters));
    const needed = [...referenced, ...attributes.map(([id]) => id)];
    const explicit = [resource.DependsOn ?? []].flat();
    const unresolved = [...needed.filter((id) => !isIncluded.has(id)), ...explicit.filter((id) => !(id in template.Resources))];
    if (unresolved.length > 0) {
      throw invalid(`Template format error: Unresolved resource dependencies [${unresolved.join(', ')}] in the Resources block of the template`);
    }
    // A dependency on a resource that its condition leaves out is none.
    dependencies.set(logicalId, [...new Set([...needed, ...explicit.filter((id) => isIncluded.has(id))])]);
  }
  refuseCycles(dependencies);
  return dependencies;
}

/** The other way round: who has to be gone before each resource can go. */
export function dependentsOf(dependencies: Dependencies): Dependencies {
  const dependents = new Map<string, string[]>([...dependencies.keys()].map((id) => [id, []]));
  for (const [logicalId, needed] of dependencies) {
    needed.forEach((id) => dependents.get(id)?.push(logicalId));
  }
  return dependents;
}

/**
 * Visits everything, each as soon as all that it needs has been visited. Where a visit answers false, what needs it is
 * not visited. Answers when nothing is under way any more.
 */
export async function visitInOrder(ids: readonly string[], dependencies: Dependencies, visit: (id: string) => Promise<boolean>): Promise<void> {
  const visits = new Map<string, Promise<boolean>>();
  const wanted = new Set(ids);
  const visited = (id: string): Promise<boolean> => {
    const known = visits.get(id);
    if (known) {
      return known;
    }
    const started = (async () => {
      const needed = (dependencies.get(id) ?? []).filter((other) => wanted.has(other));
      const succeeded = await Promise.all(needed.map(visited));
      return succeeded.every(Boolean) && visit(id);
    })();
    visits.set(id, started);
    return started;
  };
  const outcomes = await Promise.allSettled(ids.map(visited));
  const broken = outcomes.find((outcome) => outcome.status === 'rejected');
  if (broken) {
    throw broken.reason;
  }
}

function refuseCycles(dependencies: Dependencies): void {
  const remaining = new Map([...dependencies].map(([id, needed]) => [id, new Set(needed)]));
  let free: string[];
  do {
    free = [...remaining].filter(([, needed]) => needed.size === 0).map(([id]) => id);
    free.forEach((id) => remaining.delete(id));
    remaining.forEach((needed) => free.forEach((id) => needed.delete(id)));
  } while (free.length > 0);
  if (remaining.size > 0) {
    throw invalid(`Circular dependency between resources: [${[...remaining.keys()].sort().join(', ')}]`);
  }
}
