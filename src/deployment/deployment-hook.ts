import type { IFunction } from 'aws-cdk-lib/aws-lambda';

/** What runs at a lifecycle event, and can fail the deployment. */
export abstract class DeploymentHook {
  /**
   * A Lambda function of your own. It gets `{ DeploymentId, LifecycleEventHookExecutionId }` and must call CodeDeploy's
   * PutLifecycleEventHookExecutionStatus with `Succeeded` or `Failed` within an hour, or the deployment fails. The library
   * grants it the permission to do so.
   *
   * @see https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
   */
  public static function(handler: IFunction): DeploymentHook {
    return new FunctionHook(handler);
  }

  /** The function that CodeDeploy invokes.
   * @internal */
  public abstract _bind(): IFunction;
}

class FunctionHook extends DeploymentHook {
  constructor(private readonly handler: IFunction) {
    super();
  }

  public _bind(): IFunction {
    return this.handler;
  }
}

/** The hooks of a deployment, by the lifecycle event at which each runs. */
export interface DeploymentHooks {
  /**
   * Before green is created. It cannot trigger a rollback: there is nothing to roll back yet.
   *
   * @default - no hook
   */
  readonly beforeInstall?: DeploymentHook;
  /**
   * Green runs and is steady, and no route leads to it.
   *
   * @default - no hook
   */
  readonly afterInstall?: DeploymentHook;
  /**
   * The test route leads to green: the place for tests against the new version.
   *
   * @default - no hook
   */
  readonly afterAllowTestTraffic?: DeploymentHook;
  /**
   * The last moment before users reach green.
   *
   * @default - no hook
   */
  readonly beforeAllowTraffic?: DeploymentHook;
  /**
   * Green has all production traffic; blue is still there.
   *
   * @default - no hook
   */
  readonly afterAllowTraffic?: DeploymentHook;
}
