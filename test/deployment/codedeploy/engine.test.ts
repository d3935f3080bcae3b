import { Duration, type Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { DeploymentEngine, DeploymentHook, ServicePreset, TrafficShift } from '../../../src';
import { newService, newStack, templateOf } from '../../support/stacks';

describe('the CodeDeploy engine', () => {
  const smokeTest = (stack: Stack) => new LambdaFunction(stack, 'SmokeTest', {
    runtime: Runtime.NODEJS_22_X, handler: 'index.handler', code: Code.fromInline('exports.handler = async () => {}'),
  });

  test('shifts, keeps blue and rolls back as told', () => {
    templateOf(newService({
      deployment: DeploymentEngine.codeDeploy({
        trafficShift: TrafficShift.linear({ percent: 20, every: Duration.minutes(2) }), keepBlue: Duration.minutes(30),
      }),
    })).hasResourceProperties('AWS::CodeDeploy::DeploymentGroup', {
      DeploymentConfigName: { Ref: Match.stringLikeRegexp('DeploymentConfig') },
      BlueGreenDeploymentConfiguration: {
        TerminateBlueInstancesOnDeploymentSuccess: { Action: 'TERMINATE', TerminationWaitTimeInMinutes: 30 },
        DeploymentReadyOption: { ActionOnTimeout: 'CONTINUE_DEPLOYMENT' },
      },
      AutoRollbackConfiguration: { Enabled: true, Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_REQUEST', 'DEPLOYMENT_STOP_ON_ALARM'] },
      AlarmConfiguration: { Enabled: true, Alarms: [Match.anyValue(), Match.anyValue()] },
      LoadBalancerInfo: {
        TargetGroupPairInfoList: [{
          ProdTrafficRoute: { ListenerArns: [Match.anyValue()] }, TestTrafficRoute: { ListenerArns: [Match.anyValue()] },
        }],
      },
    });
  });

  test('runs hooks at all five events, and grants each function the permission to report', () => {
    const stack = newStack();
    const hook = DeploymentHook.function(smokeTest(stack));
    const template = templateOf(newService({
      deployment: DeploymentEngine.codeDeploy({
        hooks: { beforeInstall: hook, afterInstall: hook, afterAllowTestTraffic: hook, beforeAllowTraffic: hook, afterAllowTraffic: hook },
      }),
    }, stack));
    const [{ Properties }] = Object.values(template.findResources('Custom::BlueGreenDeployment'));
    expect(JSON.stringify(Properties.Hooks).match(/BeforeInstall|AfterInstall|AfterAllowTestTraffic|BeforeAllowTraffic|AfterAllowTraffic/g)).toEqual([
      'BeforeInstall', 'AfterInstall', 'AfterAllowTestTraffic', 'BeforeAllowTraffic', 'AfterAllowTraffic',
    ]);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: [Match.objectLike({ Action: 'codedeploy:PutLifecycleEventHookExecutionStatus' })] },
      Roles: [{ Ref: Match.stringLikeRegexp('SmokeTest') }],
    });
  });

  test('warns when a hook is a function that it cannot grant anything', () => {
    const stack = newStack();
    const imported = LambdaFunction.fromFunctionArn(stack, 'Imported', 'arn:aws:lambda:us-east-1:210987654321:function:theirs');
    newService({ deployment: DeploymentEngine.codeDeploy({ hooks: { beforeInstall: DeploymentHook.function(imported) } }) }, stack);
    Annotations.fromStack(stack).hasWarning('/Stack/Imported', Match.stringLikeRegexp('codedeploy:PutLifecycleEventHookExecutionStatus'));
  });

  test('does not roll back on alarms where the preset says so', () => {
    templateOf(newService({ preset: ServicePreset.dev().with({ alarmsRollBack: false }) })).hasResourceProperties('AWS::CodeDeploy::DeploymentGroup', {
      AutoRollbackConfiguration: { Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_REQUEST'] },
      AlarmConfiguration: { Enabled: false },
    });
  });

  test('refuses more alarms than CodeDeploy takes', () => {
    const stack = newStack();
    const rollbackAlarms = Array.from({ length: 9 }, (_, i) => new Alarm(stack, `Alarm${i}`, {
      metric: new Metric({ namespace: 'Mine', metricName: 'M' }), threshold: 1, evaluationPeriods: 1,
    }));
    expect(() => newService({ rollbackAlarms }, stack)).toThrow(
      'rollbackAlarms: got 11 alarms, the library\'s own included, a CodeDeploy deployment group takes at most 10; combine some of them in a CompositeAlarm',
    );
  });
});
