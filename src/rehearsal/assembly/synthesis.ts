import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { RehearsalError, UserError, messageOf, onAbort } from '../errors';

export interface AppEnvironment {
  readonly account: string;
  readonly region: string;
}

/** A CDK app, as its cdk.json describes it to the CDK CLI. */
export class CdkApp {
  /** Finds the app of the folder that holds a plan, unless `--app` says how to run it. */
  public static find(folder: string, command?: string): CdkApp {
    const settings = readJson(join(folder, 'cdk.json')) ?? {};
    const app = command ?? settings.app;
    if (typeof app !== 'string' || app === '') {
      throw new UserError(`${join(folder, 'cdk.json')} names no "app"; add it, or give the app's command with --app`);
    }
    return new CdkApp(folder, app, {
      ...(readJson(join(folder, 'cdk.context.json')) ?? {}),
      ...(settings.context as Record<string, unknown> ?? {}),
    });
  }

  private constructor(
    private readonly folder: string,
    private readonly command: string,
    private readonly context: Readonly<Record<string, unknown>>,
  ) {}

  /** Runs the app as the CDK CLI does, into a folder of its own. What it prints is shown only if it fails. */
  public async synthesize(
    outdir: string, context: Readonly<Record<string, unknown>>, environment: AppEnvironment, signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    const printed: string[] = [];
    const child = spawn(this.command, {
      cwd: this.folder,
      shell: true,
      // A group of its own, so that whatever the command starts ends with it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        CDK_OUTDIR: outdir,
        CDK_CONTEXT_JSON: JSON.stringify({ ...CLI_CONTEXT, ...this.context, ...context }),
        CDK_DEFAULT_ACCOUNT: environment.account,
        CDK_DEFAULT_REGION: environment.region,
      },
    });
    child.stdout.on('data', (chunk) => printed.push(String(chunk)));
    child.stderr.on('data', (chunk) => printed.push(String(chunk)));
    const kill = () => {
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // The group has ended by itself.
      }
    };
    const forget = onAbort(signal, kill);
    const status = await new Promise<number | NodeJS.Signals | null>((ended, failed) => {
      child.once('error', failed);
      child.once('close', (code, by) => ended(code ?? by));
    }).finally(forget);
    signal.throwIfAborted();
    if (status !== 0) {
      throw new RehearsalError(`the app "${this.command}" failed (exit status ${status}):\n${printed.join('').trimEnd()}`);
    }
    if (!existsSync(join(outdir, 'manifest.json'))) {
      throw new UserError(`the app "${this.command}" wrote no cloud assembly; it must end with app.synth(), and leave "outdir" to the CDK`);
    }
  }
}

/** What the CDK CLI adds to every app's context. */
const CLI_CONTEXT: Readonly<Record<string, unknown>> = {
  'aws:cdk:enable-path-metadata': true,
  'aws:cdk:enable-asset-metadata': true,
  'aws:cdk:version-reporting': false,
  'aws:cdk:bundling-stacks': ['**'],
};

function readJson(file: string): Record<string, unknown> | undefined {
  const path = resolve(file);
  if (!existsSync(path)) {
    return undefined;
  }
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw new UserError(`${path} is not JSON: ${messageOf(error)}`);
  }
}
