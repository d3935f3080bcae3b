import { dependenciesOf, dependentsOf, visitInOrder, type Dependencies } from './dependencies';
import type { DynamicValues } from './dynamic-references';
import type { Evaluation } from './evaluation';
import { isKept, messageOf, ResourceChanges, type Leftover } from './resource-changes';
import type { ResourceTypes } from './resource-types';
import type { Stack, StackModel, StackOutput, StackResource } from './stack';
import type { Properties } from '../core/api';

const ENDED_MEANWHILE = 'The local AWS ended while this operation was under way.';

/** What an operation needs of the service that runs it. */
export interface StackEnvironment {
  readonly types: ResourceTypes;
  readonly dynamicValues: DynamicValues;
  /** Aborted when the local AWS ends. */
  readonly closing: AbortSignal;
  evaluation(stack: Stack, model: StackModel): Evaluation;
  /** Throws where another stack has taken an export's name, or still imports what is gone or changed. */
  checkExports(stack: Stack, outputs: readonly StackOutput[]): void;
}

/** One create or update of a stack, with the way back when it fails. */
export class StackOperation {
  private controller: AbortController;
  private readonly changes: ResourceChanges;
  private readonly resourcesBefore: ReadonlyMap<string, StackResource>;
  private readonly modelBefore: StackModel;
  private readonly restored = new Set<string>();
  private cancelReason?: string;
  private wantedIds: readonly string[] = [];

  constructor(
    private readonly stack: Stack,
    private readonly model: StackModel,
    private readonly environment: StackEnvironment,
  ) {
    this.controller = linkedTo(environment.closing);
    this.changes = new ResourceChanges(stack, environment.types, environment.dynamicValues, this.controller);
    this.resourcesBefore = new Map(stack.resources);
    this.modelBefore = stack.model;
  }

  /** Stops what is under way; the operation then rolls back. */
  public cancel(reason: string): void {
    this.cancelReason = reason;
    this.controller.abort();
  }

  public async create(onFailure: 'ROLLBACK' | 'DELETE' | 'DO_NOTHING'): Promise<void> {
    const failure = await this.bringAll();
    if (failure === undefined) {
      this.stack.enter('CREATE_COMPLETE');
    } else if (onFailure === 'DO_NOTHING') {
      this.stack.enter('CREATE_FAILED', failure);
    } else {
      const prefix = onFailure === 'DELETE' ? 'DELETE' : 'ROLLBACK';
      this.stack.enter(`${prefix}_IN_PROGRESS`, `${failure}${prefix === 'ROLLBACK' ? ' Rollback requested by user.' : ''}`);
      this.changes.turnBack(this.renewController());
      await this.undoCreate(prefix);
    }
  }

  private async undoCreate(prefix: 'ROLLBACK' | 'DELETE'): Promise<void> {
    await this.restoreAll();
    const left = await this.cleanUp();
    this.stack.enter(left.length === 0 ? `${prefix}_COMPLETE` : `${prefix}_FAILED`, left.length === 0 ? undefined : failedToDelete(left));
  }

