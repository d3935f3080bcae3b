import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { listenNear } from './addresses';

/**
 * The real server of one listener. HTTPS listeners are served as plain HTTP too: a certificate of ACM cannot be had here,
 * and whoever reads X-Forwarded-Proto sees `https` all the same.
 */
export class ListenerServer {
  public static async start(address: string, port: number, onRequest: RequestListener): Promise<ListenerServer> {
    const server = createServer({ keepAlive: true, noDelay: true, keepAliveTimeout: 60_000, requestTimeout: 0 }, onRequest);
    const real = await listenNear(server, address, port);
    return new ListenerServer(server, `http://${address}:${real}`);
  }

  private constructor(private readonly server: Server, public readonly url: string) {}

  public async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}
