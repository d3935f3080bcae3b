import { Stack, ArnFormat } from 'aws-cdk-lib';
import { ServiceNamespace } from 'aws-cdk-lib/aws-applicationautoscaling';
import { ScalableTaskCount, type IBaseService } from 'aws-cdk-lib/aws-ecs';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

export interface TaskScalingProps {
  readonly service: IBaseService;
  readonly minTasks: number;
  readonly maxTasks: number;
  readonly cpuTarget: number;
}

/** Keeps the number of tasks between two bounds, so that the average CPU utilisation stays near its target. */
export class TaskScaling extends Construct {
  public readonly taskCount: ScalableTaskCount;

  constructor(scope: Construct, id: string, props: TaskScalingProps) {
    super(scope, id);
    this.taskCount = new ScalableTaskCount(this, 'TaskCount', {
      serviceNamespace: ServiceNamespace.ECS,
      dimension: 'ecs:service:DesiredCount',
      resourceId: `service/${props.service.cluster.clusterName}/${props.service.serviceName}`,
      minCapacity: props.minTasks,
      maxCapacity: props.maxTasks,
      role: this.serviceLinkedRole(),
    });
    this.taskCount.node.addDependency(props.service);
    this.taskCount.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: props.cpuTarget });
  }

  private serviceLinkedRole() {
    return Role.fromRoleArn(this, 'Role', Stack.of(this).formatArn({
      service: 'iam',
      region: '',
      resource: 'role',
      resourceName: 'aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService',
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    }));
  }
}
