import { answerBody, type Answer } from '../../../../src/deployment/codedeploy/handler/answer';
import { poll, type Surroundings } from '../../../../src/deployment/codedeploy/handler/poll';
import { done, wait, type Request, type Resource, type Step } from '../../../../src/deployment/codedeploy/handler/request';

const request: Request<unknown> = {
  RequestType: 'Update',
  RequestId: 'r-1',
  StackId: 'arn:stack',
  ResponseURL: 'http://localhost/answer',
  ResourceType: 'Custom::BlueGreenDeployment',
  LogicalResourceId: 'Trigger',
  PhysicalResourceId: 'old-id',
  ResourceProperties: {},
};

/** Surroundings in which time passes only by sleeping. */
class Fake implements Surroundings {
  public readonly answers: Answer[] = [];
  public readonly continued: Array<Request<unknown>> = [];
  public readonly lines: string[] = [];
  public clock = 0;

  constructor(private readonly lambdaMillis = Infinity) {}

  public now = () => this.clock;
  public millisLeft = () => this.lambdaMillis - this.clock;
  public sleep = async (millis: number) => {
    this.clock += millis;
  };
  public goOn = async (next: Request<unknown>) => {
    this.continued.push(next);
  };
  public deliver = async (_request: Request<unknown>, answer: Answer) => {
    this.answers.push(answer);
  };
  public log = (line: string) => this.lines.push(line);
}

function resource(...steps: Array<Step | Error>): Resource<unknown> {
  return {
    step: async (_request, memory) => {
      memory.physicalId = 'new-id';
      const step = steps.length > 1 ? steps.shift()! : steps[0];
      if (step instanceof Error) {
        throw step;
      }
      return step;
    },
  };
}

test('looks until the resource is done, and answers once', async () => {
  const around = new Fake();
  await poll(request, resource(wait('green'), wait('green'), done('id', { Name: 'n' })), around);
  expect(around.answers).toEqual([{ status: 'SUCCESS', result: { physicalId: 'id', data: { Name: 'n' } } }]);
  expect(around.lines).toEqual(['waiting for green']);
});

test('answers a failure with the physical id that exists by then', async () => {
  const around = new Fake();
  await poll(request, resource(wait('green'), new Error('the hook failed')), around);
  expect(around.answers).toEqual([{ status: 'FAILED', physicalId: 'new-id', reason: 'the hook failed' }]);
});

test('answers nothing when a newer request has come', async () => {
  const around = new Fake();
  await poll(request, resource({ kind: 'superseded', reason: 'newer' }), around);
  expect(around.answers).toEqual([]);
});

test('hands over to another invocation before its own time runs out, with all that it remembers', async () => {
  const around = new Fake(900_000);
  await poll(request, resource(wait('green')), around);
  expect(around.answers).toEqual([]);
  expect(around.continued).toEqual([{ ...request, Continuation: { startedAt: 0, memory: { physicalId: 'new-id' } } }]);
  expect(around.clock).toBeLessThan(900_000);
});

test('answers a failure before CloudFormation\'s hour is over, counted from the first invocation', async () => {
  const around = new Fake();
  around.clock = 3_000_000;
  await poll({ ...request, Continuation: { startedAt: 0, memory: {} } }, resource(wait('green')), around);
  expect(around.answers).toEqual([{ status: 'FAILED', physicalId: 'new-id', reason: 'the time that CloudFormation gives was up while waiting for green' }]);
  expect(around.clock).toBeLessThan(3_600_000);
});

test('answers by name for a type that it does not know', async () => {
  const around = new Fake();
  await poll({ ...request, ResourceType: 'Custom::Other' }, undefined, around);
  expect(around.answers).toEqual([{ status: 'FAILED', physicalId: 'old-id', reason: 'the function does not know resources of type Custom::Other' }]);
});

describe('an answer', () => {
  test('fits 4,096 bytes, and keeps the beginning of its reason', () => {
    const body = answerBody(request, { status: 'FAILED', physicalId: 'id', reason: `the hook failed: ${'ü'.repeat(5000)}` });
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(4096);
    expect(JSON.parse(body)).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/^the hook failed: ü+…$/), PhysicalResourceId: 'id', RequestId: 'r-1' });
  });
});
