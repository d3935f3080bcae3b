import { createServer, type AddressInfo } from 'node:net';

/**
 * The one place where a container's port becomes a real one. On Fargate every task has an address of its own; here all
 * tasks share the loopback address, so each container port stands for a free port of this machine:
 *
 * - the process gets it as PORT, and in every variable whose name ends in PORT and whose value is the container port;
 * - an argument that is the container port, or that ends in `=<port>` or `:<port>`, has it instead;
 * - `localhost:<container port>` in arguments, variables and health checks leads to it.
 */
export class Ports {
  public static async allocate(containerPorts: readonly number[]): Promise<Ports> {
    const real = new Map<number, number>();
    for (const containerPort of new Set(containerPorts)) {
      real.set(containerPort, await freePort());
    }
    return new Ports(real);
  }

  /** Real ports by container port, for all containers of one task. */
  private constructor(private readonly real: ReadonlyMap<number, number>) {}

  public of(containerPort: number): number | undefined {
    return this.real.get(containerPort);
  }

  public inArgument(argument: string): string {
    return this.inAddresses(argument).replace(/^(.*[=:])?(\d+)$/, (whole, before: string | undefined, port: string) => {
      const real = this.of(Number(port));
      return real === undefined ? whole : `${before ?? ''}${real}`;
    });
  }

  public inVariable(name: string, value: string): string {
    return name.endsWith('PORT') && this.of(Number(value)) !== undefined ? String(this.of(Number(value))) : this.inAddresses(value);
  }

  /** In a health check every mention of a container port is meant to reach the container. */
  public inCheck(text: string): string {
    return text.replace(/(?<![\w.])\d{2,5}(?![\w.])/g, (port) => String(this.of(Number(port)) ?? port));
  }

  private inAddresses(text: string): string {
    return text.replace(/\b(localhost|127\.0\.0\.1|0\.0\.0\.0):(\d+)\b/g, (whole, host: string, port: string) => {
      const real = this.of(Number(port));
      return real === undefined ? whole : `${host}:${real}`;
    });
  }
}

/** Handed out but perhaps not yet listened on: the operating system would offer them again. */
const handedOut = new Set<number>();
const FORGOTTEN_AFTER_MILLIS = 30_000;

async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    if (!handedOut.has(port)) {
      handedOut.add(port);
      setTimeout(() => handedOut.delete(port), FORGOTTEN_AFTER_MILLIS).unref();
      return port;
    }
  }
}
