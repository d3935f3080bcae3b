import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateStackCommand, DescribeStackEventsCommand, DescribeStackResourcesCommand, DescribeStacksCommand, UpdateStackCommand,
  type CloudFormationClient, type StackEvent,
} from '@aws-sdk/client-cloudformation';

const POLL_MILLIS = 150;
const STACK_TYPE = 'AWS::CloudFormation::Stack';

export interface StackHappening {
  readonly at: Date;
  readonly logicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  /** Whether it is about the stack as a whole. */
  readonly whole: boolean;
}

export interface StackSource {
  readonly template: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface StackResourceId {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
}

/** One stack of CloudFormation: deployed, and followed to the end. */
export class Stack {
  private readonly seen = new Set<string>();

  constructor(private readonly client: CloudFormationClient, public readonly name: string) {}

  /** Creates or updates, and answers the stack's final status once nothing happens to it any more. */
  public async deploy(
    verb: 'create' | 'update', { template, tags }: StackSource, signal: AbortSignal, onEvent: (happening: StackHappening) => void,
  ): Promise<string> {
    const input = {
      StackName: this.name,
      // Real CloudFormation takes 51,200 bytes this way; the local AWS any number.
      TemplateBody: template,
      Capabilities: ['CAPABILITY_IAM' as const, 'CAPABILITY_NAMED_IAM' as const, 'CAPABILITY_AUTO_EXPAND' as const],
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    };
    if (verb === 'create') {
      await this.client.send(new CreateStackCommand(input), { abortSignal: signal });
    } else {
      await this.client.send(new UpdateStackCommand(input), { abortSignal: signal });
    }
    let ended = false;
    while (!ended) {
      for (const event of await this.newEvents(signal)) {
        const happening = toHappening(event);
        onEvent(happening);
        if (happening.whole) {
          ended = !happening.status.endsWith('_IN_PROGRESS');
        }
      }
      if (!ended) {
        await sleep(POLL_MILLIS, undefined, { signal });
      }
    }
    const { Stacks } = await this.client.send(new DescribeStacksCommand({ StackName: this.name }), { abortSignal: signal });
    return Stacks![0].StackStatus!;
  }

  public async resources(signal: AbortSignal): Promise<StackResourceId[]> {
    const { StackResources } = await this.client.send(new DescribeStackResourcesCommand({ StackName: this.name }), { abortSignal: signal });
    return (StackResources ?? []).map(({ LogicalResourceId, ResourceType, PhysicalResourceId }) => (
      { logicalId: LogicalResourceId!, type: ResourceType!, physicalId: PhysicalResourceId ?? '' }
    ));
  }

  /** Oldest first. The service answers newest first, so the first event that is known ends the search. */
  private async newEvents(signal: AbortSignal): Promise<StackEvent[]> {
    const found: StackEvent[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.client.send(new DescribeStackEventsCommand({ StackName: this.name, NextToken }), { abortSignal: signal });
      const unknown = (page.StackEvents ?? []).filter(({ EventId }) => !this.seen.has(EventId!));
      unknown.forEach(({ EventId }) => this.seen.add(EventId!));
      found.push(...unknown);
      NextToken = unknown.length < (page.StackEvents ?? []).length ? undefined : page.NextToken;
    } while (NextToken !== undefined);
    return found.reverse();
  }
}

function toHappening(event: StackEvent): StackHappening {
  return {
    at: event.Timestamp!,
    logicalId: event.LogicalResourceId!,
    type: event.ResourceType!,
    status: event.ResourceStatus!,
    ...(event.ResourceStatusReason && { reason: event.ResourceStatusReason }),
    whole: event.ResourceType === STACK_TYPE && event.PhysicalResourceId === event.StackId,
  };
}
