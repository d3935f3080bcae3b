import { ChangeSets, isSame, type ChangeSet } from './change-sets';
import { CustomResource } from './custom-resource';
import { dependenciesOf } from './dependencies';
import { describeChangeSet, describeEvents, describeResource, describeStack, summarizeChangeSet } from './descriptions';
import type { DynamicValues } from './dynamic-references';
import { Evaluation } from './evaluation';
import { validateIntrinsics } from './intrinsics';
import { resolveParameters } from './parameters';
import { messageOf } from './resource-changes';
import { ResourceTypes } from './resource-types';
import { NO_MODEL, Stack, type StackModel, type StackOutput } from './stack';
import { changesOf } from './stack-changes';
import { deleteStack, StackOperation, type StackEnvironment } from './stack-operation';
import { Stacks } from './stacks';
import { invalid, parseTemplate } from './template';
import { templateBody } from './template-source';
import { type FunctionInvoker, type LocalService, type Operation, type OperationInput, type RestApi, type ServiceApi } from '../core/api';
import type { World } from '../core/world';
import type { ObjectStore } from '../storage/object-store';

const UPDATABLE = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'UPDATE_FAILED', 'CREATE_FAILED'];

/** CloudFormation: takes templates as the CDK synthesizes them, and behaves as badly as AWS where AWS behaves badly. */
export class CloudFormation implements LocalService, StackEnvironment {
  public readonly apis: readonly ServiceApi[];
  public readonly rest: readonly RestApi[];
  public readonly admin: Readonly<Record<string, Operation>>;
  public readonly resourceTypes = {};
  public readonly types: ResourceTypes;
  private readonly stacks = new Stacks();
  private readonly changeSets: ChangeSets;
  private readonly operations = new Map<string, StackOperation>();
  private readonly running = new Set<Promise<void>>();
  private readonly closer = new AbortController();

  constructor(
    private readonly world: World,
    private readonly objects: ObjectStore,
    public readonly dynamicValues: DynamicValues,
    functions: FunctionInvoker,
  ) {
    const customResource = new CustomResource(world, functions);
    this.types = new ResourceTypes(customResource);
    this.changeSets = new ChangeSets(world);
    this.rest = [customResource];
    this.admin = {
      'resources': () => this.types.report(),
      'late-answers': () => customResource.lateAnswers,
    };
    this.apis = [{
      signingName: 'cloudformation',
      protocol: 'query',
      target: '2010-05-15',
      operations: {
        CreateStack: (input) => this.createStack(input),
        UpdateStack: (input) => this.updateStack(input),
        CreateChangeSet: (input) => this.createChangeSet(input),
        DescribeChangeSet: (input) => describeChangeSet(this.changeSet(input)),
        ExecuteChangeSet: (input) => this.executeChangeSet(input),
        DeleteChangeSet: (input) => this.deleteChangeSet(input),
        ListChangeSets: (input) => ({ Summaries: this.changeSets.of(this.stacks.getBracketed(input.StackName)).map(summarizeChangeSet) }),
        CancelUpdateStack: (input) => this.cancelUpdate(input),
        ContinueUpdateRollback: (input) => this.continueRollback(input),
        DeleteStack: (input) => this.deleteStack(input),
        DescribeStacks: (input) => this.describeStacks(input),
        ListStacks: (input) => this.listStacks(input),
        DescribeStackEvents: (input) => describeEvents(this.stacks.getBracketed(input.StackName), input.NextToken),
        DescribeStackResources: (input) => this.describeResources(input),
        DescribeStackResource: (input) => this.describeResource(input),
        ListStackResources: (input) => this.listResources(input),
        GetTemplate: (input) => this.template(input),
        ListExports: () => this.listExports(),
      },
    }];
  }

  public get closing(): AbortSignal {
    return this.closer.signal;
  }

  /** Waits until no operation is under way any more: all are cancelled. */
  public async close(): Promise<void> {
    this.closer.abort();
    await Promise.all(this.running);
  }

  public evaluation(stack: Stack, model: StackModel): Evaluation {
    return new Evaluation(this.world, stack, model, (name) => this.stacks.exportOf(name)?.value);
  }

  public checkExports(stack: Stack, outputs: readonly StackOutput[]): void {
    this.stacks.checkExports(stack, outputs);
  }

  private async createStack(input: OperationInput): Promise<object> {
    if (this.stacks.find(input.StackName)) {
      throw this.stacks.alreadyExists(input.StackName);
    }
    const model = await this.model(input);
    const stack = new Stack(this.world, input.StackName, model);
    this.validate(stack, model);
    this.stacks.add(stack);
    this.startCreate(stack, model, { ...input, OnFailure: input.OnFailure ?? 'ROLLBACK' });
    return { StackId: stack.id };
  }

