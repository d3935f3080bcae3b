import { randomUUID } from 'node:crypto';
import { messageOf } from './resource-changes';
import {
  AwsError, ResourceFailure, UpdateRefused, type FunctionInvoker, type Properties, type ResourceRequest, type ResourceState, type ResourceType,
  type RestApi, type RestRequest, type RestResponse,
} from '../core/api';
import { hexId, madeUpName } from '../core/names';
import type { World } from '../core/world';

const MOST_SECONDS = 3600;
const MOST_RESPONSE_BYTES = 4096;

/** What a handler answers to the response URL. */
interface CustomResourceAnswer {
  readonly Status?: string;
  readonly Reason?: string;
  readonly PhysicalResourceId?: string;
  readonly StackId?: string;
  readonly RequestId?: string;
  readonly LogicalResourceId?: string;
  readonly NoEcho?: boolean;
  readonly Data?: Readonly<Record<string, unknown>>;
}

/** An answer that nobody waited for any more. */
export interface LateAnswer {
  readonly requestId: string;
  readonly logicalId: string;
  readonly at: Date;
  readonly body: string;
}

interface Waiting {
  readonly requestId: string;
  readonly logicalId: string;
  answer?: (body: Buffer) => void;
}

/**
 * Custom resources: a function is invoked asynchronously with the request, and answers with a PUT to a URL, as to a
 * pre-signed URL of S3. What does not answer in time has failed; what answers later is not heard, but noted.
 */
export class CustomResource implements ResourceType, RestApi {
  public readonly kind = 'rehearsed';
  /** A handler decides itself: it answers another physical id. */
  public readonly replacedBy: readonly string[] = [];
  public readonly signingName = 'cloudformation-custom-resource-response';
  public readonly prefix = '/cloudformation-custom-resource-response/';
  public readonly lateAnswers: LateAnswer[] = [];
  private readonly waiting = new Map<string, Waiting>();

  constructor(private readonly world: World, private readonly functions: FunctionInvoker) {}

  public async create(request: ResourceRequest): Promise<ResourceState> {
    // What a handler that never answered may have made is deleted by this id.
    const madeUp: ResourceState = { physicalId: madeUpName(request), attributes: {} };
    let answer: CustomResourceAnswer;
    try {
      answer = await this.ask('Create', request, {});
    } catch (error) {
      throw new ResourceFailure(messageOf(error), madeUp);
    }
    const state = stateOf(answer, madeUp);
    if (answer.Status !== 'SUCCESS') {
      throw new ResourceFailure(failureOf(answer), state);
    }
    if (!answer.PhysicalResourceId) {
      throw new ResourceFailure('Invalid PhysicalResourceId.', madeUp);
    }
    return state;
  }

  public async update(request: ResourceRequest, state: ResourceState, oldProperties: Properties): Promise<ResourceState> {
    if (request.properties.ServiceToken !== oldProperties.ServiceToken) {
      throw new UpdateRefused('Modifying service token is not allowed.');
    }
    const answer = await this.ask('Update', request, { PhysicalResourceId: state.physicalId, OldResourceProperties: asStrings(oldProperties) });
    if (answer.Status !== 'SUCCESS') {
      throw new Error(failureOf(answer));
    }
    if (!answer.PhysicalResourceId) {
      throw new Error('Invalid PhysicalResourceId.');
    }
    return stateOf(answer, state);
  }

  public async delete(request: ResourceRequest, state: ResourceState): Promise<void> {
    const answer = await this.ask('Delete', request, { PhysicalResourceId: state.physicalId });
    if (answer.Status !== 'SUCCESS') {
      throw new Error(failureOf(answer));
    }
  }

  /** Takes the answers of handlers. */
  public async handle(request: RestRequest): Promise<RestResponse> {
    const waiting = this.waiting.get(request.path.slice(this.prefix.length));
    if (request.method !== 'PUT' || !waiting) {
      throw new AwsError('AccessDenied', 'Access Denied', 403);
    }
    if (waiting.answer) {
      waiting.answer(request.body);
      waiting.answer = undefined;
    } else {
      const late = { ...waiting, at: this.world.clock.now(), body: request.body.toString('utf8') };
      this.lateAnswers.push(late);
      this.world.log(`an answer of ${late.logicalId} came when nobody waited for it any more: ${late.body}`);
    }
    return { status: 200 };
  }

  public failure(error: AwsError): RestResponse {
    return { status: error.status, body: error.message };
  }

  private async ask(type: 'Create' | 'Update' | 'Delete', request: ResourceRequest, extra: object): Promise<CustomResourceAnswer> {
    const { ServiceToken: serviceToken, ServiceTimeout: timeout } = request.properties;
    if (typeof serviceToken !== 'string' || serviceToken.split(':')[2] !== 'lambda') {
      throw new Error(`Invalid service token: the local AWS invokes Lambda functions, got ${JSON.stringify(serviceToken)}`);
    }
    const requestId = randomUUID();
    const token = hexId(40);
    const waiting: Waiting = { requestId, logicalId: request.logicalId };
    this.waiting.set(token, waiting);
    const body = new Promise<Buffer>((resolve) => { waiting.answer = resolve; });
    const timer = new AbortController();
    try {
      await this.functions.invokeAsync(serviceToken, {
        RequestType: type,
        ServiceToken: serviceToken,
        ResponseURL: `${this.world.endpoint()}${this.prefix}${token}`,
        StackId: request.stackId,
        RequestId: requestId,
        LogicalResourceId: request.logicalId,
        ResourceType: request.resourceType,
        ResourceProperties: asStrings(request.properties),
        ...extra,
      });
      const seconds = Math.min(Number(timeout ?? MOST_SECONDS), MOST_SECONDS);
      return parse(await Promise.race([body, this.tooLate(seconds, requestId, AbortSignal.any([request.signal, timer.signal]))]), request, requestId);
    } finally {
      timer.abort();
      waiting.answer = undefined;
    }
  }

  private async tooLate(seconds: number, requestId: string, signal: AbortSignal): Promise<never> {
    await this.world.clock.sleep(seconds, signal);
    throw new Error('CloudFormation did not receive a response from your Custom Resource. '
      + `Please check your logs for requestId [${requestId}].`);
  }
}

function parse(body: Buffer, request: ResourceRequest, requestId: string): CustomResourceAnswer {
  if (body.length > MOST_RESPONSE_BYTES) {
    throw new Error('Response object is too long.');
  }
  let answer: CustomResourceAnswer;
  try {
    answer = JSON.parse(body.toString('utf8'));
  } catch {
    throw new Error(`Invalid response object: it is not JSON: ${body.toString('utf8').slice(0, 200)}`);
  }
  const expected = { StackId: request.stackId, RequestId: requestId, LogicalResourceId: request.logicalId };
  for (const [name, value] of Object.entries(expected)) {
    if (answer[name as keyof typeof expected] !== value) {
      throw new Error(`Invalid response object: ${name} must be "${value}"`);
    }
  }
  return answer;
}

function stateOf(answer: CustomResourceAnswer, fallback: ResourceState): ResourceState {
  return {
    physicalId: answer.PhysicalResourceId || fallback.physicalId,
    attributes: answer.Data ?? {},
    noEcho: answer.NoEcho === true,
  };
}

function failureOf(answer: CustomResourceAnswer): string {
  return `Received response status [${answer.Status}] from custom resource. `
    + `Message returned: ${answer.Reason ?? ''} (RequestId: ${answer.RequestId})`;
}

/** Numbers and booleans reach a handler as strings. */
function asStrings(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(asStrings);
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, asStrings(member)]));
  }
  return value === null || value === undefined ? value : String(value);
}
