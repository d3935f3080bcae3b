import type { TaskSetView } from './deployment';
import { DeploymentFailure, type ErrorCode } from './refusals';
import type { TargetGroupView } from './routes';
import type { TargetServiceProperties } from '../../deployment/codedeploy/app-spec';
import type { LocalService, OperationInput } from '../core/api';
import { toApi } from '../workload/properties';

/** The service as CodeDeploy sees and changes it: by ECS's own operations. */
export class Workload {
  constructor(private readonly ecs: LocalService, private readonly cluster: string, private readonly service: string) {}

  /** The service, if a deployment can be made to it. */
  public async describe(): Promise<OperationInput> {
    const { services } = await this.call('INVALID_ECS_SERVICE', 'DescribeServices', { services: [this.service] });
    const found = services[0];
    if (found?.status !== 'ACTIVE' || found.deploymentController.type !== 'CODE_DEPLOY' || !primaryOf(found)) {
      throw new DeploymentFailure('INVALID_ECS_SERVICE', `The ECS service ${this.service} in the cluster ${this.cluster} is not active, or does not have the CODE_DEPLOY deployment controller and a primary task set.`);
    }
    return found;
  }

  public async create(
    deploymentId: string, spec: TargetServiceProperties, service: OperationInput, targetGroup: TargetGroupView,
  ): Promise<TaskSetView> {
    const strategy = spec.CapacityProviderStrategy?.map((item) => toApi(item));
    const { taskSet } = await this.call('ECS_UPDATE_ERROR', 'CreateTaskSet', {
      externalId: deploymentId,
      taskDefinition: spec.TaskDefinition,
      loadBalancers: [{
        targetGroupArn: targetGroup.arn,
        containerName: spec.LoadBalancerInfo.ContainerName,
        containerPort: Number(spec.LoadBalancerInfo.ContainerPort),
      }],
      networkConfiguration: spec.NetworkConfiguration ? toApi(spec.NetworkConfiguration) : service.networkConfiguration,
      platformVersion: spec.PlatformVersion ?? service.platformVersion,
      // Without a strategy in the AppSpec the service's is dropped, and Spot becomes on-demand.
      ...strategy ? { capacityProviderStrategy: strategy } : { launchType: 'FARGATE' },
      scale: { value: 100, unit: 'PERCENT' },
    });
    return viewOf(taskSet, targetGroup);
  }

  /** The task set as it is now; as it was last, once it is gone. */
  public async refresh(view: TaskSetView): Promise<OperationInput> {
    const { taskSets } = await this.call('ECS_UPDATE_ERROR', 'DescribeTaskSets', { taskSets: [view.id] });
    view.last = taskSets[0] ?? { ...view.last, runningCount: 0, pendingCount: 0, computedDesiredCount: 0, status: 'DRAINING' };
    return view.last;
  }

  public async makePrimary(view: TaskSetView): Promise<void> {
    await this.call('ECS_UPDATE_ERROR', 'UpdateServicePrimaryTaskSet', { primaryTaskSet: view.id });
  }

  public async delete(id: string): Promise<void> {
    await this.call('ECS_UPDATE_ERROR', 'DeleteTaskSet', { taskSet: id, force: true });
  }

  private async call(code: ErrorCode, operation: string, input: OperationInput): Promise<OperationInput> {
    try {
      const service = operation === 'DescribeServices' ? {} : { service: this.service };
      return await this.ecs.apis[0].operations[operation]({ cluster: this.cluster, ...service, ...input });
    } catch (error) {
      throw new DeploymentFailure(code, `The ECS service cannot be updated due to an unexpected error: ${(error as Error).message} (Service: AmazonECS; Error Code: ${(error as Error).name})`);
    }
  }
}

export function primaryOf(service: OperationInput): OperationInput | undefined {
  return service.taskSets.find((taskSet: OperationInput) => taskSet.status === 'PRIMARY');
}

export function viewOf(taskSet: OperationInput, targetGroup: TargetGroupView): TaskSetView {
  return { id: taskSet.id, targetGroupArn: targetGroup.arn, targetGroupName: targetGroup.name, last: taskSet };
}
