import type { Duration } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IEcsApplication, IEcsDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { IApplicationListener, IApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { CodeDeployDeployment } from './codedeploy/code-deploy-deployment';
import { validateSupported } from './codedeploy/unsupported';
import type { DeploymentHooks } from './deployment-hook';
import type { TrafficShift } from './traffic-shift';
import type { RouteMatch } from '../traffic/route-match';
import { refuse } from '../validation';

/** How CodeDeploy deploys the service. */
export interface CodeDeployEngineProps {
  /**
   * How production traffic goes from blue to green. A change takes effect with the next deployment.
   *
   * @default - as the preset says: all at once in `dev`, a canary of 10 % for 5 minutes in `test` and `prod`
   */
  readonly trafficShift?: TrafficShift;
  /**
   * How long blue is kept after the shift, so that a rollback takes seconds: whole minutes, at most two days. Blue's
   * tasks cost what they cost until then.
   *
   * @default - as the preset says: 0 minutes in `dev`, 5 in `test`, 60 in `prod`
   */
  readonly keepBlue?: Duration;
  /**
   * Functions that run at lifecycle events and can fail the deployment. Changing a hook does not deploy.
   *
   * @default - no hooks
   */
  readonly hooks?: DeploymentHooks;
}

/** Who moves the traffic. */
export abstract class DeploymentEngine {
  /** AWS CodeDeploy: twin task sets, a test route, five hooks, rollback on failure, on stop and on alarms. */
  public static codeDeploy(props: CodeDeployEngineProps = {}): DeploymentEngine {
    return new CodeDeployEngine(props);
  }

  /** Refuses props that a service cannot have under this engine.
   * @internal */
  public abstract _validate(props: object): void;

  /** Makes the service and all that deploys it.
   * @internal */
  public abstract _bind(scope: Construct, parts: DeployedParts): EngineBinding;
}

/** What an engine gets to work with: everything that exists before the service does.
 * @internal */
export interface DeployedParts {
  readonly cluster: ecs.ICluster;
  readonly taskDefinition: ecs.FargateTaskDefinition;
  readonly container: ecs.ContainerDefinition;
  readonly containerPort: number;
  readonly subnets: ec2.SelectedSubnets;
  readonly securityGroups: ec2.ISecurityGroup[];
  readonly assignPublicIp: boolean;
  readonly platformVersion?: ecs.FargatePlatformVersion;
  /** Empty: the launch type FARGATE, which needs no capacity provider on the cluster. */
  readonly capacityProviderStrategies: ecs.CapacityProviderStrategy[];
  readonly healthCheckGracePeriod: Duration;
  readonly executeCommand: boolean;
  readonly minTasks: number;
  /** Whether scaling decides the number of tasks; no stack update then sets it. */
  readonly scales: boolean;
  readonly listener: IApplicationListener;
  readonly testListener: IApplicationListener;
  readonly routeMatch: RouteMatch;
  readonly targetGroupA: IApplicationTargetGroup;
  readonly targetGroupB: IApplicationTargetGroup;
  readonly alarms: IAlarm[];
  readonly alarmsRollBack: boolean;
  readonly trafficShift: TrafficShift;
  readonly keepBlue: Duration;
}

/** What an engine has made.
 * @internal */
export interface EngineBinding {
  readonly service: ecs.IBaseService;
  readonly application?: IEcsApplication;
  readonly deploymentGroup?: IEcsDeploymentGroup;
}

const TWO_DAYS_IN_MINUTES = 2880;

/** CloudFormation waits an hour; starting green, hooks, and going back need their part of it. */
const MOST_MINUTES_OF_SHIFT = 30;

class CodeDeployEngine extends DeploymentEngine {
  constructor(private readonly props: CodeDeployEngineProps) {
    super();
  }

  public _validate(props: object): void {
    validateSupported(props);
  }

  public _bind(scope: Construct, parts: DeployedParts): EngineBinding {
    const { trafficShift = parts.trafficShift, keepBlue = parts.keepBlue } = this.props;
    validateKeepBlue(keepBlue);
    validateDuration(trafficShift);
    return new CodeDeployDeployment(scope, 'Deployment', {
      ...parts,
      trafficShift,
      keepBlue,
      hooks: this.props.hooks ?? {},
    });
  }
}

function validateDuration(trafficShift: TrafficShift): void {
  const minutes = trafficShift.duration.toMinutes();
  if (minutes > MOST_MINUTES_OF_SHIFT) {
    refuse({
      prop: 'trafficShift',
      got: `a shift of ${minutes} minutes`,
      allowed: `a stack update awaits shifts of up to ${MOST_MINUTES_OF_SHIFT} minutes, since CloudFormation gives it an hour in all`,
      instead: 'shift in larger or quicker steps, and keep blue for longer with keepBlue',
    });
  }
}

function validateKeepBlue(keepBlue: Duration): void {
  const minutes = keepBlue.toMinutes({ integral: false });
  if (!Number.isInteger(minutes) || minutes > TWO_DAYS_IN_MINUTES) {
    refuse({
      prop: 'keepBlue',
      got: `${minutes} minutes`,
      allowed: `CodeDeploy keeps blue for whole minutes from 0 to ${TWO_DAYS_IN_MINUTES}`,
      instead: 'to go back to an older version after that, deploy its image again',
    });
  }
}
