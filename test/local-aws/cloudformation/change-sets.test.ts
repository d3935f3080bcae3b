import {
  CloudFormationClient, CreateChangeSetCommand, DeleteChangeSetCommand, DeleteStackCommand, DescribeChangeSetCommand, DescribeStackEventsCommand,
  DescribeStacksCommand, ExecuteChangeSetCommand, GetTemplateCommand, ListChangeSetsCommand, UpdateStackCommand,
  UpdateTerminationProtectionCommand, type CreateChangeSetCommandInput,
} from '@aws-sdk/client-cloudformation';
import type { ResourceType } from '../../../src/local-aws/core/api';
import { clientConfiguration, removeBundles, settled, startPlatform, type TestPlatform } from '../support/platform';

let platform: TestPlatform;
let client: CloudFormationClient;
let made = 0;

const thing: ResourceType = {
  kind: 'rehearsed',
  replacedBy: ['Name'],
  create: async ({ properties }) => ({ physicalId: `thing-${made += 1}`, attributes: { Color: properties.Color ?? 'none' } }),
  update: async ({ properties }, { physicalId }) => ({ physicalId, attributes: { Color: properties.Color ?? 'none' } }),
  delete: async () => undefined,
};

beforeEach(async () => {
  platform = await startPlatform({ services: () => [{ apis: [], resourceTypes: { 'Test::Thing': thing }, close: async () => undefined }] });
  client = new CloudFormationClient(clientConfiguration(platform));
});

afterEach(async () => {
  client.destroy();
  await platform.close();
});

afterAll(removeBundles);

const things = (resources: Record<string, object>) => JSON.stringify({
  Resources: Object.fromEntries(Object.entries(resources).map(([id, Properties]) => [id, { Type: 'Test::Thing', Properties }])),
});

const changeSet = (template: string, input: Partial<CreateChangeSetCommandInput> = {}) => client.send(new CreateChangeSetCommand({
  StackName: 'demo', ChangeSetName: 'change', ChangeSetType: 'UPDATE', TemplateBody: template, ...input,
}));

const described = () => client.send(new DescribeChangeSetCommand({ StackName: 'demo', ChangeSetName: 'change' }));

const execute = async () => {
  await client.send(new ExecuteChangeSetCommand({ StackName: 'demo', ChangeSetName: 'change' }));
  return settled(client, 'demo');
};

const refusal = (promise: Promise<unknown>) => promise.then(
  () => { throw new Error('it was not refused'); },
  (error: Error) => `${error.name}: ${error.message}`,
);

async function created(resources: Record<string, object>): Promise<void> {
  await changeSet(things(resources), { ChangeSetType: 'CREATE' });
  expect((await execute()).StackStatus).toBe('CREATE_COMPLETE');
}

test('makes a stack from a change set, which is in review until it is executed', async () => {
  const { StackId, Id } = await changeSet(things({ One: { Color: 'red' } }), { ChangeSetType: 'CREATE' });

  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'demo' }));
  expect(Stacks![0]).toMatchObject({ StackId, StackStatus: 'REVIEW_IN_PROGRESS' });
  expect(await described()).toMatchObject({
    ChangeSetId: Id,
    Status: 'CREATE_COMPLETE',
    ExecutionStatus: 'AVAILABLE',
    Changes: [{
      Type: 'Resource', ResourceChange: { Action: 'Add', LogicalResourceId: 'One', ResourceType: 'Test::Thing' },
    }],
  });
  expect((await client.send(new GetTemplateCommand({ StackName: 'demo', ChangeSetName: 'change' }))).TemplateBody).toBe(things({ One: { Color: 'red' } }));

  expect(await execute()).toMatchObject({ StackStatus: 'CREATE_COMPLETE', ChangeSetId: Id });
  expect((await described()).ExecutionStatus).toBe('EXECUTE_COMPLETE');
});

test('says what an update would add, modify, replace and remove, and what would follow from it', async () => {
  await created({
    Kept: { Color: 'blue' }, Painted: { Color: 'red' }, Renamed: { Name: 'a' }, Gone: {}, Follower: { Color: { 'Fn::GetAtt': ['Painted', 'Color'] } }, Named: { Name: { Ref: 'Renamed' } },
  });

  await changeSet(things({
    Kept: { Color: 'blue' }, Painted: { Color: 'green' }, Renamed: { Name: 'b' }, New: {}, Follower: { Color: { 'Fn::GetAtt': ['Painted', 'Color'] } }, Named: { Name: { Ref: 'Renamed' } },
  }));

  const changes = (await described()).Changes!.map(({ ResourceChange: change }) => [
    change!.LogicalResourceId, change!.Action, change!.Replacement, change!.PolicyAction, change!.Details!.map(({ CausingEntity: cause }) => cause ?? 'itself').join(),
  ]);
  expect(changes.sort()).toEqual([
    ['Follower', 'Modify', 'False', undefined, 'Painted'],
    ['Gone', 'Remove', undefined, 'Delete', ''],
    ['Named', 'Modify', 'Conditional', 'ReplaceAndDelete', 'Renamed'],
    ['New', 'Add', undefined, undefined, ''],
    ['Painted', 'Modify', 'False', undefined, 'itself'],
    ['Renamed', 'Modify', 'True', 'ReplaceAndDelete', 'itself'],
  ]);
  expect((await execute()).StackStatus).toBe('UPDATE_COMPLETE');
});

