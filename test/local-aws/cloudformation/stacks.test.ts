import {
  CancelUpdateStackCommand, CloudFormationClient, ContinueUpdateRollbackCommand, CreateStackCommand, DeleteStackCommand,
  DescribeStackResourceCommand, DescribeStackResourcesCommand, DescribeStacksCommand, GetTemplateCommand, UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import type { ResourceRequest, ResourceType } from '../../../src/local-aws/core/api';
import { clientConfiguration, eventLines, removeBundles, settled, startPlatform, type TestPlatform } from '../support/platform';

/** A type whose every call is noted, and that fails when its properties say so. */
class Things {
  public readonly calls: string[] = [];
  private next = 1;

  public readonly type: ResourceType = {
    kind: 'rehearsed',
    replacedBy: ['Name'],
    create: async (request) => {
      const id = `thing-${this.next++}`;
      await this.call('create', request, id);
      return { physicalId: id, attributes: { Color: request.properties.Color, Id: id } };
    },
    update: async (request, state, old) => {
      await this.call(`update ${old.Color}→${request.properties.Color}`, request, state.physicalId);
      return { physicalId: state.physicalId, attributes: { Color: request.properties.Color, Id: state.physicalId } };
    },
    delete: async (request, state) => this.call('delete', request, state.physicalId),
  };

  private async call(verb: string, request: ResourceRequest, id: string): Promise<void> {
    this.calls.push(`${verb} ${request.logicalId} ${id}`);
    if (request.properties.Waits) {
      await new Promise((_resolve, reject) => request.signal.addEventListener('abort', () => reject(new Error('aborted'))));
    }
    if (request.properties.FailsOn && verb.startsWith(request.properties.FailsOn)) {
      throw new Error(`the ${request.properties.Color} thing broke`);
    }
  }
}

let platform: TestPlatform;
let things: Things;
let client: CloudFormationClient;

beforeEach(async () => {
  things = new Things();
  platform = await startPlatform({
    services: () => [{ apis: [], resourceTypes: { 'Test::Thing': things.type }, close: async () => undefined }],
  });
  client = new CloudFormationClient(clientConfiguration(platform));
});

afterEach(async () => {
  client.destroy();
  await platform.close();
});

afterAll(removeBundles);

const thing = (properties: object, more: object = {}) => ({ Type: 'Test::Thing', Properties: properties, ...more });

async function create(resources: object, more: object = {}, options: object = {}) {
  await client.send(new CreateStackCommand({ StackName: 'demo', TemplateBody: JSON.stringify({ Resources: resources, ...more }), ...options }));
  return settled(client, 'demo');
}

async function update(resources: object, more: object = {}, options: object = {}) {
  await client.send(new UpdateStackCommand({ StackName: 'demo', TemplateBody: JSON.stringify({ Resources: resources, ...more }), ...options }));
  return settled(client, 'demo');
}

const refusal = (promise: Promise<unknown>) => promise.then(
  () => { throw new Error('it was not refused'); },
  (error: Error) => `${error.name}: ${error.message}`,
);

test('creates what others depend on first, and answers outputs', async () => {
  const stack = await create(
    { Second: thing({ Color: { 'Fn::GetAtt': ['First', 'Color'] } }), First: thing({ Color: 'red' }), Third: thing({}, { DependsOn: 'Second' }) },
    { Outputs: { Color: { Value: { 'Fn::Sub': '${First} is ${Second.Color}' }, Description: 'what it is', Export: { Name: 'color' } } } },
    { Tags: [{ Key: 'team', Value: 'blue' }] },
  );
  expect(stack.StackStatus).toBe('CREATE_COMPLETE');
  expect(stack.Outputs).toEqual([{ OutputKey: 'Color', OutputValue: 'thing-1 is red', Description: 'what it is', ExportName: 'color' }]);
  expect(stack.Tags).toEqual([{ Key: 'team', Value: 'blue' }]);
  expect(things.calls).toEqual(['create First thing-1', 'create Second thing-2', 'create Third thing-3']);
  expect(await eventLines(client, 'demo')).toEqual([
    'demo CREATE_IN_PROGRESS: User Initiated',
    'First CREATE_IN_PROGRESS', 'First CREATE_COMPLETE',
    'Second CREATE_IN_PROGRESS', 'Second CREATE_COMPLETE',
    'Third CREATE_IN_PROGRESS', 'Third CREATE_COMPLETE',
    'demo CREATE_COMPLETE',
  ]);
});

test('describes a stack and its resources', async () => {
  const body = { Resources: { First: thing({ Color: 'red' }) } };
  await create(body.Resources);
  const { StackResources } = await client.send(new DescribeStackResourcesCommand({ StackName: 'demo' }));
  expect(StackResources).toMatchObject([{ LogicalResourceId: 'First', PhysicalResourceId: 'thing-1', ResourceType: 'Test::Thing', ResourceStatus: 'CREATE_COMPLETE' }]);
  const { StackResourceDetail } = await client.send(new DescribeStackResourceCommand({ StackName: 'demo', LogicalResourceId: 'First' }));
  expect(StackResourceDetail!.PhysicalResourceId).toBe('thing-1');
  const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName: 'demo' }));
  expect(JSON.parse(TemplateBody!)).toEqual(body);
});

