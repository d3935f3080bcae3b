import { parseQueryInput, xml } from './query-protocol';
import type { AwsError, OperationInput, RestResponse } from '../core/api';

/** EC2's variant of the query protocol: lists are numbered without `member`, and answers have no result around them. */
export function parseEc2Input(form: URLSearchParams): OperationInput {
  return withLists(parseQueryInput(form));
}

export function ec2Answer(action: string, version: string, output: unknown, requestId: string): RestResponse {
  return xml(200, { [`${action}Response`]: { '@xmlns': `http://ec2.amazonaws.com/doc/${version}/`, 'requestId': requestId, ...Object(output) } });
}

export function ec2Error(error: AwsError, requestId: string): RestResponse {
  return xml(error.status, { Response: { Errors: { Error: { Code: error.code, Message: error.message } }, RequestID: requestId } });
}

function withLists(value: unknown): unknown {
  if (value === null || typeof value !== 'object') {
    return value;
  }
  const entries = Object.entries(value);
  if (entries.length > 0 && entries.every(([key]) => /^\d+$/.test(key))) {
    return entries.sort(([one], [other]) => Number(one) - Number(other)).map(([, item]) => withLists(item));
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, withLists(item)]));
}