test('a change set without changes has failed, and cannot be executed', async () => {
  await created({ One: {} });
  const { Id } = await changeSet(things({ One: {} }));

  expect(await described()).toMatchObject({
    Status: 'FAILED',
    ExecutionStatus: 'UNAVAILABLE',
    StatusReason: "The submitted information didn't contain changes. Submit different information to create a change set.",
  });
  expect(await refusal(execute())).toBe(`InvalidChangeSetStatusException: ChangeSet [${Id}] cannot be executed in its current status of [FAILED]`);
});

test('a change set that the stack has moved on without is obsolete', async () => {
  await created({ One: {} });
  const { Id } = await changeSet(things({ One: { Color: 'red' } }));
  await client.send(new UpdateStackCommand({ StackName: 'demo', TemplateBody: things({ One: { Color: 'blue' } }) }));
  await settled(client, 'demo');

  expect(await refusal(execute())).toBe(`InvalidChangeSetStatusException: ChangeSet [${Id}] cannot be executed in its current status of [OBSOLETE]`);
});

test('deletes change sets, those that there are not as well, and a stack in review with them', async () => {
  await changeSet(things({ One: {} }), { ChangeSetType: 'CREATE' });
  const remove = (ChangeSetName: string) => client.send(new DeleteChangeSetCommand({ StackName: 'demo', ChangeSetName }));
  await remove('never-was');
  expect((await client.send(new ListChangeSetsCommand({ StackName: 'demo' }))).Summaries).toHaveLength(1);
  await remove('change');
  expect((await client.send(new ListChangeSetsCommand({ StackName: 'demo' }))).Summaries ?? []).toEqual([]);

  await client.send(new DeleteStackCommand({ StackName: 'demo' }));

  expect(await refusal(client.send(new DescribeStackEventsCommand({ StackName: 'demo' })))).toBe('ValidationError: Stack [demo] does not exist');
});

test('refuses in AWS’s words', async () => {
  expect(await refusal(changeSet(things({ One: {} })))).toBe('ValidationError: Stack [demo] does not exist');
  await created({ One: {} });
  expect(await refusal(changeSet(things({ One: {} }), { ChangeSetType: 'CREATE' })))
    .toBe('ValidationError: Stack [demo] already exists and cannot be created again with the changeSet [change].');
  expect(await refusal(changeSet(things({ One: {} }), { ChangeSetType: 'IMPORT' })))
    .toBe('ValidationError: the local AWS makes change sets of the types CREATE and UPDATE, got IMPORT: import resources on AWS');
  expect(await refusal(changeSet(things({ One: {} }), { ChangeSetName: '9' })))
    .toBe("ValidationError: 1 validation error detected: Value '9' at 'changeSetName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*");
  await changeSet(things({ One: { Color: 'red' } }), { ChangeSetName: 'again' });
  expect(await refusal(changeSet(things({ One: { Color: 'red' } }), { ChangeSetName: 'again' })))
    .toBe('AlreadyExistsException: ChangeSet again cannot be created due to a mismatch with existing attribute Name');
  expect(await refusal(client.send(new DescribeChangeSetCommand({ StackName: 'demo', ChangeSetName: 'none' }))))
    .toBe('ChangeSetNotFoundException: ChangeSet [none] does not exist');
});

test('forgets the other change sets of a stack when one is executed', async () => {
  await created({ One: {} });
  await changeSet(things({ One: { Color: 'red' } }));
  await changeSet(things({ One: { Color: 'blue' } }), { ChangeSetName: 'other' });

  await execute();

  expect(await refusal(client.send(new ExecuteChangeSetCommand({ StackName: 'demo', ChangeSetName: 'other' }))))
    .toBe('ChangeSetNotFoundException: ChangeSet [other] does not exist');
});

test('protects a stack from its deletion, and takes that back', async () => {
  await created({ One: {} });
  const protect = (EnableTerminationProtection: boolean) => client.send(new UpdateTerminationProtectionCommand({ StackName: 'demo', EnableTerminationProtection }));
  await protect(true);
  expect(await refusal(client.send(new DeleteStackCommand({ StackName: 'demo' }))))
    .toBe('ValidationError: Stack [demo] cannot be deleted while TerminationProtection is enabled');

  await protect(false);
  await client.send(new DeleteStackCommand({ StackName: 'demo' }));
});
