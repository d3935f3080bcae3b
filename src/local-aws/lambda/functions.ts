import type { FunctionVersion } from './function-version';
import { AwsError } from '../core/api';

const MOST_RETRIES = 2;

/** The functions that there are, their published versions and their aliases. */
export class Functions {
  private readonly latest = new Map<string, FunctionVersion>();
  /** By `name:version`. */
  private readonly published = new Map<string, FunctionVersion>();
  /** By `name:alias`: the version that it stands for. */
  private readonly aliases = new Map<string, string>();
  private readonly retries = new Map<string, number>();
  private readonly lastNumber = new Map<string, number>();

  public has(name: string): boolean {
    return this.latest.has(name);
  }

  public put(version: FunctionVersion): void {
    this.latest.set(version.name, version);
  }

  public remove(name: string): void {
    this.latest.delete(name);
    for (const qualified of [...this.published.keys(), ...this.aliases.keys()].filter((key) => key.startsWith(`${name}:`))) {
      this.published.delete(qualified);
      this.aliases.delete(qualified);
    }
  }

  /** A name, an ARN, a partial ARN, each with or without a version or an alias. */
  public find(nameOrArn: string): FunctionVersion | undefined {
    const { name, qualifier } = parts(nameOrArn);
    const version = (qualifier && this.aliases.get(`${name}:${qualifier}`)) ?? qualifier;
    return version === undefined || version === '$LATEST' ? this.latest.get(name) : this.published.get(`${name}:${version}`);
  }

  public get(nameOrArn: string): FunctionVersion {
    const version = this.find(nameOrArn);
    if (!version) {
      throw new AwsError('ResourceNotFoundException', `Function not found: ${nameOrArn}`, 404);
    }
    return version;
  }

  /** Freezes what the function is now. */
  public publish(nameOrArn: string): { number: number; arn: string } {
    const version = this.get(parts(nameOrArn).name);
    const number = (this.lastNumber.get(version.name) ?? 0) + 1;
    this.lastNumber.set(version.name, number);
    this.published.set(`${version.name}:${number}`, version);
    return { number, arn: `${version.arn}:${number}` };
  }

  public unpublish(versionArn: string): void {
    const { name, qualifier } = parts(versionArn);
    this.published.delete(`${name}:${qualifier}`);
  }

  public setAlias(nameOrArn: string, alias: string, version: string): string {
    const { name, arn } = this.get(parts(nameOrArn).name);
    this.aliases.set(`${name}:${alias}`, version);
    return `${arn}:${alias}`;
  }

  public removeAlias(aliasArn: string): void {
    const { name, qualifier } = parts(aliasArn);
    this.aliases.delete(`${name}:${qualifier}`);
  }

  public retriesOf(name: string): number {
    return this.retries.get(name) ?? MOST_RETRIES;
  }

  public setRetries(nameOrArn: string, most: number | undefined): void {
    this.retries.set(parts(nameOrArn).name, most ?? MOST_RETRIES);
  }
}

function parts(nameOrArn: string): { name: string; qualifier?: string } {
  const rest = nameOrArn.includes(':function:') ? nameOrArn.slice(nameOrArn.indexOf(':function:') + ':function:'.length) : nameOrArn;
  const [name, qualifier] = rest.split(':');
  return { name, qualifier };
}
