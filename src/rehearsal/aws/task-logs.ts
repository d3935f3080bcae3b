import { FilterLogEventsCommand, type CloudWatchLogsClient, type FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import type { Service } from './services';
import type { StackResourceId } from './stacks';

const SHOWN_LINES = 12;
/** DescribeTasks takes no more at once. */
const MOST_TASKS = 100;

/** What the tasks of a revision logged last, oldest first. */
export async function lastLogs(
  client: CloudWatchLogsClient, service: Service, revision: string, since: Date, signal: AbortSignal,
): Promise<string[]> {
  const events = await eventsOf(client, await service.logGroups(revision, signal), since, signal);
  // Blue logs into the same group.
  const newest = [...new Set(events.map(taskOf))].filter((task) => task !== undefined).slice(-MOST_TASKS);
  const tasks = await service.tasksOf(revision, newest, signal);
  return linesOf(events.filter((event) => tasks.has(taskOf(event) ?? '')));
}

/** What any task of a stack logged last: where a stack could not be created, there may be no service to ask. */
export async function lastLogsOfStack(
  client: CloudWatchLogsClient, resources: readonly StackResourceId[], since: Date, signal: AbortSignal,
): Promise<string[]> {
  const groups = resources.filter(({ type, physicalId }) => type === 'AWS::Logs::LogGroup' && physicalId !== '').map(({ physicalId }) => physicalId);
  return linesOf((await eventsOf(client, groups, since, signal)).filter((event) => taskOf(event) !== undefined));
}

async function eventsOf(client: CloudWatchLogsClient, groups: readonly string[], since: Date, signal: AbortSignal): Promise<FilteredLogEvent[]> {
  const events: FilteredLogEvent[] = [];
  for (const logGroupName of groups) {
    let nextToken: string | undefined;
    do {
      const page = await client.send(new FilterLogEventsCommand({ logGroupName, startTime: since.getTime(), nextToken }), { abortSignal: signal });
      events.push(...page.events ?? []);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  }
  return events.sort((one, other) => one.timestamp! - other.timestamp!);
}

/** A task's stream is named after it: `<prefix>/<container>/<task id>`. */
function taskOf({ logStreamName }: FilteredLogEvent): string | undefined {
  return /^[^/]+\/[^/]+\/([0-9a-f]{32})$/.exec(logStreamName!)?.[1];
}

function linesOf(events: readonly FilteredLogEvent[]): string[] {
  return events.slice(-SHOWN_LINES).map(({ message }) => message!.trimEnd());
}
