import { Api } from './api';
import { Log } from './log';
import { migrate, MigrationError } from './migrate';
import { readSettings, SettingsError, type Settings } from './settings';

/** Runs the command that the arguments name; without one, the API. Answers the exit code of what has ended. */
async function main(command: string = 'serve'): Promise<number> {
  const settings = readSettings(process.env);
  const log = new Log(settings.logLevel, settings.version);
  switch (command) {
    case 'serve':
      return serve(settings, log);
    case 'migrate':
      log.info('migrated', { database: settings.databaseFile, applied: migrate(settings.databaseFile) });
      return 0;
    default:
      throw new SettingsError(`the command is "${command}", but it must be serve or migrate: leave it out for serve`);
  }
}

async function serve(settings: Settings, log: Log): Promise<number> {
  if (settings.fault === 'crash') {
    log.error('this release crashes at its start, because FAULT is "crash"');
    return 1;
  }
  const api = new Api(settings, log);
  const told = new Promise<NodeJS.Signals>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  log.info('listening', { port: await api.start(), fault: settings.fault });
  const stopped = told.then((signal) => {
    const finished = api.stop();
    // Said when it is true: from now on no new connection is taken.
    log.info('stopping', { signal });
    return finished;
  });
  if (!await stopped) {
    log.warn('stopped before every request had finished');
    return 1;
  }
  log.info('stopped');
  return 0;
}

main(process.argv[2]).then(
  (code) => process.exit(code),
  (error) => {
    const expected = error instanceof SettingsError || error instanceof MigrationError;
    process.stderr.write(`${expected ? error.message : error.stack}\n`);
    process.exit(1);
  },
);
