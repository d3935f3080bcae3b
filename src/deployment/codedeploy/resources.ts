/**
 * What the construct writes into the template for its custom resources, and what their handler reads. Numbers and booleans
 * arrive at the handler as strings, since CloudFormation makes them so.
 */

export const ROUTE_TYPE = 'Custom::BlueGreenRoute';
export const SERVICE_TYPE = 'Custom::BlueGreenService';
export const DEPLOYMENT_TYPE = 'Custom::BlueGreenDeployment';

/** A tag as ELB and CDK write it. */
export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** A listener rule that leads to the twin target groups. */
export interface RouteProperties {
  readonly ListenerArn: string;
  /** Conditions as the ELB API takes them. */
  readonly Conditions: unknown;
  readonly Priority: number | string;
  /** Where the route leads when it is made; afterwards deployments move it. */
  readonly TargetGroupA: string;
  readonly TargetGroupB: string;
  readonly Tags?: readonly Tag[];
}

/** The ECS service. What a deployment carries is used when the service is made; afterwards it is the trigger's. */
export interface ServiceProperties {
  readonly Cluster: string;
  /** The service's name begins with it. */
  readonly NamePrefix: string;
  /** The TargetService properties of the AppSpec, as JSON. */
  readonly Spec: string;
  readonly TargetGroup: string;
  /** The number of tasks to begin with. */
  readonly InitialCount: number | string;
  /** The number of tasks, sent when it changes; absent where scaling decides. */
  readonly DesiredCount?: number | string;
  readonly HealthCheckGracePeriodSeconds: number | string;
  readonly ExecuteCommand: boolean | string;
  readonly Tags?: readonly Tag[];
}

/** The trigger: starts a deployment when the spec has changed. */
export interface DeploymentProperties {
  readonly Application: string;
  readonly DeploymentGroup: string;
  readonly Cluster: string;
  readonly Service: string;
  /** The TargetService properties of the AppSpec, as JSON. */
  readonly Spec: string;
  /** The Hooks section of the AppSpec, as JSON. Not part of what is compared. */
  readonly Hooks: string;
}
