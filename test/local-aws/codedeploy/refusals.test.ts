import { BlueGreen } from './fixture';
import { parseAppSpec } from '../../../src/local-aws/codedeploy/app-specs';
import { shiftSteps } from '../../../src/local-aws/codedeploy/configurations';
import { eventually, refusalOf, resourceRequest } from '../workload/support';

let bg: BlueGreen;

beforeAll(async () => {
  bg = await new BlueGreen().start();
  await bg.group({
    BlueGreenDeploymentConfiguration: { DeploymentReadyOption: { ActionOnTimeout: 'STOP_DEPLOYMENT', WaitTimeInMinutes: 6000 } },
  });
});

afterAll(async () => {
  await bg.close();
});

const appSpecContent = (content: string) => ({ revisionType: 'AppSpecContent', appSpecContent: { content } });
const group = { applicationName: 'app', deploymentGroupName: 'group' };

describe('CreateDeployment', () => {
  test.each([
    ['an application that is not there', { applicationName: 'nope' }, 'ApplicationDoesNotExistException: No application found for name: nope'],
    ['a group that is not there', { deploymentGroupName: 'nope' }, 'DeploymentGroupDoesNotExistException: No Deployment Group found for name: nope'],
    ['a configuration that is not there', { deploymentConfigName: 'nope' }, 'DeploymentConfigDoesNotExistException: No Deployment Configuration found for name: nope'],
    ['no revision', { revision: undefined }, 'RevisionRequiredException: The revision is required'],
    ['a revision in S3', { revision: { revisionType: 'S3' } },
      'InvalidRevisionException: the local AWS takes revisions of the types AppSpecContent and String, not S3: send the AppSpec\'s content'],
    ['an AppSpec without a version', { revision: appSpecContent('Resources: []') }, 'InvalidRevisionException: The AppSpec file has no version: it begins with "version: 0.0"'],
    ['an AppSpec of a version that does not exist', { revision: appSpecContent('version: 1\nResources: []') },
      'InvalidRevisionException: The AppSpec file has version 1; the only one there is is 0.0'],
    ['an AppSpec without its service', { revision: appSpecContent('version: 0.0\nResources: []') },
      'InvalidRevisionException: The AppSpec file has to name exactly one TargetService of the type AWS::ECS::Service under Resources'],
    ['an AppSpec without its container', { revision: appSpecContent('version: 0.0\nResources: [{ TargetService: { Type: AWS::ECS::Service, Properties: { TaskDefinition: api } } }]') },
      'InvalidRevisionException: The AppSpec file has to name TaskDefinition, LoadBalancerInfo.ContainerName and LoadBalancerInfo.ContainerPort'],
  ])('refuses %s', async (_what, input, refusal) => {
    expect(await bg.refusal('CreateDeployment', { ...group, revision: appSpecContent(bg.appSpec('api')), ...input })).toBe(refusal);
  });

  test('refuses a hook where none can run', async () => {
    expect(await bg.refusal('CreateDeployment', { ...group, revision: appSpecContent(bg.appSpec('api', { Install: 'hook' })) })).toBe(
      'InvalidRevisionException: The AppSpec file has a hook at Install; hooks can run at BeforeInstall, AfterInstall, AfterAllowTestTraffic, BeforeAllowTraffic, AfterAllowTraffic',
    );
  });

  test('refuses a second deployment in a group, and lets the first be seen through its whole life', async () => {
    const id = await bg.deploy('api:2', {}, { description: 'the first' });
    expect(await bg.refusal('GetDeploymentTarget', { deploymentId: id, targetId: 'main:api' })).toBe(`DeploymentNotStartedException: Deployment ${id} has not started`);
    expect(await refusalOf(() => bg.deploy('api:2'))).toMatch(
      new RegExp(`^DeploymentLimitExceededException: The Deployment Group 'group' already has an active Deployment '${id}'$`),
    );
    await eventually(async () => (await bg.info(id)).status === 'Ready');
    expect(await bg.call('ListDeployments', { ...group, includeOnlyStatuses: ['Created', 'Queued', 'InProgress', 'Baking', 'Ready'] })).toEqual({ deployments: [id] });
    expect(await bg.call('ListDeploymentTargets', { deploymentId: id })).toEqual({ targetIds: ['main:api'] });
    expect(await bg.refusal('GetDeploymentTarget', { deploymentId: id, targetId: 'main:other' })).toBe(
      `DeploymentTargetDoesNotExistException: The deployment target main:other does not belong to the deployment ${id}`,
    );
    const info = await bg.info(id);
    expect(info).toMatchObject({ description: 'the first', status: 'Ready', computePlatform: 'ECS', revision: { appSpecContent: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } } });
    expect(info.revision!.appSpecContent!.content).toBeUndefined();
    expect((await bg.call('GetApplicationRevision', { applicationName: 'app', revision: info.revision })).revision.appSpecContent.content).toBe(bg.appSpec('api:2'));

    await bg.call('StopDeployment', { deploymentId: id, autoRollbackEnabled: true });
    const { rollbackInfo } = await bg.ended(id);
    await bg.ended(rollbackInfo!.rollbackDeploymentId!);
    expect(await bg.refusal('StopDeployment', { deploymentId: id })).toBe(`DeploymentAlreadyCompletedException: Deployment ${id} has already completed`);
    expect(await bg.refusal('ContinueDeployment', { deploymentId: id })).toBe(`DeploymentAlreadyCompletedException: Deployment ${id} has already completed`);
    expect((await bg.call('GetDeploymentGroup', group)).deploymentGroupInfo.lastAttemptedDeployment.deploymentId).toBe(rollbackInfo!.rollbackDeploymentId);
  });

  test('takes an AppSpec in YAML as well', async () => {
    const content = [
      'version: 0.0', 'Resources:', '  - TargetService:', '      Type: AWS::ECS::Service', '      Properties:', '        TaskDefinition: api:1',
      '        LoadBalancerInfo: { ContainerName: web, ContainerPort: 8080 }', 'Hooks:', '  - BeforeInstall: check',
    ].join('\n');
    expect(parseAppSpec(content)).toEqual({
      service: { TaskDefinition: 'api:1', LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 8080 } },
      hooks: { BeforeInstall: 'check' },
    });
    const revision = { revisionType: 'String', string: { content } };
    await bg.call('RegisterApplicationRevision', { applicationName: 'app', revision });
    expect((await bg.call('GetApplicationRevision', { applicationName: 'app', revision })).revision.string.content).toBe(content);
  });
});

