import { join } from 'node:path';
import { Duration, RemovalPolicy, Stack, ArnFormat } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { DeploymentHook } from 'cdk-fargate-blue-green';

/** A hook that lets a deployment go on only if the load balancer finds every task of green healthy. */
export class CheckGreen extends Construct {
  public readonly hook: DeploymentHook;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const check = new Function(this, 'Function', {
      description: 'Fails a deployment whose new tasks are not healthy behind the test route',
      runtime: Runtime.NODEJS_22_X,
      code: Code.fromAsset(join(__dirname, '../hooks/check-green')),
      handler: 'index.handler',
      timeout: Duration.minutes(5),
      environment: { PATIENCE_SECONDS: '120' },
      logGroup: new LogGroup(this, 'Log', { retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY }),
    });
    check.addToRolePolicy(new PolicyStatement({
      actions: ['codedeploy:GetDeployment', 'codedeploy:ListDeploymentTargets', 'codedeploy:GetDeploymentTarget'],
      // Of any group: the service's own comes to be after its hooks.
      resources: [Stack.of(this).formatArn({
        service: 'codedeploy', resource: 'deploymentgroup', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      })],
    }));
    check.addToRolePolicy(new PolicyStatement({
      actions: ['elasticloadbalancing:DescribeTargetGroups', 'elasticloadbalancing:DescribeTargetHealth'],
      // Elastic Load Balancing restricts neither of them to a resource.
      resources: ['*'],
    }));
    this.hook = DeploymentHook.function(check);
  }
}
