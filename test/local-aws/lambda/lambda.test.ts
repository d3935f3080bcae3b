import { CloudFormationClient, CreateStackCommand, DescribeStackResourceCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { zipSync } from 'fflate';
import { clientConfiguration, eventLines, removeBundles, settled, startPlatform, type TestPlatform } from '../support/platform';

let platform: TestPlatform;
let client: LambdaClient;
let stacks: CloudFormationClient;

async function start(options: Parameters<typeof startPlatform>[0] = {}): Promise<void> {
  platform = await startPlatform(options);
  client = new LambdaClient(clientConfiguration(platform));
  stacks = new CloudFormationClient(clientConfiguration(platform));
}

afterEach(async () => {
  client.destroy();
  stacks.destroy();
  await platform.close();
});

afterAll(removeBundles);

async function deploy(code: string | object, properties: object = {}, stackName = 'functions'): Promise<string> {
  const TemplateBody = JSON.stringify({
    Resources: {
      Function: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: 'it',
          Runtime: 'nodejs22.x',
          Handler: 'index.handler',
          Role: 'arn:aws:iam::123456789012:role/r',
          Code: typeof code === 'string' ? { ZipFile: code } : code,
          ...properties,
        },
      },
    },
  });
  const exists = await stacks.send(new DescribeStackResourceCommand({ StackName: stackName, LogicalResourceId: 'Function' })).catch(() => undefined);
  const input = { StackName: stackName, TemplateBody };
  await stacks.send(exists ? new UpdateStackCommand(input) : new CreateStackCommand(input));
  return (await settled(stacks, stackName)).StackStatus!;
}

async function invoke(payload: unknown = {}): Promise<{ error?: string; payload: any }> {
  const result = await client.send(new InvokeCommand({ FunctionName: 'it', Payload: JSON.stringify(payload) }));
  return { error: result.FunctionError, payload: JSON.parse(Buffer.from(result.Payload!).toString()) };
}

async function logLines(filterPattern: string): Promise<string[]> {
  const logs = new CloudWatchLogsClient(clientConfiguration(platform));
  try {
    const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName: '/aws/lambda/it', filterPattern }));
    return events!.map((event) => event.message!);
  } catch {
    return [];
  } finally {
    logs.destroy();
  }
}

async function eventually<T>(look: () => Promise<T>, isEnough: (found: T) => boolean): Promise<T> {
  for (;;) {
    const found = await look();
    if (isEnough(found)) {
      return found;
    }
    await new Promise((done) => setTimeout(done, 10));
  }
}

test('invokes an async handler with its event, context and environment', async () => {
  await start();
  await deploy(`exports.handler = async (event, context) => ({
    event, name: context.functionName, arn: context.invokedFunctionArn, remains: context.getRemainingTimeInMillis() > 29000,
    flavor: process.env.FLAVOR, region: process.env.AWS_REGION, endpoint: process.env.AWS_ENDPOINT_URL, home: process.env.HOME,
  });`, { Timeout: 30, Environment: { Variables: { FLAVOR: 'mint' } } });
  expect(await invoke({ n: 1 })).toEqual({
    payload: {
      event: { n: 1 },
      name: 'it',
      arn: 'arn:aws:lambda:eu-west-1:123456789012:function:it',
      remains: true,
      flavor: 'mint',
      region: 'eu-west-1',
      endpoint: platform.endpoint.url(),
    },
  });
  const { Configuration } = await client.send(new GetFunctionCommand({ FunctionName: 'it' }));
  expect(Configuration).toMatchObject({ FunctionName: 'it', State: 'Active', Timeout: 30, Handler: 'index.handler' });
});

test('invokes a handler that calls back', async () => {
  await start();
  await deploy('exports.handler = (event, context, callback) => { setTimeout(() => callback(null, event.n + 1), 1); };');
  expect(await invoke({ n: 1 })).toEqual({ payload: 2 });
});

test('uses a warm environment again, and a new one for new code', async () => {
  await start();
  await deploy('let n = 0; exports.handler = async () => ({ pid: process.pid, n: ++n });');
  const [first, second] = [await invoke(), await invoke()];
  expect([first.payload.n, second.payload.n]).toEqual([1, 2]);
  await deploy('exports.handler = async () => ({ pid: process.pid, isNew: true });');
  const third = await invoke();
  expect(third.payload.isNew).toBe(true);
  expect(third.payload.pid).not.toBe(first.payload.pid);
  await eventually(async () => platform.world.processes.pids(), (pids) => !pids.includes(first.payload.pid));
});

test('answers the error of a handler as a function error', async () => {
  await start();
  await deploy('exports.handler = async () => { throw new TypeError("no luck"); };');
  expect(await invoke()).toEqual({ error: 'Unhandled', payload: { errorType: 'TypeError', errorMessage: 'no luck', trace: expect.any(Array) } });
  await expect(platform.functions.invoke('it', {})).rejects.toThrow('no luck');
});

test('answers a crash as a function error, and survives it', async () => {
  await start();
  await deploy('exports.handler = async (event) => { if (event.crash) process.exit(3); return "fine"; };');
  expect((await invoke({ crash: true })).payload.errorType).toBe('Runtime.ExitError');
  expect(await invoke()).toEqual({ payload: 'fine' });
});

