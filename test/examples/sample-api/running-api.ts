import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';

const SAMPLE_API = join(__dirname, '../../../examples/sample-api');

/** The sample API, bundled for one test file into a folder that goes with it. */
export class SampleApiBuild {
  public readonly directory = mkdtempSync(join(tmpdir(), 'sample-api-'));
  public readonly main = join(this.directory, 'main.js');
  private readonly running: RunningApi[] = [];

  constructor() {
    const { scripts } = JSON.parse(readFileSync(join(SAMPLE_API, 'package.json'), 'utf8'));
    const target = /--target=(\S+)/.exec(scripts.build)![1];
    buildSync({ absWorkingDir: SAMPLE_API, entryPoints: ['src/main.ts'], bundle: true, platform: 'node', format: 'cjs', target, outfile: this.main });
  }

  public run(environment: Record<string, string> = {}, ...command: string[]): RunningApi {
    const api = new RunningApi(spawn(process.execPath, [this.main, ...command], {
      env: { PATH: process.env.PATH, PORT: '0', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    }));
    this.running.push(api);
    return api;
  }

  public async end(): Promise<void> {
    await Promise.all(this.running.splice(0).map((api) => api.kill()));
  }

  public remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** One process of the sample API, and what it has logged. */
export class RunningApi {
  public readonly log: Record<string, unknown>[] = [];
  public errors = '';
  private readonly ended: Promise<number | null>;
  private readonly waiting: (() => void)[] = [];
  private isEnded = false;

  constructor(private readonly process: ChildProcess) {
    createInterface({ input: process.stdout! }).on('line', (line) => {
      this.log.push(JSON.parse(line));
      this.waiting.splice(0).forEach((look) => look());
    });
    process.stderr!.on('data', (chunk) => { this.errors += chunk; });
    this.ended = once(process, 'close').then(([code]) => {
      this.isEnded = true;
      this.waiting.splice(0).forEach((look) => look());
      return code as number | null;
    });
  }

  /** Resolves with the first line logged with the message. Rejects if the process ends without one. */
  public async logged(message: string): Promise<Record<string, unknown>> {
    for (;;) {
      const line = this.log.find((entry) => entry.message === message);
      if (line) {
        return line;
      }
      if (this.isEnded) {
        throw new Error(`the sample API has ended without the line "${message}": ${this.errors}`);
      }
      await new Promise<void>((look) => this.waiting.push(look));
    }
  }

  public async url(): Promise<string> {
    const { port } = await this.logged('listening');
    return `http://127.0.0.1:${port}`;
  }

  public signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** The exit code; null if a signal ended the process. */
  public async exitCode(): Promise<number | null> {
    return this.ended;
  }

  public async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
  }
}
