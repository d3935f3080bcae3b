import autocannon, { type Client } from 'autocannon';
import { LOAD_BALANCER, Tally, type Requests } from './tally';

export interface LoadOptions {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Requests a second of the wall clock, over all connections. */
  readonly rate: number;
  readonly connections: number;
  /** After how many whole seconds without an answer a request counts as lost. */
  readonly timeoutSeconds?: number;
}

/** Longer than any rehearsal: it ends by being stopped. */
const FOREVER_SECONDS = 7 * 86_400;

/**
 * Most generators that share the connections. A generator sends a second's requests of its connections at the second's
 * beginning; several that begin at different moments make the load even.
 */
const MOST_GENERATORS = 20;

/** Steady requests on connections that are kept, until stopped, each counted. */
export class Load {
  private tally = new Tally();
  private readonly clients: Client[] = [];
  private readonly ended: Promise<void>[] = [];
  private readonly starts: NodeJS.Timeout[] = [];

  constructor(private readonly options: LoadOptions) {}

  public start(): void {
    const connections = Math.min(this.options.connections, this.options.rate);
    const generators = Math.min(connections, MOST_GENERATORS);
    for (let index = 0; index < generators; index += 1) {
      const share = { connections: part(connections, generators, index), rate: part(this.options.rate, generators, index) };
      this.starts.push(setTimeout(() => this.generate(share), (index * 1000) / generators));
    }
  }

  /** What came of the requests since the last lap. */
  public lap(): Requests {
    const { tally } = this;
    this.tally = new Tally();
    return tally.requests();
  }

  /** What came so far of the requests of this lap. */
  public soFar(): Requests {
    return this.tally.requests();
  }

  /** Ends all connections. What is in flight then is not counted. */
  public async stop(): Promise<void> {
    this.starts.forEach(clearTimeout);
    this.clients.forEach((client) => (client as DestroyableClient).destroy());
    await Promise.all(this.ended);
  }

  private generate({ connections, rate }: { readonly connections: number; readonly rate: number }): void {
    this.ended.push(new Promise<void>((resolve, reject) => {
      autocannon({
        url: this.options.url,
        headers: { ...this.options.headers, 'x-local-aws-trace': '1' },
        connections,
        overallRate: rate,
        duration: FOREVER_SECONDS,
        timeout: this.options.timeoutSeconds ?? 10,
        // How soon a stopped generator ends.
        sampleInt: 100,
        skipAggregateResult: true,
        setupClient: (client: Client) => this.follow(client),
      }, (error) => (error ? reject(error as Error) : resolve()));
    }));
  }

  /** Counts what the generator's own totals would not: a request whose connection ended without an answer. */
  private follow(client: Client): void {
    this.clients.push(client);
    const events: NodeJS.EventEmitter = client;
    let waiting = false;
    // The generator's own times are wrong from the first lost request on: it takes each answer for that of the request before.
    let sentAt = 0;
    let version = LOAD_BALANCER;
    let closing = false;
    const lost = () => {
      // A server that said it closes the connection has not taken what was sent after that.
      if (waiting && !closing) {
        this.tally.lost();
      }
      waiting = false;
    };
    events.on('request', () => {
      lost();
      waiting = true;
      sentAt = performance.now();
    });
    events.on('headers', ({ headers }: { readonly headers: readonly string[] }) => {
      version = header(headers, 'x-version') ?? header(headers, 'x-local-aws-target') ?? LOAD_BALANCER;
      closing = header(headers, 'connection')?.toLowerCase() === 'close';
    });
    events.on('response', (status: number) => {
      waiting = false;
      this.tally.answered(status, version, performance.now() - sentAt);
    });
    events.on('connError', lost);
    events.on('timeout', () => {
      closing = false;
      lost();
    });
  }
}

/** What the typings leave out. */
interface DestroyableClient extends Client {
  destroy(): void;
}

/** The index-th of `parts` whole numbers that are as equal as can be and sum up to `whole`. */
function part(whole: number, parts: number, index: number): number {
  return Math.floor(whole / parts) + (index < whole % parts ? 1 : 0);
}

/** Headers come as a list of names and values in turn. */
function header(headers: readonly string[], name: string): string | undefined {
  const index = headers.findIndex((entry, position) => position % 2 === 0 && entry.toLowerCase() === name);
  return index < 0 ? undefined : headers[index + 1];
}
