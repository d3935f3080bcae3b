import { randomBytes } from 'node:crypto';
import { setTimeout as sleepFor } from 'node:timers/promises';
import type { Deployment } from './deployment';
import { DeploymentFailure } from './refusals';
import { LIFECYCLE_EVENT_TIMEOUT_SECONDS, type LifecycleEventName } from '../../deployment/lifecycle';
import { AwsError, type FunctionInvoker, type OperationInput } from '../core/api';
import type { World } from '../core/world';

/** A function needs real time to start and to answer, however fast the clock runs. */
export const LEAST_REAL_TIMEOUT_MILLIS = 5000;

const FAILED = 'The deployment failed because one or more of the lifecycle event validation functions failed.';
const TIMED_OUT = 'The deployment timed out while waiting for a status callback. CodeDeploy expects a status callback within one hour after a deployment hook is invoked.';

type HookStatus = 'Succeeded' | 'Failed';

interface Execution {
  readonly deploymentId: string;
  status?: HookStatus;
  readonly report: (status: HookStatus) => void;
}

/** Runs hooks: invokes the function, and waits until it says how it went. */
export class Hooks {
  private readonly executions = new Map<string, Execution>();

  constructor(private readonly world: World, private readonly functions: FunctionInvoker) {}

  public async run(deployment: Deployment, event: LifecycleEventName, functionName: string): Promise<void> {
    const executionId = Buffer.from(`${deployment.id}:${event}:${randomBytes(12).toString('hex')}`).toString('base64url');
    const reported = new Promise<HookStatus>((resolve) => {
      this.executions.set(executionId, { deploymentId: deployment.id, report: resolve });
    });
    try {
      await this.functions.invokeAsync(functionName, { DeploymentId: deployment.id, LifecycleEventHookExecutionId: executionId });
    } catch (error) {
      throw new DeploymentFailure('HOOK_EXECUTION_FAILURE', `${FAILED} ${event}: ${(error as Error).message}`);
    }
    const over = new AbortController();
    try {
      const timeoutMillis = Math.max(this.world.clock.wallMillis(LIFECYCLE_EVENT_TIMEOUT_SECONDS), LEAST_REAL_TIMEOUT_MILLIS);
      const signal = AbortSignal.any([over.signal, deployment.signal]);
      const status = await Promise.race([reported, sleepFor(timeoutMillis, undefined, { signal })]);
      if (status === undefined) {
        throw new DeploymentFailure('TIMEOUT', TIMED_OUT);
      }
      if (status === 'Failed') {
        throw new DeploymentFailure('HOOK_EXECUTION_FAILURE', FAILED);
      }
    } finally {
      over.abort();
    }
  }

  /** PutLifecycleEventHookExecutionStatus. */
  public put(input: OperationInput): unknown {
    const { deploymentId, lifecycleEventHookExecutionId: executionId, status } = input;
    const execution = this.executions.get(executionId);
    if (!execution || execution.deploymentId !== deploymentId) {
      throw new AwsError('InvalidLifecycleEventHookExecutionIdException', 'The lifecycle event hook execution ID is invalid');
    }
    if (status !== 'Succeeded' && status !== 'Failed') {
      throw new AwsError('InvalidLifecycleEventHookExecutionStatusException', `The lifecycle event hook execution status ${status} is invalid: it must be Succeeded or Failed`);
    }
    if (execution.status) {
      throw new AwsError('LifecycleEventAlreadyCompletedException', 'An attempt to return the status of an already completed lifecycle event occurred.');
    }
    execution.status = status;
    execution.report(status);
    return { lifecycleEventHookExecutionId: executionId };
  }
}
