import { isDeepStrictEqual } from 'node:util';
import type { Evaluation } from './evaluation';
import { referencesIn } from './intrinsics';
import { isKept } from './resource-changes';
import type { ResourceTypes } from './resource-types';
import type { Stack, StackModel } from './stack';
import { TAGGABLE } from './taggable';

type Replacement = 'True' | 'False' | 'Conditional';

/** One property of a resource that an update would change, or may change once other resources have. */
export interface PropertyChange {
  readonly name: string;
  readonly replacement: Replacement;
  /** The resources whose change may change the property; without any, the template or a parameter changes it. */
  readonly causes: readonly string[];
}

/** What an update would do to one resource. */
export interface ResourceChange {
  readonly action: 'Add' | 'Modify' | 'Remove';
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId?: string;
  readonly replacement?: Replacement;
  readonly properties: readonly PropertyChange[];
  readonly tags: boolean;
  /** Whether what goes, or is replaced, is kept. */
  readonly isRetained: boolean;
}

/** What bringing the stack to the model would change, before anything is changed: a change set's content. */
export function changesOf(stack: Stack, model: StackModel, evaluation: Evaluation, types: ResourceTypes): ResourceChange[] {
  const included = evaluation.included();
  const modified = new Map<string, ResourceChange>();
  // What depends on a resource that may be replaced may change with it: looked at until nothing new turns up.
  for (let known = -1; known !== modified.size;) {
    known = modified.size;
    for (const logicalId of included.filter((id) => stack.resources.has(id))) {
      const change = modification(stack, model, evaluation, types, logicalId, included, modified);
      if (change) {
        modified.set(logicalId, change);
      }
    }
  }
  const removed = [...stack.resources.values()].filter(({ logicalId }) => !included.includes(logicalId)).map((resource): ResourceChange => ({
    action: 'Remove',
    logicalId: resource.logicalId,
    type: resource.type,
    physicalId: resource.state.physicalId,
    properties: [],
    tags: false,
    isRetained: isKept(resource.deletionPolicy),
  }));
  const added = included.filter((id) => !stack.resources.has(id)).map((logicalId): ResourceChange => ({
    action: 'Add', logicalId, type: model.template.Resources[logicalId].Type, properties: [], tags: false, isRetained: false,
  }));
  return [...modified.values(), ...added, ...removed];
}

function modification(
  stack: Stack, model: StackModel, evaluation: Evaluation, types: ResourceTypes, logicalId: string, included: readonly string[],
  modified: ReadonlyMap<string, ResourceChange>,
): ResourceChange | undefined {
  const existing = stack.resources.get(logicalId)!;
  const { Properties: wanted = {}, UpdateReplacePolicy: policy } = model.template.Resources[logicalId];
  const { replacedBy } = types.get(existing.type);
  const properties: PropertyChange[] = [];
  for (const name of new Set([...Object.keys(existing.properties), ...Object.keys(wanted)])) {
    const { refs, attributes } = referencesIn(wanted[name], (condition) => evaluation.condition(condition));
    const causes = [...new Set([
      ...[...refs].filter((id) => included.includes(id) && mayBeReplaced(id)),
      // An attribute may change with any change of its resource; a physical id only with its replacement.
      ...attributes.map(([id]) => id).filter((id) => mayBeReplaced(id) || modified.has(id)),
    ])].filter((id) => id !== logicalId);
    const replaces = replacedBy.includes(name);
    if (causes.length > 0) {
      properties.push({ name, replacement: replaces ? 'Conditional' : 'False', causes });
    } else if (!isDeepStrictEqual(existing.properties[name], evaluation.value(wanted[name]))) {
      properties.push({ name, replacement: replaces ? 'True' : 'False', causes });
    }
  }
  const tags = !isDeepStrictEqual(existing.tags, model.tags) && TAGGABLE.has(existing.type);
  if (properties.length === 0 && !tags) {
    return undefined;
  }
  const replacements = properties.map(({ replacement }) => replacement);
  return {
    action: 'Modify',
    logicalId,
    type: existing.type,
    physicalId: existing.state.physicalId,
    replacement: replacements.includes('True') ? 'True' : replacements.includes('Conditional') ? 'Conditional' : 'False',
    properties,
    tags,
    isRetained: isKept(policy),
  };

  function mayBeReplaced(id: string): boolean {
    return !stack.resources.has(id) || (modified.get(id)?.replacement ?? 'False') !== 'False';
  }
}
