import type { Memory } from '../state/memory';

/** An error as AWS answers it: the code is part of the contract, the message is AWS's own where it is known. */
export class AwsError extends Error {
  constructor(
    public readonly code: string,
    message: string,
    public readonly status = 400,
    /** Whether the client is to blame; decides the fault that is written into XML answers. */
    public readonly fields: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = code;
  }
}

// The input of an operation is what a client sent: nothing is known of its shape before the operation has looked.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type OperationInput = any;

/** Takes the parsed parameters, answers the output as the AWS SDK's types have it, or throws an AwsError. */
export type Operation = (input: OperationInput) => unknown | Promise<unknown>;

/** The operations of one AWS service that speaks a protocol in which every operation has a name. */
export interface ServiceApi {
  /** As in the signature's credential scope: `ecs`, `elasticloadbalancing`, `codedeploy`, … */
  readonly signingName: string;
  /**
   * `json`: X-Amz-Target `<target>.<Operation>`. `query`: a form with Action and Version, answered in XML.
   * `ec2`: as `query`, with EC2's own lists and answers.
   * A query operation gets its parameters unflattened (`X.member.1` → arrays) and with AWS's names.
   */
  readonly protocol: 'json' | 'query' | 'ec2';
  /** The prefix of X-Amz-Target for json, the XML namespace's version for query (`2015-12-01`). */
  readonly target: string;
  readonly operations: Readonly<Record<string, Operation>>;
}

/** A request to a service whose operations are paths. */
export interface RestRequest {
  readonly method: string;
  /** As it was sent, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface RestResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** A service whose operations are paths: S3 and Lambda. */
export interface RestApi {
  /** As in the signature's credential scope. */
  readonly signingName: string;
  /** Requests below this path are the service's, however they are signed. */
  readonly prefix?: string;
  handle(request: RestRequest): Promise<RestResponse>;
  /** The error in the service's own shape. */
  failure(error: AwsError, requestId: string): RestResponse;
}

/** One service of the local AWS. */
export interface LocalService {
  readonly apis: readonly ServiceApi[];
  readonly rest?: readonly RestApi[];
  readonly resourceTypes: Readonly<Record<string, ResourceType>>;
  /**
   * What only the local AWS has, by name: `GET` or `POST /_local/<name>` calls it with the JSON body, and answers its
   * result as JSON. Real clients never need it; the rehearsal uses it.
   */
  readonly admin?: Readonly<Record<string, Operation>>;
  /** What a local AWS that is started again with the same state knows of it; nothing, where it is left out. */
  readonly memory?: Memory;
  /** Ends every process, server and timer that the service has started. */
  close(): Promise<void>;
}

export type Properties = Readonly<Record<string, any>>;

export interface ResourceState {
  readonly physicalId: string;
  /** What Fn::GetAtt answers, by attribute name (dots included); Ref answers the physical id unless `ref` is given. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly ref?: string;
  /** Whether the attributes are hidden where people look at them. */
  readonly noEcho?: boolean;
}

export interface ResourceRequest {
  readonly stackId: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly resourceType: string;
  /** With all intrinsics resolved. */
  readonly properties: Properties;
  /** The stack's tags. CloudFormation passes them on to what can be tagged. */
  readonly stackTags: Readonly<Record<string, string>>;
  /** Aborted when the stack operation is cancelled or the local AWS ends. */
  readonly signal: AbortSignal;
  /** To be told of a resource that is there before it is stable: a rollback in between has to delete it. */
  readonly onMade?: (state: ResourceState) => void;
}

/** A failed create that left something behind: the rollback deletes what `state` names. */
export class ResourceFailure extends Error {
  constructor(message: string, public readonly state: ResourceState) {
    super(message);
    this.name = 'ResourceFailure';
  }
}

/** An update that was refused before anything was touched: the rollback leaves the resource alone. */
export class UpdateRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UpdateRefused';
  }
}

/**
 * How CloudFormation makes one type of resource. Thrown errors become the resource's failure; their message is the
 * reason in the stack's events.
 */
export interface ResourceType {
  /** `rehearsed`: it behaves as on AWS. `recorded`: it has an id and attributes, and is reported as recorded. */
  readonly kind: 'rehearsed' | 'recorded';
  /** The top-level properties whose change makes CloudFormation replace the resource. */
  readonly replacedBy: readonly string[];
  create(request: ResourceRequest): Promise<ResourceState>;
  /**
   * Called when a property changed and none that replaces, or when only the stack's tags did; `state` is the last one
   * answered. A rollback calls it with the old properties and the tags that the stack had.
   */
  update(request: ResourceRequest, state: ResourceState, oldProperties: Properties): Promise<ResourceState>;
  delete(request: ResourceRequest, state: ResourceState): Promise<void>;
}

/** What other services need of Lambda. */
export interface FunctionInvoker {
  /** Invokes and waits for the result; a function error is thrown as AwsError with the function's own message. */
  invoke(functionNameOrArn: string, payload: unknown): Promise<unknown>;
  /** Queues the event as an asynchronous invocation: answered at once, a crash is retried twice with the same event. */
  invokeAsync(functionNameOrArn: string, payload: unknown): Promise<void>;
}

/** What other services need of CloudWatch Logs. */
export interface LogWriter {
  write(group: string, stream: string, message: string): void;
}

/** What other services need of CloudWatch. */
export interface MetricSink {
  record(namespace: string, metricName: string, dimensions: Readonly<Record<string, string>>, value: number, options?: RecordOptions): void;
}

export interface RecordOptions {
  /** How often the value was seen; 1 unless given. */
  readonly count?: number;
  /** When it was seen, by the clock, in milliseconds since the epoch; now unless given. */
  readonly at?: number;
}

/** What ECS needs to resolve `secrets` of a container: an SSM parameter's or a Secrets Manager secret's value, by ARN. */
export interface SecretReader {
  read(valueFrom: string): Promise<string>;
}

/** Where a target of a target group really listens, and what it is. */
export interface Target {
  /** The address by which ELB knows the target (a task's private IP address, made up and unique). */
  readonly id: string;
  /** The container port, as ELB knows it. */
  readonly port: number;
  /** The loopback port on which the task's process really listens. */
  readonly loopbackPort: number;
  /** What the target runs (`family:revision`); shown by the data plane to a request that asks for it. */
  readonly label: string;
}

export type TargetHealth = 'unused' | 'initial' | 'healthy' | 'unhealthy' | 'draining';

/** What ECS needs of Elastic Load Balancing. Everything else goes through its operations, as on AWS. */
export interface TargetRegistry {
  /** Whether a listener or rule of any load balancer leads to the target group (at weight 0 is enough). */
  isAttached(targetGroupArn: string): boolean;
  register(targetGroupArn: string, target: Target): void;
  /** New requests go elsewhere at once; resolves when the deregistration delay is over or nothing is in flight. */
  deregister(targetGroupArn: string, targetId: string): Promise<void>;
  health(targetGroupArn: string, targetId: string): TargetHealth;
}
