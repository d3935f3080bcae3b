import { AwsError, type OperationInput, type RestResponse } from '../core/api';

/** AWS JSON 1.0 and 1.1: the operation in X-Amz-Target, parameters and output as JSON, times as seconds since the epoch. */
export function parseJsonInput(body: Buffer): OperationInput {
  if (body.length === 0) {
    return {};
  }
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new AwsError('SerializationException', 'the body of the request is not JSON');
  }
}

export function jsonAnswer(output: unknown, contentType: string): RestResponse {
  return { status: 200, headers: { 'content-type': contentType }, body: JSON.stringify(toJson(output ?? {})) };
}

export function jsonError(error: AwsError, contentType: string): RestResponse {
  return {
    status: error.status,
    headers: {
      'content-type': contentType,
      'x-amzn-errortype': error.code,
      // For clients of services that spoke the query protocol once (CloudWatch): without it they don't learn the code.
      'x-amzn-query-error': `${error.code};${error.status < 500 ? 'Sender' : 'Receiver'}`,
    },
    body: JSON.stringify(toJson({ ...error.fields, __type: error.code, message: error.message })),
  };
}

function toJson(value: unknown): unknown {
  if (value instanceof Date) {
    return value.getTime() / 1000;
  }
  if (value instanceof Uint8Array) {
    return Buffer.from(value).toString('base64');
  }
  if (Array.isArray(value)) {
    return value.map(toJson);
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toJson(member)]));
  }
  return value;
}