test('updates only what has changed', async () => {
  await create({ First: thing({ Color: 'red' }), Second: thing({ Color: 'green' }) });
  const stack = await update({ First: thing({ Color: 'blue' }), Second: thing({ Color: 'green' }) });
  expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
  expect(things.calls.slice(2)).toEqual(['update red→blue First thing-1']);
});

test('replaces a resource: the new one first, the dependents see it, the old one goes in the clean-up', async () => {
  const second = thing({ Color: { Ref: 'First' } });
  await create({ First: thing({ Name: 'a', Color: 'red' }), Second: second });
  const stack = await update({ First: thing({ Name: 'b', Color: 'red' }), Second: second });
  expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
  expect(things.calls.slice(2)).toEqual(['create First thing-3', 'update thing-1→thing-3 Second thing-2', 'delete First thing-1']);
  expect((await eventLines(client, 'demo')).slice(6)).toEqual([
    'demo UPDATE_IN_PROGRESS: User Initiated',
    'First UPDATE_IN_PROGRESS: Requested update requires the creation of a new physical resource; hence creating one.',
    'First UPDATE_COMPLETE',
    'Second UPDATE_IN_PROGRESS', 'Second UPDATE_COMPLETE',
    'demo UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
    'First DELETE_IN_PROGRESS', 'First DELETE_COMPLETE',
    'demo UPDATE_COMPLETE',
  ]);
});

test('keeps what is to be retained', async () => {
  await create({
    First: thing({ Name: 'a' }, { UpdateReplacePolicy: 'Retain' }),
    Second: thing({ Name: 'a' }, { DeletionPolicy: 'RetainExceptOnCreate' }),
    Third: thing({}),
  });
  await update({ First: thing({ Name: 'b' }, { UpdateReplacePolicy: 'Retain' }), Third: thing({}) });
  expect(things.calls.filter((call) => call.startsWith('delete'))).toEqual([]);
  expect(await eventLines(client, 'demo')).toEqual(expect.arrayContaining(['First DELETE_SKIPPED', 'Second DELETE_SKIPPED']));
});

test('rolls a failed update back, and deletes what it had created', async () => {
  await create({ First: thing({ Color: 'red' }), Second: thing({ Color: 'red' }), Third: thing({ Name: 'a' }) });
  const stack = await update({
    First: thing({ Color: 'blue' }),
    Third: thing({ Name: 'b' }),
    New: thing({ Color: 'new' }, { DependsOn: 'First', DeletionPolicy: 'RetainExceptOnCreate' }),
    Second: thing({ Color: 'broken', FailsOn: 'update red→broken' }, { DependsOn: ['New', 'Third'] }),
  });
  expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(things.calls.slice(3, 7)).toEqual(expect.arrayContaining([
    'update red→blue First thing-1', 'create Third thing-4', 'create New thing-5', 'update red→broken Second thing-2',
  ]));
  // What depends on others goes back first, and nothing is deleted before all is back.
  expect(things.calls.slice(7, 9)).toEqual(['update broken→red Second thing-2', 'update blue→red First thing-1']);
  expect(things.calls.slice(9).sort()).toEqual(['delete New thing-5', 'delete Third thing-4']);
  const lines = await eventLines(client, 'demo');
  expect(lines).toContain('Second UPDATE_FAILED: the broken thing broke');
  expect(lines).toContain('demo UPDATE_ROLLBACK_IN_PROGRESS: The following resource(s) failed to update: [Second].');
  expect(lines.indexOf('demo UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS')).toBeLessThan(lines.indexOf('New DELETE_COMPLETE'));
  const { StackResourceDetail } = await client.send(new DescribeStackResourceCommand({ StackName: 'demo', LogicalResourceId: 'Third' }));
  expect(StackResourceDetail!.ResourceStatus).toBe('DELETE_COMPLETE');
});

test('goes on from the old state after a rollback', async () => {
  await create({ First: thing({ Color: 'red' }) });
  await update({ First: thing({ Color: 'broken', FailsOn: 'update red→broken' }) });
  await update({ First: thing({ Color: 'green' }) });
  expect(things.calls.at(-1)).toBe('update red→green First thing-1');
});

