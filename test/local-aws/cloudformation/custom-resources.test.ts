import { CloudFormationClient, CreateStackCommand, DeleteStackCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { FilterLogEventsCommand, CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { clientConfiguration, eventLines, removeBundles, settled, startPlatform, type TestPlatform } from '../support/platform';

/** Answers as its properties say, with `https.request` as handlers do, and prints each request. */
const HANDLER = `
const https = require('node:https');
exports.handler = async (event, context) => {
  console.log('asked ' + JSON.stringify(event));
  const properties = event.ResourceProperties;
  if (properties.Silent === event.RequestType) return;
  const fails = properties.FailsOn === event.RequestType || properties.FailsOn === event.RequestType + ' ' + properties.Color;
  const answer = {
    Status: fails ? 'FAILED' : 'SUCCESS', Reason: fails ? 'no ' + properties.Color + ' today' : undefined,
    PhysicalResourceId: properties.Id || event.PhysicalResourceId || 'made-' + properties.Color,
    StackId: event.StackId, RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId,
    NoEcho: properties.NoEcho === 'true', Data: { Color: properties.Color, Padding: 'x'.repeat(Number(properties.Padding || 0)) },
  };
  if (properties.Wrong) delete answer[properties.Wrong];
  const url = new URL(event.ResponseURL);
  const send = () => new Promise((resolve, reject) => {
    const request = https.request({ hostname: url.hostname, path: url.pathname, method: 'PUT' }, (response) => { response.resume(); response.on('end', resolve); });
    request.on('error', reject);
    request.end(JSON.stringify(answer));
  });
  await send();
  if (properties.Twice) await send();
};`;

let platform: TestPlatform;
let client: CloudFormationClient;

async function start(speed = 1): Promise<void> {
  platform = await startPlatform({ speed });
  client = new CloudFormationClient(clientConfiguration(platform));
}

afterEach(async () => {
  client.destroy();
  await platform.close();
});

afterAll(removeBundles);

const FUNCTION = {
  Type: 'AWS::Lambda::Function',
  Properties: { FunctionName: 'provider', Runtime: 'nodejs22.x', Handler: 'index.handler', Timeout: 60, Code: { ZipFile: HANDLER } },
};
const custom = (properties: object, more: object = {}) => (
  { Type: 'Custom::Thing', Properties: { ServiceToken: { 'Fn::GetAtt': ['Provider', 'Arn'] }, ...properties }, ...more }
);
const body = (resources: object, outputs = {}) => JSON.stringify({ Resources: { Provider: FUNCTION, ...resources }, Outputs: outputs });

async function create(resources: object, outputs = {}) {
  await client.send(new CreateStackCommand({ StackName: 'demo', TemplateBody: body(resources, outputs) }));
  return settled(client, 'demo');
}

async function update(resources: object) {
  await client.send(new UpdateStackCommand({ StackName: 'demo', TemplateBody: body(resources) }));
  return settled(client, 'demo');
}

async function asked(): Promise<any[]> {
  const logs = new CloudWatchLogsClient(clientConfiguration(platform));
  const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName: '/aws/lambda/provider', filterPattern: 'asked' }));
  logs.destroy();
  return events!.map((event) => JSON.parse(event.message!.slice('asked '.length)));
}

const verbs = async () => (await asked()).map((event) => `${event.RequestType} ${event.LogicalResourceId} ${event.ResourceProperties.Color} ${event.PhysicalResourceId}`);

test('asks the function with all properties as strings, and hands its data on', async () => {
  await start();
  const stack = await create({ Thing: custom({ Color: 'red', Count: 3, Deep: [{ On: true }] }) }, {
    Color: { Value: { 'Fn::GetAtt': ['Thing', 'Color'] } }, Id: { Value: { Ref: 'Thing' } },
  });
  expect(stack.StackStatus).toBe('CREATE_COMPLETE');
  expect(stack.Outputs).toEqual([{ OutputKey: 'Color', OutputValue: 'red' }, { OutputKey: 'Id', OutputValue: 'made-red' }]);
  const ServiceToken = 'arn:aws:lambda:eu-west-1:123456789012:function:provider';
  expect(await asked()).toEqual([{
    RequestType: 'Create',
    ServiceToken,
    ResponseURL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/cloudformation-custom-resource-response\//),
    StackId: stack.StackId,
    RequestId: expect.any(String),
    LogicalResourceId: 'Thing',
    ResourceType: 'Custom::Thing',
    ResourceProperties: { ServiceToken, Color: 'red', Count: '3', Deep: [{ On: 'true' }] },
  }]);
});

test('deletes the old one in the clean-up where an update answers another physical id', async () => {
  await start();
  await create({ Thing: custom({ Color: 'red', Id: 'a' }), Reader: custom({ Color: { Ref: 'Thing' } }) });
  const stack = await update({ Thing: custom({ Color: 'blue', Id: 'b' }), Reader: custom({ Color: { Ref: 'Thing' } }) });
  expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
  expect((await verbs()).slice(2)).toEqual(['Update Thing blue a', 'Update Reader b made-a', 'Delete Thing red a']);
  const update1 = (await asked())[2];
  expect(update1.OldResourceProperties).toMatchObject({ Color: 'red', Id: 'a' });
});

