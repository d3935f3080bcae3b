import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ec2Answer, ec2Error, parseEc2Input } from './ec2-protocol';
import { jsonAnswer, jsonError, parseJsonInput } from './json-protocol';
import { parseQueryInput, queryAnswer, queryError } from './query-protocol';
import { readBody } from './request-body';
import { operationOf, Routes, signingNameOf } from './routes';
import { AwsError, type LocalService, type RestRequest, type RestResponse } from '../core/api';
import type { World } from '../core/world';

const ADMIN = '/_local/';
const LOOPBACK = '127.0.0.1';
/** What reading a value of another shape than AWS's throws. */
const MALFORMED = [TypeError, RangeError, URIError, SyntaxError];

/** The one HTTP server that all services of the local AWS answer on, in the protocols that AWS speaks. */
export class Endpoint {
  private readonly server: Server;
  private routes = new Routes([]);

  /** `onRequest` hears of every request that may have changed something, once it is answered. */
  constructor(private readonly world: Pick<World, 'clock' | 'log'>, private readonly onRequest: () => void = () => undefined) {
    this.server = createServer((message, response) => {
      this.serve(message, response).catch((error) => {
        this.world.log(`a request could not be answered: ${describe(error)}`);
        response.destroy();
      });
    });
    // A client may keep a connection for its next poll; the server need not close it between two polls.
    this.server.keepAliveTimeout = 60_000;
    this.server.requestTimeout = 0;
  }

  /** From now on, requests go to these services. */
  public serveFrom(services: readonly LocalService[]): void {
    this.routes = new Routes(services);
  }

