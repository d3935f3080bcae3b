import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { relative } from './answers';
import { requestHeaders, type Forwarded } from './headers';
import type { RegisteredTarget } from './registered-target';

export interface TunnelOptions extends Forwarded {
  /** How long both sides may be silent, in milliseconds of the wall clock. */
  readonly idleTimeout: number;
  onAnswer(statusCode: number, seconds: number): void;
  onFailure(): void;
}

/** A WebSocket through the load balancer: after the handshake bytes go both ways, until a side, the target group or silence ends it. */
export function openTunnel(request: IncomingMessage, client: Socket, head: Buffer, registered: RegisteredTarget, options: TunnelOptions): void {
  const startedAt = performance.now();
  const target = connect({ host: '127.0.0.1', port: registered.target.loopbackPort, noDelay: true });
  let hasAnswered = false;
  registered.openTunnel(target);
  target.once('connect', () => {
    target.write(handshake(request, options));
    target.write(head);
    client.pipe(target).pipe(client);
  });
  target.once('data', (chunk: Buffer) => {
    hasAnswered = true;
    options.onAnswer(Number(/^HTTP\/1\.\d (\d{3})/.exec(chunk.toString('latin1', 0, 12))?.[1] ?? 502), (performance.now() - startedAt) / 1000);
  });
  target.on('error', () => {
    if (!hasAnswered) {
      options.onFailure();
      client.end('HTTP/1.1 502 Bad Gateway\r\nServer: awselb/2.0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    }
  });
  for (const [one, other] of [[client, target], [target, client]]) {
    one.setTimeout(options.idleTimeout, () => one.destroy());
    one.once('close', () => {
      other.end();
      other.destroySoon();
    });
  }
  target.once('close', () => registered.closeTunnel(target));
}

/** The client's request as the target gets it: with the hop-by-hop headers that ask for the upgrade. */
function handshake(request: IncomingMessage, options: Forwarded): string {
  const headers = ['Connection', 'Upgrade', 'Upgrade', String(request.headers.upgrade), ...requestHeaders(request, options)];
  const lines = Array.from({ length: headers.length / 2 }, (_, index) => `${headers[2 * index]}: ${headers[2 * index + 1]}`);
  return `${request.method} ${relative(request.url ?? '/')} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}
