import { BlueGreen } from './fixture';
import { eventually } from '../workload/support';

const HOOKS_ONLY = ['BeforeInstall', 'AfterInstall', 'AfterAllowTestTraffic', 'BeforeAllowTraffic', 'AfterAllowTraffic'];

let bg: BlueGreen;

beforeEach(async () => {
  bg = await new BlueGreen().start();
});

afterEach(async () => {
  await bg.close();
});

describe('a canary deployment', () => {
  test('shifts real traffic from blue to green, and ends blue after the wait', async () => {
    await bg.group();
    const two = await bg.registerVersion('two');
    expect(await bg.ask(bg.production, 5)).toEqual({ one: 5 });

    const id = await bg.deploy(two);
    expect(id).toMatch(/^d-[A-Z0-9]{9}$/);
    await eventually(async () => (await bg.weights(bg.production)).TargetGroupB === 10);
    expect(await bg.weights(bg.production)).toEqual({ TargetGroupA: 90, TargetGroupB: 10 });
    expect(await bg.weights(bg.test)).toEqual({ TargetGroupA: 0, TargetGroupB: 100 });
    expect(await bg.ask(bg.test, 3)).toEqual({ two: 3 });
    expect(await bg.ask(bg.production, 20)).toEqual({ one: 18, two: 2 });
    const shifting = await bg.target(id);
    expect(shifting.taskSetsInfo).toMatchObject([
      { taskSetLabel: 'Blue', status: 'PRIMARY', trafficWeight: 90, runningCount: 1, targetGroup: { name: 'TargetGroupA' } },
      { taskSetLabel: 'Green', status: 'ACTIVE', trafficWeight: 10, runningCount: 1, targetGroup: { name: 'TargetGroupB' } },
    ]);

    await bg.reaches(id, 'AfterAllowTraffic', 'Succeeded');
    expect(await bg.info(id)).toMatchObject({ status: 'InProgress', instanceTerminationWaitTimeStarted: true, creator: 'user' });
    expect((await bg.target(id)).taskSetsInfo!.map((set) => [set.taskSetLabel, set.status, set.runningCount])).toEqual([['Blue', 'ACTIVE', 1], ['Green', 'PRIMARY', 1]]);

    await bg.call('ContinueDeployment', { deploymentId: id, deploymentWaitType: 'TERMINATION_WAIT' });
    expect(await bg.ended(id)).toMatchObject({ status: 'Succeeded', deploymentConfigName: 'CodeDeployDefault.ECSCanary10Percent15Minutes' });
    expect(await bg.weights(bg.production)).toEqual({ TargetGroupA: 0, TargetGroupB: 100 });
    expect(await bg.ask(bg.production, 5)).toEqual({ two: 5 });
    expect((await bg.target(id)).status).toBe('Succeeded');
    await eventually(() => bg.world.processes.pids().length === 1);
    expect((await bg.ecs.describe()).taskDefinition).toBe(two);
  }, 30_000);

  test('ends blue by itself when the wait is over', async () => {
    await bg.group({
      DeploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
      BlueGreenDeploymentConfiguration: { TerminateBlueInstancesOnDeploymentSuccess: { Action: 'TERMINATE', TerminationWaitTimeInMinutes: 1 } },
    });
    expect(await bg.ended(await bg.deploy(await bg.registerVersion('two')))).toMatchObject({ status: 'Succeeded', instanceTerminationWaitTimeStarted: true });
    await eventually(async () => (await bg.ecs.describe()).taskSets.length === 1);
  });

  test('takes the other target group the next time', async () => {
    await bg.group({ DeploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce' });
    const first = await bg.deploy(await bg.registerVersion('two'));
    await bg.call('BatchGetDeployments', { deploymentIds: [first] });
    await bg.reaches(first, 'AfterAllowTraffic', 'Succeeded');
    await bg.call('ContinueDeployment', { deploymentId: first, deploymentWaitType: 'TERMINATION_WAIT' });
    expect((await bg.ended(first)).status).toBe('Succeeded');
    const second = await bg.deploy(await bg.registerVersion('three'));
    await bg.reaches(second, 'AfterAllowTraffic', 'Succeeded');
    expect(await bg.weights(bg.production)).toEqual({ TargetGroupA: 100, TargetGroupB: 0 });
    expect(await bg.ask(bg.production, 3)).toEqual({ three: 3 });
  });

  test('runs the hooks in their order, each with what it needs to answer', async () => {
    await bg.group({ DeploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce' });
    HOOKS_ONLY.forEach((event) => {
      bg.hooks[`on-${event}`] = 'Succeeded';
    });
    const id = await bg.deploy(await bg.registerVersion('two'), Object.fromEntries(HOOKS_ONLY.map((event) => [event, `on-${event}`])));
    await bg.reaches(id, 'AfterAllowTraffic', 'Succeeded');
    expect(bg.invoked).toEqual(HOOKS_ONLY.map((event) => `on-${event}`));
  });

  test('waits in the Ready state until it is continued', async () => {
    await bg.group({
      DeploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
      BlueGreenDeploymentConfiguration: { DeploymentReadyOption: { ActionOnTimeout: 'STOP_DEPLOYMENT', WaitTimeInMinutes: 600 } },
    });
    const id = await bg.deploy(await bg.registerVersion('two'));
    await eventually(async () => (await bg.info(id)).status === 'Ready');
    expect(await bg.weights(bg.production)).toEqual({ TargetGroupA: 100, TargetGroupB: 0 });
    expect(await bg.refusal('ContinueDeployment', { deploymentId: id, deploymentWaitType: 'TERMINATION_WAIT' })).toBe(
      `DeploymentIsNotInReadyStateException: Deployment ${id} is not in the Ready state`,
    );
    await bg.call('ContinueDeployment', { deploymentId: id, deploymentWaitType: 'READY_WAIT' });
    expect((await bg.ended(id)).status).toBe('Succeeded');
  });

  test('stops when nobody lets it leave the Ready state in time', async () => {
    await bg.group({ BlueGreenDeploymentConfiguration: { DeploymentReadyOption: { ActionOnTimeout: 'STOP_DEPLOYMENT', WaitTimeInMinutes: 1 } } });
    const info = await bg.ended(await bg.deploy(await bg.registerVersion('two')));
    expect(info).toMatchObject({
      status: 'Stopped',
      errorInformation: { code: 'TIMEOUT', message: 'The deployment timed out while waiting for a notification to continue. This time out period is 1 minutes.' },
    });
  });
});

describe('what is left alone', () => {
  test('moves no rule that leads elsewhere', async () => {
    const { Rules } = await bg.elb.apis[0].operations.CreateRule({
      ListenerArn: bg.production.listener,
      Priority: '5',
      Conditions: [{ Field: 'path-pattern', Values: ['/fixed'] }],
      Actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200', MessageBody: 'fixed', ContentType: 'text/plain' } }],
    }) as any;
    await bg.group({ DeploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce' });
    const id = await bg.deploy(await bg.registerVersion('two'));
    await bg.reaches(id, 'AfterAllowTraffic', 'Succeeded');
    const after = await bg.elb.apis[0].operations.DescribeRules({ RuleArns: [Rules[0].RuleArn] }) as any;
    expect(after.Rules[0].Actions).toEqual(Rules[0].Actions);
  });

  test('refuses to start from a production route that does not lead to blue', async () => {
    await bg.group();
    await bg.elb.apis[0].operations.ModifyRule({
      RuleArn: bg.production.rule,
      Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: bg.targetGroups[1], Weight: '100' }] } }],
    });
    const id = await bg.deploy(await bg.registerVersion('two'));
    expect(await bg.ended(id)).toMatchObject({
      status: 'Failed',
      errorInformation: {
        code: 'ELASTIC_LOAD_BALANCING_INVALID',
        message: `The ELB could not be updated due to the following error: Primary taskset target group must be behind listener ${bg.production.listener}`,
      },
    });
    expect((await bg.ecs.describe()).taskSets).toHaveLength(1);
    expect((await bg.info(id)).rollbackInfo).toEqual({});
  });

  test('starts where the test route leads to the idle target group, as apps of the field create it', async () => {
    await bg.group({ DeploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce' });
    await bg.elb.apis[0].operations.ModifyRule({
      RuleArn: bg.test.rule,
      Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: bg.targetGroups[1], Weight: '100' }] } }],
    });

    const id = await bg.deploy(await bg.registerVersion('two'));

    await bg.reaches(id, 'AfterAllowTraffic', 'Succeeded');
    expect((await bg.target(id)).status).toBe('InProgress');
  });
});
