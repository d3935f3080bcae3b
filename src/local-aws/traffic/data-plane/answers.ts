import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FixedResponseAction, RedirectAction } from '../model';

/** What the load balancer answers in its own name when it has no target to answer. */
export function answerError(response: ServerResponse, statusCode: 400 | 502 | 503 | 504): void {
  const title = `${statusCode} ${statusCode === 503 ? 'Service Temporarily Unavailable' : STATUS_CODES[statusCode]}`;
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
  answer(response, statusCode, 'text/html', body);
}

export function answerFixed(response: ServerResponse, action: FixedResponseAction): void {
  answer(response, action.statusCode, action.contentType ?? 'text/plain', action.messageBody ?? '');
}

/** `#{protocol}`, `#{host}`, `#{port}`, `#{path}` (without its slash) and `#{query}` stand for the request's own parts. */
export function answerRedirect(
  request: IncomingMessage,
  response: ServerResponse,
  action: RedirectAction,
  own: { readonly protocol: string; readonly port: number },
  realPort: (port: string) => string,
): void {
  const [path, query = ''] = splitTarget(request.url ?? '/');
  const parts: Record<string, string> = {
    protocol: own.protocol,
    host: hostOf(request),
    port: String(own.port),
    path: path.slice(1),
    query,
  };
  const fill = (template: string) => template.replace(/#\{(protocol|host|port|path|query)\}/g, (_, name: string) => parts[name]);
  const search = fill(action.query);
  const location = `${fill(action.protocol).toLowerCase()}://${fill(action.host)}:${realPort(fill(action.port))}${fill(action.path)}${search && `?${search}`}`;
  response.writeHead(action.statusCode === 'HTTP_301' ? 301 : 302, { 'Server': 'awselb/2.0', 'Location': location, 'Content-Length': 0 });
  response.end();
}

/** The Host header without its port. */
export function hostOf(request: IncomingMessage): string {
  return (request.headers.host ?? '').replace(/:\d+$/, '');
}

/** The path and the query of a request's target, which a client of a proxy may send in absolute form. */
export function splitTarget(url: string): [path: string, query: string | undefined] {
  const target = relative(url);
  const mark = target.indexOf('?');
  return mark < 0 ? [target, undefined] : [target.slice(0, mark), target.slice(mark + 1)];
}

export function relative(url: string): string {
  return url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?]*/, '').replace(/^(?!\/)/, '/');
}

function answer(response: ServerResponse, statusCode: number, contentType: string, body: string): void {
  response.writeHead(statusCode, { 'Server': 'awselb/2.0', 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
