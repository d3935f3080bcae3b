import { FilterLogEventsCommand, type CloudWatchLogsClient, type FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import type { Service } from './services';

const SHOWN_LINES = 12;
/** DescribeTasks takes no more at once. */
const MOST_TASKS = 100;

/** What the tasks of a revision logged last, oldest first. */
export async function lastLogs(
  client: CloudWatchLogsClient, service: Service, revision: string, since: Date, signal: AbortSignal,
): Promise<string[]> {
  const events: FilteredLogEvent[] = [];
  for (const logGroupName of await service.logGroups(revision, signal)) {
    let nextToken: string | undefined;
    do {
      const page = await client.send(new FilterLogEventsCommand({ logGroupName, startTime: since.getTime(), nextToken }), { abortSignal: signal });
      events.push(...page.events ?? []);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  }
  // A stream is named after its task: `<prefix>/<container>/<task id>`. Blue logs into the same group.
  const taskOf = (event: FilteredLogEvent) => event.logStreamName!.split('/').pop()!;
  const newest = [...new Set(events.map(taskOf))].slice(-MOST_TASKS);
  const tasks = await service.tasksOf(revision, newest, signal);
  return events
    .filter((event) => tasks.has(taskOf(event)))
    .sort((one, other) => one.timestamp! - other.timestamp!)
    .slice(-SHOWN_LINES)
    .map(({ message }) => message!.trimEnd());
}
