import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Stack, StackModel } from './stack';
import type { ResourceChange } from './stack-changes';
import { invalid } from './template';
import { AwsError } from '../core/api';
import { arn, type World } from '../core/world';

const NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set.";

export interface ChangeSetOptions {
  readonly type: 'CREATE' | 'UPDATE';
  readonly description?: string;
  readonly onStackFailure?: string;
}

/** What a stack is to become, kept until somebody executes it or the stack has moved on without it. */
export interface ChangeSet {
  readonly id: string;
  readonly name: string;
  readonly stack: Stack;
  readonly model: StackModel;
  readonly options: ChangeSetOptions;
  readonly createdAt: Date;
  readonly changes: readonly ResourceChange[];
  readonly status: 'CREATE_COMPLETE' | 'FAILED';
  readonly statusReason?: string;
  executionStatus: 'AVAILABLE' | 'UNAVAILABLE' | 'EXECUTE_IN_PROGRESS' | 'EXECUTE_COMPLETE' | 'EXECUTE_FAILED' | 'OBSOLETE';
}

/** The change sets of all stacks. */
export class ChangeSets {
  private readonly byId = new Map<string, ChangeSet>();

  constructor(private readonly world: World) {}

  public all(): ChangeSet[] {
    return [...this.byId.values()];
  }

  /** A change set that changes nothing is kept too: as one that has failed. */
  public create(name: string, stack: Stack, model: StackModel, changes: readonly ResourceChange[], options: ChangeSetOptions): ChangeSet {
    if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name)) {
      throw invalid(`1 validation error detected: Value '${name}' at 'changeSetName' failed to satisfy constraint: `
        + 'Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*');
    }
    const known = this.of(stack).find((other) => other.name === name);
    if (known && !known.executionStatus.startsWith('EXECUTE_')) {
      throw new AwsError('AlreadyExistsException', `ChangeSet ${name} cannot be created due to a mismatch with existing attribute Name`);
    }
    if (known) {
      // What has been executed is the stack's, and its name is free.
      this.byId.delete(known.id);
    }
    const isEmpty = options.type === 'UPDATE' && changes.length === 0 && isSame(stack.model, model);
    const changeSet: ChangeSet = {
      id: arn(this.world, 'cloudformation', `changeSet/${name}/${randomUUID()}`),
      name,
      stack,
      model,
      options,
      createdAt: this.world.clock.now(),
      changes,
      status: isEmpty ? 'FAILED' : 'CREATE_COMPLETE',
      statusReason: isEmpty ? NO_CHANGES : undefined,
      executionStatus: isEmpty ? 'UNAVAILABLE' : 'AVAILABLE',
    };
    this.byId.set(changeSet.id, changeSet);
    return changeSet;
  }

  public get(nameOrId: string | undefined, stack?: Stack): ChangeSet {
    const found = this.byId.get(nameOrId ?? '') ?? (stack && this.of(stack).find(({ name }) => name === nameOrId));
    if (!found) {
      throw new AwsError('ChangeSetNotFound', `ChangeSet [${nameOrId}] does not exist`, 404);
    }
    return found;
  }

  public of(stack: Stack): ChangeSet[] {
    return this.all().filter((changeSet) => changeSet.stack === stack);
  }

  public delete(changeSet: ChangeSet): void {
    if (changeSet.executionStatus === 'EXECUTE_IN_PROGRESS') {
      throw refusal(changeSet, 'deleted', changeSet.executionStatus);
    }
    this.byId.delete(changeSet.id);
  }

  /** From now on it is the stack's own; no other change set fits the stack any more. */
  public execute(changeSet: ChangeSet): void {
    if (changeSet.status !== 'CREATE_COMPLETE') {
      throw refusal(changeSet, 'executed', changeSet.status);
    }
    if (changeSet.executionStatus !== 'AVAILABLE') {
      throw refusal(changeSet, 'executed', changeSet.executionStatus);
    }
    this.forget(changeSet.stack, changeSet);
    changeSet.executionStatus = 'EXECUTE_IN_PROGRESS';
  }

  /** The stack has ended up somewhere: a change set that was being executed ends with it. */
  public settle(stack: Stack): void {
    for (const changeSet of this.of(stack).filter(({ executionStatus }) => executionStatus === 'EXECUTE_IN_PROGRESS')) {
      changeSet.executionStatus = /^(CREATE|UPDATE)_COMPLETE$/.test(stack.status) ? 'EXECUTE_COMPLETE' : 'EXECUTE_FAILED';
    }
  }

  /** The stack was changed by other means. */
  public outdate(stack: Stack): void {
    this.of(stack).filter(({ executionStatus }) => executionStatus === 'AVAILABLE').forEach((changeSet) => {
      changeSet.executionStatus = 'OBSOLETE';
    });
  }

  public forget(stack: Stack, except?: ChangeSet): void {
    this.of(stack).filter((changeSet) => changeSet !== except).forEach(({ id }) => this.byId.delete(id));
  }
}

/** Whether an update to the model would find anything to do. */
export function isSame(one: StackModel, other: StackModel): boolean {
  return isDeepStrictEqual([one.template, one.parameters, one.tags], [other.template, other.parameters, other.tags]);
}

function refusal(changeSet: ChangeSet, verb: string, status: string): AwsError {
  return new AwsError('InvalidChangeSetStatus', `ChangeSet [${changeSet.id}] cannot be ${verb} in its current status of [${status}]`);
}
