import { isDeepStrictEqual } from 'node:util';
import { resolveDynamicReferences, type DynamicValues } from './dynamic-references';
import type { ResourceTypes } from './resource-types';
import type { Stack, StackResource } from './stack';
import { TAGGABLE } from './taggable';
import { ResourceFailure, UpdateRefused, type Properties, type ResourceRequest, type ResourceState } from '../core/api';

/** What was done to a resource in this operation, and what it was before (nothing, where it was created). */
export interface Change {
  readonly before?: StackResource;
  /** What was tried; its `state` is what the type last answered. */
  readonly after: StackResource;
  readonly isReplacement: boolean;
}

/** Something that is still there although the stack has moved on from it. */
export interface Leftover {
  readonly resource: StackResource;
  readonly isRetained: boolean;
}

/** Makes, updates, replaces and deletes single resources of one stack, and tells the stack's events. */
export class ResourceChanges {
  /** By logical id. */
  public readonly changes = new Map<string, Change>();
  /** For the clean-up, once the operation has got through. */
  public leftovers: Leftover[] = [];
  public readonly failures: { readonly logicalId: string; readonly reason: string; readonly verb: 'create' | 'update' }[] = [];

  /** What failed replacements have left behind. */
  private readonly orphans: Leftover[] = [];

  constructor(
    private readonly stack: Stack,
    private readonly types: ResourceTypes,
    private readonly dynamicValues: DynamicValues,
    private controller: AbortController,
  ) {}

  /** From now on changes are undone: what was left for the clean-up is what the stack goes back to. */
  public turnBack(controller: AbortController): void {
    this.controller = controller;
    this.leftovers = this.orphans;
  }

  /** Brings the resource to what is wanted. Answers whether it got there. */
  public async bring(wanted: Omit<StackResource, 'state'>): Promise<boolean> {
    const existing = this.stack.resources.get(wanted.logicalId);
    if (!existing) {
      return this.create(wanted);
    }
    const isChanged = !isDeepStrictEqual(existing.properties, wanted.properties);
    const isRetagged = !isDeepStrictEqual(existing.tags, wanted.tags) && TAGGABLE.has(wanted.type);
    if (!isChanged && !isRetagged) {
      this.stack.resources.set(wanted.logicalId, { ...wanted, state: existing.state });
      return true;
    }
    const { replacedBy } = this.types.get(wanted.type);
    const isReplaced = replacedBy.some((name) => !isDeepStrictEqual(existing.properties[name], wanted.properties[name]));
    return isReplaced ? this.replace(wanted, existing) : this.update(wanted, existing);
  }

  /** A resource that could not even be tried: what it refers to could not be resolved. */
  public fail(logicalId: string, type: string, error: unknown): boolean {
    const existing = this.stack.resources.get(logicalId);
    const verb = existing ? 'update' : 'create';
    const reason = messageOf(error);
    this.stack.recordResource(logicalId, type, existing?.state.physicalId ?? '', `${verb.toUpperCase()}_FAILED`, reason);
    this.failures.push({ logicalId, reason, verb });
    this.controller.abort();
    return false;
  }

  /** Updates the resource back to what it was. Answers whether it worked. */
  public async restore(logicalId: string): Promise<boolean> {
    const { before, after, isReplacement } = this.changes.get(logicalId)!;
    if (!before) {
      this.stack.resources.delete(logicalId);
      this.leave(after, after.deletionPolicy === 'Retain');
      return true;
    }
    this.stack.recordResource(logicalId, before.type, after.state.physicalId, 'UPDATE_IN_PROGRESS');
    if (isReplacement) {
      this.stack.resources.set(logicalId, before);
      this.leave(after, after.deletionPolicy === 'Retain');
    } else {
      try {
        const state = await this.types.get(before.type).update(
          await this.request(before), after.state, await this.resolved(after.properties));
        this.stack.resources.set(logicalId, { ...before, state });
        // Both what the update had made and what was there before it may have been left by the update back.
        for (const left of [after, before]) {
          if (left.state.physicalId !== state.physicalId) {
            this.leave(left, false);
          }
        }
      } catch (error) {
        this.stack.recordResource(logicalId, before.type, after.state.physicalId, 'UPDATE_FAILED', messageOf(error));
        return false;
      }
    }
    this.stack.recordResource(logicalId, before.type, this.stack.resources.get(logicalId)!.state.physicalId, 'UPDATE_COMPLETE');
    return true;
  }

  /** Deletes the resource, unless it is to be kept. Answers whether it is gone, or kept. */
  public async delete(resource: StackResource, isRetained: boolean): Promise<boolean> {
    const { logicalId, type, state } = resource;
    if (isRetained) {
      this.stack.recordResource(logicalId, type, state.physicalId, 'DELETE_SKIPPED');
      return true;
    }
    this.stack.recordResource(logicalId, type, state.physicalId, 'DELETE_IN_PROGRESS');
    try {
      await this.types.get(type).delete(await this.request(resource), state);
    } catch (error) {
      this.stack.recordResource(logicalId, type, state.physicalId, 'DELETE_FAILED', messageOf(error));
      return false;
    }
    this.stack.recordResource(logicalId, type, state.physicalId, 'DELETE_COMPLETE');
    return true;
  }

