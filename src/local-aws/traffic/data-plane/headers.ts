import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Headers that concern one connection only, and that a proxy must not hand on. */
const HOP_BY_HOP = new Set([
  'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade',
]);

/** Set by the load balancer itself; `expect` was answered by it. */
const OWN = new Set(['x-amzn-trace-id', 'x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto', 'expect']);

export interface Forwarded {
  readonly clientIp: string;
  readonly port: number;
  readonly protocol: 'http' | 'https';
  /** The load balancer's `routing.http.xff_header_processing.mode`. */
  readonly forwardedForMode: string;
}

/** The client's headers as the target gets them: a flat list of names and values, as undici takes it. */
export function requestHeaders(request: IncomingMessage, forwarded: Forwarded): string[] {
  const dropped = namedByConnection(request.headers.connection);
  const headers: string[] = [];
  const raw = request.rawHeaders;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index].toLowerCase();
    if (!HOP_BY_HOP.has(name) && !OWN.has(name) && !dropped?.has(name)) {
      headers.push(raw[index], raw[index + 1]);
    }
  }
  const before = request.headers['x-forwarded-for'] as string | undefined;
  const chain = forwardedFor(forwarded.forwardedForMode, before, forwarded.clientIp);
  if (chain !== undefined) {
    headers.push('X-Forwarded-For', chain);
  }
  headers.push('X-Forwarded-Proto', forwarded.protocol, 'X-Forwarded-Port', String(forwarded.port));
  headers.push('X-Amzn-Trace-Id', traceId(request.headers['x-amzn-trace-id'] as string | undefined));
  return headers;
}

/** The target's headers as the client gets them. */
export function responseHeaders(raw: readonly (Buffer | string)[]): string[] {
  const headers: string[] = [];
  let dropped: Set<string> | undefined;
  for (let index = 0; index < raw.length; index += 2) {
    const name = toText(raw[index]);
    const value = toText(raw[index + 1]);
    const lower = name.toLowerCase();
    if (lower === 'connection') {
      dropped = namedByConnection(value);
    }
    if (!HOP_BY_HOP.has(lower)) {
      headers.push(name, value);
    }
  }
  return dropped === undefined ? headers : headers.filter((_, index) => !dropped.has(headers[index - (index % 2)].toLowerCase()));
}

/** The address of the client, without the prefix that IPv4 gets on a dual-stack socket. */
export function clientIp(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}

function forwardedFor(mode: string, before: string | undefined, address: string): string | undefined {
  switch (mode) {
    case 'remove':
      return undefined;
    case 'preserve':
      return before;
    default:
      return before === undefined ? address : `${before}, ${address}`;
  }
}

/** A trace that the client has begun goes on: the load balancer adds itself to it. */
function traceId(before: string | undefined): string {
  const own = `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
  if (before === undefined || before === '') {
    return `Root=${own}`;
  }
  const kept = before.split(';').filter((field) => !field.startsWith('Self=')).join(';');
  return /(^|;)Root=/.test(kept) ? `Self=${own};${kept}` : `Root=${own};${kept}`;
}

function namedByConnection(value: string | undefined): Set<string> | undefined {
  if (value === undefined || /^(keep-alive|close)$/i.test(value)) {
    return undefined;
  }
  return new Set(value.split(',').map((name) => name.trim().toLowerCase()));
}

function toText(value: Buffer | string): string {
  return typeof value === 'string' ? value : value.toString('latin1');
}
