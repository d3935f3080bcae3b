import type { IncomingMessage } from 'node:http';
import { AwsError } from '../core/api';

/** Enough for a bundled function or a template; a client that sends more is told so instead of filling the memory. */
const MOST_BYTES = 256 * 1024 * 1024;

/** The whole body, with the chunk framing of streaming signatures (S3) taken off. */
export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += chunk.length;
    if (size > MOST_BYTES) {
      throw new AwsError('EntityTooLarge', `the body of the request is larger than ${MOST_BYTES} bytes, the most that the local AWS takes`, 413);
    }
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const isChunked = String(message.headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
  return isChunked ? withoutChunkFrames(body) : body;
}

/** `<hex size>[;chunk-signature=…]\r\n<bytes>\r\n` over and over, ended by a chunk of size 0 and trailing headers. */
function withoutChunkFrames(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  let position = 0;
  while (position < body.length) {
    const lineEnd = body.indexOf('\r\n', position);
    const size = lineEnd < 0 ? NaN : parseInt(body.toString('latin1', position, lineEnd), 16);
    if (Number.isNaN(size)) {
      throw new AwsError('IncompleteBody', 'the body of the request is not in the chunks that its headers announce');
    }
    if (size === 0) {
      break;
    }
    parts.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    position = lineEnd + 2 + size + 2;
  }
  return Buffer.concat(parts);
}