test('a stack whose rollback fails waits for a person', async () => {
  await create({ First: thing({ Color: 'red', FailsOn: 'update broken' }) });
  const stack = await update({ First: thing({ Color: 'broken', FailsOn: 'update red→broken' }) });
  expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_FAILED');
  expect(stack.StackStatusReason).toBe('The following resource(s) failed to update: [First]. ');
  expect(await refusal(update({ First: thing({}) }))).toBe(
    `ValidationError: Stack:${stack.StackId} is in UPDATE_ROLLBACK_FAILED state and can not be updated.`);
});

test('goes on with a failed rollback without what is skipped', async () => {
  await create({ First: thing({ Color: 'red', FailsOn: 'update broken' }), Second: thing({ Color: 'red' }) });
  await update({ Second: thing({ Color: 'blue' }), First: thing({ Color: 'broken', FailsOn: 'update red→broken' }, { DependsOn: 'Second' }) });
  expect(things.calls).not.toContain('update blue→red Second thing-2');
  await client.send(new ContinueUpdateRollbackCommand({ StackName: 'demo', ResourcesToSkip: ['First'] }));
  expect((await settled(client, 'demo')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(things.calls.at(-1)).toBe('update blue→red Second thing-2');
});

test('a cancelled update rolls back', async () => {
  await create({ First: thing({ Color: 'red' }) });
  const TemplateBody = JSON.stringify({ Resources: { First: thing({ Color: 'blue', Waits: true }) } });
  await client.send(new UpdateStackCommand({ StackName: 'demo', TemplateBody }));
  await client.send(new CancelUpdateStackCommand({ StackName: 'demo' }));
  expect((await settled(client, 'demo')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await eventLines(client, 'demo')).toContain('First UPDATE_FAILED: Resource update cancelled');
  expect(things.calls.at(-1)).toBe('update blue→red First thing-1');
});

test('cancels the siblings of a failed resource, and deletes what was created', async () => {
  const stack = await create({
    Good: thing({ Color: 'red' }),
    Slow: thing({ Waits: true }, { DependsOn: 'Good' }),
    Bad: thing({ Color: 'bad', FailsOn: 'create' }, { DependsOn: 'Good' }),
    Never: thing({}, { DependsOn: 'Bad' }),
  });
  expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
  const lines = await eventLines(client, 'demo');
  expect(lines).toEqual(expect.arrayContaining([
    'Bad CREATE_FAILED: the bad thing broke',
    'Slow CREATE_FAILED: Resource creation cancelled',
    'demo ROLLBACK_IN_PROGRESS: The following resource(s) failed to create: [Bad, Slow]. Rollback requested by user.',
    'Good DELETE_COMPLETE',
  ]));
  expect(lines.some((line) => line.startsWith('Never'))).toBe(false);
  expect(await refusal(update({ First: thing({}) }))).toBe(
    `ValidationError: Stack:${stack.StackId} is in ROLLBACK_COMPLETE state and can not be updated.`);
});

test('keeps what was created where rollback is disabled', async () => {
  const stack = await create({ Good: thing({}), Bad: thing({ FailsOn: 'create' }, { DependsOn: 'Good' }) }, {}, { DisableRollback: true });
  expect(stack.StackStatus).toBe('CREATE_FAILED');
  expect(things.calls).not.toContain('delete Good thing-1');
});

test('deletes a stack in reverse, and still describes it by its id', async () => {
  const { StackId } = await create({ First: thing({}), Second: thing({}, { DependsOn: 'First' }) });
  await client.send(new DeleteStackCommand({ StackName: 'demo' }));
  const stack = await settled(client, StackId!);
  expect(stack.StackStatus).toBe('DELETE_COMPLETE');
  expect(things.calls.slice(2)).toEqual(['delete Second thing-2', 'delete First thing-1']);
  expect(await refusal(client.send(new DescribeStacksCommand({ StackName: 'demo' })))).toBe('ValidationError: Stack with id demo does not exist');
});

test('a stack of which something cannot be deleted stays, and can be deleted again without it', async () => {
  await create({ First: thing({}), Second: thing({ Color: 'red', FailsOn: 'delete' }, { DependsOn: 'First' }) });
  await client.send(new DeleteStackCommand({ StackName: 'demo' }));
  const stack = await settled(client, 'demo');
  expect(stack.StackStatus).toBe('DELETE_FAILED');
  expect(stack.StackStatusReason).toBe('The following resource(s) failed to delete: [Second]. ');
  await client.send(new DeleteStackCommand({ StackName: 'demo', RetainResources: ['Second'] }));
  expect((await settled(client, stack.StackId!)).StackStatus).toBe('DELETE_COMPLETE');
});

test('refuses what it does not know, before anything is created', async () => {
  const bad = (resources: object, more: object = {}) => refusal(create(resources, more));
  expect(await bad({ Fine: thing({}), Queue: { Type: 'AWS::SQS::Queue' } })).toBe(
    'ValidationError: the resource type AWS::SQS::Queue is not known to the local AWS: '
    + 'leave such resources out of the stack that is rehearsed, or deploy it to AWS');
  expect(await bad({ First: thing({ Color: { 'Fn::Transform': {} } }) })).toMatch(/^ValidationError: the resource First uses Fn::Transform, which the local AWS does not know; it resolves /);
  expect(await bad({ First: thing({ Color: { Ref: 'Missing' } }) })).toBe(
    'ValidationError: Template format error: Unresolved resource dependencies [Missing] in the Resources block of the template');
  expect(await bad({ A: thing({ Color: { Ref: 'B' } }), B: thing({}, { DependsOn: 'A' }), C: thing({}) })).toBe(
    'ValidationError: Circular dependency between resources: [A, B]');
  expect(await bad({ First: thing({}, { CreationPolicy: {} }) })).toBe(
    'ValidationError: the local AWS does not know the attribute "CreationPolicy" of resource First; it takes Type, Properties, DependsOn, Condition, '
    + 'DeletionPolicy, UpdateReplacePolicy, Metadata, Description: deploy this template to AWS');
  expect(await bad({ First: thing({}) }, { Transform: 'AWS::Serverless' })).toBe(
    'ValidationError: the local AWS does not know the template section "Transform"; it takes AWSTemplateFormatVersion, Description, Metadata, '
    + 'Parameters, Rules, Mappings, Conditions, Resources, Outputs: deploy this template to AWS');
  expect(things.calls).toEqual([]);
});

test('refuses an update with nothing in it, and a second stack of the name', async () => {
  const { StackId } = await create({ First: thing({}) });
  expect(await refusal(update({ First: thing({}) }))).toBe('ValidationError: No updates are to be performed.');
  expect(await refusal(create({ First: thing({}) }))).toBe('AlreadyExistsException: Stack [demo] already exists');
  expect(StackId).toMatch(/^arn:aws:cloudformation:eu-west-1:123456789012:stack\/demo\//);
});

test('fails the resource that reads an attribute that there is not', async () => {
  const stack = await create({ First: thing({ Color: 'red' }), Second: thing({ Color: { 'Fn::GetAtt': ['First', 'Size'] } }) });
  expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
  expect(await eventLines(client, 'demo')).toContain(
    'Second CREATE_FAILED: the resource First of type Test::Thing has no attribute "Size" on the local AWS; it has Color, Id');
});

test('a change of the stack tags reaches what takes tags, and nothing else', async () => {
  const resources = { First: thing({}), Group: { Type: 'AWS::Logs::LogGroup' } };
  await create(resources);
  await update(resources, {}, { Tags: [{ Key: 'team', Value: 'blue' }] });
  expect((await eventLines(client, 'demo')).slice(6)).toEqual([
    'demo UPDATE_IN_PROGRESS: User Initiated',
    'Group UPDATE_IN_PROGRESS', 'Group UPDATE_COMPLETE',
    'demo UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'demo UPDATE_COMPLETE',
  ]);
});

test('one stack reads what another exports, which then cannot be deleted', async () => {
  await create({ First: thing({ Color: 'red' }) }, { Outputs: { Color: { Value: { 'Fn::GetAtt': 'First.Color' }, Export: { Name: 'color' } } } });
  const template = { Resources: { Reader: thing({ Color: { 'Fn::ImportValue': 'color' } }) }, Outputs: { Color: { Value: { 'Fn::GetAtt': 'Reader.Color' } } } };
  await client.send(new CreateStackCommand({ StackName: 'reader', TemplateBody: JSON.stringify(template) }));
  expect((await settled(client, 'reader')).Outputs).toEqual([{ OutputKey: 'Color', OutputValue: 'red' }]);
  expect(await refusal(client.send(new DeleteStackCommand({ StackName: 'demo' })))).toBe(
    'ValidationError: Export color cannot be deleted as it is in use by reader');
});

test.each([['{"Resources":'.repeat(2000)], ['['.repeat(201) + ']'.repeat(201)]])('refuses a template that is nested too deeply to be read', async (body) => {
  expect(await refusal(client.send(new CreateStackCommand({ StackName: 'deep', TemplateBody: body }))))
    .toBe('ValidationError: Template format error: the template is nested more than 200 levels deep');
});
