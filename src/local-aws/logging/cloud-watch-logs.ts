import { LogGroup, type LogEvent } from './log-group';
import { logGroupType } from './log-group-type';
import { AwsError, type LocalService, type LogWriter, type OperationInput, type ResourceType, type ServiceApi } from '../core/api';
import type { World } from '../core/world';
import type { Memory } from '../state/memory';

/** CloudWatch Logs: what tasks and functions print, kept in memory up to a bound. */
export class CloudWatchLogs implements LocalService, LogWriter {
  public readonly apis: readonly ServiceApi[];
  public readonly resourceTypes: Readonly<Record<string, ResourceType>>;
  private readonly groups = new Map<string, LogGroup>();

  constructor(private readonly world: World) {
    this.apis = [{
      signingName: 'logs',
      protocol: 'json',
      target: 'Logs_20140328',
      operations: {
        CreateLogGroup: (input) => this.createGroup(input.logGroupName),
        DeleteLogGroup: (input) => this.deleteGroup(this.group(input).name),
        CreateLogStream: (input) => { this.group(input).createStream(input.logStreamName, this.world.clock.millis()); },
        PutLogEvents: (input) => this.put(input),
        FilterLogEvents: (input) => this.filter(input),
        GetLogEvents: (input) => this.get(input),
        DescribeLogGroups: (input) => this.describeGroups(input),
        DescribeLogStreams: (input) => this.describeStreams(input),
      },
    }];
    this.resourceTypes = { 'AWS::Logs::LogGroup': logGroupType(world, this) };
  }

  /** Makes the group and the stream where they are not there yet, as Lambda and the awslogs driver do. */
  public write(group: string, stream: string, message: string): void {
    if (!this.groups.has(group)) {
      this.createGroup(group);
    }
    const timestamp = this.world.clock.millis();
    this.groups.get(group)!.append(stream, [{ timestamp, message }], timestamp);
  }

  public createGroup(name: string, retentionInDays?: number): void {
    if (this.groups.has(name)) {
      throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
    }
    this.groups.set(name, new LogGroup(name, this.world.clock.millis(), retentionInDays));
  }

  public hasGroup(name: string): boolean {
    return this.groups.has(name);
  }

  public retain(name: string, retentionInDays: number | undefined): void {
    this.groupNamed(name).retentionInDays = retentionInDays;
  }

  public deleteGroup(name: string): void {
    this.groups.delete(name);
  }

  public get memory(): Memory {
    return { stores: { logs: { of: this, fields: ['groups'] } }, classes: { LogGroup: { kind: LogGroup } } };
  }

  public async close(): Promise<void> {
    this.groups.clear();
  }

  private put(input: OperationInput): object {
    const events = (input.logEvents ?? []) as LogEvent[];
    const group = this.group(input);
    group.stream(input.logStreamName);
    group.append(input.logStreamName, events, this.world.clock.millis());
    return { nextSequenceToken: '0' };
  }

  private filter(input: OperationInput): object {
    const words = patternWords(input.filterPattern ?? '');
    const streams: string[] | undefined = input.logStreamNames;
    const events = this.group(input).events()
      .filter((event) => !streams || streams.includes(event.logStreamName))
      .filter((event) => !input.logStreamNamePrefix || event.logStreamName.startsWith(input.logStreamNamePrefix))
      .filter((event) => isWithin(event, input))
      .filter((event) => words.every((word) => event.message.includes(word)));
    return page('events', events, input.limit ?? 10_000, input.nextToken);
  }

  private get(input: OperationInput): object {
    const stream = this.group(input).stream(input.logStreamName);
    const events = stream.events.filter((event) => isWithin(event, input));
    const limit = input.limit ?? 10_000;
    const forward = /^f\/(\d+)$/.exec(input.nextToken ?? '')?.[1];
    const start = forward !== undefined ? Number(forward) - stream.dropped : input.startFromHead ? 0 : Math.max(0, events.length - limit);
    const found = events.slice(Math.max(0, start), Math.max(0, start) + limit);
    const end = Math.max(0, start) + found.length + stream.dropped;
    return { events: found, nextForwardToken: `f/${end}`, nextBackwardToken: `b/${Math.max(0, start)}` };
  }

  private describeGroups(input: OperationInput): object {
    const groups = [...this.groups.values()]
      .filter((group) => group.name.startsWith(input.logGroupNamePrefix ?? '') && group.name.includes(input.logGroupNamePattern ?? ''))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((group) => ({
        logGroupName: group.name,
        creationTime: Math.round(group.createdAt),
        retentionInDays: group.retentionInDays,
        arn: `${logGroupArn(this.world, group.name)}:*`,
        logGroupArn: logGroupArn(this.world, group.name),
        storedBytes: 0,
      }));
    return page('logGroups', groups, input.limit ?? 50, input.nextToken);
  }

  private describeStreams(input: OperationInput): object {
    const group = this.group(input);
    const streams = group.streams()
      .filter((stream) => stream.name.startsWith(input.logStreamNamePrefix ?? ''))
      .map((stream) => ({
        logStreamName: stream.name,
        creationTime: Math.round(stream.createdAt),
        firstEventTimestamp: stream.events.at(0)?.timestamp,
        lastEventTimestamp: stream.events.at(-1)?.timestamp,
        lastIngestionTime: stream.events.at(-1)?.ingestionTime,
        arn: `${logGroupArn(this.world, group.name)}:log-stream:${stream.name}`,
      }));
    const order = input.orderBy === 'LastEventTime'
      ? (a: typeof streams[number], b: typeof streams[number]) => (a.lastEventTimestamp ?? 0) - (b.lastEventTimestamp ?? 0)
      : (a: typeof streams[number], b: typeof streams[number]) => (a.logStreamName < b.logStreamName ? -1 : 1);
    streams.sort(order);
    return page('logStreams', input.descending ? streams.reverse() : streams, input.limit ?? 50, input.nextToken);
  }

  /** Operations name a group by its name or its ARN. */
  private group(input: OperationInput): LogGroup {
    const name: string = input.logGroupName ?? input.logGroupIdentifier ?? '';
    return this.groupNamed(name.startsWith('arn:') ? name.split(':')[6] : name);
  }

  private groupNamed(name: string): LogGroup {
    const group = this.groups.get(name);
    if (!group) {
      throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
    }
    return group;
  }
}

export function logGroupArn(world: World, name: string): string {
  return `arn:${world.partition}:logs:${world.region}:${world.account}:log-group:${name}`;
}

function isWithin(event: LogEvent, input: OperationInput): boolean {
  return event.timestamp >= (input.startTime ?? 0) && event.timestamp < (input.endTime ?? Infinity);
}

/** The terms of a pattern that all have to occur: words, and phrases in double quotes. */
function patternWords(pattern: string): string[] {
  if (/^\s*[{[%]/.test(pattern)) {
    throw new AwsError('InvalidParameterException',
      `the local AWS filters logs by words and "phrases in quotes" only, got the pattern ${pattern}: filter the events in the client instead`);
  }
  return [...pattern.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2]);
}

function page(name: string, items: readonly object[], limit: number, token: string | undefined): object {
  const start = Number(token ?? 0);
  const end = start + limit;
  return { [name]: items.slice(start, end), ...(end < items.length ? { nextToken: String(end) } : {}) };
}
