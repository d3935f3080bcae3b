import { BlueGreen } from './fixture';
import { eventually } from '../workload/support';

let bg: BlueGreen;

beforeEach(async () => {
  bg = await new BlueGreen().start();
});

afterEach(async () => {
  await bg.close();
});

/** After a rollback: blue serves all, and nothing of green is left. */
async function expectBlueServes(failed: string): Promise<void> {
  const { rollbackInfo } = await bg.info(failed);
  const rollback = await bg.ended(rollbackInfo!.rollbackDeploymentId!);
  expect(rollback).toMatchObject({
    status: 'Succeeded',
    creator: 'codeDeployRollback',
    deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
    rollbackInfo: {
      rollbackTriggeringDeploymentId: failed,
      rollbackMessage: `Deployment ${rollback.deploymentId} is triggered to roll back deployment ${failed}.`,
    },
  });
  expect(rollbackInfo!.rollbackMessage).toBe(`Deployment ${failed} terminated. Automatic rollback is triggered with a DeploymentId ${rollback.deploymentId}.`);
  expect(await bg.weights(bg.production)).toEqual({ TargetGroupA: 100, TargetGroupB: 0 });
  expect(await bg.weights(bg.test)).toEqual({ TargetGroupA: 100, TargetGroupB: 0 });
  await eventually(() => bg.world.processes.pids().length === 1);
  expect(await bg.ask(bg.production, 3)).toEqual({ one: 3 });
  expect((await bg.ecs.steady()).taskSets).toMatchObject([{ status: 'PRIMARY', taskDefinition: expect.stringMatching(/api:2$/) }]);
}

test('rolls back when a hook says that green is bad', async () => {
  await bg.group();
  bg.hooks.check = 'Failed';
  const id = await bg.deploy(await bg.registerVersion('two'), { AfterAllowTestTraffic: 'check' });
  expect(await bg.ended(id)).toMatchObject({
    status: 'Failed',
    errorInformation: { code: 'HOOK_EXECUTION_FAILURE', message: 'The deployment failed because one or more of the lifecycle event validation functions failed.' },
  });
  await expectBlueServes(id);
  const { lifecycleEvents } = await bg.target(id);
  expect(lifecycleEvents!.map((event) => event.status)).toEqual(['Succeeded', 'Succeeded', 'Succeeded', 'Succeeded', 'Failed', 'Skipped', 'Skipped', 'Skipped']);
  expect(lifecycleEvents![4].diagnostics).toMatchObject({ errorCode: 'UnknownError', scriptName: 'check' });
});

test('has nothing to roll back when BeforeInstall fails', async () => {
  await bg.group();
  bg.hooks.check = 'Failed';
  const id = await bg.deploy(await bg.registerVersion('two'), { BeforeInstall: 'check' });
  expect(await bg.ended(id)).toMatchObject({ status: 'Failed', rollbackInfo: {} });
});

test('fails a deployment whose hook does not exist', async () => {
  await bg.group();
  const id = await bg.deploy(await bg.registerVersion('two'), { AfterInstall: 'nobody' });
  expect((await bg.ended(id)).errorInformation).toEqual({
    code: 'HOOK_EXECUTION_FAILURE',
    message: 'The deployment failed because one or more of the lifecycle event validation functions failed. AfterInstall: Function not found: nobody',
  });
  await expectBlueServes(id);
});

test('rolls back at 10 percent when an alarm goes off', async () => {
  await bg.group();
  const id = await bg.deploy(await bg.registerVersion('two'));
  await eventually(async () => (await bg.weights(bg.production)).TargetGroupB === 10);
  bg.alarms.add('errors');
  expect(await bg.ended(id)).toMatchObject({
    status: 'Stopped',
    errorInformation: {
      code: 'ALARM_ACTIVE',
      message: 'One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected deployments have been stopped. Activated alarms: <errors>',
    },
  });
  await expectBlueServes(id);
  expect(await bg.events(id)).toMatch(/AllowTraffic Failed, AfterAllowTraffic Skipped$/);
});

