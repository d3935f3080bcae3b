import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFault, FAULTS, type Fault } from './faults';
import { isLogLevel, LOG_LEVELS, type LogLevel } from './log';

/** What the environment of the task decides. */
export interface Settings {
  readonly port: number;
  /** The release; the image carries it. */
  readonly version: string;
  readonly logLevel: LogLevel;
  readonly fault: Fault | undefined;
  /** What `migrate` brings up to date. */
  readonly databaseFile: string;
}

/** A setting that cannot be used. The message is all that its reader needs. */
export class SettingsError extends Error {}

/**
 * Refuses what it does not understand: a misspelled FAULT that were ignored would make a rehearsal of a broken release
 * pass with a good one.
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const { PORT: port = '8000', LOG_LEVEL: logLevel = 'info', FAULT: fault = '' } = environment;
  if (!/^\d+$/.test(port) || Number(port) > 65535) {
    throw new SettingsError(`PORT is "${port}", but it must be a whole number from 0 to 65535: leave it out for 8000`);
  }
  if (!isLogLevel(logLevel)) {
    throw new SettingsError(`LOG_LEVEL is "${logLevel}", but it must be one of ${LOG_LEVELS.join(', ')}: leave it out for info`);
  }
  if (fault !== '' && !isFault(fault)) {
    throw new SettingsError(`FAULT is "${fault}", but it must be one of ${FAULTS.join(', ')}: leave it empty for a release that works`);
  }
  return {
    port: Number(port),
    version: environment.VERSION || 'dev',
    logLevel,
    fault: fault === '' ? undefined : fault,
    databaseFile: environment.DATABASE_FILE || join(tmpdir(), 'sample-api.json'),
  };
}
