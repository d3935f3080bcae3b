import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from './clock';
import type { Processes } from './processes';

/** What every service of the local AWS shares. */
export interface World {
  readonly clock: Clock;
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  /** A folder for images, functions and logs; removed at the end unless the user keeps it. */
  readonly directory: string;
  /** Starts and ends the processes of tasks and functions; none outlives the local AWS. */
  readonly processes: Processes;
  /** `http://127.0.0.1:<port>`, once the endpoint listens. */
  endpoint(): string;
  /** A line for whoever runs the local AWS, not for the services' logs. */
  log(message: string): void;
}

export function arn(world: World, service: string, resource: string, options: { region?: string; account?: string } = {}): string {
  return `arn:${world.partition}:${service}:${options.region ?? world.region}:${options.account ?? world.account}:${resource}`;
}

/** Where the certificate of the authority is that signs for HTTPS listeners. */
export function authorityFile(world: Pick<World, 'directory'>): string {
  return join(world.directory, 'certificates', 'ca.pem');
}

/** What a program that is started here needs to trust HTTPS listeners, where the authority is there already. */
export function trustVariables(world: Pick<World, 'directory'>): Record<string, string> {
  const file = authorityFile(world);
  return existsSync(file) ? { NODE_EXTRA_CA_CERTS: file } : {};
}
