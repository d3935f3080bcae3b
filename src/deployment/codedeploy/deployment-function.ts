import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { BlueGreenFunction } from './blue-green-function';

const SINGLETON_ID = 'FargateBlueGreen';

/** What one service lets the function do. */
export interface ServicePermissions {
  readonly clusterName: string;
  readonly applicationArn: string;
  /** The deployment groups of the application: named by pattern, since the group itself comes after the function. */
  readonly deploymentGroupArn: string;
  readonly listenerArns: string[];
  readonly listenerRuleArns: string[];
}

/**
 * The one function of a stack that answers for routes, services and deployments of all its blue/green services. It polls in
 * process, and calls itself again before its time runs out.
 */
export class DeploymentFunction extends Construct {
  public static of(scope: Construct): DeploymentFunction {
    const stack = Stack.of(scope);
    return (stack.node.tryFindChild(SINGLETON_ID) as DeploymentFunction | undefined) ?? new DeploymentFunction(stack, SINGLETON_ID);
  }

  public readonly functionArn: string;
  public readonly permissions: iam.Policy;

  private constructor(scope: Construct, id: string) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', { retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: 'Makes routes and services, and deploys them',
      inlinePolicies: {
        Logs: new iam.PolicyDocument({
          statements: [new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] })],
        }),
      },
    });
    const handler = new BlueGreenFunction(this, 'Function', {
      description: 'Routes, service and deployments of blue/green services',
      timeout: Duration.minutes(15),
      memorySize: 256,
      role: role.withoutPolicyUpdates(),
      logGroup,
    });
    this.functionArn = handler.functionArn;
    this.permissions = new iam.Policy(this, 'Permissions', { roles: [role], statements: this.ownStatements() });
  }

  public allow(permissions: ServicePermissions): void {
    this.permissions.addStatements(
      new iam.PolicyStatement({
        actions: ['elasticloadbalancing:CreateRule'],
        resources: permissions.listenerArns,
      }),
      new iam.PolicyStatement({
        actions: ['ModifyRule', 'DeleteRule', 'SetRulePriorities', 'AddTags', 'RemoveTags'].map((action) => `elasticloadbalancing:${action}`),
        resources: permissions.listenerRuleArns,
      }),
      new iam.PolicyStatement({
        actions: ['CreateService', 'UpdateService', 'DeleteService', 'DescribeServices', 'TagResource', 'UntagResource'].map((action) => `ecs:${action}`),
        resources: [this.arn('ecs', 'service', `${permissions.clusterName}/*`)],
      }),
      new iam.PolicyStatement({
        actions: ['ecs:DescribeTasks'],
        resources: [this.arn('ecs', 'task', `${permissions.clusterName}/*`)],
      }),
      new iam.PolicyStatement({
        actions: ['ecs:ListTasks'],
        resources: ['*'], // AWS scopes it by container instance, which Fargate does not have, or by this condition.
        conditions: { ArnEquals: { 'ecs:cluster': this.arn('ecs', 'cluster', permissions.clusterName) } },
      }),
      new iam.PolicyStatement({
        actions: ['CreateDeployment', 'GetDeployment', 'GetDeploymentTarget', 'ListDeployments', 'ListDeploymentTargets', 'StopDeployment',
          'ContinueDeployment'].map((action) => `codedeploy:${action}`),
        resources: [permissions.deploymentGroupArn],
      }),
      new iam.PolicyStatement({
        actions: ['codedeploy:GetApplicationRevision', 'codedeploy:RegisterApplicationRevision'],
        resources: [permissions.applicationArn],
      }),
    );
  }

  private ownStatements(): iam.PolicyStatement[] {
    return [
      new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.functionArn] }),
      new iam.PolicyStatement({
        actions: ['elasticloadbalancing:DescribeRules', 'elasticloadbalancing:DescribeTags'],
        resources: ['*'], // AWS has no resource-level permissions for what describes load balancers.
      }),
      new iam.PolicyStatement({
        actions: ['codedeploy:GetDeploymentConfig'],
        resources: [this.arn('codedeploy', 'deploymentconfig', '*', ArnFormat.COLON_RESOURCE_NAME)],
      }),
    ];
  }

  private arn(service: string, resource: string, resourceName: string, arnFormat = ArnFormat.SLASH_RESOURCE_NAME): string {
    return Stack.of(this).formatArn({ service, resource, resourceName, arnFormat });
  }
}
