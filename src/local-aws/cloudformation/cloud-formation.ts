import { changeSetOperations, findChangeSet, type ChangeSetHost } from './change-set-operations';
import { ChangeSets, isSame } from './change-sets';
import { CustomResource } from './custom-resource';
import { dependenciesOf } from './dependencies';
import { describeEvents, describeResource, describeStack } from './descriptions';
import type { DynamicValues } from './dynamic-references';
import { Evaluation } from './evaluation';
import { validateIntrinsics } from './intrinsics';
import { resolveParameters } from './parameters';
import { messageOf, ResourceChanges } from './resource-changes';
import { ResourceTypes } from './resource-types';
import { Stack, type StackModel, type StackOutput } from './stack';
import { deleteStack, StackOperation, type StackEnvironment } from './stack-operation';
import { Stacks } from './stacks';
import { invalid, parseTemplate } from './template';
import { templateBody } from './template-source';
import { type FunctionInvoker, type LocalService, type Operation, type OperationInput, type RestApi, type ServiceApi } from '../core/api';
import type { World } from '../core/world';
import type { Memory } from '../state/memory';
import type { ObjectStore } from '../storage/object-store';

/** CloudFormation: takes templates as the CDK synthesizes them, and behaves as badly as AWS where AWS behaves badly. */
export class CloudFormation implements LocalService, StackEnvironment, ChangeSetHost {
  public readonly apis: readonly ServiceApi[];
  public readonly rest: readonly RestApi[];
  public readonly admin: Readonly<Record<string, Operation>>;
  public readonly resourceTypes = {};
  public readonly types: ResourceTypes;
  public readonly stacks = new Stacks();
  public readonly changeSets: ChangeSets;
  private readonly operations = new Map<string, StackOperation>();
  private readonly running = new Set<Promise<void>>();
  private readonly closer = new AbortController();

  constructor(
    public readonly world: World,
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
        ...changeSetOperations(this),
        UpdateTerminationProtection: (input) => this.updateTerminationProtection(input),
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

  public get memory(): Memory {
    return {
      stores: {
        'cloudformation': { of: this, fields: ['operations'] },
        'stacks': { of: this.stacks, fields: ['byId'] },
        'change sets': { of: this.changeSets, fields: ['byId'] },
        'resource types': { of: this.types, fields: ['used'] },
      },
      fixed: { 'dynamic values': this.dynamicValues },
      classes: {
        Stack: { kind: Stack },
        StackOperation: { kind: StackOperation, renewed: { controller: () => new AbortController() } },
        ResourceChanges: { kind: ResourceChanges, renewed: { controller: () => new AbortController() } },
      },
      resume: () => this.resume(),
      isBusy: () => this.running.size > 0,
    };
  }

  /** What was under way when the local AWS ended goes back, as after any failure. */
  private resume(): void {
    for (const stack of this.stacks.all().filter(({ isBusy }) => isBusy)) {
      this.run(stack, () => (stack.status === 'DELETE_IN_PROGRESS' ? this.remove(stack, []) : this.operations.get(stack.id)!.resume()));
    }
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
    stack.mustBeUpdatable();
    this.validate(stack, model);
    if (isSame(stack.model, model)) {
      throw invalid('No updates are to be performed.');
    }
    this.changeSets.outdate(stack);
    this.startUpdate(stack, model, input);
    return { StackId: stack.id };
  }

  private template(input: OperationInput): object {
    const { body } = input.ChangeSetName ? findChangeSet(this, input).model : this.stacks.get(input.StackName).model;
    return { TemplateBody: body, StagesAvailable: ['Original', 'Processed'] };
  }

  public startCreate(stack: Stack, model: StackModel, input: OperationInput): void {
    stack.disableRollback = String(input.DisableRollback) === 'true';
    stack.terminationProtection = String(input.EnableTerminationProtection) === 'true';
    stack.clientRequestToken = input.ClientRequestToken;
    stack.enter('CREATE_IN_PROGRESS', 'User Initiated');
    const operation = new StackOperation(stack, model, this);
    this.operations.set(stack.id, operation);
    this.run(stack, () => operation.create(stack.disableRollback ? 'DO_NOTHING' : input.OnFailure));
  }

  public startUpdate(stack: Stack, model: StackModel, input: OperationInput): void {
    stack.clientRequestToken = input.ClientRequestToken;
    stack.enter('UPDATE_IN_PROGRESS', 'User Initiated');
    const operation = new StackOperation(stack, model, this);
    this.operations.set(stack.id, operation);
    this.run(stack, () => operation.update(String(input.DisableRollback) === 'true'));
  }

  private updateTerminationProtection(input: OperationInput): object {
    const stack = this.stacks.get(input.StackName);
    stack.terminationProtection = String(input.EnableTerminationProtection) === 'true';
    return { StackId: stack.id };
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
    this.run(stack, () => this.remove(stack, input.RetainResources || []));
  }

  private async remove(stack: Stack, retained: readonly string[]): Promise<void> {
    await deleteStack(stack, this, retained);
    if (stack.isDeleted) {
      stack.deletedAt = this.world.clock.now();
      this.operations.delete(stack.id);
    }
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

  public async model(input: OperationInput, previous?: StackModel): Promise<StackModel> {
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
  public validate(stack: Stack, model: StackModel): void {
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