test('says why a handler could not be loaded', async () => {
  await start();
  await deploy('require("left-pad"); exports.handler = async () => 1;');
  const { error, payload } = await invoke();
  expect(error).toBe('Unhandled');
  expect(payload.errorType).toBe('Runtime.ImportModuleError');
  expect(payload.errorMessage).toMatch(/^Error: Cannot find module 'left-pad'/);
});

test('shows the local clock to dates and timers', async () => {
  await start({ speed: 1000 });
  await deploy(`const { setTimeout: sleep } = require('node:timers/promises');
    const { promisify } = require('node:util');
    exports.handler = async () => {
      const start = Date.now();
      const real = process.hrtime.bigint();
      await new Promise((done) => setTimeout(done, 30_000));
      await sleep(30_000);
      await promisify(setTimeout)(30_000);
      return { slept: Date.now() - start, took: Number(process.hrtime.bigint() - real) / 1e6, now: new Date().toISOString(), isDate: new Date() instanceof Date };
    };`, { Timeout: 600 });
  const { payload } = await invoke();
  expect(payload.slept).toBeGreaterThanOrEqual(89_000);
  expect(payload.took).toBeLessThan(payload.slept / 10);
  expect(payload.isDate).toBe(true);
  expect(Math.abs(Date.parse(payload.now) - platform.world.clock.millis())).toBeLessThan(Date.parse(payload.now) - Date.now());
});

test('ends a handler that takes longer than its time, in the words of Lambda', async () => {
  await start({ speed: 1000, leastRealMillis: 50 });
  await deploy('exports.handler = () => new Promise(() => {});', { Timeout: 3 });
  const { error, payload } = await invoke();
  expect(error).toBe('Unhandled');
  expect(payload.errorMessage).toMatch(/ Task timed out after 3\.00 seconds$/);
  expect(await logLines('"Task timed out"')).toHaveLength(1);
});

test('retries an asynchronous invocation twice with the same event', async () => {
  await start({ speed: 10_000 });
  await deploy('exports.handler = async (event) => { console.log("tried", event.n); throw new Error("again"); };');
  const { StatusCode } = await client.send(new InvokeCommand({ FunctionName: 'it', InvocationType: 'Event', Payload: '{"n":7}' }));
  expect(StatusCode).toBe(202);
  const tries = await eventually(() => logLines('tried'), (lines) => lines.length >= 3);
  expect(tries).toEqual(['tried 7', 'tried 7', 'tried 7']);
});

test('runs a function from an archive in a bucket, with a file in a folder', async () => {
  await start({ withSdk: true });
  const s3 = new S3Client({ ...clientConfiguration(platform), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'assets' }));
  const archive = zipSync({
    'src/main.mjs': Buffer.from('import { n } from "./n.mjs"; export const handler = async () => n;'), 'src/n.mjs': Buffer.from('export const n = 42;'),
  });
  await s3.send(new PutObjectCommand({ Bucket: 'assets', Key: 'a.zip', Body: archive }));
  s3.destroy();
  expect(await deploy({ S3Bucket: 'assets', S3Key: 'a.zip' }, { Handler: 'src/main.handler' })).toBe('CREATE_COMPLETE');
  expect(await invoke()).toEqual({ payload: 42 });
});

test('provides the SDK, whose calls reach the local AWS, to scripts and modules', async () => {
  await start({ withSdk: true, speed: 1000 });
  await deploy(`const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
    exports.handler = async () => (await new STSClient({}).send(new GetCallerIdentityCommand({}))).Account;`);
  expect(await invoke()).toEqual({ payload: '123456789012' });
  platform.storage.objects.createBucket('assets');
  await platform.storage.objects.put('assets', 'm.zip', Buffer.from(zipSync({
    'index.mjs': Buffer.from(`import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
      export const handler = async () => (await new STSClient({}).send(new GetCallerIdentityCommand({}))).Account;`),
  })));
  await deploy({ S3Bucket: 'assets', S3Key: 'm.zip' });
  expect(await invoke()).toEqual({ payload: '123456789012' });
});

test('a function of another runtime fails its stack by name', async () => {
  await start();
  expect(await deploy('print()', { Runtime: 'python3.13' })).toBe('ROLLBACK_COMPLETE');
  expect(await eventLines(stacks, 'functions')).toContain(
    'Function CREATE_FAILED: the local AWS runs functions on the Node.js runtimes (nodejs22.x), got python3.13: '
    + 'give the function a Node.js runtime, or deploy it to AWS');
});

test('breaks the chain of a function that keeps invoking itself', async () => {
  await start({ withSdk: true });
  await deploy(`const { LambdaClient, InvokeCommand } = require('@aws-sdk/client-lambda');
    const client = new LambdaClient({ maxAttempts: 1 });
    exports.handler = async (event) => {
      console.log('round', event.round);
      try {
        await client.send(new InvokeCommand({ FunctionName: 'it', InvocationType: 'Event', Payload: JSON.stringify({ round: event.round + 1 }) }));
      } catch (error) {
        console.log('stopped by', error.name);
      }
    };`, { Timeout: 30 });
  await invoke({ round: 1 });
  expect(await eventually(() => logLines('"stopped by"'), (lines) => lines.length > 0)).toEqual(['stopped by RecursiveInvocationException']);
  expect(await logLines('round')).toHaveLength(16);
}, 20_000);

test('leaves no process behind', async () => {
  await start();
  await deploy('exports.handler = async () => process.pid;');
  const { payload: pid } = await invoke();
  expect(platform.world.processes.pids()).toEqual([pid]);
  await platform.close();
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});
