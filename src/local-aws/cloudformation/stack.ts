import { randomUUID } from 'node:crypto';
import type { ParameterValues } from './parameters';
import { invalid, type RemovalPolicy, type Template } from './template';
import type { Properties, ResourceState } from '../core/api';
import { arn, type World } from '../core/world';

/** What a stack is to become: everything that an operation is asked for. */
export interface StackModel {
  readonly template: Template;
  /** The template as it was sent. */
  readonly body: string;
  readonly parameters: ParameterValues;
  readonly tags: Readonly<Record<string, string>>;
}

/** What a stack is before its first change set is executed. */
export const NO_MODEL: StackModel = {
  template: { Parameters: {}, Mappings: {}, Conditions: {}, Resources: {}, Outputs: {} }, body: '', parameters: {}, tags: {},
};

/** One resource as it is: the last that its type has answered, and what it was made from. */
export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  readonly state: ResourceState;
  /** With intrinsic functions resolved; dynamic references are still there, since a changed secret is no changed property. */
  readonly properties: Properties;
  readonly tags: Readonly<Record<string, string>>;
  readonly dependencies: readonly string[];
  readonly deletionPolicy?: RemovalPolicy;
  readonly updateReplacePolicy?: RemovalPolicy;
}

export interface StackOutput {
  readonly key: string;
  readonly value: string;
  readonly description?: string;
  readonly exportName?: string;
}

export interface StackEvent {
  readonly EventId: string;
  readonly StackId: string;
  readonly StackName: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
  readonly ResourceType: string;
  readonly Timestamp: Date;
  readonly ResourceStatus: string;
  readonly ResourceStatusReason?: string;
  readonly ResourceProperties?: string;
  readonly ClientRequestToken?: string;
}

const UPDATABLE = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'UPDATE_FAILED', 'CREATE_FAILED'];

export const STACK_TYPE = 'AWS::CloudFormation::Stack';

/** A stack: what it is now, and everything that has happened to it. */
export class Stack {
  public readonly id: string;
  public readonly createdAt: Date;
  public readonly resources = new Map<string, StackResource>();
  /** The last event of each resource, which is what the stack's list of resources shows. */
  public readonly lastEvents = new Map<string, StackEvent>();
  public readonly events: StackEvent[] = [];
  public readonly imports = new Set<string>();
  public status = 'REVIEW_IN_PROGRESS';
  public statusReason?: string;
  public updatedAt?: Date;
  public deletedAt?: Date;
  public outputs: readonly StackOutput[] = [];
  public disableRollback = false;
  public clientRequestToken?: string;
  /** The change set that it was last made from. */
  public changeSetId?: string;
  public terminationProtection = false;

  constructor(private readonly world: World, public readonly name: string, public model: StackModel) {
    this.id = arn(world, 'cloudformation', `stack/${name}/${randomUUID()}`);
    this.createdAt = world.clock.now();
  }

  public get isBusy(): boolean {
    return this.status.endsWith('_IN_PROGRESS') && !this.isInReview;
  }

  /** There is a change set for it, and nothing else yet. */
  public get isInReview(): boolean {
    return this.status === 'REVIEW_IN_PROGRESS';
  }

  public get isDeleted(): boolean {
    return this.status === 'DELETE_COMPLETE';
  }

  public mustBeUpdatable(): void {
    if (!UPDATABLE.includes(this.status)) {
      throw invalid(`Stack:${this.id} is in ${this.status} state and can not be updated.`);
    }
  }

  /** The stack as a whole is in another state. */
  public enter(status: string, reason?: string): void {
    this.status = status;
    this.statusReason = reason;
    this.record({ logicalId: this.name, physicalId: this.id, type: STACK_TYPE }, status, reason);
  }

  public recordResource(logicalId: string, type: string, physicalId: string, status: string, reason?: string, properties?: Properties): void {
    const event = this.record({ logicalId, physicalId, type }, status, reason, properties);
    this.lastEvents.set(logicalId, event);
  }

  private record(
    subject: { logicalId: string; physicalId: string; type: string }, status: string, reason?: string, properties?: Properties,
  ): StackEvent {
    const event: StackEvent = {
      EventId: `${subject.logicalId}-${status}-${randomUUID()}`,
      StackId: this.id,
      StackName: this.name,
      LogicalResourceId: subject.logicalId,
      PhysicalResourceId: subject.physicalId,
      ResourceType: subject.type,
      Timestamp: this.world.clock.now(),
      ResourceStatus: status,
      ResourceStatusReason: reason,
      ResourceProperties: properties && JSON.stringify(properties),
      ClientRequestToken: this.clientRequestToken,
    };
    this.events.push(event);
    return event;
  }
}