test('refuses deployments and answers of hooks that it does not know', async () => {
  expect(await bg.refusal('GetDeployment', { deploymentId: 'd-NOPE' })).toBe('DeploymentDoesNotExistException: The deployment d-NOPE could not be found');
  expect(await bg.refusal('PutLifecycleEventHookExecutionStatus', { deploymentId: 'd-NOPE', lifecycleEventHookExecutionId: 'x', status: 'Succeeded' })).toBe(
    'InvalidLifecycleEventHookExecutionIdException: The lifecycle event hook execution ID is invalid',
  );
  expect(await bg.refusal('GetApplicationRevision', { applicationName: 'app', revision: { revisionType: 'String', string: { sha256: 'abc' } } })).toBe(
    'RevisionDoesNotExistException: No revision of the application app has the hash abc',
  );
});

describe('CloudFormation', () => {
  test('cannot make a second group for a service', async () => {
    expect(await refusalOf(() => bg.group({ DeploymentGroupName: 'replacement' }))).toBe(
      'ECSServiceMappingLimitExceededException: The Amazon ECS service is associated with more than one deployment groups. '
      + 'An Amazon ECS service can be associated with only one deployment group.',
    );
  });

  test.each([
    ['a name in use', {}, 'DeploymentGroupAlreadyExistsException: Deployment Group already exists: group'],
    ['no role', { DeploymentGroupName: 'other', ServiceRoleArn: undefined }, 'RoleRequiredException: The service role is required'],
    ['a service that is not there', { DeploymentGroupName: 'other', ECSServices: [{ ClusterName: 'main', ServiceName: 'nope' }] },
      'InvalidECSServiceException: The Amazon ECS service nope in the cluster main is not active, or does not have the CODE_DEPLOY deployment controller'],
    ['an unknown configuration', { DeploymentGroupName: 'other', DeploymentConfigName: 'nope' },
      'DeploymentConfigDoesNotExistException: No Deployment Configuration found for name: nope'],
  ])('refuses a group with %s', async (_what, properties, refusal) => {
    expect(await refusalOf(() => bg.group(properties))).toBe(refusal);
  });

  test('updates a group in place', async () => {
    const type = bg.codeDeploy.resourceTypes['AWS::CodeDeploy::DeploymentGroup'];
    const properties = bg.groupProperties({ DeploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce' });
    await type.update(resourceRequest('AWS::CodeDeploy::DeploymentGroup', properties), { physicalId: 'group', attributes: {} }, bg.groupProperties());
    const { deploymentGroupInfo } = await bg.call('GetDeploymentGroup', group);
    expect(deploymentGroupInfo).toMatchObject({
      deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
      blueGreenDeploymentConfiguration: { terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 600 } },
      loadBalancerInfo: { targetGroupPairInfoList: [{ targetGroups: [{ name: 'TargetGroupA' }, { name: 'TargetGroupB' }] }] },
      ecsServices: [{ clusterName: 'main', serviceName: 'api' }],
    });
  });

  test('makes a configuration, which cannot take a predefined name, nor go while it is used', async () => {
    const type = bg.codeDeploy.resourceTypes['AWS::CodeDeploy::DeploymentConfig'];
    const request = (properties: Record<string, unknown>) => resourceRequest('AWS::CodeDeploy::DeploymentConfig', properties, 'Config');
    const TrafficRoutingConfig = { Type: 'TimeBasedLinear', TimeBasedLinear: { LinearPercentage: 25, LinearInterval: 2 } };
    expect(await refusalOf(() => type.create(request({ DeploymentConfigName: 'CodeDeployDefault.Mine', TrafficRoutingConfig })))).toBe(
      'InvalidDeploymentConfigNameException: The deployment configuration name "CodeDeployDefault.Mine" is invalid: it may not be empty or begin with CodeDeployDefault.',
    );
    const state = await type.create(request({ TrafficRoutingConfig }));
    const { deploymentConfigInfo } = await bg.call('GetDeploymentConfig', { deploymentConfigName: state.physicalId });
    expect(deploymentConfigInfo.trafficRoutingConfig).toEqual({ type: 'TimeBasedLinear', timeBasedLinear: { linearPercentage: 25, linearInterval: 2 } });
    const groupType = bg.codeDeploy.resourceTypes['AWS::CodeDeploy::DeploymentGroup'];
    const using = resourceRequest('AWS::CodeDeploy::DeploymentGroup', bg.groupProperties({ DeploymentConfigName: state.physicalId }));
    await groupType.update(using, { physicalId: 'group', attributes: {} }, {});
    expect(await refusalOf(() => type.delete(request({}), state))).toBe(
      `DeploymentConfigInUseException: The deployment configuration ${state.physicalId} is in use and cannot be deleted`,
    );
  });
});

test.each([
  ['CodeDeployDefault.ECSAllAtOnce', [[100, 0]]],
  ['CodeDeployDefault.ECSCanary10Percent5Minutes', [[10, 300], [100, 0]]],
  ['CodeDeployDefault.ECSCanary10Percent15Minutes', [[10, 900], [100, 0]]],
  ['CodeDeployDefault.ECSLinear10PercentEvery1Minutes', [...[10, 20, 30, 40, 50, 60, 70, 80, 90].map((percent) => [percent, 60]), [100, 0]]],
])('%s shifts step by step', async (name, steps) => {
  const { deploymentConfigInfo } = await bg.call('GetDeploymentConfig', { deploymentConfigName: name });
  expect(shiftSteps(deploymentConfigInfo.trafficRoutingConfig).map(({ percent, bakeSeconds }) => [percent, bakeSeconds])).toEqual(steps);
});

test.each([['a third', 30, [30, 60, 90, 100]], ['all', 100, [100]]])('a linear shift by %s ends with everything', (_what, linearPercentage, percents) => {
  expect(shiftSteps({ type: 'TimeBasedLinear', timeBasedLinear: { linearPercentage, linearInterval: 1 } }).map((step) => step.percent)).toEqual(percents);
});
