import { Token } from 'aws-cdk-lib';
import type { CapacityProviderStrategy } from 'aws-cdk-lib/aws-ecs';
import { refuse } from '../../validation';

/**
 * What a service has under ECS's own deployment controller, by the names that the CDK's Fargate service has for it, and not
 * under CODE_DEPLOY. Types keep it out of TypeScript; elsewhere it would be ignored in silence.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-bluegreen.html
 */
const UNSUPPORTED: Readonly<Record<string, readonly [why: string, instead: string]>> = {
  circuitBreaker: ['deployment circuit breaker', 'leave it out: CodeDeploy rolls failed deployments back'],
  deploymentAlarms: ['alarm configuration of ECS', 'pass rollbackAlarms'],
  serviceConnectConfiguration: ['Service Connect', 'leave it out, and reach other services through a load balancer'],
  minHealthyPercent: ['rolling update', 'leave it out: green starts beside all of blue'],
  maxHealthyPercent: ['rolling update', 'leave it out: green starts beside all of blue'],
  deploymentController: ['other controller', 'leave it out: choose with deployment'],
  deploymentStrategy: ['deployment strategy', 'pass a trafficShift to DeploymentEngine.codeDeploy()'],
  cloudMapOptions: ['service discovery that follows a traffic shift', 'leave it out, and reach the service through its load balancer'],
};

const FARGATE_PROVIDERS = ['FARGATE', 'FARGATE_SPOT'];

export function validateSupported(props: object): void {
  for (const [prop, [what, instead]] of Object.entries(UNSUPPORTED)) {
    if ((props as Record<string, unknown>)[prop] !== undefined) {
      refuse({ prop, got: 'a value', allowed: `there is no ${what} under the CODE_DEPLOY controller`, instead });
    }
  }
}

export function validateCapacity(strategies: CapacityProviderStrategy[]): void {
  for (const { capacityProvider } of strategies) {
    if (!Token.isUnresolved(capacityProvider) && !FARGATE_PROVIDERS.includes(capacityProvider)) {
      refuse({
        prop: 'capacityProviderStrategies',
        got: `'${capacityProvider}'`,
        allowed: `tasks on Fargate run on ${FARGATE_PROVIDERS.join(' or ')}`,
        instead: 'name one of these',
      });
    }
  }
  if (strategies.length > 0 && strategies.every(({ weight }) => weight === 0)) {
    refuse({
      prop: 'capacityProviderStrategies',
      got: 'weight 0 for each',
      allowed: 'at least one capacity provider needs a weight of 1 or more, or no task can be placed',
      instead: 'leave weight out for 1',
    });
  }
}
