import { randomUUID } from 'node:crypto';
import { ExecutionEnvironments } from './environments';
import type { InvocationResult, LambdaRuntime } from './execution-environment';
import { FunctionVersions, type FunctionVersion } from './function-version';
import { Functions } from './functions';
import { Lineage } from './recursion';
import { functionTypes } from './resource-types';
import {
  AwsError, type FunctionInvoker, type LocalService, type LogWriter, type ResourceType, type RestApi, type RestRequest, type RestResponse,
  type ServiceApi,
} from '../core/api';
import type { World } from '../core/world';
import type { Memory } from '../state/memory';
import type { ObjectStore } from '../storage/object-store';

const FUNCTIONS = '/2015-03-31/functions/';
/** Before the first and the second retry of an asynchronous invocation. */
const RETRY_SECONDS = [60, 120];

/** Lambda: functions on Node.js, each execution environment a process of its own that sees the local clock. */
export class Lambda implements LocalService, RestApi, FunctionInvoker {
  public readonly signingName = 'lambda';
  public readonly prefix = FUNCTIONS;
  public readonly apis: readonly ServiceApi[] = [];
  public readonly rest: readonly RestApi[] = [this];
  public readonly resourceTypes: Readonly<Record<string, ResourceType>>;
  private readonly functions = new Functions();
  private readonly environments: ExecutionEnvironments;
  private readonly closer = new AbortController();

  constructor(private readonly world: World, objects: ObjectStore, logs: LogWriter, runtime: LambdaRuntime) {
    this.environments = new ExecutionEnvironments(world, logs, runtime);
    this.resourceTypes = functionTypes(new FunctionVersions(world, objects), this.functions, this.environments);
  }

  public async invoke(functionNameOrArn: string, payload: unknown): Promise<unknown> {
    const result = await this.run(this.functions.get(functionNameOrArn), functionNameOrArn, payload, Lineage.of(undefined));
    if ('error' in result) {
      throw new AwsError(result.error.errorType, result.error.errorMessage);
    }
    return JSON.parse(result.payload);
  }

  public async invokeAsync(functionNameOrArn: string, payload: unknown): Promise<void> {
    this.queue(functionNameOrArn, payload, Lineage.of(undefined));
  }

  public async handle(request: RestRequest): Promise<RestResponse> {
    const [name, action] = request.path.slice(FUNCTIONS.length).split('/').map(decodeURIComponent);
    const qualifier = request.query.get('Qualifier');
    const target = qualifier ? `${name}:${qualifier}` : name;
    if (request.method === 'POST' && action === 'invocations') {
      return this.handleInvoke(request, target);
    }
    if (request.method === 'GET' && (action === undefined || action === 'configuration')) {
      const configuration = describe(this.functions.get(target));
      return json(200, action ? configuration : { Configuration: configuration, Code: { RepositoryType: 'S3' }, Tags: {} });
    }
    throw new AwsError('UnknownOperationException',
      `the local AWS has no Lambda operation ${request.method} ${request.path}; it has Invoke, GetFunction and GetFunctionConfiguration`, 404);
  }

  public failure(error: AwsError): RestResponse {
    const type = error.status < 500 ? 'User' : 'Service';
    return { ...json(error.status, { ...error.fields, Type: type, Message: error.message, message: error.message }), ...errorHeaders(error) };
  }

  public get memory(): Memory {
    return { stores: { functions: { of: this.functions, fields: ['latest', 'published', 'aliases', 'retries', 'lastNumber'] } } };
  }

  public async close(): Promise<void> {
    this.closer.abort();
    await this.environments.close();
  }

  private async handleInvoke(request: RestRequest, target: string): Promise<RestResponse> {
    const version = this.functions.get(target);
    const event = parseEvent(request.body);
    const lineage = Lineage.of(request.headers['x-amzn-trace-id']);
    const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
    if (lineage.with(version.arn).isLoop) {
      this.world.log(`Lambda broke a loop: ${version.name} invoked itself about 16 times in one chain`);
      throw new AwsError('RecursiveInvocationException', 'Lambda has detected your function being invoked in a recursive loop with other AWS resources '
        + 'and stopped your function\'s invocation.');
    }
    if (type === 'DryRun') {
      return { status: 204 };
    }
    if (type === 'Event') {
      this.queue(target, event, lineage);
      return { status: 202 };
    }
    const result = await this.run(version, target, event, lineage);
    const headers = { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' };
    return 'error' in result
      ? { status: 200, headers: { ...headers, 'x-amz-function-error': 'Unhandled' }, body: JSON.stringify(result.error) }
      : { status: 200, headers, body: result.payload };
  }

  /** Tries again with the very same event, as Lambda does, when the function has failed. */
  private queue(target: string, event: unknown, lineage: Lineage): void {
    const version = this.functions.get(target);
    const retries = RETRY_SECONDS.slice(0, this.functions.retriesOf(version.name));
    const requestId = randomUUID();
    const deliver = async (): Promise<void> => {
      for (const pause of [...retries, undefined]) {
        const current = this.functions.find(target);
        if (!current) {
          this.world.log(`an event for ${target} is lost: the function is gone`);
          return;
        }
        const result = await this.run(current, target, event, lineage, requestId);
        if (!('error' in result) || pause === undefined) {
          return;
        }
        await this.world.clock.sleep(pause, this.closer.signal);
      }
    };
    deliver().catch((error) => {
      if (!this.closer.signal.aborted) {
        this.world.log(`an asynchronous invocation of ${target} broke: ${error instanceof Error ? error.stack : String(error)}`);
      }
    });
  }

  private run(
    version: FunctionVersion, target: string, event: unknown, lineage: Lineage, requestId: string = randomUUID(),
  ): Promise<InvocationResult> {
    const invokedFunctionArn = target.startsWith('arn:') ? target : version.arn;
    return this.environments.invoke(version, { requestId, event, invokedFunctionArn, traceId: lineage.with(version.arn).toTraceId() });
  }
}

function parseEvent(body: Buffer): unknown {
  if (body.length === 0) {
    return {};
  }
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new AwsError('InvalidRequestContentException', `Could not parse request body into json: ${(error as Error).message}`);
  }
}

function describe(version: FunctionVersion): object {
  return {
    FunctionName: version.name,
    FunctionArn: version.arn,
    Runtime: version.runtime,
    Role: version.role,
    Handler: version.handler,
    Description: version.description,
    Timeout: version.timeout,
    MemorySize: version.memory,
    LastModified: version.modified.toISOString().replace('Z', '+0000'),
    Version: '$LATEST',
    Environment: { Variables: version.environment },
    RevisionId: version.revision,
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    LoggingConfig: { LogFormat: 'Text', LogGroup: version.logGroup },
  };
}

function json(status: number, body: object): RestResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function errorHeaders(error: AwsError): Pick<RestResponse, 'headers'> {
  return { headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code } };
}
