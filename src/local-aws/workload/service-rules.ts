import type { Parameters } from './parameters';
import type { Service } from './service';
import type { LoadBalancer } from './task';
import type { TaskDefinition } from './task-definitions';
import { AwsError, type OperationInput, type TargetRegistry } from '../core/api';

/** Parameters that only a deployment may change under the CODE_DEPLOY controller, in AWS's words for each. */
const OWNED_BY_DEPLOYMENTS: Readonly<Record<string, string>> = {
  taskDefinition: 'task definition',
  networkConfiguration: 'network parameters',
  platformVersion: 'platform version',
  loadBalancers: 'load balancers',
  capacityProviderStrategy: 'capacity provider strategy',
  serviceRegistries: 'service registries',
  serviceConnectConfiguration: 'service connect configuration',
};

const SETTINGS: Parameters = {
  deploymentConfiguration: 'structure',
  availabilityZoneRebalancing: 'string',
  placementConstraints: 'list',
  placementStrategy: 'list',
  healthCheckGracePeriodSeconds: 'integer',
  enableExecuteCommand: 'boolean',
  enableECSManagedTags: 'boolean',
  propagateTags: 'string',
  serviceRegistries: 'list',
  serviceConnectConfiguration: 'structure',
  volumeConfigurations: 'list',
  vpcLatticeConfigurations: 'list',
};

/** What a service keeps without that it changes what the local AWS does. */
export const SETTING_NAMES: readonly string[] = Object.keys(SETTINGS);

const COMMON: Parameters = {
  ...SETTINGS,
  cluster: 'string',
  taskDefinition: 'string',
  loadBalancers: 'list',
  desiredCount: 'integer',
  networkConfiguration: 'structure',
  platformVersion: 'string',
  capacityProviderStrategy: 'list',
};

export const CREATE_PARAMETERS: Parameters = {
  ...COMMON,
  serviceName: 'string',
  clientToken: 'string',
  launchType: 'string',
  role: 'string',
  schedulingStrategy: 'string',
  deploymentController: 'structure',
  tags: 'list',
};

export const UPDATE_PARAMETERS: Parameters = { ...COMMON, service: 'string', forceNewDeployment: 'boolean', deploymentController: 'structure' };

/** Refuses what ECS refuses under the CODE_DEPLOY controller, whether or not the value differs from what is. */
export function refuseWhatDeploymentsOwn(input: OperationInput): void {
  if (input.forceNewDeployment) {
    throw underCodeDeploy('Cannot force a new deployment');
  }
  for (const [parameter, words] of Object.entries(OWNED_BY_DEPLOYMENTS)) {
    if (input[parameter] !== undefined) {
      throw underCodeDeploy(`Unable to update ${words}`);
    }
  }
  refuseEcsOnlyConfiguration(input);
}

/** What only ECS's own deployments know. */
export function refuseEcsOnlyConfiguration(input: OperationInput): void {
  const { deploymentCircuitBreaker, alarms, strategy } = input.deploymentConfiguration ?? {};
  if (deploymentCircuitBreaker?.enable) {
    throw new AwsError('InvalidParameterException', 'Deployment circuit breaker can only be configured with ECS deployment controller.');
  }
  if (alarms?.enable) {
    throw new AwsError('InvalidParameterException', 'Deployment alarms can only be configured with ECS deployment controller.');
  }
  if (strategy && strategy !== 'ROLLING') {
    throw new AwsError('InvalidParameterException', `Deployment strategy ${strategy} can only be configured with ECS deployment controller.`);
  }
  if (input.serviceConnectConfiguration?.enabled) {
    throw new AwsError('InvalidParameterException', 'Service Connect is only supported with ECS deployment controller.');
  }
}

/** The local AWS rehearses rolling updates; a strategy that it ignored would prove nothing. */
export function refuseUnrehearsedStrategy(input: OperationInput): void {
  const strategy = input.deploymentConfiguration?.strategy ?? 'ROLLING';
  if (strategy !== 'ROLLING') {
    throw new AwsError('InvalidParameterException', `the local AWS does not rehearse the deployment strategy ${strategy} of the ECS controller: use ROLLING, or the CODE_DEPLOY controller`);
  }
}

export function checkLoadBalancers(loadBalancers: readonly LoadBalancer[], taskDefinition: TaskDefinition, targets: TargetRegistry): void {
  for (const { targetGroupArn, containerName, containerPort } of loadBalancers) {
    if (!targetGroupArn) {
      throw new AwsError('InvalidParameterException', 'targetGroupArn must be specified in loadBalancers.');
    }
    const container = taskDefinition.containerDefinitions.find((candidate) => candidate.name === containerName);
    if (!container) {
      throw new AwsError('InvalidParameterException', `The container ${containerName} does not exist in the task definition.`);
    }
    if (!container.portMappings?.some((mapping) => mapping.containerPort === containerPort)) {
      throw new AwsError('InvalidParameterException', `The container ${containerName} did not have a container port ${containerPort} defined.`);
    }
    if (!targets.isAttached(targetGroupArn)) {
      throw new AwsError('InvalidParameterException', `The target group with targetGroupArn ${targetGroupArn} does not have an associated load balancer.`);
    }
  }
}

export function requireActive(service: Service | undefined): Service {
  if (!service) {
    throw new AwsError('ServiceNotFoundException', 'Service not found.');
  }
  if (service.status !== 'ACTIVE') {
    throw new AwsError('ServiceNotActiveException', 'Service was not ACTIVE.');
  }
  return service;
}

function underCodeDeploy(refusal: string): AwsError {
  return new AwsError('InvalidParameterException', `${refusal} on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.`);
}
