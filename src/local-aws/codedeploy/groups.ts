import type { Revision } from './app-specs';
import type { Deployment } from './deployment';
import { refusals } from './refusals';
import { AwsError, type OperationInput } from '../core/api';
import type { World } from '../core/world';

export interface AlarmConfiguration {
  readonly enabled?: boolean;
  readonly ignorePollAlarmFailure?: boolean;
  readonly alarms?: ReadonlyArray<{ readonly name: string }>;
}

export interface AutoRollback {
  readonly enabled?: boolean;
  readonly events?: readonly string[];
}

export interface Application {
  readonly name: string;
  readonly id: string;
  readonly createTime: Date;
  readonly revisions: Map<string, { readonly revision: Revision; readonly registerTime: Date; lastUsedTime?: Date; readonly groups: Set<string> }>;
}

/** A deployment group, as its API has it. */
export interface GroupSettings {
  readonly deploymentConfigName: string;
  readonly serviceRoleArn: string;
  readonly clusterName: string;
  readonly serviceName: string;
  readonly targetGroupNames: readonly [string, string];
  readonly productionListenerArn: string;
  readonly testListenerArn?: string;
  readonly readyOption: { readonly actionOnTimeout: 'CONTINUE_DEPLOYMENT' | 'STOP_DEPLOYMENT'; readonly waitTimeInMinutes: number };
  readonly terminateBlue: { readonly action: 'TERMINATE' | 'KEEP_ALIVE'; readonly terminationWaitTimeInMinutes: number };
  readonly alarms: AlarmConfiguration;
  readonly autoRollback: AutoRollback;
}

export interface Group {
  readonly name: string;
  readonly id: string;
  readonly application: Application;
  settings: GroupSettings;
  lastSuccessful?: Deployment;
  lastSuccessfulRevision?: Revision;
  lastAttempted?: Deployment;
}

const MOST_ALARMS = 10;
const MOST_TERMINATION_WAIT_MINUTES = 2880;

/** Applications and their deployment groups. */
export class Groups {
  private readonly applications = new Map<string, Application>();
  private readonly groups = new Map<string, Group>();

  constructor(private readonly world: World, private readonly serviceExists: (cluster: string, service: string) => Promise<boolean>) {}

  public createApplication(name: string): Application {
    if (this.applications.has(name)) {
      throw new AwsError('ApplicationAlreadyExistsException', `Application already exists: ${name}`);
    }
    const application: Application = { name, id: crypto.randomUUID(), createTime: this.world.clock.now(), revisions: new Map() };
    this.applications.set(name, application);
    return application;
  }

  public deleteApplication(name: string): void {
    this.applications.delete(name);
    [...this.groups].filter(([, group]) => group.application.name === name).forEach(([key]) => this.groups.delete(key));
  }

  public application(name: string | undefined): Application {
    if (!name) {
      throw refusals.required('ApplicationNameRequiredException', 'The application name');
    }
    const application = this.applications.get(name);
    if (!application) {
      throw refusals.applicationMissing(name);
    }
    return application;
  }

  public async create(applicationName: string, name: string, input: OperationInput): Promise<Group> {
    const application = this.application(applicationName);
    const key = keyOf(applicationName, name);
    if (this.groups.has(key)) {
      throw new AwsError('DeploymentGroupAlreadyExistsException', `Deployment Group already exists: ${name}`);
    }
    const settings = await this.toSettings(input, key);
    const group: Group = { name, id: crypto.randomUUID(), application, settings };
    this.groups.set(key, group);
    return group;
  }

  public async update(group: Group, input: OperationInput): Promise<void> {
    group.settings = await this.toSettings(input, keyOf(group.application.name, group.name));
  }

  public delete(applicationName: string, name: string): void {
    this.groups.delete(keyOf(applicationName, name));
  }

  public group(applicationName: string | undefined, name: string | undefined): Group {
    const application = this.application(applicationName);
    if (!name) {
      throw refusals.required('DeploymentGroupNameRequiredException', 'The deployment group name');
    }
    const group = this.groups.get(keyOf(application.name, name));
    if (!group) {
      throw refusals.groupMissing(name);
    }
    return group;
  }

