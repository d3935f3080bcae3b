import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Handlers answer custom resources with `https.request` to the host and path of the response URL: AWS's is always https
 * on the usual port. Such a request to the endpoint's host goes to the endpoint, which speaks plain http.
 */
export function sendToEndpoint(endpoint: string): void {
  const { hostname, port } = new URL(endpoint);
  const real = https.request;
  const request = (...args: unknown[]): http.ClientRequest => {
    const [target, ...rest] = args;
    const url = typeof target === 'string' ? new URL(target) : target instanceof URL ? target : undefined;
    const options = (url ? undefined : target) as https.RequestOptions | undefined;
    const targetHost = url?.hostname ?? options?.hostname ?? options?.host?.split(':')[0];
    if (targetHost !== hostname) {
      return Reflect.apply(real, https, args);
    }
    if (url) {
      return Reflect.apply(http.request, http, [new URL(`${endpoint}${url.pathname}${url.search}`), ...rest]);
    }
    const plain = { ...options, protocol: 'http:', hostname, host: undefined, port, agent: undefined };
    return Reflect.apply(http.request, http, [plain, ...rest]);
  };
  https.request = request as typeof https.request;
  syncBuiltinESMExports();
}
