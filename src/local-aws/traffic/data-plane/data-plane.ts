import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { answerError, answerFixed, answerRedirect, hostOf, splitTarget } from './answers';
import type { Certificates } from './certificates';
import { Forwarding } from './forwarding';
import { clientIp, type Forwarded } from './headers';
import { ListenerServer } from './listener-server';
import type { RegisteredTarget } from './registered-target';
import { SmoothWeights } from './smooth-weights';
import { stickTo, stuckTo, TARGET_COOKIE, TARGET_GROUP_COOKIE } from './stickiness';
import type { TrafficMeter } from './traffic-meter';
import { openTunnel } from './tunnel';
import type { World } from '../../core/world';
import { matches } from '../conditions';
import type { RequestFacts } from '../conditions';
import { IDLE_TIMEOUT } from '../model';
import type { Action, ForwardAction, Listener, TargetGroup } from '../model';

/** Serves every listener, and sends each request where the rules say at that moment. */
export class DataPlane {
  private readonly servers = new Map<Listener, ListenerServer>();
  /** Turns belong to an action: a changed rule has a new action, and starts anew. */
  private readonly turns = new WeakMap<ForwardAction, SmoothWeights>();

  constructor(
    private readonly world: World,
    private readonly meter: TrafficMeter,
    private readonly certificates: Certificates,
    private readonly targetGroup: (arn: string) => TargetGroup | undefined,
  ) {}

  public async serve(listener: Listener): Promise<void> {
    this.servers.set(listener, await ListenerServer.start({
      address: listener.loadBalancer.dnsName,
      port: listener.port,
      certificate: listener.protocol === 'HTTPS' ? (name) => this.certificates.certificateFor(name) : undefined,
      onRequest: (request, response) => this.answer(listener, request, response),
      onUpgrade: (request, socket, head) => this.upgrade(listener, request, socket, head),
    }));
  }

  /** Its port or protocol has changed: connections end, and new ones find it where it is now. */
  public async serveAnew(listener: Listener): Promise<void> {
    const before = this.servers.get(listener);
    await this.serve(listener);
    await before?.close();
  }

  public async stop(listener: Listener): Promise<void> {
    const server = this.servers.get(listener);
    this.servers.delete(listener);
    await server?.close();
  }

  public describe(): object[] {
    return [...this.servers].map(([listener, server]) => ({
      listenerArn: listener.arn,
      loadBalancerArn: listener.loadBalancer.arn,
      dnsName: listener.loadBalancer.dnsName,
      port: listener.port,
      protocol: listener.protocol,
      url: server.url,
    }));
  }

  public async close(): Promise<void> {
    await Promise.all([...this.servers.keys()].map((listener) => this.stop(listener)));
  }

  private answer(listener: Listener, request: IncomingMessage, response: ServerResponse): void {
    const action = choose(listener, request);
    switch (action.type) {
      case 'fixed-response':
        this.meter.answeredItself(listener.loadBalancer, action.statusCode);
        answerFixed(response, action);
        break;
      case 'redirect':
        this.meter.answeredItself(listener.loadBalancer, 300);
        answerRedirect(request, response, action, listener, (port) => this.realPort(listener, port));
        break;
      case 'forward':
        this.forward(listener, action, request, response);
        break;
    }
  }

  private forward(listener: Listener, action: ForwardAction, request: IncomingMessage, response: ServerResponse): void {
    const { loadBalancer } = listener;
    const cookies: string[] = [];
    const targetGroup = this.chooseTargetGroup(action, request, cookies);
    const registered = targetGroup && this.chooseTarget(targetGroup, request, cookies);
    if (!targetGroup || !registered) {
      this.meter.answeredItself(loadBalancer, 503);
      answerError(response, 503);
      return;
    }
    this.meter.chosen(loadBalancer, targetGroup);
    new Forwarding(request, response, registered, {
      ...this.forwarded(listener, request),
      cookies,
      onAnswer: (statusCode, seconds) => this.meter.targetAnswered(loadBalancer, targetGroup, statusCode, seconds),
      onFailure: (statusCode) => this.meter.targetFailed(loadBalancer, targetGroup, statusCode),
    }).start();
  }

