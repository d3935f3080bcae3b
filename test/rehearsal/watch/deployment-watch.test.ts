import type { DeploymentView } from '../../../src/rehearsal/aws/deployments';
import { LocalClock } from '../../../src/rehearsal/aws/local-clock';
import type { TaskSetView } from '../../../src/rehearsal/aws/services';
import { DeploymentWatch, type Watched } from '../../../src/rehearsal/watch/deployment-watch';
import type { Happening } from '../../../src/rehearsal/watch/happening';
import { Versions } from '../../../src/rehearsal/watch/versions';
import { deployment } from '../support/happenings';

const A = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/Api-A/1';
const B = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/Api-B/2';

/** What the services would answer; changed by a test as a deployment goes on. */
class Answers {
  public deployments: DeploymentView[] = [];
  public taskSets: TaskSetView[] = [taskSet('Api:1', A, 'PRIMARY')];
  public weights: Record<string, number> = { [A]: 100, [B]: 0 };
}

function taskSet(revision: string, targetGroupArn: string, status: string): TaskSetView {
  return { id: `ecs-svc/${revision}`, revision, status, targetGroupArn, desired: 1, running: 1 };
}

let watch: DeploymentWatch;
let answers: Answers;
let happenings: Happening[];
const never = new AbortController().signal;

beforeEach(async () => {
  answers = new Answers();
  happenings = [];
  answers.deployments = [deployment({})].map((view) => ({ ...view, id: 'd-earlier', status: 'Succeeded' }));
  const versions = new Versions('v1');
  const watched = {
    deployments: {
      ids: async () => answers.deployments.map(({ id }) => id),
      view: async (wanted: string) => answers.deployments.find(({ id }) => id === wanted)!,
    },
    service: { taskSets: async () => answers.taskSets },
    route: { weights: async () => answers.weights },
    clock: new LocalClock(0, 60),
    versions,
  } as unknown as Watched;
  watch = new DeploymentWatch(watched, (happening) => happenings.push(happening), (error) => { throw error; });
  await watch.start(never);
  versions.begin('v2');
});

afterEach(async () => watch.stop());

test('weights are told by version, as soon as a task set takes the other target group', async () => {
  await watch.settled();
  answers.taskSets = [taskSet('Api:1', A, 'PRIMARY'), taskSet('Api:2', B, 'ACTIVE')];
  answers.weights = { [A]: 90, [B]: 10 };
  await watch.settled();
  answers.taskSets = [taskSet('Api:2', B, 'PRIMARY')];
  answers.weights = { [A]: 0, [B]: 100 };
  await watch.settled();
  expect(watch.weights().map(({ byVersion }) => byVersion)).toEqual([{ v1: 100 }, { v1: 90, v2: 10 }, { v2: 100 }]);
});

test('traffic to a target group in which nothing runs is told by the name of the target group', async () => {
  answers.weights = { [A]: 0, [B]: 100 };
  await watch.settled();
  expect(watch.weights().at(-1)!.byVersion).toEqual({ 'v1': 0, 'Api-B': 100 });
});

test('what was deployed before the update is not of the update', async () => {
  await watch.settled();
  expect(watch.deployments()).toEqual([]);
});

test('it is settled when the deployment has ended', async () => {
  let settled = false;
  answers.deployments = [deployment({}), ...answers.deployments];
  await seen('d-1');
  const end = watch.settled().then(() => { settled = true; });
  await seen('d-1');
  expect(settled).toBe(false);
  answers.deployments = answers.deployments.map((view) => (view.id === 'd-1' ? { ...view, status: 'Succeeded' } : view));
  await end;
  expect(watch.deployments().map(({ id, status }) => [id, status])).toEqual([['d-1', 'Succeeded']]);
});

test('it is not settled before the rollback of a stopped deployment has ended', async () => {
  const stopped: DeploymentView = { ...deployment({}), status: 'Stopped', rolledBackBy: 'd-2' };
  const rollback: DeploymentView = { ...deployment({}), id: 'd-2', rollback: true };
  answers.deployments = [rollback, stopped];
  let settled = false;
  const end = watch.settled().then(() => { settled = true; });
  await seen('d-2');
  expect(settled).toBe(false);
  answers.deployments = [{ ...rollback, status: 'Succeeded' }, stopped];
  await end;
  expect(watch.deployments().map(({ id }) => id)).toEqual(['d-1', 'd-2']);
});

test('that a deployment was stopped is told before its rollback', async () => {
  answers.deployments = [deployment({})];
  await seen('d-1');
  answers.deployments = [{ ...deployment({}), id: 'd-2', rollback: true, status: 'Succeeded' }, { ...deployment({}), status: 'Stopped', rolledBackBy: 'd-2' }];
  await watch.settled();
  const told = happenings.flatMap((happening) => (happening.kind === 'deployment' ? [`${happening.view.id} ${happening.view.status}`] : []));
  expect(told).toEqual(['d-1 InProgress', 'd-1 Stopped', 'd-2 Succeeded']);
});

test('nothing is told twice', async () => {
  await watch.settled();
  await watch.settled();
  expect(happenings.map(({ kind }) => kind)).toEqual(['tasks', 'weights']);
});

async function seen(id: string): Promise<void> {
  while (!watch.deployments().some((view) => view.id === id)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
