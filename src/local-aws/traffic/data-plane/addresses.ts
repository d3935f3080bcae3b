import { randomInt } from 'node:crypto';
import type { Server } from 'node:net';

export const LOOPBACK = '127.0.0.1';
/** Ports below it may need privileges. */
const FIRST_FREE_PORT = 1024;
const OFFSET = 8000;

/**
 * The address of a new load balancer. Where the whole of 127.0.0.0/8 is loopback (Linux), each has one of its own, so that
 * its listeners can have the template's ports whatever other load balancers have.
 */
export function ownAddress(platform: NodeJS.Platform = process.platform): string {
  return platform === 'linux' ? `127.${randomInt(64, 128)}.${randomInt(0, 256)}.${randomInt(1, 255)}` : LOOPBACK;
}

/** Listens on the port that is wanted; where it can't be had, on one that is 8000 higher, and at last on any. Answers the port. */
export async function listenNear(server: Server, address: string, wanted: number): Promise<number> {
  const near = wanted < FIRST_FREE_PORT ? [wanted, wanted + OFFSET, 0] : [wanted, 0];
  for (const port of near) {
    if (await listens(server, address, port)) {
      return (server.address() as { port: number }).port;
    }
  }
  throw new Error(`no port of ${address} can be listened on`);
}

function listens(server: Server, address: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const refused = (error: NodeJS.ErrnoException) => {
      server.off('listening', listening);
      if (['EACCES', 'EADDRINUSE', 'EADDRNOTAVAIL'].includes(error.code ?? '')) {
        resolve(false);
      } else {
        reject(error);
      }
    };
    const listening = () => {
      server.off('error', refused);
      resolve(true);
    };
    server.once('error', refused).once('listening', listening).listen(port, address, 1024);
  });
}
