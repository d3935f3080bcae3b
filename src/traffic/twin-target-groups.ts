import { Duration } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';

export interface TwinTargetGroupsProps {
  readonly vpc: IVpc;
  readonly containerPort: number;
  readonly healthCheck: elbv2.HealthCheck;
}

const DEREGISTRATION_DELAY = Duration.seconds(30);

/** The two target groups that task sets take turns in. */
export class TwinTargetGroups extends Construct {
  public readonly a: elbv2.ApplicationTargetGroup;
  public readonly b: elbv2.ApplicationTargetGroup;

  constructor(scope: Construct, id: string, props: TwinTargetGroupsProps) {
    super(scope, id);
    const [a, b] = ['A', 'B'].map((name) => new elbv2.ApplicationTargetGroup(this, name, {
      vpc: props.vpc,
      port: props.containerPort,
      protocol: elbv2.ApplicationProtocol.HTTP,
      targetType: elbv2.TargetType.IP,
      deregistrationDelay: DEREGISTRATION_DELAY,
      healthCheck: props.healthCheck,
    }));
    this.a = a;
    this.b = b;
  }
}
