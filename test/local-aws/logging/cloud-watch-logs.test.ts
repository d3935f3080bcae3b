import {
  CloudWatchLogsClient, CreateLogGroupCommand, CreateLogStreamCommand, DescribeLogGroupsCommand, DescribeLogStreamsCommand, FilterLogEventsCommand,
  GetLogEventsCommand, PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { LogGroup } from '../../../src/local-aws/logging/log-group';
import { clientConfiguration, removeBundles, startPlatform, type TestPlatform } from '../support/platform';

let platform: TestPlatform;
let client: CloudWatchLogsClient;

beforeEach(async () => {
  platform = await startPlatform();
  client = new CloudWatchLogsClient(clientConfiguration(platform));
});

afterEach(async () => {
  client.destroy();
  await platform.close();
});

afterAll(removeBundles);

const messages = (answer: { events?: { message?: string }[] }) => answer.events!.map((event) => event.message);

test('shows what services have written, by group, stream, words and phrases', async () => {
  platform.logs.write('/ecs/api', 'api/1', 'GET /health 200');
  platform.logs.write('/ecs/api', 'api/2', 'GET /orders 500');
  platform.logs.write('/ecs/api', 'api/2', 'orders are broken');
  const filter = async (more: object) => messages(await client.send(new FilterLogEventsCommand({ logGroupName: '/ecs/api', ...more })));
  expect(await filter({})).toEqual(['GET /health 200', 'GET /orders 500', 'orders are broken']);
  expect(await filter({ filterPattern: 'orders 500' })).toEqual(['GET /orders 500']);
  expect(await filter({ filterPattern: '"are broken"' })).toEqual(['orders are broken']);
  expect(await filter({ logStreamNames: ['api/1'] })).toEqual(['GET /health 200']);
  expect(await filter({ startTime: platform.world.clock.millis() + 1000 })).toEqual([]);
  await expect(filter({ filterPattern: '{ $.level = "error" }' })).rejects.toThrow(
    'the local AWS filters logs by words and "phrases in quotes" only, got the pattern { $.level = "error" }: filter the events in the client instead');
  const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/ecs' }));
  expect(logGroups).toMatchObject([{ logGroupName: '/ecs/api', logGroupArn: 'arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/api' }]);
  const { logStreams } = await client.send(new DescribeLogStreamsCommand({ logGroupName: '/ecs/api' }));
  expect(logStreams!.map((stream) => stream.logStreamName)).toEqual(['api/1', 'api/2']);
});

test('takes events, and follows a stream by its token', async () => {
  const stream = { logGroupName: 'g', logStreamName: 's' };
  await client.send(new CreateLogGroupCommand({ logGroupName: 'g' }));
  await client.send(new CreateLogStreamCommand(stream));
  const put = (...lines: string[]) => client.send(new PutLogEventsCommand({
    ...stream, logEvents: lines.map((message) => ({ message, timestamp: Date.now() })),
  }));
  await put('one', 'two');
  const first = await client.send(new GetLogEventsCommand({ ...stream, startFromHead: true }));
  expect(messages(first)).toEqual(['one', 'two']);
  await put('three');
  const second = await client.send(new GetLogEventsCommand({ ...stream, nextToken: first.nextForwardToken }));
  expect(messages(second)).toEqual(['three']);
  const third = await client.send(new GetLogEventsCommand({ ...stream, nextToken: second.nextForwardToken }));
  expect(third).toMatchObject({ events: [], nextForwardToken: second.nextForwardToken });
  await expect(client.send(new GetLogEventsCommand({ logGroupName: 'g', logStreamName: 'x' }))).rejects.toThrow('The specified log stream does not exist.');
  await expect(client.send(new CreateLogGroupCommand({ logGroupName: 'g' }))).rejects.toThrow('The specified log group already exists');
});

test('forgets the oldest events of a stream that never stops', () => {
  const group = new LogGroup('g', 0);
  for (let n = 0; n <= 20_000; n += 1) {
    group.append('s', [{ timestamp: n, message: String(n) }], n);
  }
  const { events, dropped } = group.stream('s');
  expect(events).toHaveLength(10_000);
  expect(dropped).toBe(10_001);
  expect(events.at(-1)!.message).toBe('20000');
});
