/**
 * What CloudFormation sends to the function of a custom resource, and what the function adds when it calls itself.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
 */
export interface Request<Properties> {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly RequestId: string;
  readonly StackId: string;
  readonly ResponseURL: string;
  readonly ResourceType: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Properties;
  readonly OldResourceProperties?: Properties;
  readonly Continuation?: Continuation;
}

/** What an invocation hands to the one that goes on after it. */
export interface Continuation {
  /** When the first invocation began, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** What the resource remembers between two looks. */
  readonly memory: Memory;
}

export interface Memory {
  /** The physical id, once there is one: a failure after that must name it, or CloudFormation cannot clean up. */
  physicalId?: string;
  /** The deployment that this request started or adopted. */
  deploymentId?: string;
  /** The deployments that this request has stopped, and whose rollback it waits for. */
  stoppedIds?: string[];
  /** How often no rollback of a failed or stopped deployment has been seen, by its id. */
  looksForRollback?: Record<string, number>;
  /** Why the request fails, once what it started has been stopped. */
  failure?: string;
}

/** What a custom resource answers. */
export interface Result {
  readonly physicalId: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** The request is done. */
export interface Done {
  readonly kind: 'done';
  readonly result: Result;
}

/** Not yet: look again after a while. */
export interface Wait {
  readonly kind: 'wait';
  readonly forWhat: string;
}

/** CloudFormation no longer waits for this request: end without an answer. */
export interface Superseded {
  readonly kind: 'superseded';
  readonly reason: string;
}

export type Step = Done | Wait | Superseded;

/** A custom resource: looked at again and again until it is done. A thrown error is the request's failure. */
export interface Resource<Properties> {
  step(request: Request<Properties>, memory: Memory, time: Time): Promise<Step>;
}

export interface Time {
  /** Seconds until the request must be answered. */
  readonly secondsLeft: number;
}

export function done(physicalId: string, data?: Readonly<Record<string, string>>): Done {
  return { kind: 'done', result: { physicalId, data } };
}

export function wait(forWhat: string): Wait {
  return { kind: 'wait', forWhat };
}