  public async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const refused = (error: NodeJS.ErrnoException) => reject(error.code === 'EADDRINUSE'
        ? new Error(`the port ${port} is taken: give another one, or 0 for any that is free`)
        : error);
      this.server.once('error', refused);
      this.server.listen(port, LOOPBACK, () => {
        this.server.off('error', refused);
        resolve();
      });
    });
  }

  public url(): string {
    return `http://${LOOPBACK}:${this.port()}`;
  }

  public port(): number {
    const address = this.server.address() as AddressInfo | null;
    if (!address) {
      throw new Error('the endpoint of the local AWS does not listen yet: call listen() first');
    }
    return address.port;
  }

  public async close(): Promise<void> {
    if (!this.server.listening) {
      return;
    }
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    const answer = await this.answer(message, requestId);
    if (message.method !== 'GET' && message.method !== 'HEAD') {
      this.onRequest();
    }
    if (response.destroyed) {
      return;
    }
    const body = answer.body ?? '';
    response.writeHead(answer.status, {
      'content-length': Buffer.byteLength(body),
      ...answer.headers,
      'date': dateFor(message) ?? this.world.clock.now().toUTCString(),
      'x-amzn-requestid': requestId,
    });
    response.end(message.method === 'HEAD' ? undefined : body);
  }

  private async answer(message: IncomingMessage, requestId: string): Promise<RestResponse> {
    let request: RestRequest | undefined;
    try {
      const target = message.url ?? '/';
      // Two slashes at the beginning are a key's of S3, and no host's.
      const url = new URL(target.startsWith('/') ? `http://${LOOPBACK}${target}` : target);
      request = {
        method: message.method ?? 'GET',
        path: url.pathname,
        query: url.searchParams,
        headers: Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)])),
        body: Buffer.alloc(0),
      };
      return await this.dispatch({ ...request, body: await readBody(message) }, requestId);
    } catch (error) {
      return this.failure(request, this.toAwsError(error, 'a request'), requestId);
    }
  }

  /** Of a request that no operation has seen, in the shape of the protocol that it would have been. */
  private failure(request: RestRequest | undefined, error: AwsError, requestId: string): RestResponse {
    const isJson = !request || request.path.startsWith(ADMIN) || request.headers['x-amz-target'];
    if (isJson) {
      return jsonError(error, 'application/json');
    }
    if (isForm(request)) {
      return queryError(error, '', signingNameOf(request) ?? 'local', requestId);
    }
    try {
      return this.routes.restApi(request, signingNameOf(request)).failure(error, requestId);
    } catch {
      return jsonError(error, 'application/json');
    }
  }

  private async dispatch(request: RestRequest, requestId: string): Promise<RestResponse> {
    if (request.path.startsWith(ADMIN)) {
      const operation = this.routes.adminOperation(request.path.slice(ADMIN.length));
      return jsonAnswer(await operation(parseJsonInput(request.body)), 'application/json');
    }
    if (request.headers['x-amz-target']) {
      return this.json(request, request.headers['x-amz-target']);
    }
    if (isForm(request)) {
      return this.query(request, requestId);
    }
    return this.rest(request, requestId);
  }

  private async json(request: RestRequest, target: string): Promise<RestResponse> {
    const contentType = request.headers['content-type'] ?? 'application/x-amz-json-1.1';
    try {
      const dot = target.lastIndexOf('.');
      const operation = operationOf(this.routes.jsonApi(target.slice(0, dot)), target.slice(dot + 1));
      return jsonAnswer(await operation(parseJsonInput(request.body)), contentType);
    } catch (error) {
      return jsonError(this.toAwsError(error, target), contentType);
    }
  }

  private async query(request: RestRequest, requestId: string): Promise<RestResponse> {
    const form = new URLSearchParams(request.body.toString('utf8'));
    const action = form.get('Action') ?? '';
    const version = form.get('Version') ?? '';
    const signingName = signingNameOf(request);
    const namespace = signingName ?? 'local';
    if (signingName === 'ec2') {
      return this.ec2(form, action, version, requestId);
    }
    try {
      const operation = operationOf(this.routes.queryApi(signingName, version), action);
      return queryAnswer(action, version, namespace, await operation(parseQueryInput(form)), requestId);
    } catch (error) {
      return queryError(this.toAwsError(error, `${namespace}:${action}`), version, namespace, requestId);
    }
  }

  private async ec2(form: URLSearchParams, action: string, version: string, requestId: string): Promise<RestResponse> {
    try {
      const operation = operationOf(this.routes.queryApi('ec2', version), action);
      return ec2Answer(action, version, await operation(parseEc2Input(form)), requestId);
    } catch (error) {
      return ec2Error(this.toAwsError(error, `ec2:${action}`), requestId);
    }
  }

  private async rest(request: RestRequest, requestId: string): Promise<RestResponse> {
    const api = this.routes.restApi(request, signingNameOf(request));
    try {
      return await api.handle(request);
    } catch (error) {
      return api.failure(this.toAwsError(error, `${api.signingName} ${request.method} ${request.path}`), requestId);
    }
  }

  /** What is no answer of AWS's is a fault of the local AWS: told to whoever runs it, and answered as a failure. */
  private toAwsError(error: unknown, what: string): AwsError {
    if (error instanceof AwsError) {
      return error;
    }
    if (MALFORMED.some((kind) => error instanceof kind)) {
      // What a client sends has any shape; whoever runs the local AWS sees where it was not expected.
      this.world.log(`the parameters of ${what} could not be read: ${describe(error)}`);
      return new AwsError('ValidationException', `the local AWS cannot read the parameters of ${what}: ${(error as Error).message}`);
    }
    this.world.log(`${what} failed inside the local AWS: ${describe(error)}`);
    return new AwsError('InternalFailure', `the local AWS failed to answer ${what}: ${error instanceof Error ? error.message : String(error)}`, 500);
  }
}

function isForm({ headers }: RestRequest): boolean {
  return headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

/**
 * The date of an answer is the client's own: handlers live on the fast clock, clients outside on the wall clock, and an SDK
 * that believes its clock to be wrong retries whatever was refused.
 */
function dateFor(message: IncomingMessage): string | undefined {
  const [, year, month, day, hours, minutes, seconds] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(message.headers['x-amz-date'])) ?? [];
  const date = new Date(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date.toUTCString();
}
