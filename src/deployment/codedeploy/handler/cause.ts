import type { Task } from '@aws-sdk/client-ecs';
import type { DeploymentView } from './clients/code-deploy';

/** So many tasks that stopped before they were steady, and they are not going to start. ECS alone would try for hours. */
export const MOST_STOPPED_TASKS = 3;

/** Why a deployment did not succeed, in a sentence for the stack's events, and where to look. */
export function causeOf(view: DeploymentView, stoppedTasks: readonly Task[], region: string): string {
  const { info, target } = view;
  const id = info.deploymentId!;
  const failed = target?.lifecycleEvents?.find((event) => event.status === 'Failed');
  const diagnostics = failed?.diagnostics?.message || failed?.diagnostics?.logTail;
  const where = failed ? ` at ${failed.lifecycleEventName}` : '';
  const sentences = [
    `deployment ${id} ${info.status === 'Stopped' ? 'was stopped' : 'failed'}${where}: ${info.errorInformation?.message ?? 'CodeDeploy gives no reason'}`,
    diagnostics && diagnostics !== info.errorInformation?.message ? diagnostics : undefined,
    stoppedTasks.length > 0 ? `tasks have stopped: ${stoppedReasons(stoppedTasks)}` : undefined,
    info.rollbackInfo?.rollbackDeploymentId ? `rolled back by ${info.rollbackInfo.rollbackDeploymentId}` : undefined,
    `see https://${region}.console.aws.amazon.com/codesuite/codedeploy/deployments/${id}?region=${region}`,
  ];
  return sentences.filter((sentence) => sentence !== undefined).map((sentence) => sentence.replace(/[.\s]+$/, '')).join('; ');
}

/** The distinct reasons for which tasks have stopped, exit codes included. */
export function stoppedReasons(tasks: readonly Task[]): string {
  const reasons = tasks.map((task) => {
    const exited = task.containers?.find((container) => container.exitCode !== undefined || container.reason);
    const detail = [exited?.exitCode !== undefined ? `exit code ${exited.exitCode}` : undefined, exited?.reason].filter(Boolean).join(', ');
    return `${task.stoppedReason ?? 'no reason given'}${detail ? ` (${detail})` : ''}`;
  });
  return [...new Set(reasons)].join('; ');
}