  private forwarded({ port, protocol, loadBalancer }: Listener, request: IncomingMessage): Forwarded & { readonly idleTimeout: number } {
    return {
      clientIp: clientIp(request),
      port,
      protocol: protocol === 'HTTPS' ? 'https' : 'http',
      forwardedForMode: loadBalancer.attributes.get('routing.http.xff_header_processing.mode') ?? 'append',
      idleTimeout: Number(loadBalancer.attributes.get(IDLE_TIMEOUT)) * 1000,
    };
  }

  /** A WebSocket goes to a target; whatever else an upgrade would lead to is answered as a plain request. */
  private upgrade(listener: Listener, request: IncomingMessage, socket: Socket, head: Buffer): boolean {
    const action = choose(listener, request);
    const targetGroup = action.type === 'forward' && /^websocket$/i.test(request.headers.upgrade ?? '')
      ? this.chooseTargetGroup(action, request, []) : undefined;
    const registered = targetGroup && this.chooseTarget(targetGroup, request, []);
    if (!targetGroup || !registered) {
      return false;
    }
    const { loadBalancer } = listener;
    this.meter.chosen(loadBalancer, targetGroup);
    openTunnel(request, socket, head, registered, {
      ...this.forwarded(listener, request),
      onAnswer: (statusCode, seconds) => this.meter.targetAnswered(loadBalancer, targetGroup, statusCode, seconds),
      onFailure: () => this.meter.targetFailed(loadBalancer, targetGroup, 502),
    });
    return true;
  }

  /** Where a listener's own port could not be had, clients find it on another. */
  private realPort({ loadBalancer }: Listener, port: string): string {
    const [, server] = [...this.servers].find(([other]) => other.loadBalancer === loadBalancer && String(other.port) === port) ?? [];
    return server ? String(server.port) : port;
  }

  /** ELB does not look at health here: a target group that has no healthy target gets its share all the same. */
  private chooseTargetGroup(action: ForwardAction, request: IncomingMessage, cookies: string[]): TargetGroup | undefined {
    const { stickySeconds, targetGroups } = action;
    const before = stickySeconds === undefined ? undefined : stuckTo(request, TARGET_GROUP_COOKIE, this.world.clock);
    const stuck = targetGroups.find((group) => group.targetGroupArn === before && group.weight > 0)?.targetGroupArn;
    const chosen = stuck ?? this.turnsOf(action).next();
    if (stickySeconds !== undefined && chosen !== undefined) {
      cookies.push(stickTo(chosen, TARGET_GROUP_COOKIE, stickySeconds, this.world.clock));
    }
    return chosen === undefined ? undefined : this.targetGroup(chosen);
  }

  private chooseTarget({ attributes, targets }: TargetGroup, request: IncomingMessage, cookies: string[]): RegisteredTarget | undefined {
    if (attributes.get('stickiness.enabled') !== 'true') {
      return targets.next();
    }
    const before = stuckTo(request, TARGET_COOKIE, this.world.clock);
    const chosen = (before === undefined ? undefined : targets.find(before)) ?? targets.next();
    if (chosen) {
      const seconds = Number(attributes.get('stickiness.lb_cookie.duration_seconds'));
      cookies.push(stickTo(chosen.key, TARGET_COOKIE, seconds, this.world.clock));
    }
    return chosen;
  }

  private turnsOf(action: ForwardAction): SmoothWeights {
    let turns = this.turns.get(action);
    if (!turns) {
      turns = new SmoothWeights(action.targetGroups);
      this.turns.set(action, turns);
    }
    return turns;
  }
}

function choose(listener: Listener, request: IncomingMessage): Action {
  if (listener.rules.length === 0) {
    return listener.defaultRule.action;
  }
  const facts = factsOf(request);
  return (listener.rules.find((rule) => matches(rule.conditions, facts)) ?? listener.defaultRule).action;
}

function factsOf(request: IncomingMessage): RequestFacts {
  const [path, query] = splitTarget(request.url ?? '/');
  return {
    host: hostOf(request),
    path,
    method: request.method ?? 'GET',
    get query() {
      return new URLSearchParams(query);
    },
    sourceIp: clientIp(request),
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
  };
}
