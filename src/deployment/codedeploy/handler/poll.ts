import type { Answer } from './answer';
import type { Memory, Request, Resource, Result } from './request';

/** CloudFormation waits an hour for a custom resource; what comes later is not heard. */
const REQUEST_SECONDS = 3600;
/** Kept back for delivering the answer. */
const RESERVE_SECONDS = 60;
const POLL_MILLIS = 5000;
/** With less than this left an invocation hands over to the next. */
const HANDOVER_MILLIS = 60_000;

/** What the loop needs of the world around it. */
export interface Surroundings {
  now(): number;
  millisLeft(): number;
  sleep(millis: number): Promise<void>;
  goOn(request: Request<unknown>): Promise<void>;
  deliver(request: Request<unknown>, answer: Answer): Promise<void>;
  log(message: string): void;
}

/** Looks at the resource until it is done, and gives CloudFormation exactly one answer, or none if the request is superseded. */
export async function poll(request: Request<unknown>, resource: Resource<unknown> | undefined, around: Surroundings): Promise<void> {
  const startedAt = request.Continuation?.startedAt ?? around.now();
  const memory: Memory = { ...request.Continuation?.memory };
  const deadline = startedAt + (REQUEST_SECONDS - RESERVE_SECONDS) * 1000;
  let outcome: Result | 'superseded' | undefined;
  let said: string | undefined;
  try {
    if (!resource) {
      throw new Error(`the function does not know resources of type ${request.ResourceType}`);
    }
    while (outcome === undefined) {
      const step = await resource.step(request, memory, { secondsLeft: (deadline - around.now()) / 1000 });
      if (step.kind === 'done') {
        outcome = step.result;
      } else if (step.kind === 'superseded') {
        around.log(`superseded: ${step.reason}`);
        outcome = 'superseded';
      } else {
        if (step.forWhat !== said) {
          said = step.forWhat;
          around.log(`waiting for ${said}`);
        }
        if (around.now() >= deadline) {
          throw new Error(`the time that CloudFormation gives was up while waiting for ${step.forWhat}`);
        }
        if (around.millisLeft() < HANDOVER_MILLIS) {
          await around.goOn({ ...request, Continuation: { startedAt, memory } });
          return;
        }
        await around.sleep(POLL_MILLIS);
      }
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    around.log(`failed: ${reason}`);
    await around.deliver(request, { status: 'FAILED', physicalId: memory.physicalId ?? request.PhysicalResourceId ?? 'not-created', reason });
    return;
  }
  if (outcome !== 'superseded') {
    await around.deliver(request, { status: 'SUCCESS', result: outcome });
  }
}
