import { ExpectedResult, Match, type IApiCall, type IntegTest } from '@aws-cdk/integ-tests-alpha';
import { CfnParameter, Duration, type Stack } from 'aws-cdk-lib';
import type { FargateBlueGreenService } from '../../src';

/** What a test changes to release another version: parameters of the stack, so that CloudFormation itself updates it. */
export class Release {
  /** The environment of a service whose version and fault the parameters decide. */
  public readonly environment: { [name: string]: string };

  constructor(private readonly stack: Stack) {
    const parameter = (name: string, initially: string) => new CfnParameter(stack, name, { default: initially }).valueAsString;
    this.environment = { VERSION: parameter('Version', 'v1'), FAULT: parameter('Fault', 'none') };
  }

  /** Updates the stack as a user's `cdk deploy` would, and waits for the end. */
  public deploy(test: IntegTest, version: string, options: { readonly fault?: string; readonly endsAs?: string } = {}): IApiCall[] {
    const { fault = 'none', endsAs = 'UPDATE_COMPLETE' } = options;
    const { stackName } = this.stack;
    const update = test.assertions.awsApiCall('CloudFormation', 'updateStack', {
      StackName: stackName,
      UsePreviousTemplate: true,
      Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
      Parameters: [
        { ParameterKey: 'Version', ParameterValue: version },
        { ParameterKey: 'Fault', ParameterValue: fault },
        { ParameterKey: 'BootstrapVersion', UsePreviousValue: true },
      ],
    });
    const end = test.assertions.awsApiCall('CloudFormation', 'describeStacks', { StackName: stackName })
      .assertAtPath('Stacks.0.StackStatus', ExpectedResult.stringLikeRegexp(`^${endsAs}$`))
      .waitForAssertions({ totalTimeout: Duration.minutes(50), interval: Duration.seconds(20) });
    return [update, end];
  }
}

/** Users get this version, and no other. */
export function answers(test: IntegTest, url: string, version: string): IApiCall[] {
  return [test.assertions.httpApiCall(url).expect(ExpectedResult.objectLike({ status: 200, body: { version } }))];
}

/**
 * The production route sends everything to one of the twin target groups, and the PRIMARY task set, the only one that is
 * left, is registered there.
 */
export function serves(test: IntegTest, service: FargateBlueGreenService, group: 'A' | 'B'): IApiCall[] {
  const [serving, idle] = group === 'A' ? [service.targetGroupA, service.targetGroupB] : [service.targetGroupB, service.targetGroupA];
  const weighted = Match.arrayWith([
    Match.objectLike({ TargetGroupArn: serving.targetGroupArn, Weight: 100 }),
    Match.objectLike({ TargetGroupArn: idle.targetGroupArn, Weight: 0 }),
  ]);
  const route = test.assertions.awsApiCall('elastic-load-balancing-v2', 'describeRules', { ListenerArn: service.listener.listenerArn })
    .expect(ExpectedResult.objectLike({
      Rules: Match.arrayWith([Match.objectLike({ IsDefault: false, Actions: [Match.objectLike({ ForwardConfig: { TargetGroups: weighted } })] })]),
    }));
  const taskSet = (path: string, value: string) => test.assertions.awsApiCall('ECS', 'describeServices', {
    cluster: service.cluster.clusterName, services: [service.service.serviceName],
  }).assertAtPath(`services.0.taskSets.0.${path}`, ExpectedResult.stringLikeRegexp(`^${value}$`))
    // The other task set drains for a while.
    .waitForAssertions({ totalTimeout: Duration.minutes(10), interval: Duration.seconds(15) });
  return [route, taskSet('status', 'PRIMARY'), taskSet('loadBalancers.0.targetGroupArn', serving.targetGroupArn)];
}

/** The newest of the group's deployments with the status, as CodeDeploy describes it. */
export function deploymentEndsAs(test: IntegTest, service: FargateBlueGreenService, status: string, errorCode?: string): IApiCall[] {
  const list = () => test.assertions.awsApiCall('CodeDeploy', 'listDeployments', {
    applicationName: service.application!.applicationName,
    deploymentGroupName: service.deploymentGroup!.deploymentGroupName,
    includeOnlyStatuses: [status],
  });
  const ended = list()
    .expect(ExpectedResult.objectLike({ deployments: Match.arrayWith([Match.stringLikeRegexp('^d-')]) }))
    .waitForAssertions({ totalTimeout: Duration.minutes(15), interval: Duration.seconds(15) });
  // What a waiter answers has no attributes to read: the id comes from a second look.
  const found = list();
  const deployment = (path: string, value: string) => test.assertions
    .awsApiCall('CodeDeploy', 'getDeployment', { deploymentId: found.getAttString('deployments.0') })
    .assertAtPath(`deploymentInfo.${path}`, ExpectedResult.stringLikeRegexp(`^${value}$`));
  return [ended, found, deployment('status', status), ...(errorCode === undefined ? [] : [deployment('errorInformation.code', errorCode)])];
}

/** One after the other, each once what it stands behind has been asserted. */
export function inOrder(...calls: IApiCall[][]): void {
  calls.flat().reduce((before, call) => before.next(call));
}