  private async updateStack(input: OperationInput): Promise<object> {
    const stack = this.stacks.getBracketed(input.StackName);
    const model = await this.model(input, stack.model);
    if (!UPDATABLE.includes(stack.status)) {
      throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
    }
    this.validate(stack, model);
    if (isSame(stack.model, model)) {
      throw invalid('No updates are to be performed.');
    }
    this.changeSets.outdate(stack);
    this.startUpdate(stack, model, input);
    return { StackId: stack.id };
  }

  private async createChangeSet(input: OperationInput): Promise<object> {
    const type = input.ChangeSetType ?? 'UPDATE';
    if (type !== 'CREATE' && type !== 'UPDATE') {
      throw invalid(`the local AWS makes change sets of the types CREATE and UPDATE, got ${type}: import resources on AWS`);
    }
    const known = this.stacks.find(input.StackName);
    if (type === 'CREATE' && known && !known.isInReview) {
      throw invalid(`Stack [${known.name}] already exists and cannot be created again with the changeSet [${input.ChangeSetName}].`);
    }
    if (type === 'UPDATE' && (!known || known.isDeleted)) {
      throw invalid(`Stack [${input.StackName}] does not exist`);
    }
    if (type === 'UPDATE' && !UPDATABLE.includes(known!.status)) {
      throw invalid(`Stack:${known!.id} is in ${known!.status} state and can not be updated.`);
    }
    const model = await this.model(input, type === 'UPDATE' ? known!.model : undefined);
    const stack = known ?? new Stack(this.world, input.StackName, NO_MODEL);
    this.validate(stack, model);
    if (!known) {
      this.stacks.add(stack);
      stack.enter('REVIEW_IN_PROGRESS', 'User Initiated');
    }
    const changes = changesOf(stack, model, this.evaluation(stack, model), this.types);
    const changeSet = this.changeSets.create(input.ChangeSetName, stack, model, changes, {
      type, description: input.Description, onStackFailure: input.OnStackFailure, clientToken: input.ClientToken,
    });
    return { Id: changeSet.id, StackId: stack.id };
  }

  private executeChangeSet(input: OperationInput): object {
    const changeSet = this.changeSet(input);
    const { stack, model, options } = changeSet;
    this.changeSets.execute(changeSet);
    stack.changeSetId = changeSet.id;
    if (options.type === 'CREATE') {
      stack.model = model;
      this.startCreate(stack, model, { ...input, OnFailure: options.onStackFailure ?? 'ROLLBACK' });
    } else {
      this.startUpdate(stack, model, input);
    }
    return {};
  }

  private changeSet(input: OperationInput): ChangeSet {
    return this.changeSets.get(input.ChangeSetName, input.StackName && this.stacks.getBracketed(input.StackName));
  }

  private deleteChangeSet(input: OperationInput): object {
    const stack = input.StackName && this.stacks.getBracketed(input.StackName);
    const isKnown = !stack || this.changeSets.of(stack).some(({ id, name }) => [id, name].includes(input.ChangeSetName));
    // Of a stack that exists, a change set that does not is deleted with success.
    if (isKnown) {
      this.changeSets.delete(this.changeSet(input));
    }
    return {};
  }

  private template(input: OperationInput): object {
    const { body } = input.ChangeSetName ? this.changeSet(input).model : this.stacks.get(input.StackName).model;
    return { TemplateBody: body, StagesAvailable: ['Original', 'Processed'] };
  }

  private startCreate(stack: Stack, model: StackModel, input: OperationInput): void {
    stack.disableRollback = String(input.DisableRollback) === 'true';
    stack.terminationProtection = String(input.EnableTerminationProtection) === 'true';
    stack.clientRequestToken = input.ClientRequestToken;
    stack.enter('CREATE_IN_PROGRESS', 'User Initiated');
    const operation = new StackOperation(stack, model, this);
    this.run(stack, () => operation.create(stack.disableRollback ? 'DO_NOTHING' : input.OnFailure));
  }

  private startUpdate(stack: Stack, model: StackModel, input: OperationInput): void {
    stack.clientRequestToken = input.ClientRequestToken;
    stack.enter('UPDATE_IN_PROGRESS', 'User Initiated');
    const operation = new StackOperation(stack, model, this);
    this.operations.set(stack.id, operation);
    this.run(stack, () => operation.update(String(input.DisableRollback) === 'true'));
  }

  private cancelUpdate(input: OperationInput): void {
    const stack = this.stacks.get(input.StackName);
    if (stack.status !== 'UPDATE_IN_PROGRESS') {
      throw invalid(`CancelUpdateStack cannot be called from current stack status (${stack.status})`);
    }
    this.operations.get(stack.id)!.cancel('User Initiated');
  }

