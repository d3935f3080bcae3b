/**
 * The lifecycle of a CodeDeploy deployment on ECS, as data. The trigger's handler, the local AWS, the progress display
 * and the docs read this table, so that they cannot disagree.
 *
 * @see https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
 */

/** One event of the lifecycle. */
export interface LifecycleEvent {
  readonly name: LifecycleEventName;
  /** Whether a function of the user's can run at this event, and fail the deployment. */
  readonly hookable: boolean;
  /** What happens, in the words that people are shown. */
  readonly description: string;
}

export type LifecycleEventName =
  | 'BeforeInstall'
  | 'Install'
  | 'AfterInstall'
  | 'AllowTestTraffic'
  | 'AfterAllowTestTraffic'
  | 'BeforeAllowTraffic'
  | 'AllowTraffic'
  | 'AfterAllowTraffic';

export const LIFECYCLE: readonly LifecycleEvent[] = [
  { name: 'BeforeInstall', hookable: true, description: 'before green is created' },
  { name: 'Install', hookable: false, description: 'green starts, until it is steady' },
  { name: 'AfterInstall', hookable: true, description: 'green runs, no route leads to it' },
  { name: 'AllowTestTraffic', hookable: false, description: 'the test route leads to green' },
  { name: 'AfterAllowTestTraffic', hookable: true, description: 'green is tested through the test route' },
  { name: 'BeforeAllowTraffic', hookable: true, description: 'the last moment before users reach green' },
  { name: 'AllowTraffic', hookable: false, description: 'production traffic shifts to green' },
  { name: 'AfterAllowTraffic', hookable: true, description: 'green serves all users' },
];

/** The events at which a hook can run, in the order in which they come. */
export const HOOKABLE_EVENTS: readonly LifecycleEventName[] = LIFECYCLE.filter((event) => event.hookable).map((event) => event.name);

/** The event whose success means that users are served by green alone, and that nothing but the bake is left. */
export const SHIFTED_EVENT: LifecycleEventName = 'AfterAllowTraffic';

export type LifecycleEventStatus = 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'Skipped' | 'Unknown';

export type DeploymentStatus = 'Created' | 'Queued' | 'InProgress' | 'Baking' | 'Ready' | 'Succeeded' | 'Failed' | 'Stopped';

const ENDED: readonly DeploymentStatus[] = ['Succeeded', 'Failed', 'Stopped'];

/** The statuses of a deployment that holds its group: no other can be created beside it. */
export const ACTIVE_STATUSES: readonly DeploymentStatus[] = ['Created', 'Queued', 'InProgress', 'Baking', 'Ready'];

/** The most seconds that one lifecycle event, a hook included, may take. */
export const LIFECYCLE_EVENT_TIMEOUT_SECONDS = 3600;

export function hasEnded(status: string | undefined): boolean {
  return ENDED.includes(status as DeploymentStatus);
}

/** Whether green has all the traffic and its last hook has succeeded, given the events that have been reported. */
export function hasShifted(events: readonly { readonly lifecycleEventName?: string; readonly status?: string }[]): boolean {
  return events.some((event) => event.lifecycleEventName === SHIFTED_EVENT && event.status === 'Succeeded');
}
