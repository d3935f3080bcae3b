import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import { answerError, relative } from './answers';
import { requestHeaders, responseHeaders } from './headers';
import type { Forwarded } from './headers';
import type { RegisteredTarget } from './registered-target';

export const TRACE_HEADER = 'x-local-aws-trace';
export const TARGET_HEADER = 'x-local-aws-target';

/** Methods that change nothing, so that a second attempt cannot do twice what was wanted once. */
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];
const TIMEOUTS = ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT'];

export interface ForwardingOptions extends Forwarded {
  /** How long the target may be silent, in milliseconds of the wall clock. */
  readonly idleTimeout: number;
  readonly cookies: readonly string[];
  onAnswer(statusCode: number, seconds: number): void;
  onFailure(statusCode: 502 | 504): void;
}

/** One request on its way to a target and back, streamed in both directions. */
export class Forwarding implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private ownConnection: Dispatcher | undefined;
  private startedAt = 0;
  private attempts = 0;
  private isAnswered = false;
  private hasEnded = false;

  constructor(
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly registered: RegisteredTarget,
    private readonly options: ForwardingOptions,
  ) {}

  public start(): void {
    this.registered.begin();
    // A client that goes away takes its request with it.
    this.response.once('close', () => {
      if (!this.response.writableFinished) {
        this.controller?.abort(new Error('the client has gone away'));
      }
    });
    this.dispatch();
  }

  public onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.response.destroyed) {
      controller.abort(new Error('the client has gone away'));
    }
  }

  public onResponseStart(controller: Dispatcher.DispatchController, statusCode: number, _headers: object, statusMessage?: string): void {
    if (statusCode < 200) {
      return;
    }
    this.isAnswered = true;
    this.options.onAnswer(statusCode, (performance.now() - this.startedAt) / 1000);
    const headers = responseHeaders((controller as unknown as { rawHeaders: Buffer[] }).rawHeaders);
    for (const cookie of this.options.cookies) {
      headers.push('Set-Cookie', cookie);
    }
    if (this.request.headers[TRACE_HEADER] === '1') {
      headers.push(TARGET_HEADER, this.registered.target.label);
    }
    this.response.writeHead(statusCode, statusMessage, headers);
  }

  public onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.response.write(chunk)) {
      controller.pause();
      this.response.once('drain', () => controller.resume());
    }
  }

  public onResponseEnd(): void {
    this.response.end();
    this.finish();
  }

  public onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.mayTryAgain(error)) {
      this.dispatch();
      return;
    }
    if (this.isAnswered) {
      // The client must see that the answer is not whole.
      this.response.destroy();
    } else if (!this.response.destroyed) {
      const statusCode = TIMEOUTS.includes(codeOf(error) ?? '') ? 504 : 502;
      this.options.onFailure(statusCode);
      answerError(this.response, statusCode);
    }
    this.finish();
  }

  private dispatch(): void {
    this.attempts += 1;
    this.startedAt = performance.now();
    try {
      this.connection().dispatch({
        path: relative(this.request.url ?? '/'),
        method: this.request.method as Dispatcher.HttpMethod,
        headers: requestHeaders(this.request, this.options),
        body: this.hasBody() ? this.request : null,
        headersTimeout: this.options.idleTimeout,
        bodyTimeout: this.options.idleTimeout,
      }, this);
    } catch {
      // What undici refuses to send (a malformed target or header) no target could have answered.
      answerError(this.response, 400);
      this.finish();
    }
  }

  /**
   * A target may close an idle connection at the very moment at which a request is written to it; the request is lost
   * although nobody did anything wrong. That is the case when a connection which has carried answers before ends without
   * one byte of this answer. A connection that is refused, or that ends at its first request, is the target's failure.
   */
  private mayTryAgain(error: Error): boolean {
    const wasReused = ((error as { socket?: { bytesRead?: number } }).socket?.bytesRead ?? 0) > 0;
    const hasClosed = (codeOf(error) === 'UND_ERR_SOCKET' && wasReused) || codeOf(error) === 'EPIPE';
    return hasClosed && this.attempts === 1 && !this.isAnswered && !this.response.destroyed
      && SAFE_METHODS.includes(this.request.method ?? '') && !this.hasBody();
  }

  /** Other idle connections may be as stale as the first: a second attempt gets a connection of its own. */
  private connection(): Dispatcher {
    if (this.attempts === 1) {
      return this.registered.pool;
    }
    this.ownConnection = this.registered.connect();
    return this.ownConnection;
  }

  private hasBody(): boolean {
    const { 'content-length': length, 'transfer-encoding': encoding } = this.request.headers;
    return encoding !== undefined || (length !== undefined && length !== '0');
  }

  private finish(): void {
    if (!this.hasEnded) {
      this.hasEnded = true;
      void this.ownConnection?.close();
      this.registered.end();
    }
  }
}

function codeOf(error: Error): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
