import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { LOAD_BALANCER } from './tally';

const TIMEOUT_MILLIS = 10_000;

/** Who answers a request of its own, on a connection of its own; null if nobody does. */
export async function whoAnswers(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<string | null> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const sent = request(url, {
      agent: false,
      signal,
      timeout: TIMEOUT_MILLIS,
      headers: { ...headers, 'x-local-aws-trace': '1' },
      // The local AWS makes its certificates itself.
      rejectUnauthorized: false,
    }, (response) => {
      response.resume();
      const label = response.headers['x-version'] ?? response.headers['x-local-aws-target'] ?? LOAD_BALANCER;
      response.once('end', () => resolve(String(label)));
      response.once('error', () => resolve(null));
    });
    sent.once('timeout', () => sent.destroy(new Error('timed out')));
    sent.once('error', () => resolve(null));
    sent.end();
  });
}
