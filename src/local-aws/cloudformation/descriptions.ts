import type { ChangeSet } from './change-sets';
import type { Stack, StackEvent, StackModel } from './stack';
import type { ResourceChange } from './stack-changes';

const EVENTS_A_PAGE = 100;

/** What the Describe operations answer. */
export function describeStack(stack: Stack): object {
  return {
    StackId: stack.id,
    StackName: stack.name,
    Description: stack.model.template.Description,
    Parameters: describeParameters(stack.model),
    ChangeSetId: stack.changeSetId,
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

export function describeChangeSet(changeSet: ChangeSet): object {
  return {
    ...summarizeChangeSet(changeSet),
    Parameters: describeParameters(changeSet.model),
    NotificationARNs: [],
    Capabilities: [],
    Tags: Object.entries(changeSet.model.tags).map(([Key, Value]) => ({ Key, Value })),
    OnStackFailure: changeSet.options.onStackFailure,
    Changes: changeSet.changes.map((change) => ({ Type: 'Resource', ResourceChange: describeChange(change) })),
  };
}

export function summarizeChangeSet(changeSet: ChangeSet): object {
  return {
    StackId: changeSet.stack.id,
    StackName: changeSet.stack.name,
    ChangeSetId: changeSet.id,
    ChangeSetName: changeSet.name,
    Description: changeSet.options.description,
    CreationTime: changeSet.createdAt,
    ExecutionStatus: changeSet.executionStatus,
    Status: changeSet.status,
    StatusReason: changeSet.statusReason,
    IncludeNestedStacks: false,
  };
}

function describeParameters(model: StackModel): object[] {
  return Object.entries(model.parameters).map(([name, value]) => ({
    ParameterKey: name,
    ParameterValue: value.noEcho ? '****' : value.given,
    ...(value.isFromParameterStore ? { ResolvedValue: [value.resolved].flat().join(',') } : {}),
  }));
}

function describeChange(change: ResourceChange): object {
  const isReplaced = change.replacement !== undefined && change.replacement !== 'False';
  const policyAction = change.action === 'Remove'
    ? change.isRetained ? 'Retain' : 'Delete'
    : isReplaced ? change.isRetained ? 'ReplaceAndRetain' : 'ReplaceAndDelete' : undefined;
  return {
    PolicyAction: policyAction,
    Action: change.action,
    LogicalResourceId: change.logicalId,
    PhysicalResourceId: change.physicalId,
    ResourceType: change.type,
    Replacement: change.replacement,
    Scope: [...(change.properties.length > 0 ? ['Properties'] : []), ...(change.tags ? ['Tags'] : [])],
    Details: [
      ...change.properties.flatMap(({ name, replacement, causes }) => {
        const target = { Attribute: 'Properties', Name: name, RequiresRecreation: RECREATIONS[replacement] };
        return causes.length === 0
          ? [{ Target: target, Evaluation: 'Static', ChangeSource: 'DirectModification' }]
          : causes.map((cause) => ({ Target: target, Evaluation: 'Dynamic', ChangeSource: 'ResourceReference', CausingEntity: cause }));
      }),
      ...(change.tags ? [{ Target: { Attribute: 'Tags', RequiresRecreation: 'Never' }, Evaluation: 'Static', ChangeSource: 'DirectModification' }] : []),
    ],
  };
}

const RECREATIONS = { True: 'Always', Conditional: 'Always', False: 'Never' } as const;

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
