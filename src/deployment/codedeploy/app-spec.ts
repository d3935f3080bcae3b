import type { LifecycleEventName } from '../lifecycle';

/** The only version there is. */
export const APP_SPEC_VERSION = '0.0';

/**
 * What a deployment carries to ECS. CodeDeploy takes the AppSpec as YAML or JSON; the library writes JSON.
 *
 * @see https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html
 */
export interface AppSpec {
  readonly version: typeof APP_SPEC_VERSION;
  readonly Resources: readonly [{ readonly TargetService: TargetService }];
  readonly Hooks?: ReadonlyArray<Partial<Record<LifecycleEventName, string>>>;
}

export interface TargetService {
  readonly Type: 'AWS::ECS::Service';
  readonly Properties: TargetServiceProperties;
}

export interface TargetServiceProperties {
  readonly TaskDefinition: string;
  readonly LoadBalancerInfo: { readonly ContainerName: string; readonly ContainerPort: number };
  readonly PlatformVersion?: string;
  readonly NetworkConfiguration?: {
    readonly AwsvpcConfiguration: {
      readonly Subnets: readonly string[];
      readonly SecurityGroups: readonly string[];
      readonly AssignPublicIp: 'ENABLED' | 'DISABLED';
    };
  };
  readonly CapacityProviderStrategy?: ReadonlyArray<{ readonly Base?: number; readonly CapacityProvider: string; readonly Weight?: number }>;
}