test('rolls back from the bake, when green is the primary task set already', async () => {
  await bg.group({
    DeploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
    BlueGreenDeploymentConfiguration: { TerminateBlueInstancesOnDeploymentSuccess: { Action: 'TERMINATE', TerminationWaitTimeInMinutes: 60 } },
  });
  const id = await bg.deploy(await bg.registerVersion('two'));
  await bg.reaches(id, 'AfterAllowTraffic', 'Succeeded');
  expect(await bg.call('StopDeployment', { deploymentId: id, autoRollbackEnabled: true })).toMatchObject({ status: 'Pending' });
  expect(await bg.ended(id)).toMatchObject({ status: 'Stopped', errorInformation: { code: 'MANUAL_STOP' } });
  await expectBlueServes(id);
});

test('leaves everything as it is when it is stopped without a rollback, and the next deployment clears it away', async () => {
  await bg.group();
  const id = await bg.deploy(await bg.registerVersion('two'));
  await eventually(async () => (await bg.weights(bg.production)).TargetGroupB === 10);
  await bg.call('StopDeployment', { deploymentId: id, autoRollbackEnabled: false });
  expect(await bg.ended(id)).toMatchObject({ status: 'Stopped', rollbackInfo: {} });
  expect(await bg.weights(bg.production)).toEqual({ TargetGroupA: 90, TargetGroupB: 10 });
  await bg.elb.apis[0].operations.ModifyRule({
    RuleArn: bg.test.rule,
    Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: bg.targetGroups.map((TargetGroupArn, index) => ({ TargetGroupArn, Weight: index === 0 ? 100 : 0 })) } }],
  });
  const next = await bg.deploy(await bg.registerVersion('three'), {}, { deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce' });
  await bg.reaches(next, 'AfterAllowTraffic', 'Succeeded');
  expect(await bg.ask(bg.production, 3)).toEqual({ three: 3 });
});

test('fails at once while an alarm is on, unless the alarms are overridden', async () => {
  await bg.group({ DeploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce', BlueGreenDeploymentConfiguration: {} });
  bg.alarms.add('errors');
  const two = await bg.registerVersion('two');
  const refused = await bg.deploy(two);
  expect(await bg.ended(refused)).toMatchObject({ status: 'Stopped', errorInformation: { code: 'ALARM_ACTIVE' }, rollbackInfo: {} });
  const mending = await bg.deploy(two, {}, { overrideAlarmConfiguration: { enabled: false } });
  expect((await bg.ended(mending)).status).toBe('Succeeded');
});

test('gives up on green that never becomes healthy, and says so', async () => {
  await bg.close();
  bg = await new BlueGreen(3000).start();
  await bg.group();
  const broken = await bg.registerVersion('two', { command: ['node', '-e', 'process.exit(7)'] });
  const id = await bg.deploy(broken);
  const task = await bg.ecs.stoppedTask();
  expect(task).toMatchObject({ stopCode: 'EssentialContainerExited', stoppedReason: 'Essential container in task exited', containers: [{ exitCode: 7 }] });
  expect(await bg.ended(id)).toMatchObject({
    status: 'Failed',
    errorInformation: {
      code: 'TIMEOUT',
      message: 'The deployment timed out while waiting for the replacement task set to become healthy. This time out period is 60 minutes.',
    },
  });
  await expectBlueServes(id);
}, 20_000);

test('names the revision that cannot be deployed', async () => {
  await bg.group();
  const id = await bg.deploy('arn:aws:ecs:eu-central-1:123456789012:task-definition/api:99');
  expect((await bg.ended(id)).errorInformation).toEqual({
    code: 'ECS_UPDATE_ERROR',
    message: 'The ECS service cannot be updated due to an unexpected error: TaskDefinition not found. (Service: AmazonECS; Error Code: ClientException)',
  });
});

test('ends every process on close, in the middle of a deployment', async () => {
  await bg.group();
  const id = await bg.deploy(await bg.registerVersion('two'));
  await bg.reaches(id, 'AllowTraffic', 'InProgress');
  await bg.codeDeploy.close();
  await bg.ecs.service.close();
  expect(bg.world.processes.pids()).toEqual([]);
});