  public async update(disableRollback: boolean): Promise<void> {
    this.stack.updatedAt = new Date(this.stack.events.at(-1)!.Timestamp);
    const failure = await this.bringAll();
    if (failure === undefined) {
      const removed = [...this.stack.resources.values()].filter((resource) => !this.wantedIds.includes(resource.logicalId));
      this.changes.leftovers.push(...removed.map((resource) => ({ resource, isRetained: isKept(resource.deletionPolicy) })));
      removed.forEach((resource) => this.stack.resources.delete(resource.logicalId));
      this.stack.enter('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
      await this.cleanUp();
      this.stack.enter('UPDATE_COMPLETE');
    } else if (disableRollback) {
      this.stack.enter('UPDATE_FAILED', failure);
    } else {
      this.stack.enter('UPDATE_ROLLBACK_IN_PROGRESS', failure);
      this.changes.turnBack(this.renewController());
      await this.rollBack();
    }
  }

  /** The local AWS ended in the middle of this operation: it goes back, or ends the clean-up that it was at. */
  public async resume(): Promise<void> {
    const { status } = this.stack;
    if (status.endsWith('_CLEANUP_IN_PROGRESS')) {
      await this.cleanUp();
      this.stack.enter(status.replace('_CLEANUP_IN_PROGRESS', ''));
      return;
    }
    this.changes.turnBack(this.renewController());
    if (status.startsWith('UPDATE_')) {
      this.stack.enter('UPDATE_ROLLBACK_IN_PROGRESS', ENDED_MEANWHILE);
      await this.rollBack();
    } else {
      this.stack.enter('ROLLBACK_IN_PROGRESS', ENDED_MEANWHILE);
      await this.undoCreate('ROLLBACK');
    }
  }

  /** Goes on where a rollback failed; what is skipped stays as it is and counts as restored. */
  public async continueRollback(skipped: readonly string[]): Promise<void> {
    this.stack.enter('UPDATE_ROLLBACK_IN_PROGRESS', 'User Initiated');
    skipped.forEach((logicalId) => this.restored.add(logicalId));
    await this.rollBack();
  }

  private async rollBack(): Promise<void> {
    const failed = await this.restoreAll();
    this.stack.model = this.modelBefore;
    if (failed.length > 0) {
      this.stack.enter('UPDATE_ROLLBACK_FAILED', `The following resource(s) failed to update: [${failed.join(', ')}]. `);
      return;
    }
    for (const [logicalId, resource] of this.resourcesBefore) {
      if (!this.changes.changes.has(logicalId)) {
        this.stack.resources.set(logicalId, resource);
      }
    }
    this.stack.enter('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
    await this.cleanUp();
    this.stack.enter('UPDATE_ROLLBACK_COMPLETE');
  }

  /** Brings every resource to the model. Answers why it did not get there, or nothing. */
  private async bringAll(): Promise<string | undefined> {
    this.stack.model = this.model;
    const evaluation = this.environment.evaluation(this.stack, this.model);
    this.wantedIds = evaluation.included();
    const dependencies = dependenciesOf(this.model.template, this.wantedIds, (name) => evaluation.condition(name));
    await visitInOrder(this.wantedIds, dependencies, async (logicalId) => {
      if (this.controller.signal.aborted) {
        return false;
      }
      const { Type: type, DeletionPolicy: deletionPolicy, UpdateReplacePolicy: updateReplacePolicy } = this.model.template.Resources[logicalId];
      let properties: Properties;
      try {
        properties = evaluation.properties(logicalId);
      } catch (error) {
        return this.changes.fail(logicalId, type, error);
      }
      return this.changes.bring({
        logicalId, type, properties, deletionPolicy, updateReplacePolicy, tags: this.model.tags, dependencies: dependencies.get(logicalId)!,
      });
    });
    return this.failure() ?? this.publish(evaluation);
  }

  private failure(): string | undefined {
    const sentences = (['create', 'update'] as const).map((verb) => {
      const failed = this.changes.failures.filter((failure) => failure.verb === verb).map((failure) => failure.logicalId);
      return failed.length === 0 ? '' : `The following resource(s) failed to ${verb}: [${failed.join(', ')}].`;
    }).filter(Boolean);
    return sentences.length > 0 ? sentences.join(' ') : this.cancelReason;
  }

  private publish(evaluation: Evaluation): string | undefined {
    try {
      const outputs = evaluation.outputs();
      this.environment.checkExports(this.stack, outputs);
      this.stack.outputs = outputs;
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  }

  /** Updates everything back, what depends on others first. Answers what could not be. */
  private async restoreAll(): Promise<string[]> {
    const failed: string[] = [];
    const changed = [...this.changes.changes.keys()].filter((logicalId) => !this.restored.has(logicalId));
    const dependencies: Dependencies = new Map([...this.changes.changes].map(([logicalId, change]) => [logicalId, change.after.dependencies]));
    await visitInOrder(changed, dependentsOf(dependencies), async (logicalId) => {
      const isRestored = await this.changes.restore(logicalId);
      if (isRestored) {
        this.restored.add(logicalId);
      } else {
        failed.push(logicalId);
      }
      return isRestored;
    });
    return failed;
  }

  private renewController(): AbortController {
    this.controller = linkedTo(this.environment.closing);
    return this.controller;
  }

  private cleanUp(): Promise<string[]> {
    return deleteAll(this.changes, this.changes.leftovers);
  }
}

/** Deletes a stack's resources, what depends on others first. */
export async function deleteStack(stack: Stack, environment: StackEnvironment, retained: readonly string[]): Promise<void> {
  const changes = new ResourceChanges(stack, environment.types, environment.dynamicValues, linkedTo(environment.closing));
  const left = await deleteAll(changes, [...stack.resources.values()].map((resource) => (
    { resource, isRetained: isKept(resource.deletionPolicy) || retained.includes(resource.logicalId) }
  )), (resource) => stack.resources.delete(resource.logicalId));
  if (left.length > 0) {
    stack.enter('DELETE_FAILED', failedToDelete(left));
    return;
  }
  stack.outputs = [];
  stack.imports.clear();
  stack.enter('DELETE_COMPLETE');
}

async function deleteAll(
  changes: ResourceChanges, leftovers: readonly Leftover[], deleted: (resource: StackResource) => void = () => undefined,
): Promise<string[]> {
  const left: string[] = [];
  const ids = [...new Set(leftovers.map(({ resource }) => resource.logicalId))];
  const dependencies: Dependencies = new Map(leftovers.map(({ resource }) => [resource.logicalId, resource.dependencies]));
  await visitInOrder(ids, dependentsOf(dependencies), async (logicalId) => {
    const ofResource = leftovers.filter(({ resource }) => resource.logicalId === logicalId);
    const outcomes = await Promise.all(ofResource.map(async ({ resource, isRetained }) => {
      const isGone = await changes.delete(resource, isRetained);
      if (isGone) {
        deleted(resource);
      }
      return isGone;
    }));
    const isGone = outcomes.every(Boolean);
    if (!isGone) {
      left.push(logicalId);
    }
    return isGone;
  });
  return left;
}

function failedToDelete(left: readonly string[]): string {
  return `The following resource(s) failed to delete: [${left.join(', ')}]. `;
}

function linkedTo(signal: AbortSignal): AbortController {
  const controller = new AbortController();
  if (signal.aborted) {
    controller.abort();
  }
  signal.addEventListener('abort', () => controller.abort(), { once: true });
  return controller;
}
