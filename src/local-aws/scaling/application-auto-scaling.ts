import { randomUUID } from 'node:crypto';
import { AwsError } from '../core/api';
import type { LocalService, Operation, OperationInput, ResourceRequest, ResourceState, ResourceType, ServiceApi } from '../core/api';
import { arn } from '../core/world';
import type { World } from '../core/world';
import type { Memory } from '../state/memory';

interface ScalableTarget {
  readonly ServiceNamespace: string;
  readonly ResourceId: string;
  readonly ScalableDimension: string;
  readonly ScalableTargetARN: string;
  readonly CreationTime: Date;
  readonly RoleARN: string;
  MinCapacity: number;
  MaxCapacity: number;
  SuspendedState: SuspendedState;
}

interface SuspendedState {
  readonly DynamicScalingInSuspended: boolean;
  readonly DynamicScalingOutSuspended: boolean;
  readonly ScheduledScalingSuspended: boolean;
}

const NOT_SUSPENDED: SuspendedState = { DynamicScalingInSuspended: false, DynamicScalingOutSuspended: false, ScheduledScalingSuspended: false };
const TARGET_KEY = ['ResourceId', 'ScalableDimension', 'ServiceNamespace'];

/**
 * Application Auto Scaling, recorded: nothing scales here, but what holds scaling still while traffic moves (the suspended
 * state) is kept and can be read back.
 */
export class ApplicationAutoScaling implements LocalService {
  public readonly apis: readonly ServiceApi[];
  public readonly resourceTypes: Readonly<Record<string, ResourceType>>;
  private readonly targets = new Map<string, ScalableTarget>();
  private readonly policies = new Map<string, Readonly<Record<string, OperationInput>>>();

  constructor(private readonly world: World) {
    this.apis = [{ signingName: 'application-autoscaling', protocol: 'json', target: 'AnyScaleFrontendService', operations: this.operations() }];
    this.resourceTypes = {
      'AWS::ApplicationAutoScaling::ScalableTarget': this.scalableTargetType(),
      'AWS::ApplicationAutoScaling::ScalingPolicy': this.scalingPolicyType(),
    };
  }

  public get memory(): Memory {
    return { stores: { scaling: { of: this, fields: ['targets', 'policies'] } } };
  }

  public async close(): Promise<void> {
    this.targets.clear();
    this.policies.clear();
  }

  private operations(): Record<string, Operation> {
    return {
      RegisterScalableTarget: (input) => ({ ScalableTargetARN: this.register(input).ScalableTargetARN }),
      DescribeScalableTargets: (input) => ({
        ScalableTargets: [...this.targets.values()].filter((target) =>
          target.ServiceNamespace === input.ServiceNamespace
          && (!input.ResourceIds?.length || input.ResourceIds.includes(target.ResourceId))
          && (!input.ScalableDimension || input.ScalableDimension === target.ScalableDimension)),
      }),
      DescribeScalingPolicies: (input) => ({
        ScalingPolicies: [...this.policies.values()].filter((policy) =>
          policy.ServiceNamespace === input.ServiceNamespace
          && (!input.ResourceId || input.ResourceId === policy.ResourceId)
          && (!input.ScalableDimension || input.ScalableDimension === policy.ScalableDimension)
          && (!input.PolicyNames?.length || input.PolicyNames.includes(policy.PolicyName))),
      }),
    };
  }

  /** What is not sent stays as it is: a stack update does not end a suspension. */
  private register(input: OperationInput): ScalableTarget {
    const key = keyOf(input);
    const known = this.targets.get(key);
    const least = input.MinCapacity ?? known?.MinCapacity;
    const most = input.MaxCapacity ?? known?.MaxCapacity;
    if (least === undefined || most === undefined) {
      throw new AwsError('ValidationException', 'MinCapacity and MaxCapacity must be specified when registering a new scalable target');
    }
    if (Number(least) > Number(most)) {
      throw new AwsError('ValidationException', 'Minimum capacity must be less than or equal to maximum capacity');
    }
    const target = known ?? this.newTarget(input);
    target.MinCapacity = Number(least);
    target.MaxCapacity = Number(most);
    target.SuspendedState = { ...target.SuspendedState, ...flagsOf(input.SuspendedState) };
    this.targets.set(key, target);
    return target;
  }

