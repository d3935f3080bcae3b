import type { ChangeSet, ChangeSets } from './change-sets';
import { describeChangeSet, summarizeChangeSet } from './descriptions';
import type { Evaluation } from './evaluation';
import type { ResourceTypes } from './resource-types';
import { NO_MODEL, Stack, type StackModel } from './stack';
import { changesOf } from './stack-changes';
import type { Stacks } from './stacks';
import { invalid } from './template';
import type { Operation, OperationInput } from '../core/api';
import type { World } from '../core/world';

/** What change sets need of the service: the same creates and updates as without them. */
export interface ChangeSetHost {
  readonly world: World;
  readonly stacks: Stacks;
  readonly changeSets: ChangeSets;
  readonly types: ResourceTypes;
  model(input: OperationInput, previous?: StackModel): Promise<StackModel>;
  validate(stack: Stack, model: StackModel): void;
  evaluation(stack: Stack, model: StackModel): Evaluation;
  startCreate(stack: Stack, model: StackModel, input: OperationInput): void;
  startUpdate(stack: Stack, model: StackModel, input: OperationInput): void;
}

export function changeSetOperations(host: ChangeSetHost): Record<string, Operation> {
  return {
    CreateChangeSet: (input) => create(host, input),
    DescribeChangeSet: (input) => describeChangeSet(findChangeSet(host, input)),
    ExecuteChangeSet: (input) => execute(host, input),
    DeleteChangeSet: (input) => remove(host, input),
    ListChangeSets: (input) => ({ Summaries: host.changeSets.of(host.stacks.getBracketed(input.StackName)).map(summarizeChangeSet) }),
  };
}

/** By ARN, or by the names of stack and change set. */
export function findChangeSet({ changeSets, stacks }: ChangeSetHost, input: OperationInput): ChangeSet {
  return changeSets.get(input.ChangeSetName, input.StackName && stacks.getBracketed(input.StackName));
}

async function create(host: ChangeSetHost, input: OperationInput): Promise<object> {
  const type = input.ChangeSetType ?? 'UPDATE';
  if (type !== 'CREATE' && type !== 'UPDATE') {
    throw invalid(`the local AWS makes change sets of the types CREATE and UPDATE, got ${type}: import resources on AWS`);
  }
  const known = type === 'CREATE' ? host.stacks.find(input.StackName) : host.stacks.getBracketed(input.StackName);
  if (type === 'CREATE' && known && !known.isInReview) {
    throw invalid(`Stack [${known.name}] already exists and cannot be created again with the changeSet [${input.ChangeSetName}].`);
  }
  if (type === 'UPDATE') {
    known!.mustBeUpdatable();
  }
  const model = await host.model(input, type === 'UPDATE' ? known!.model : undefined);
  const stack = known ?? new Stack(host.world, input.StackName, NO_MODEL);
  host.validate(stack, model);
  if (!known) {
    host.stacks.add(stack);
    stack.enter('REVIEW_IN_PROGRESS', 'User Initiated');
  }
  const changes = changesOf(stack, model, host.evaluation(stack, model), host.types);
  const changeSet = host.changeSets.create(input.ChangeSetName, stack, model, changes, {
    type, description: input.Description, onStackFailure: input.OnStackFailure,
  });
  return { Id: changeSet.id, StackId: stack.id };
}

function execute(host: ChangeSetHost, input: OperationInput): object {
  const changeSet = findChangeSet(host, input);
  const { stack, model, options } = changeSet;
  if (options.type === 'UPDATE') {
    stack.mustBeUpdatable();
  }
  host.changeSets.execute(changeSet);
  stack.changeSetId = changeSet.id;
  if (options.type === 'CREATE') {
    stack.model = model;
    host.startCreate(stack, model, { ...input, OnFailure: options.onStackFailure ?? 'ROLLBACK' });
  } else {
    host.startUpdate(stack, model, input);
  }
  return {};
}

/** Of a stack that exists, a change set that does not is deleted with success. */
function remove(host: ChangeSetHost, input: OperationInput): object {
  const stack = input.StackName && host.stacks.getBracketed(input.StackName);
  const isKnown = !stack || host.changeSets.of(stack).some(({ id, name }) => [id, name].includes(input.ChangeSetName));
  if (isKnown) {
    host.changeSets.delete(findChangeSet(host, input));
  }
  return {};
}
