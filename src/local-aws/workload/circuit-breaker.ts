import { TaskSet, type Service } from './service';
import type { World } from '../core/world';

const LEAST_FAILURES = 3;
const MOST_FAILURES = 200;

/** The circuit breaker of the ECS controller: gives a deployment up when enough of its tasks have failed. */
export function breakCircuit(world: World, service: Service): void {
  const breaker = service.settings.deploymentConfiguration?.deploymentCircuitBreaker;
  const deployment = service.primary();
  if (!breaker?.enable || service.controller !== 'ECS' || deployment?.rollout.state !== 'IN_PROGRESS') {
    return;
  }
  const threshold = Math.min(Math.max(Math.ceil(service.desiredCount / 2), LEAST_FAILURES), MOST_FAILURES);
  if (deployment.failedTasks < threshold) {
    return;
  }
  deployment.rollout = { state: 'FAILED', reason: 'ECS deployment circuit breaker: tasks failed to start.' };
  deployment.nextStartAt = Number.POSITIVE_INFINITY;
  service.event(`(deployment ${deployment.id}) deployment failed: tasks failed to start.`);
  if (breaker.rollback && service.lastCompleted) {
    deployment.status = 'ACTIVE';
    service.spec = service.lastCompleted;
    const back = new TaskSet(world, service, service.lastCompleted, 'PRIMARY', 100);
    back.rollout = { state: 'IN_PROGRESS', reason: 'ECS deployment circuit breaker: rolling back to a previous deployment.' };
    service.taskSets = [back, ...service.taskSets];
    service.event(`rolling back to deployment ${back.id}.`);
  }
}