  private newTarget(input: OperationInput): ScalableTarget {
    return {
      ServiceNamespace: input.ServiceNamespace,
      ResourceId: input.ResourceId,
      ScalableDimension: input.ScalableDimension,
      ScalableTargetARN: arn(this.world, 'application-autoscaling', `scalable-target/${randomUUID().replace(/-/g, '')}`),
      CreationTime: this.world.clock.now(),
      RoleARN: input.RoleARN ?? arn(
        this.world,
        'iam',
        'role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService',
        { region: '' },
      ),
      MinCapacity: 0,
      MaxCapacity: 0,
      SuspendedState: NOT_SUSPENDED,
    };
  }

  private scalableTargetType(): ResourceType {
    const put = async (request: ResourceRequest): Promise<ResourceState> => {
      const target = this.register(request.properties);
      const id = [target.ResourceId, target.ScalableDimension, target.ServiceNamespace].join('|');
      return { physicalId: id, attributes: { Id: id, ScalableTargetId: id, ScalableTargetARN: target.ScalableTargetARN } };
    };
    return {
      kind: 'recorded',
      replacedBy: TARGET_KEY,
      create: put,
      update: put,
      delete: async (_request, state) => {
        this.targets.delete(state.physicalId);
        [...this.policies].filter(([, policy]) => keyOf(policy) === state.physicalId).forEach(([policyArn]) => this.policies.delete(policyArn));
      },
    };
  }

  private scalingPolicyType(): ResourceType {
    const put = (policyArn: string, { properties }: ResourceRequest): ResourceState => {
      const target = this.targets.get(properties.ScalingTargetId ?? keyOf(properties));
      if (!target) {
        throw new AwsError('ObjectNotFoundException', `No scalable target registered for ${properties.ScalingTargetId ?? keyOf(properties)}`);
      }
      this.policies.set(policyArn, {
        PolicyARN: policyArn,
        PolicyName: properties.PolicyName,
        PolicyType: properties.PolicyType,
        ServiceNamespace: target.ServiceNamespace,
        ResourceId: target.ResourceId,
        ScalableDimension: target.ScalableDimension,
        TargetTrackingScalingPolicyConfiguration: properties.TargetTrackingScalingPolicyConfiguration,
        StepScalingPolicyConfiguration: properties.StepScalingPolicyConfiguration,
        CreationTime: this.world.clock.now(),
        Alarms: [],
      });
      return { physicalId: policyArn, attributes: { Arn: policyArn } };
    };
    return {
      kind: 'recorded',
      replacedBy: ['PolicyName', 'ResourceId', 'ScalableDimension', 'ScalingTargetId', 'ServiceNamespace'],
      create: async (request) => put(this.policyArn(request), request),
      update: async (request, state) => put(state.physicalId, request),
      delete: async (_request, state) => {
        this.policies.delete(state.physicalId);
      },
    };
  }

  private policyArn({ properties }: ResourceRequest): string {
    const [resourceId, , namespace] = (properties.ScalingTargetId ?? keyOf(properties)).split('|');
    return arn(
      this.world,
      'autoscaling',
      `scalingPolicy:${randomUUID()}:resource/${namespace}/${resourceId}:policyName/${properties.PolicyName}`,
    );
  }
}

/** How CloudFormation's Ref names a scalable target, too. */
function keyOf(input: OperationInput): string {
  return TARGET_KEY.map((name) => String(input[name])).join('|');
}

/** A template sends booleans, a custom resource strings. */
function flagsOf(input: OperationInput): Partial<SuspendedState> {
  return Object.fromEntries(Object.entries(input ?? {}).map(([name, value]) => [name, String(value) === 'true']));
}