test('a failed update is updated back with the old properties, and its reason is told', async () => {
  await start();
  await create({ Thing: custom({ Color: 'red' }) });
  const stack = await update({ Thing: custom({ Color: 'blue', FailsOn: 'Update blue' }) });
  expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  const requests = await asked();
  expect((await verbs()).slice(1)).toEqual(['Update Thing blue made-red', 'Update Thing red made-red']);
  expect(requests[2].OldResourceProperties).toMatchObject({ Color: 'blue' });
  expect(await eventLines(client, 'demo')).toContain(
    `Thing UPDATE_FAILED: Received response status [FAILED] from custom resource. Message returned: no blue today (RequestId: ${requests[1].RequestId})`);
});

test('a failed create is deleted by the id that the handler answered', async () => {
  await start();
  const stack = await create({ Thing: custom({ Color: 'red', Id: 'half-made', FailsOn: 'Create' }) });
  expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
  expect(await verbs()).toEqual(['Create Thing red undefined', 'Delete Thing red half-made']);
});

test('does not wait longer than the time-out for an answer, and deletes what may have been made', async () => {
  await start(100);
  const stack = await create({ Thing: custom({ Color: 'red', Silent: 'Create', ServiceTimeout: 20 }) });
  expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
  const requests = await asked();
  expect(await eventLines(client, 'demo')).toContain('Thing CREATE_FAILED: CloudFormation did not receive a response from your Custom Resource. '
    + `Please check your logs for requestId [${requests[0].RequestId}].`);
  expect(requests[1]).toMatchObject({ RequestType: 'Delete', PhysicalResourceId: expect.stringMatching(/^demo-Thing-[A-Z0-9]{12}$/) });
});

test.each([
  ['more than 4096 bytes', { Padding: 4096 }, 'Response object is too long.'],
  ['no physical id', { Wrong: 'PhysicalResourceId' }, 'Invalid PhysicalResourceId.'],
])('fails on an answer of %s', async (_what, properties, reason) => {
  await start();
  await create({ Thing: custom({ Color: 'red', ...properties }) });
  expect(await eventLines(client, 'demo')).toContain(`Thing CREATE_FAILED: ${reason}`);
});

test('does not hear a second answer, but notes it', async () => {
  await start();
  const stack = await create({ Thing: custom({ Color: 'red', Twice: true }) });
  expect(stack.StackStatus).toBe('CREATE_COMPLETE');
  const look = async () => (await fetch(`${platform.endpoint.url()}/_local/late-answers`)).json() as Promise<{ logicalId: string }[]>;
  let late = await look();
  while (late.length === 0) {
    late = await look();
  }
  expect(late).toMatchObject([{ logicalId: 'Thing' }]);
});

test('hides the data of a resource that wants no echo, but not from what uses it', async () => {
  await start();
  const stack = await create({ Thing: custom({ Color: 'red', NoEcho: true }), Reader: custom({ Color: { 'Fn::GetAtt': ['Thing', 'Color'] } }) }, {
    Hidden: { Value: { 'Fn::GetAtt': ['Thing', 'Color'] } }, Shown: { Value: { 'Fn::GetAtt': ['Reader', 'Color'] } },
  });
  expect(stack.Outputs!.map((output) => output.OutputValue)).toEqual(['****', 'red']);
});

test('deletes custom resources before the function that serves them, and does not ask for a change of tags', async () => {
  await start();
  const { StackId } = await create({ Thing: custom({ Color: 'red' }) });
  await client.send(new UpdateStackCommand({ StackName: 'demo', UsePreviousTemplate: true, Tags: [{ Key: 'a', Value: 'b' }] }));
  expect((await settled(client, 'demo')).StackStatus).toBe('UPDATE_COMPLETE');
  await client.send(new DeleteStackCommand({ StackName: 'demo' }));
  expect((await settled(client, StackId!)).StackStatus).toBe('DELETE_COMPLETE');
  expect(await verbs()).toEqual(['Create Thing red undefined', 'Delete Thing red made-red']);
});

test('refuses another service token, and leaves the resource alone', async () => {
  await start();
  const other = { ...FUNCTION, Properties: { ...FUNCTION.Properties, FunctionName: 'other' } };
  await create({ Other: other, Thing: custom({ Color: 'red' }) });
  const stack = await update({ Other: other, Thing: custom({ Color: 'red', ServiceToken: { 'Fn::GetAtt': ['Other', 'Arn'] } }) });
  expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await verbs()).toEqual(['Create Thing red undefined']);
  expect(await eventLines(client, 'demo')).toContain('Thing UPDATE_FAILED: Modifying service token is not allowed.');
});
