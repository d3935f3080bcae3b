import { createServer as createHttpServer, ServerResponse, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { listenNear } from './addresses';
import type { KeyPair } from './certificates';

/** Answers an upgrade itself, or leaves it: it is then answered as a plain request. */
export type UpgradeListener = (request: IncomingMessage, socket: Socket, head: Buffer) => boolean;

export interface ListenerServerOptions {
  readonly address: string;
  readonly port: number;
  /** With it the server speaks TLS: the certificate for a name, or for the address. */
  readonly certificate?: (name: string) => Promise<KeyPair>;
  readonly onRequest: RequestListener;
  readonly onUpgrade: UpgradeListener;
}

const OPTIONS = { keepAlive: true, noDelay: true, keepAliveTimeout: 60_000, requestTimeout: 0, maxHeaderSize: 65_536 };

/** The real server of one listener. */
export class ListenerServer {
  public static async start({ address, port, certificate, onRequest, onUpgrade }: ListenerServerOptions): Promise<ListenerServer> {
    const server = certificate
      ? createHttpsServer({
        ...OPTIONS,
        // For a client that asks for no name, since it connects to an address.
        ...await certificate(address),
        SNICallback: (name, done) => certificate(name).then((pair) => done(null, createSecureContext(pair)), done),
      }, onRequest)
      : createHttpServer(OPTIONS, onRequest);
    const real = await listenNear(server, address, port);
    return new ListenerServer(server, `${certificate ? 'https' : 'http'}://${address}:${real}`, real, onUpgrade);
  }

  private readonly upgraded = new Set<Socket>();

  private constructor(private readonly server: Server, public readonly url: string, public readonly port: number, onUpgrade: UpgradeListener) {
    server.on('upgrade', (request, socket: Socket, head) => {
      this.upgraded.add(socket);
      socket.on('error', () => socket.destroy()).once('close', () => this.upgraded.delete(socket));
      if (!onUpgrade(request, socket, head)) {
        const response = new ServerResponse(request);
        response.assignSocket(socket);
        response.shouldKeepAlive = false;
        response.once('finish', () => socket.end());
        server.emit('request', request, response);
      }
    });
  }

  public async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
      this.upgraded.forEach((socket) => socket.destroy());
    });
  }
}