  private async create(wanted: Omit<StackResource, 'state'>): Promise<boolean> {
    const { logicalId, type, properties } = wanted;
    this.stack.recordResource(logicalId, type, '', 'CREATE_IN_PROGRESS', undefined, properties);
    try {
      const onMade = (early: ResourceState) => this.made({ ...wanted, state: early }, undefined, false);
      const state = await this.types.get(type).create({ ...await this.request(wanted), onMade });
      this.made({ ...wanted, state }, undefined, false);
      this.stack.recordResource(logicalId, type, state.physicalId, 'CREATE_COMPLETE', undefined, properties);
      return true;
    } catch (error) {
      const state = error instanceof ResourceFailure ? error.state : undefined;
      if (state) {
        this.made({ ...wanted, state }, undefined, false);
      }
      return this.failed(wanted, state, 'create', error);
    }
  }

  private async replace(wanted: Omit<StackResource, 'state'>, existing: StackResource): Promise<boolean> {
    const { logicalId, type, properties } = wanted;
    this.stack.recordResource(logicalId, type, existing.state.physicalId, 'UPDATE_IN_PROGRESS',
      'Requested update requires the creation of a new physical resource; hence creating one.', properties);
    const onMade = (early: ResourceState) => this.orphans.push({ resource: { ...wanted, state: early }, isRetained: false });
    try {
      const state = await this.types.get(type).create({ ...await this.request(wanted), onMade });
      this.orphans.splice(0, Infinity, ...this.orphans.filter(({ resource }) => resource.logicalId !== logicalId));
      this.made({ ...wanted, state }, existing, true);
      this.leave(existing, isKept(wanted.updateReplacePolicy));
      this.stack.recordResource(logicalId, type, state.physicalId, 'UPDATE_COMPLETE', undefined, properties);
      return true;
    } catch (error) {
      if (error instanceof ResourceFailure) {
        this.orphans.push({ resource: { ...wanted, state: error.state }, isRetained: false });
      }
      return this.failed(wanted, existing.state, 'update', error);
    }
  }

  private async update(wanted: Omit<StackResource, 'state'>, existing: StackResource): Promise<boolean> {
    const { logicalId, type, properties } = wanted;
    this.stack.recordResource(logicalId, type, existing.state.physicalId, 'UPDATE_IN_PROGRESS', undefined, properties);
    // Whatever becomes of it, a rollback updates the resource back: a failed update may have changed something.
    this.changes.set(logicalId, { before: existing, after: { ...wanted, state: existing.state }, isReplacement: false });
    try {
      const request = await this.request(wanted);
      const state = await this.types.get(type).update(request, existing.state, await this.resolved(existing.properties));
      this.made({ ...wanted, state }, existing, false);
      if (state.physicalId !== existing.state.physicalId) {
        this.leave(existing, isKept(wanted.updateReplacePolicy));
      }
      this.stack.recordResource(logicalId, type, state.physicalId, 'UPDATE_COMPLETE', undefined, properties);
      return true;
    } catch (error) {
      if (error instanceof UpdateRefused) {
        this.changes.delete(logicalId);
      }
      return this.failed(wanted, existing.state, 'update', error);
    }
  }

  private made(after: StackResource, before: StackResource | undefined, isReplacement: boolean): void {
    this.stack.resources.set(after.logicalId, after);
    this.changes.set(after.logicalId, { before, after, isReplacement });
  }

  private leave(resource: StackResource, isRetained: boolean): void {
    this.leftovers.push({ resource, isRetained });
  }

  private failed(
    wanted: Omit<StackResource, 'state'>, state: ResourceState | undefined, verb: 'create' | 'update', error: unknown,
  ): false {
    // What fails after the first failure fails because of it: it was told to stop.
    const reason = this.controller.signal.aborted ? `Resource ${verb === 'create' ? 'creation' : 'update'} cancelled` : messageOf(error);
    this.stack.recordResource(wanted.logicalId, wanted.type, state?.physicalId ?? '', `${verb.toUpperCase()}_FAILED`, reason, wanted.properties);
    this.failures.push({ logicalId: wanted.logicalId, reason, verb });
    this.controller.abort();
    return false;
  }

  private async request(resource: Omit<StackResource, 'state'>): Promise<ResourceRequest> {
    return {
      stackId: this.stack.id,
      stackName: this.stack.name,
      logicalId: resource.logicalId,
      resourceType: resource.type,
      properties: await this.resolved(resource.properties),
      stackTags: resource.tags,
      signal: this.controller.signal,
    };
  }

  private resolved(properties: Properties): Promise<Properties> {
    return resolveDynamicReferences(properties, this.dynamicValues);
  }
}

export function isKept(policy: StackResource['deletionPolicy']): boolean {
  return policy === 'Retain' || policy === 'RetainExceptOnCreate';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
