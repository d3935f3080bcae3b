import type { LoadOptions } from './load';
import { LoadWorker } from './load-worker';
import type { Requests } from './tally';
import type { Emit } from '../watch/happening';
import type { Versions } from '../watch/versions';

/** The rate shown is that of the last second or so. */
const RATE_SAMPLES = 5;

/** The load as the rehearsal sees it: in the names of versions, told as it happens, and counted in laps. */
export class LoadMeter {
  private readonly worker: LoadWorker;
  private samples: Array<{ readonly at: number; readonly total: number }> = [];

  constructor(script: string, options: LoadOptions, private readonly versions: Versions, emit: Emit, fail: (error: unknown) => void) {
    this.worker = new LoadWorker(script, options, (requests) => emit({ kind: 'requests', requests: this.named(requests), rate: this.rate(requests.total) }), fail);
  }

  /** What came of the requests since the last lap. */
  public async lap(): Promise<Requests> {
    const requests = await this.worker.lap();
    this.samples = [];
    return this.named(requests);
  }

  public async stop(): Promise<void> {
    await this.worker.stop();
  }

  private named(requests: Requests): Requests {
    return { ...requests, byVersion: this.versions.rename(requests.byVersion) };
  }

  private rate(total: number): number {
    this.samples = [...this.samples, { at: Date.now(), total }].slice(-RATE_SAMPLES);
    const [first] = this.samples;
    const last = this.samples[this.samples.length - 1];
    return last.at === first.at ? 0 : Math.round(((last.total - first.total) * 1000) / (last.at - first.at));
  }
}
