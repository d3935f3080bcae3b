/** What whoever started the rehearsal can mend: shown as one sentence, with exit status 2. */
export class UserError extends Error {
  public readonly name = 'UserError';
}

/** The rehearsal was ended by a signal. */
export class InterruptedError extends Error {
  public readonly name = 'InterruptedError';

  constructor(public readonly signal: NodeJS.Signals) {
    super(`the rehearsal was ended by ${signal}`);
  }
}

/** Something that the rehearsal needs ended or failed by itself. */
export class RehearsalError extends Error {
  public readonly name = 'RehearsalError';
}

export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}

/** Runs when the signal is given, and at once if it has been; the answer takes it back. */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  if (signal.aborted) {
    run();
    return () => undefined;
  }
  signal.addEventListener('abort', run, { once: true });
  return () => signal.removeEventListener('abort', run);
}
