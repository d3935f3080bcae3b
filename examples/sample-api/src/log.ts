export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export type LogFields = Readonly<Record<string, unknown>>;

export function isLogLevel(value: string): value is LogLevel {
  return LOG_LEVELS.some((level) => level === value);
}

/** Writes one line of JSON for each event, which CloudWatch Logs Insights takes apart by itself. */
export class Log {
  constructor(
    private readonly level: LogLevel,
    private readonly version: string,
    private readonly write: (line: string) => unknown = (line) => process.stdout.write(line),
  ) {}

  public debug(message: string, fields?: LogFields): void {
    this.line('debug', message, fields);
  }

  public info(message: string, fields?: LogFields): void {
    this.line('info', message, fields);
  }

  public warn(message: string, fields?: LogFields): void {
    this.line('warn', message, fields);
  }

  public error(message: string, fields?: LogFields): void {
    this.line('error', message, fields);
  }

  private line(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(this.level)) {
      return;
    }
    this.write(`${JSON.stringify({ time: new Date().toISOString(), level, version: this.version, message, ...fields })}\n`);
  }
}
