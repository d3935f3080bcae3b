import { AwsError } from '../core/api';

/** A task that prints in a loop must not fill the memory: a stream forgets its oldest events. */
const MOST_EVENTS_OF_A_STREAM = 10_000;
const MOST_STREAMS_OF_A_GROUP = 500;

export interface LogEvent {
  readonly timestamp: number;
  readonly message: string;
  readonly ingestionTime?: number;
}

export interface LogStream {
  readonly name: string;
  readonly createdAt: number;
  events: LogEvent[];
  /** How many of the oldest events have been forgotten. */
  dropped: number;
}

export class LogGroup {
  private readonly byName = new Map<string, LogStream>();

  constructor(public readonly name: string, public readonly createdAt: number, public retentionInDays?: number) {}

  public streams(): LogStream[] {
    return [...this.byName.values()];
  }

  public stream(name: string): LogStream {
    const stream = this.byName.get(name);
    if (!stream) {
      throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
    }
    return stream;
  }

  public createStream(name: string, now: number): LogStream {
    if (this.byName.has(name)) {
      throw new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
    }
    const stream: LogStream = { name, createdAt: now, events: [], dropped: 0 };
    this.byName.set(name, stream);
    if (this.byName.size > MOST_STREAMS_OF_A_GROUP) {
      this.byName.delete(this.byName.keys().next().value!);
    }
    return stream;
  }

  public append(streamName: string, events: readonly LogEvent[], now: number): void {
    const stream = this.byName.get(streamName) ?? this.createStream(streamName, now);
    for (const event of events) {
      stream.events.push({ timestamp: Math.round(event.timestamp), message: event.message, ingestionTime: Math.round(now) });
    }
    // Twice the bound before it is cut, so that not every line of a full stream moves all others.
    if (stream.events.length > 2 * MOST_EVENTS_OF_A_STREAM) {
      const excess = stream.events.length - MOST_EVENTS_OF_A_STREAM;
      stream.events = stream.events.slice(excess);
      stream.dropped += excess;
    }
  }

  /** Of all streams, oldest first. */
  public events(): (LogEvent & { logStreamName: string; eventId: string })[] {
    return this.streams()
      .flatMap((stream) => stream.events.map((event, index) => (
        { ...event, logStreamName: stream.name, eventId: `${stream.name}/${stream.dropped + index}` }
      )))
      .sort((a, b) => a.timestamp - b.timestamp);
  }
}
