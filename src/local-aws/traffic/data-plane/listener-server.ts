import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The real server of one listener, on a port that the system chooses: template ports such as 80 would need privileges, and
 * two load balancers may both have one. HTTPS listeners are served as plain HTTP too: a certificate of ACM cannot be had
 * here, and whoever reads X-Forwarded-Proto sees `https` all the same.
 */
export class ListenerServer {
  public static async start(onRequest: RequestListener): Promise<ListenerServer> {
    const server = createServer({ keepAlive: true, noDelay: true, keepAliveTimeout: 60_000, requestTimeout: 0 }, onRequest);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', 1024, resolve);
    });
    return new ListenerServer(server);
  }

  public readonly url: string;

  private constructor(private readonly server: Server) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  public async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}
