import type { Stack, StackEvent } from './stack';

const EVENTS_A_PAGE = 100;

/** What the Describe operations answer. */
export function describeStack(stack: Stack): object {
  return {
    StackId: stack.id,
    StackName: stack.name,
    Description: stack.model.template.Description,
    Parameters: Object.entries(stack.model.parameters).map(([name, value]) => ({
      ParameterKey: name,
      ParameterValue: value.noEcho ? '****' : value.given,
      ...(value.isFromParameterStore ? { ResolvedValue: [value.resolved].flat().join(',') } : {}),
    })),
    CreationTime: stack.createdAt,
    LastUpdatedTime: stack.updatedAt,
    DeletionTime: stack.deletedAt,
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    DisableRollback: stack.disableRollback,
    EnableTerminationProtection: stack.terminationProtection,
    NotificationARNs: [],
    Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
    Outputs: stack.outputs.map((output) => ({
      OutputKey: output.key,
      OutputValue: output.value,
      Description: output.description,
      ExportName: output.exportName,
    })),
    Tags: Object.entries(stack.model.tags).map(([Key, Value]) => ({ Key, Value })),
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}

export function describeResource(stack: Stack, event: StackEvent): object {
  return {
    StackName: stack.name,
    StackId: stack.id,
    LogicalResourceId: event.LogicalResourceId,
    PhysicalResourceId: event.PhysicalResourceId,
    ResourceType: event.ResourceType,
    Timestamp: event.Timestamp,
    LastUpdatedTimestamp: event.Timestamp,
    ResourceStatus: event.ResourceStatus,
    ResourceStatusReason: event.ResourceStatusReason,
    DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
  };
}

/** The newest first. A token counts from the oldest, so that events which come between two pages don't shift them. */
export function describeEvents(stack: Stack, token: string | undefined): object {
  const end = token ? Number(token) : stack.events.length;
  const start = Math.max(0, end - EVENTS_A_PAGE);
  return {
    StackEvents: stack.events.slice(start, end).reverse(),
    ...(start > 0 ? { NextToken: String(start) } : {}),
  };
}