  private continueRollback(input: OperationInput): object {
    const stack = this.stacks.get(input.StackName);
    if (stack.status !== 'UPDATE_ROLLBACK_FAILED') {
      throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not continue an update rollback.`);
    }
    const operation = this.operations.get(stack.id)!;
    this.run(stack, () => operation.continueRollback(input.ResourcesToSkip || []));
    return {};
  }

  private deleteStack(input: OperationInput): void {
    const stack = this.stacks.find(input.StackName);
    if (!stack || stack.isDeleted) {
      return;
    }
    if (stack.status === 'DELETE_IN_PROGRESS') {
      return;
    }
    if (stack.isInReview) {
      this.changeSets.forget(stack);
      stack.enter('DELETE_COMPLETE');
      stack.deletedAt = this.world.clock.now();
      return;
    }
    if (stack.isBusy) {
      throw invalid(`Stack [${stack.name}] cannot be deleted while in status ${stack.status}`);
    }
    if (stack.terminationProtection) {
      throw invalid(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`);
    }
    this.stacks.checkExports(stack, []);
    this.changeSets.forget(stack);
    stack.clientRequestToken = input.ClientRequestToken;
    stack.enter('DELETE_IN_PROGRESS', 'User Initiated');
    this.run(stack, async () => {
      await deleteStack(stack, this, input.RetainResources || []);
      stack.deletedAt = stack.isDeleted ? this.world.clock.now() : undefined;
    });
  }

  private describeStacks(input: OperationInput): object {
    const stacks = input.StackName ? [this.stacks.get(input.StackName)] : this.stacks.all().filter((stack) => !stack.isDeleted);
    return { Stacks: stacks.map(describeStack) };
  }

  private listStacks(input: OperationInput): object {
    const wanted: string[] = input.StackStatusFilter || [];
    const stacks = this.stacks.all().filter((stack) => wanted.length === 0 || wanted.includes(stack.status));
    return { StackSummaries: stacks.map(describeStack) };
  }

  private describeResources(input: OperationInput): object {
    const stack = this.stacks.get(input.StackName);
    const events = [...stack.lastEvents.values()].filter((event) => !input.LogicalResourceId || event.LogicalResourceId === input.LogicalResourceId);
    return { StackResources: events.map((event) => describeResource(stack, event)) };
  }

  private describeResource(input: OperationInput): object {
    const stack = this.stacks.get(input.StackName);
    const event = stack.lastEvents.get(input.LogicalResourceId);
    if (!event) {
      throw invalid(`Resource ${input.LogicalResourceId} does not exist for stack ${stack.name}`);
    }
    return { StackResourceDetail: describeResource(stack, event) };
  }

  private listResources(input: OperationInput): object {
    const stack = this.stacks.get(input.StackName);
    return { StackResourceSummaries: [...stack.lastEvents.values()].map((event) => describeResource(stack, event)) };
  }

  private listExports(): object {
    return { Exports: this.stacks.exports().map(({ stack, name, value }) => ({ ExportingStackId: stack.id, Name: name, Value: value })) };
  }

  private async model(input: OperationInput, previous?: StackModel): Promise<StackModel> {
    const body = await templateBody(input, this.objects, previous?.body);
    const template = parseTemplate(body);
    const tags: Record<string, string> = input.Tags === undefined && previous
      ? previous.tags
      : Object.fromEntries((input.Tags || []).map((tag: { Key: string; Value: string }) => [tag.Key, tag.Value]));
    const parameters = resolveParameters(
      template, input.Parameters || [], previous?.parameters ?? {}, (name) => this.dynamicValues.parameter(name));
    return { template, body, parameters, tags };
  }

  /** Refuses, before anything has been touched, what can't work. */
  private validate(stack: Stack, model: StackModel): void {
    const { template } = model;
    this.types.validate(template);
    Object.entries(template.Resources).forEach(([logicalId, resource]) => validateIntrinsics(resource.Properties, `the resource ${logicalId}`));
    Object.entries(template.Outputs).forEach(([name, output]) => validateIntrinsics(output, `the output ${name}`));
    Object.entries(template.Conditions).forEach(([name, condition]) => validateIntrinsics(condition, `the condition ${name}`));
    const evaluation = this.evaluation(stack, model);
    dependenciesOf(template, evaluation.included(), (name) => evaluation.condition(name));
    const retyped = [...stack.resources.values()]
      .filter(({ logicalId, type }) => template.Resources[logicalId] && template.Resources[logicalId].Type !== type)
      .map(({ logicalId }) => logicalId);
    if (retyped.length > 0) {
      throw invalid('Update of resource type is not permitted. '
        + `The new template modifies resource type of the following resources: [${retyped.join(', ')}]`);
    }
  }

  /** What breaks inside an operation must not leave the stack in progress for ever. */
  private run(stack: Stack, operation: () => Promise<void>): void {
    const running = operation().catch((error) => {
      this.world.log(`the operation on the stack ${stack.name} broke: ${error instanceof Error ? error.stack : String(error)}`);
      stack.enter(stack.status.replace(/(_COMPLETE_CLEANUP)?_IN_PROGRESS$/, '_FAILED'), `the local AWS failed: ${messageOf(error)}`);
    }).finally(() => {
      this.changeSets.settle(stack);
      this.running.delete(running);
    });
    this.running.add(running);
  }
}
