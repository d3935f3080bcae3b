import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../core/clock';

/** The cookie of a client that stays with a target group, and of one that stays with a target. ELB encrypts both. */
export const TARGET_GROUP_COOKIE = 'AWSALBTG';
export const TARGET_COOKIE = 'AWSALB';

/** Whom the client met before, by its cookie; undefined where it has none, or one that has expired by the clock. */
export function stuckTo(request: IncomingMessage, cookie: string, clock: Clock): string | undefined {
  const value = new RegExp(`(?:^|;\\s*)${cookie}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1];
  if (value === undefined) {
    return undefined;
  }
  const [whom, expires] = Buffer.from(value, 'base64url').toString().split(' ');
  return Number(expires) > clock.millis() ? whom : undefined;
}

export function stickTo(whom: string, cookie: string, seconds: number, clock: Clock): string {
  const expires = clock.millis() + seconds * 1000;
  const value = Buffer.from(`${whom} ${Math.round(expires)}`).toString('base64url');
  return `${cookie}=${value}; Expires=${new Date(expires).toUTCString()}; Path=/`;
}
