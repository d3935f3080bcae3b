import { resolve } from 'node:path';
import { UserError } from '../errors';

/** What commander hands over of `local`. */
export interface LocalCommandLine {
  readonly port?: string;
  readonly speed?: string;
  readonly region?: string;
  readonly account?: string;
  readonly writeEnv?: string;
  readonly state?: string;
}

export interface LocalOptions {
  /** Without it, any that is free. */
  readonly port?: number;
  readonly speed?: number;
  readonly region?: string;
  readonly account?: string;
  readonly writeEnv?: string;
  /** Where everything is kept for the next time. */
  readonly state?: string;
  /** A program to run with the environment set; the local AWS ends with it. */
  readonly command: readonly string[];
}

const MOST_SPEED = 1000;

export function parseLocalOptions(line: LocalCommandLine, command: readonly string[]): LocalOptions {
  const { region, account } = line;
  if (region !== undefined && !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
    throw new UserError(`--region must be the name of a region such as us-east-1, got ${region}`);
  }
  if (account !== undefined && !/^\d{12}$/.test(account)) {
    throw new UserError(`--account must have 12 digits, got ${account}`);
  }
  return {
    port: line.port === undefined ? undefined : wholeNumber('--port', line.port, 65_535),
    speed: line.speed === undefined ? undefined : wholeNumber('--speed', line.speed, MOST_SPEED),
    region,
    account,
    writeEnv: line.writeEnv === undefined ? undefined : resolve(line.writeEnv),
    state: line.state === undefined ? undefined : resolve(line.state),
    command,
  };
}

function wholeNumber(option: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new UserError(`${option} must be a whole number from 1 to ${most}, got ${text}`);
  }
  return value;
}
