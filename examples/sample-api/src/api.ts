import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Server as NetServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SLOW_MILLIS } from './faults';
import { Problem, type Answer } from './http';
import type { Log } from './log';
import { pathOf, Routes } from './routes';
import type { Settings } from './settings';

/** An ALB keeps a connection for 60 s. One that the API closed first would cost a request, so the API keeps it longer. */
const KEEP_ALIVE_MILLIS = 65_000;

/** How long idle connections stay open once the API stops, so that whoever uses one still gets an answer. */
const LINGER_MILLIS = 1_000;

/** How long requests have to finish once the API stops. ECS kills a task 30 s after SIGTERM. */
const STOP_LIMIT_MILLIS = 9_000;

/** The API and the life of its server: it starts, it is ready, it stops. */
export class Api {
  private readonly server: Server;
  private readonly routes: Routes;
  private state: 'starting' | 'ready' | 'stopping' = 'starting';

  constructor(private readonly settings: Settings, private readonly log: Log) {
    this.routes = new Routes(settings, this);
    this.server = createServer({ keepAliveTimeout: KEEP_ALIVE_MILLIS, requestTimeout: 30_000 });
    this.server.on('request', (request, response) => void this.serve(request, response));
  }

  public get ready(): boolean {
    return this.state === 'ready';
  }

  /** Listens on all addresses, unless told which, and answers the port. */
  public async start(host?: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.settings.port, host, resolve);
    });
    this.state = 'ready';
    return (this.server.address() as AddressInfo).port;
  }

  /** Takes no new connection, finishes what is in flight, and answers whether all of it could be finished. */
  public async stop(lingerMillis = LINGER_MILLIS, limitMillis = STOP_LIMIT_MILLIS): Promise<boolean> {
    this.state = 'stopping';
    let finished = true;
    const closed = new Promise<void>((resolve) => {
      // Not http.Server's own close: it would cut idle connections at once, and with them a request that is on its way.
      NetServer.prototype.close.call(this.server, () => resolve());
    });
    let idle: NodeJS.Timeout | undefined;
    const linger = setTimeout(() => {
      idle = setInterval(() => this.server.closeIdleConnections(), 50);
    }, lingerMillis);
    const limit = setTimeout(() => {
      finished = false;
      this.server.closeAllConnections();
    }, limitMillis);
    await closed;
    clearTimeout(linger);
    clearInterval(idle);
    clearTimeout(limit);
    this.server.close();
    return finished;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    const answer = await this.answer(request);
    this.send(response, answer);
    this.log.debug('request', {
      method: request.method,
      path: pathOf(request),
      status: answer.status,
      millis: Math.round((performance.now() - startedAt) * 10) / 10,
    });
  }

  private async answer(request: IncomingMessage): Promise<Answer> {
    try {
      if (pathOf(request) !== '/health') {
        await this.fail();
      }
      return await this.routes.answer(request);
    } catch (error) {
      if (error instanceof Problem) {
        return error;
      }
      if (!request.readableAborted) {
        this.log.error('a request failed', { method: request.method, path: pathOf(request), error: String((error as Error)?.stack ?? error) });
      }
      return new Problem(500, 'the API failed to answer: its log says why');
    }
  }

  /** Does what a release that is broken on purpose does to every request but the load balancer's. */
  private async fail(): Promise<void> {
    if (this.settings.fault === 'errors') {
      throw new Problem(500, 'this release is broken, because FAULT is "errors"');
    }
    if (this.settings.fault === 'slow') {
      await sleep(SLOW_MILLIS);
    }
  }

  private send(response: ServerResponse, answer: Answer): void {
    const body = answer.body === undefined ? '' : JSON.stringify(answer.body);
    response.writeHead(answer.status, {
      'x-version': this.settings.version,
      ...(answer.status === 204 ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      ...answer.headers,
      ...(this.state === 'stopping' ? { connection: 'close' } : {}),
    });
    response.end(body);
  }
}
