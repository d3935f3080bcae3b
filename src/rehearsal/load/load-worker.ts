import { Worker, parentPort, workerData } from 'node:worker_threads';
import { RehearsalError } from '../errors';
import { Load, type LoadOptions } from './load';
import type { Requests } from './tally';

/** How often a worker says how the load goes, in milliseconds. */
const REPORT_MILLIS = 250;

type Order = 'lap';
interface Report {
  readonly kind: 'soFar' | 'lap';
  readonly requests: Requests;
}

/** The load in a thread of its own: watching and displaying a deployment must not show in its latencies. */
export class LoadWorker {
  private readonly worker: Worker;
  private readonly waiting: Array<(requests: Requests) => void> = [];

  /** `script` is the bundle, which runs `runLoadWorker` when it is not the main thread. */
  constructor(script: string, options: LoadOptions, onReport: (requests: Requests) => void, onError: (error: Error) => void) {
    this.worker = new Worker(script, { workerData: { load: options } });
    this.worker.on('error', (error) => onError(new RehearsalError(`the load ended by itself: ${String(error)}`)));
    this.worker.on('message', (report: Report) => {
      if (report.kind === 'soFar') {
        onReport(report.requests);
      } else {
        this.waiting.shift()?.(report.requests);
      }
    });
  }

  /** What came of the requests since the last lap. */
  public async lap(): Promise<Requests> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      const order: Order = 'lap';
      this.worker.postMessage(order);
    });
  }

  /** Ends the thread, and with it all connections. */
  public async stop(): Promise<void> {
    await this.worker.terminate();
  }
}

/** What the bundle does in the worker's thread. */
export function runLoadWorker(): void {
  const load = new Load((workerData as { load: LoadOptions }).load);
  const report = (message: Report) => parentPort!.postMessage(message);
  setInterval(() => report({ kind: 'soFar', requests: load.soFar() }), REPORT_MILLIS);
  parentPort!.on('message', (order: Order) => report({ kind: order, requests: load.lap() }));
  load.start();
}
