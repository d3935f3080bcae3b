import { STATUS_CODES, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';

/** The most bytes that the body of a request may have. */
export const BODY_LIMIT_BYTES = 16 * 1024;

/** What a request is answered with. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: OutgoingHttpHeaders;
}

/** A request that cannot be done, answered as RFC 9457 has it: the detail is a sentence for whoever sent it. */
export class Problem extends Error implements Answer {
  constructor(public readonly status: number, detail: string, private readonly extraHeaders: OutgoingHttpHeaders = {}) {
    super(detail);
  }

  public get headers(): OutgoingHttpHeaders {
    return { 'content-type': 'application/problem+json', ...this.extraHeaders };
  }

  public get body(): unknown {
    return { type: 'about:blank', title: STATUS_CODES[this.status], status: this.status, detail: this.message };
  }
}

/** The JSON of a request's body. Throws a Problem where there is none, or more of it than is taken. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new Problem(415, `the content type is "${type}", but only application/json is understood: send the body as JSON`);
  }
  const text = await readText(request);
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(400, 'the body is not valid JSON: check its quotes, commas and braces');
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > BODY_LIMIT_BYTES) {
      throw new Problem(413, `the body has more than ${BODY_LIMIT_BYTES} bytes, which is the most that is taken: send a shorter one`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