  public usesConfiguration(name: string): boolean {
    return [...this.groups.values()].some((group) => group.settings.deploymentConfigName === name);
  }

  public groupsOf(application: Application): string[] {
    return [...this.groups.values()].filter((group) => group.application === application).map((group) => group.name);
  }

  private async toSettings(input: OperationInput, ownKey: string): Promise<GroupSettings> {
    if (!input.serviceRoleArn) {
      throw refusals.required('RoleRequiredException', 'The service role');
    }
    const [service] = input.ecsServices ?? [];
    if (input.ecsServices?.length !== 1 || !(await this.serviceExists(service.clusterName, service.serviceName))) {
      throw new AwsError('InvalidECSServiceException', `The Amazon ECS service ${service?.serviceName ?? ''} in the cluster ${service?.clusterName ?? ''} is not active, or does not have the CODE_DEPLOY deployment controller`);
    }
    const taken = [...this.groups].some(([key, { settings }]) => {
      return key !== ownKey && settings.clusterName === service.clusterName && settings.serviceName === service.serviceName;
    });
    if (taken) {
      throw refusals.serviceMapped();
    }
    const alarms: AlarmConfiguration = input.alarmConfiguration ?? { enabled: false, alarms: [] };
    if ((alarms.alarms?.length ?? 0) > MOST_ALARMS) {
      throw new AwsError('AlarmsLimitExceededException', `The maximum number of alarms for a deployment group (${MOST_ALARMS}) was exceeded`);
    }
    return {
      deploymentConfigName: input.deploymentConfigName ?? 'CodeDeployDefault.ECSAllAtOnce',
      serviceRoleArn: input.serviceRoleArn,
      clusterName: service.clusterName,
      serviceName: service.serviceName,
      ...readRoutes(input.loadBalancerInfo),
      ...readBlueGreen(input.blueGreenDeploymentConfiguration),
      alarms,
      autoRollback: input.autoRollbackConfiguration ?? { enabled: false, events: [] },
    };
  }
}

function readRoutes(input: OperationInput): Pick<GroupSettings, 'targetGroupNames' | 'productionListenerArn' | 'testListenerArn'> {
  const [pair] = input?.targetGroupPairInfoList ?? [];
  const names: string[] = (pair?.targetGroups ?? []).map((group: OperationInput) => group.name);
  if (names.length !== 2) {
    throw new AwsError(
      'InvalidLoadBalancerInfoException',
      'A deployment group associated with an application that uses the ECS compute platform must contain a valid pair of target groups that identify a load balancer.',
    );
  }
  for (const route of ['prodTrafficRoute', 'testTrafficRoute']) {
    const arns = pair[route]?.listenerArns;
    if ((arns === undefined && route === 'prodTrafficRoute') || (arns !== undefined && arns.length !== 1)) {
      throw new AwsError('InvalidLoadBalancerInfoException', `The ${route} must name exactly one listener`);
    }
  }
  return {
    targetGroupNames: names as [string, string],
    productionListenerArn: pair.prodTrafficRoute.listenerArns[0],
    testListenerArn: pair.testTrafficRoute?.listenerArns[0],
  };
}

function readBlueGreen(input: OperationInput): Pick<GroupSettings, 'readyOption' | 'terminateBlue'> {
  const ready = input?.deploymentReadyOption ?? {};
  const terminate = input?.terminateBlueInstancesOnDeploymentSuccess ?? {};
  const minutes = Number(terminate.terminationWaitTimeInMinutes ?? 0);
  if (!(minutes >= 0 && minutes <= MOST_TERMINATION_WAIT_MINUTES)) {
    throw new AwsError('InvalidBlueGreenDeploymentConfigurationException', `The termination wait time must be between 0 and ${MOST_TERMINATION_WAIT_MINUTES} minutes`);
  }
  return {
    readyOption: { actionOnTimeout: ready.actionOnTimeout ?? 'CONTINUE_DEPLOYMENT', waitTimeInMinutes: Number(ready.waitTimeInMinutes ?? 0) },
    terminateBlue: { action: terminate.action ?? 'TERMINATE', terminationWaitTimeInMinutes: minutes },
  };
}

function keyOf(application: string, group: string): string {
  return `${application}/${group}`;
}
