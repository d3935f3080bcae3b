import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { ECSClient, DescribeServicesCommand, ListClustersCommand } from '@aws-sdk/client-ecs';
import { DescribeRulesCommand, DescribeTargetHealthCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { AwsError, type LocalService, type OperationInput } from '../../../src/local-aws/core/api';
import { clientConfiguration, removeBundles, startPlatform, type TestPlatform } from '../support/platform';

let platform: TestPlatform;
const heard: OperationInput[] = [];
const note = (output: unknown) => (input: OperationInput) => {
  heard.push(input);
  return output;
};
const startedAt = new Date('2026-01-02T03:04:05.000Z');

const service: LocalService = {
  apis: [
    {
      signingName: 'ecs',
      protocol: 'json',
      target: 'AmazonEC2ContainerServiceV20141113',
      operations: {
        DescribeServices: note({ services: [{ serviceName: 's', createdAt: startedAt, desiredCount: 2 }], failures: [] }),
        ListClusters: () => { throw new Error('a bug'); },
      },
    },
    {
      signingName: 'elasticloadbalancing',
      protocol: 'query',
      target: '2015-12-01',
      operations: {
        DescribeRules: note({ Rules: [{ RuleArn: 'r', Priority: '1', IsDefault: false, Conditions: [{ Field: 'path-pattern', Values: ['/a&b', '<c>'] }], Actions: [] }] }),
        DescribeTargetHealth: () => { throw new AwsError('TargetGroupNotFound', "One or more target groups not found & 'x' <y>"); },
      },
    },
    {
      signingName: 'monitoring',
      protocol: 'json',
      target: 'GraniteServiceVersion20100801',
      operations: { DescribeAlarms: () => { throw new AwsError('ResourceNotFound', 'no such alarm', 404); } },
    },
  ],
  resourceTypes: {},
  admin: { greet: (input) => ({ hello: input.name ?? 'nobody' }) },
  close: async () => undefined,
};

beforeEach(async () => {
  heard.length = 0;
  platform = await startPlatform({ services: () => [service] });
});

afterEach(() => platform.close());
afterAll(removeBundles);

type AnyClient = { send(command: any): Promise<any>; destroy(): void };

async function send(client: AnyClient, command: object): Promise<any> {
  try {
    return await client.send(command);
  } finally {
    client.destroy();
  }
}

const refusal = (client: AnyClient, command: object) => send(client, command).then(
  () => { throw new Error('it was not refused'); },
  (error) => ({ name: error.name, message: error.message, status: error.$metadata.httpStatusCode }),
);

test('speaks JSON, with times as seconds', async () => {
  const answer = await send(new ECSClient(clientConfiguration(platform)), new DescribeServicesCommand({ services: ['s'], cluster: 'c' }));
  expect(heard).toEqual([{ services: ['s'], cluster: 'c' }]);
  expect(answer.services[0]).toEqual({ serviceName: 's', createdAt: startedAt, desiredCount: 2 });
});

test('speaks the query protocol, with lists and what XML has to escape', async () => {
  const answer = await send(new ElasticLoadBalancingV2Client(clientConfiguration(platform)), new DescribeRulesCommand({ RuleArns: ['a', 'b'], PageSize: 5 }));
  expect(heard).toEqual([{ RuleArns: ['a', 'b'], PageSize: '5' }]);
  expect(answer.Rules).toEqual([
    { RuleArn: 'r', Priority: '1', IsDefault: false, Conditions: [{ Field: 'path-pattern', Values: ['/a&b', '<c>'] }], Actions: [] },
  ]);
});

test('knows who asks, in whatever role', async () => {
  expect(await send(new STSClient(clientConfiguration(platform)), new GetCallerIdentityCommand({}))).toMatchObject({
    Account: '123456789012', Arn: 'arn:aws:iam::123456789012:user/local-aws',
  });
  const { Credentials } = await send(
    new STSClient(clientConfiguration(platform)), new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::123456789012:role/deploy', RoleSessionName: 'x' }));
  expect(Credentials.Expiration).toBeInstanceOf(Date);
});

test('answers the errors of a service in its protocol', async () => {
  expect(await refusal(new ElasticLoadBalancingV2Client(clientConfiguration(platform)), new DescribeTargetHealthCommand({ TargetGroupArn: 't' }))).toEqual({
    name: 'TargetGroupNotFoundException', message: "One or more target groups not found & 'x' <y>", status: 400,
  });
  expect(await refusal(new CloudWatchClient(clientConfiguration(platform)), new DescribeAlarmsCommand({}))).toMatchObject({
    name: 'ResourceNotFound', message: 'no such alarm', status: 404,
  });
  expect(await refusal(new CloudFormationClient(clientConfiguration(platform)), new DescribeStacksCommand({ StackName: 'none' }))).toEqual({
    name: 'ValidationError', message: 'Stack with id none does not exist', status: 400,
  });
});

test('names what it does not have', async () => {
  const send_ = async (headers: Record<string, string>, body: string) => (await fetch(platform.endpoint.url(), { method: 'POST', headers, body })).text();
  expect(JSON.parse(await send_({ 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.Fly' }, '{}'))).toEqual({
    __type: 'UnknownOperationException', message: 'the local AWS has no ecs:Fly; of that service it has DescribeServices, ListClusters',
  });
  expect(JSON.parse(await send_({ 'x-amz-target': 'DynamoDB_20120810.GetItem' }, '{}')).message).toMatch(
    /^the local AWS has no service "DynamoDB_20120810"; it has AWSStepFunctions, AmazonEC2ContainerServiceV20141113, AmazonSSM, /);
  const authorization = 'AWS4-HMAC-SHA256 Credential=a/20260101/r/sqs/aws4_request, SignedHeaders=x, Signature=y';
  expect(await send_({ authorization, 'content-type': 'application/x-www-form-urlencoded' }, 'Action=SendMessage&Version=1')).toContain(
    '<Code>InvalidAction</Code><Message>the local AWS has no service &quot;sqs&quot; with the query protocol; it has cloudformation, ec2, elasticloadbalancing, sts</Message>');
});

test('a fault of its own is answered as one, and told to whoever runs it', async () => {
  const error = await refusal(new ECSClient(clientConfiguration(platform)), new ListClustersCommand({}));
  expect(error).toEqual({
    name: 'InternalFailure',
    status: 500,
    message: 'the local AWS failed to answer AmazonEC2ContainerServiceV20141113.ListClusters: a bug',
  });
  expect(platform.logged).toEqual([expect.stringMatching(/^AmazonEC2ContainerServiceV20141113.ListClusters failed inside the local AWS: Error: a bug\n/)]);
});

test('answers what only the local AWS has', async () => {
  const url = `${platform.endpoint.url()}/_local`;
  expect(await (await fetch(`${url}/greet`)).json()).toEqual({ hello: 'nobody' });
  expect(await (await fetch(`${url}/greet`, { method: 'POST', body: '{"name":"you"}' })).json()).toEqual({ hello: 'you' });
  const missing = await fetch(`${url}/leave`);
  expect(missing.status).toBe(404);
  expect(await missing.json()).toMatchObject({ message: 'the local AWS has no /_local/leave; it has greet, late-answers, resources' });
});

test('a body that is not JSON is refused', async () => {
  const answer = await fetch(platform.endpoint.url(), { method: 'POST', headers: { 'x-amz-target': 'AmazonSSM.GetParameter' }, body: '{' });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({ __type: 'SerializationException', message: 'the body of the request is not JSON' });
});

test('answers with the client’s own date, whatever the local clock shows', async () => {
  const response = await fetch(platform.endpoint.url(), {
    method: 'POST', headers: { 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.DescribeServices', 'x-amz-date': '20200102T030405Z' }, body: '{}',
  });
  expect(response.headers.get('date')).toBe('Thu, 02 Jan 2020 03:04:05 GMT');
});

test('calls parameters of another shape than AWS’s the client’s fault, and a key with two slashes no host', async () => {
  const malformed = await fetch(platform.endpoint.url(), {
    method: 'POST', headers: { 'x-amz-target': 'AmazonSSM.GetParameter' }, body: '{"Name":7}',
  });
  expect([malformed.status, await malformed.json()]).toEqual([400, {
    __type: 'ValidationException',
    message: 'the local AWS cannot read the parameters of AmazonSSM.GetParameter: nameOrArn.startsWith is not a function',
  }]);
  const doubled = await fetch(`${platform.endpoint.url()}//a%2Fb/key`);
  expect(await doubled.text()).toMatch(/^<\?xml/);
});
