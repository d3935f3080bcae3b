import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

export interface CodeDeployRoleProps {
  readonly clusterName: string;
  readonly listenerArns: string[];
  readonly listenerRuleArns: string[];
  readonly hookFunctions: IFunction[];
  readonly passedRoles: iam.IRole[];
}

/**
 * What CodeDeploy may do: what the managed policy AWSCodeDeployRoleForECS says, on this service's resources alone. The
 * policy is part of the role, so that the group, which needs it at once, never exists before it.
 */
export function newCodeDeployRole(scope: Construct, id: string, props: CodeDeployRoleProps): iam.Role {
  const stack = Stack.of(scope);
  const ecs = (resource: string, name: string) => (
    stack.formatArn({ service: 'ecs', resource, resourceName: name, arnFormat: ArnFormat.SLASH_RESOURCE_NAME })
  );
  const statements = [
    new iam.PolicyStatement({
      actions: ['DescribeServices', 'CreateTaskSet', 'UpdateServicePrimaryTaskSet', 'DeleteTaskSet'].map((action) => `ecs:${action}`),
      resources: [ecs('service', `${props.clusterName}/*`), ecs('task-set', `${props.clusterName}/*`)],
    }),
    new iam.PolicyStatement({
      actions: ['DescribeTargetGroups', 'DescribeListeners', 'DescribeRules'].map((action) => `elasticloadbalancing:${action}`)
        .concat('cloudwatch:DescribeAlarms'),
      resources: ['*'], // AWS has no resource-level permissions for what describes load balancers, nor for DescribeAlarms of composites.
    }),
    new iam.PolicyStatement({ actions: ['elasticloadbalancing:ModifyListener'], resources: props.listenerArns }),
    new iam.PolicyStatement({ actions: ['elasticloadbalancing:ModifyRule'], resources: props.listenerRuleArns }),
    new iam.PolicyStatement({
      actions: ['iam:PassRole'],
      resources: props.passedRoles.map((role) => role.roleArn),
      conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
    }),
  ];
  if (props.hookFunctions.length > 0) {
    statements.push(new iam.PolicyStatement({
      actions: ['lambda:InvokeFunction'],
      resources: props.hookFunctions.map((hook) => hook.functionArn),
    }));
  }
  return new iam.Role(scope, id, {
    assumedBy: new iam.ServicePrincipal('codedeploy.amazonaws.com'),
    description: 'Deploys one blue/green service',
    inlinePolicies: { Deploy: new iam.PolicyDocument({ statements }) },
  });
}
