import { Duration, Fn } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';

export interface RollbackAlarmsProps {
  readonly loadBalancer: elbv2.IApplicationLoadBalancer;
  readonly targetGroups: elbv2.ApplicationTargetGroup[];
  readonly errorsPerMinute: number;
}

/** The namespace and names under which an Application Load Balancer publishes what the alarms read. */
const NAMESPACE = 'AWS/ApplicationELB';

/**
 * The alarms that stop a deployment and roll it back. Each watches both target groups, since the task sets take turns in
 * them: an alarm on one alone goes blind with every second deployment.
 */
export class RollbackAlarms extends Construct {
  public readonly errors: cloudwatch.Alarm;
  public readonly unhealthyHosts: cloudwatch.Alarm;

  constructor(scope: Construct, id: string, private readonly props: RollbackAlarmsProps) {
    super(scope, id);
    this.errors = new cloudwatch.Alarm(this, 'Errors', {
      alarmDescription: `Users get errors: the tasks answered with HTTP 5xx ${props.errorsPerMinute} times or more within a minute. `
        + 'A deployment that runs is stopped and rolled back. Look at the tasks\' logs; if no deployment runs, roll back by hand.',
      metric: this.sumOfBoth('HTTPCode_Target_5XX_Count', 'Sum', 'HTTP 5xx of targets'),
      threshold: props.errorsPerMinute,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    this.unhealthyHosts = new cloudwatch.Alarm(this, 'UnhealthyHosts', {
      alarmDescription: 'A task fails its health check: for two minutes in a row at least one target was unhealthy. '
        + 'A deployment that runs is stopped and rolled back. Look at the stopped tasks\' reasons and at the health check\'s path.',
      metric: this.sumOfBoth('UnHealthyHostCount', 'Maximum', 'Unhealthy hosts'),
      threshold: 1,
      evaluationPeriods: 2,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }

  private sumOfBoth(metricName: string, statistic: string, label: string): cloudwatch.MathExpression {
    const [a, b] = this.props.targetGroups.map((targetGroup) => new cloudwatch.Metric({
      namespace: NAMESPACE,
      metricName,
      statistic,
      period: Duration.minutes(1),
      dimensionsMap: { TargetGroup: targetGroup.targetGroupFullName, LoadBalancer: fullName(this.props.loadBalancer) },
    }));
    return new cloudwatch.MathExpression({
      expression: 'FILL(a, 0) + FILL(b, 0)',
      usingMetrics: { a, b },
      period: Duration.minutes(1),
      label,
    });
  }
}

function fullName(loadBalancer: elbv2.IApplicationLoadBalancer): string {
  return Fn.select(1, Fn.split(':loadbalancer/', loadBalancer.loadBalancerArn));
}
