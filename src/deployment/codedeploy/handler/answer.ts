import type { Request, Result } from './request';

/** CloudFormation takes no answer larger than this. */
const MOST_BYTES = 4096;
const ATTEMPTS = 5;
const PAUSE_MILLIS = 1000;

export type Answer = { readonly status: 'SUCCESS'; readonly result: Result } | { readonly status: 'FAILED'; readonly physicalId: string; readonly reason: string };

/** The body of the answer. A reason that is too long loses its end, never its beginning. */
export function answerBody(request: Request<unknown>, answer: Answer): string {
  const body = (reason?: string) => JSON.stringify({
    Status: answer.status,
    Reason: reason,
    PhysicalResourceId: answer.status === 'SUCCESS' ? answer.result.physicalId : answer.physicalId,
    StackId: request.StackId,
    RequestId: request.RequestId,
    LogicalResourceId: request.LogicalResourceId,
    Data: answer.status === 'SUCCESS' ? answer.result.data : undefined,
  });
  if (answer.status === 'SUCCESS') {
    return body();
  }
  let reason = answer.reason;
  while (Buffer.byteLength(body(reason)) > MOST_BYTES) {
    reason = `${reason.slice(0, Math.floor(reason.length * 0.9) - 1)}…`;
  }
  return body(reason);
}

/** Puts the answer to the URL that CloudFormation gave. A failure to deliver is tried again, for nobody else would answer. */
export async function deliver(request: Request<unknown>, answer: Answer): Promise<void> {
  const body = answerBody(request, answer);
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(request.ResponseURL, { method: 'PUT', body, headers: { 'content-type': '' } });
      if (response.ok) {
        return;
      }
      throw new Error(`the answer was refused with HTTP ${response.status}`);
    } catch (error) {
      if (attempt === ATTEMPTS) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLIS * attempt));
    }
  }
}
