import type { Socket } from 'node:net';
import { Client, Pool } from 'undici';
import type { HealthChecker } from './health-checker';
import type { Target } from '../../core/api';

/** A target of one target group, with the connections to it. */
export class RegisteredTarget {
  public checker: HealthChecker | undefined;
  /** It is being deregistered: it gets no new request from now on. */
  public leaving = false;
  public drained: Promise<void> | undefined;
  public readonly pool: Pool;
  /** Since when it may get requests, by the clock; undefined until it is healthy. */
  public healthySince: number | undefined;
  public inFlight = 0;
  private readonly tunnels = new Set<Socket>();
  private whenIdle: (() => void)[] = [];

  constructor(public readonly target: Target) {
    this.pool = new Pool(this.origin, {
      connect: { timeout: 10_000 },
      // Below the five seconds after which Node and most servers close an idle connection, for those that send no hint.
      keepAliveTimeout: 4_000,
      keepAliveMaxTimeout: 60_000,
      keepAliveTimeoutThreshold: 1_000,
      pipelining: 1,
    });
  }

  private get origin(): string {
    return `http://127.0.0.1:${this.target.loopbackPort}`;
  }

  public get key(): string {
    return `${this.target.id}:${this.target.port}`;
  }

  /** A connection that has carried nothing yet; whoever asks for it closes it. */
  public connect(): Client {
    return new Client(this.origin, { connect: { timeout: 10_000 } });
  }

  public begin(): void {
    this.inFlight += 1;
  }

  public end(): void {
    this.inFlight -= 1;
    if (this.inFlight === 0) {
      this.whenIdle.splice(0).forEach((resolve) => resolve());
    }
  }

  public openTunnel(socket: Socket): void {
    this.tunnels.add(socket);
    this.begin();
  }

  public closeTunnel(socket: Socket): void {
    if (this.tunnels.delete(socket)) {
      this.end();
    }
  }

  /** What the load balancer does to upgraded connections when the deregistration delay is over. */
  public endTunnels(): void {
    this.tunnels.forEach((socket) => socket.destroy());
  }

  /** Resolves when no request is in flight. */
  public async idle(): Promise<void> {
    if (this.inFlight > 0) {
      await new Promise<void>((resolve) => this.whenIdle.push(resolve));
    }
  }

  public async close(): Promise<void> {
    this.checker?.close();
    this.endTunnels();
    await this.pool.destroy();
  }
}
