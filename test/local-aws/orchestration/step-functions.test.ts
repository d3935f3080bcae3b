import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { AwsError, type FunctionInvoker, type ResourceRequest } from '../../../src/local-aws/core/api';
import { StepFunctions } from '../../../src/local-aws/orchestration/step-functions';
import { clientConfiguration, removeBundles, startPlatform, type TestPlatform } from '../support/platform';

const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:check';
const TIMED_OUT = 'arn:aws:lambda:eu-west-1:123456789012:function:timed-out';

/** Functions whose answers a test decides; every call is noted. */
class Functions implements FunctionInvoker {
  public readonly calls: unknown[] = [];
  public answers: (() => unknown)[] = [];

  public async invoke(name: string, payload: unknown): Promise<unknown> {
    this.calls.push([name, payload]);
    return (this.answers.shift() ?? (() => 'done'))();
  }

  public async invokeAsync(): Promise<void> {
    throw new Error('a state machine waits for its functions');
  }
}

let platform: TestPlatform;
let functions: Functions;
let machines: StepFunctions;
let client: SFNClient;

beforeEach(async () => {
  functions = new Functions();
  platform = await startPlatform({ speed: 1000 });
  // Instead of the platform's own, which invokes real functions.
  machines = new StepFunctions(platform.world, functions, platform.storage.objects);
  platform.endpoint.serveFrom([machines]);
  client = new SFNClient(clientConfiguration(platform));
});

afterEach(async () => {
  client.destroy();
  await machines.close();
  await platform.close();
});

afterAll(removeBundles);

const fails = () => { throw new AwsError('Error', 'not yet'); };

async function machine(definition: unknown, properties: object = {}): Promise<string> {
  const request = { stackName: 'demo', logicalId: 'Waiter', properties: { DefinitionString: typeof definition === 'string' ? definition : JSON.stringify(definition), ...properties } };
  return (await machines.resourceTypes['AWS::StepFunctions::StateMachine'].create(request as unknown as ResourceRequest)).physicalId;
}

async function run(stateMachineArn: string, input: unknown) {
  const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }));
  return ended(executionArn!);
}

async function ended(executionArn: string) {
  for (;;) {
    const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status !== 'RUNNING') {
      return execution;
    }
  }
}

/** As integ-tests and the CDK's provider framework make it. */
const waiter = (attempts: number) => ({
  StartAt: 'check',
  States: {
    'check': {
      Type: 'Task',
      Resource: FUNCTION,
      End: true,
      Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 5, MaxAttempts: attempts, BackoffRate: 1 }],
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'timed out' }],
    },
    'timed out': { Type: 'Task', Resource: TIMED_OUT, End: true },
  },
});

test('calls the function again until it is content', async () => {
  functions.answers = [fails, fails, () => ({ isComplete: true })];

  const execution = await run(await machine(waiter(5)), { id: 7 });

  expect(execution).toMatchObject({ status: 'SUCCEEDED', output: '{"isComplete":true}' });
  expect(functions.calls).toEqual([[FUNCTION, { id: 7 }], [FUNCTION, { id: 7 }], [FUNCTION, { id: 7 }]]);
});

test('hands the cause on where the attempts are used up', async () => {
  functions.answers = [fails, fails];

  const execution = await run(await machine(waiter(1)), { id: 7 });

  expect(execution.status).toBe('SUCCEEDED');
  expect(functions.calls[2]).toEqual([TIMED_OUT, { Error: 'Error', Cause: '{"errorType":"Error","errorMessage":"not yet"}' }]);
});

test('fails with the error that nothing catches, and answers the payload of lambda:invoke', async () => {
  const invoke = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Parameters: { 'FunctionName': FUNCTION, 'Payload.$': '$.inner' } };
  functions.answers = [() => 'first', fails];

  const execution = await run(await machine({ StartAt: 'one', States: { one: { ...invoke, Next: 'two' }, two: { Type: 'Task', Resource: FUNCTION, End: true } } }), { inner: 1 });

  expect(execution).toMatchObject({ status: 'FAILED', error: 'Error', cause: '{"errorType":"Error","errorMessage":"not yet"}' });
  expect(functions.calls).toEqual([[FUNCTION, 1], [FUNCTION, { ExecutedVersion: '$LATEST', Payload: 'first', StatusCode: 200 }]]);
});

test('stops an execution, and lists the newest first', async () => {
  const stateMachineArn = await machine({ StartAt: 'w', States: { w: { Type: 'Wait', Seconds: 1e6, Next: 'p' }, p: { Type: 'Pass', Result: 1, Next: 'f' }, f: { Type: 'Fail', Error: 'E', Cause: 'C' } } });
  const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, name: 'one' }));
  expect(await client.send(new StartExecutionCommand({ stateMachineArn, name: 'one' })).catch((error) => error.message))
    .toBe(`Execution Already Exists: '${executionArn}'`);

  await client.send(new StopExecutionCommand({ executionArn }));

  expect((await ended(executionArn!)).status).toBe('ABORTED');
  await client.send(new StartExecutionCommand({ stateMachineArn, name: 'two' }));
  expect((await client.send(new ListExecutionsCommand({ stateMachineArn }))).executions!.map(({ name }) => name)).toEqual(['two', 'one']);
});

test.each([
  ['no JSON', '{', /^Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: /],
  ['a type that it does not run', { StartAt: 'a', States: { a: { Type: 'Map', End: true } } },
    /^Invalid State Machine Definition: 'the local AWS runs states of the types Task, Pass, Wait, Succeed, Fail, got Map in the state "a": run this state machine on AWS'$/],
  ['a field that it does not know', { StartAt: 'a', States: { a: { Type: 'Pass', End: true, ResultPath: '$.x' } } },
    /^Invalid State Machine Definition: 'the local AWS does not know the field "ResultPath" of the state "a"; it knows Type, Comment, Next, End, Result: run this state machine on AWS'$/],
  ['a state that leads nowhere', { StartAt: 'a', States: { a: { Type: 'Pass', Next: 'b' } } },
    /^Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: b at \/States\/a'$/],
  ['no first state', { StartAt: 'b', States: { a: { Type: 'Succeed' } } },
    /^Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: StartAt must name one of the States at \/StartAt'$/],
  ['a state without an end', { StartAt: 'a', States: { a: { Type: 'Pass' } } },
    /^Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: The state must have either Next or End at \/States\/a'$/],
  ['a task that is no function', { StartAt: 'a', States: { a: { Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage', End: true } } },
    /^Invalid State Machine Definition: 'the local AWS runs tasks that are Lambda functions, got arn:aws:states:::sqs:sendMessage in the state "a": run this state machine on AWS'$/],
])('refuses %s', async (_what, definition, message) => {
  await expect(machine(definition)).rejects.toThrow(message);
});
