import { join } from 'node:path';
import { Clock } from '../../../src/local-aws/core/clock';
import { Endpoint } from '../../../src/local-aws/endpoint/endpoint';

const HOOK = join(__dirname, '../../../examples/three-environments/hooks/check-green');

const GREEN = { identifer: 'ecs-svc/2', taskSetLabel: 'Green', status: 'ACTIVE', desiredCount: 2, targetGroup: { name: 'group-b' } };
const BLUE = { identifer: 'ecs-svc/1', taskSetLabel: 'Blue', status: 'PRIMARY', desiredCount: 2, targetGroup: { name: 'group-a' } };

/** What AWS answers to the hook, over its real protocols, and what the hook says to it. */
interface World {
  creator: string;
  taskSets: object[];
  /** The states of the targets by target group; each look takes the next list, the last one stays. */
  targets: Record<string, string[][]>;
  reported: object[];
}

let endpoint: Endpoint;
let world: World;
let printed: jest.SpyInstance;

beforeAll(async () => {
  endpoint = new Endpoint({ clock: new Clock(1), log: () => undefined });
  endpoint.serveFrom([{
    resourceTypes: {},
    close: async () => undefined,
    apis: [
      {
        signingName: 'codedeploy',
        protocol: 'json',
        target: 'CodeDeploy_20141006',
        operations: {
          GetDeployment: ({ deploymentId }) => ({ deploymentInfo: { deploymentId, creator: world.creator } }),
          ListDeploymentTargets: () => ({ targetIds: ['cluster:service'] }),
          GetDeploymentTarget: ({ targetId }) => ({
            deploymentTarget: { deploymentTargetType: 'ECSTarget', ecsTarget: { targetId, taskSetsInfo: world.taskSets } },
          }),
          PutLifecycleEventHookExecutionStatus: (input) => {
            world.reported.push(input);
            return { lifecycleEventHookExecutionId: input.lifecycleEventHookExecutionId };
          },
        },
      },
      {
        signingName: 'elasticloadbalancing',
        protocol: 'query',
        target: '2015-12-01',
        operations: {
          DescribeTargetGroups: ({ Names: [name] }) => ({ TargetGroups: [{ TargetGroupName: name, TargetGroupArn: `arn:${name}` }] }),
          DescribeTargetHealth: ({ TargetGroupArn }) => {
            const looks = world.targets[TargetGroupArn.slice('arn:'.length)];
            const states = looks.length > 1 ? looks.shift()! : looks[0];
            return { TargetHealthDescriptions: states.map((State, index) => ({ Target: { Id: `10.0.0.${index}` }, TargetHealth: { State } })) };
          },
        },
      },
    ],
  }]);
  await endpoint.listen(0);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint.url(), AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', PATIENCE_SECONDS: '0',
  });
});

beforeEach(() => {
  world = { creator: 'user', taskSets: [BLUE, GREEN], targets: { 'group-a': [['unhealthy']], 'group-b': [['healthy', 'healthy']] }, reported: [] };
  printed = jest.spyOn(console, 'log').mockImplementation(() => undefined);
});

afterEach(() => {
  printed.mockRestore();
  process.env.PATIENCE_SECONDS = '0';
});

afterAll(async () => endpoint.close());

async function check(): Promise<{ status: string; because: string }> {
  const { handler } = await import(HOOK);
  await handler({ DeploymentId: 'd-1', LifecycleEventHookExecutionId: 'execution-1' });
  const { deploymentId, status, because } = JSON.parse(printed.mock.calls[0][0]);
  expect(deploymentId).toBe('d-1');
  expect(world.reported).toEqual([{ deploymentId: 'd-1', lifecycleEventHookExecutionId: 'execution-1', status }]);
  return { status, because };
}

test('lets a deployment go on when every task of green is healthy, whatever blue is', async () => {
  expect(await check()).toEqual({ status: 'Succeeded', because: '2 of 2 tasks of green are healthy in group-b' });
});

test('does not count what is leaving the target group', async () => {
  world.targets['group-b'] = [['draining', 'healthy', 'healthy']];

  expect((await check()).status).toBe('Succeeded');
});

test.each([
  [['healthy', 'unhealthy'], '1 of 2 tasks of green are healthy in group-b after 0 s; the states of its targets: healthy, unhealthy'],
  [['healthy'], '1 of 2 tasks of green are healthy in group-b after 0 s; the states of its targets: healthy'],
  [['unused', 'unused'], '0 of 2 tasks of green are healthy in group-b after 0 s; the states of its targets: unused, unused'],
  [[], '0 of 2 tasks of green are healthy in group-b after 0 s; the states of its targets: none'],
])('fails a deployment whose targets are %j', async (states, because) => {
  world.targets['group-b'] = [states];

  expect(await check()).toEqual({ status: 'Failed', because });
});

test('waits for a target whose health is not known yet', async () => {
  process.env.PATIENCE_SECONDS = '120';
  world.targets['group-b'] = [['initial', 'healthy'], ['healthy', 'healthy']];
  const { setTimeout: later } = global;
  // The hook's own wait alone: the SDK's time-outs stay what they are.
  const soon = jest.spyOn(global, 'setTimeout').mockImplementation(((callback: () => void, millis: number) => (
    later(callback, millis === 5000 ? 0 : millis)
  )) as typeof setTimeout);
  try {
    expect((await check()).status).toBe('Succeeded');
  } finally {
    soon.mockRestore();
  }
});

test('never holds up a rollback', async () => {
  world.creator = 'codeDeployRollback';
  world.targets['group-b'] = [['unhealthy', 'unhealthy']];

  expect(await check()).toEqual({ status: 'Succeeded', because: 'a rollback is never held up' });
});

test('fails a deployment that it cannot look into, rather than hold it up for an hour', async () => {
  world.taskSets = [BLUE];

  expect(await check()).toEqual({ status: 'Failed', because: 'green cannot be checked: Error: the deployment d-1 has no green task set' });
});
