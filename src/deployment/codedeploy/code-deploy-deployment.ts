import { ArnFormat, Fn, Names, Stack } from 'aws-cdk-lib';
import * as codedeploy from 'aws-cdk-lib/aws-codedeploy';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { IApplicationListener } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { BlueGreenResource } from './blue-green-resource';
import { newCodeDeployRole } from './code-deploy-role';
import { DeploymentFunction } from './deployment-function';
import { DEPLOYMENT_TYPE, ROUTE_TYPE, SERVICE_TYPE, type DeploymentProperties, type RouteProperties, type ServiceProperties } from './resources';
import { validateCapacity } from './unsupported';
import { renderConditions } from '../../traffic/route-match';
import { refuse } from '../../validation';
import type { DeployedParts, EngineBinding } from '../deployment-engine';
import type { DeploymentHook, DeploymentHooks } from '../deployment-hook';
import { HOOKABLE_EVENTS, type LifecycleEventName } from '../lifecycle';

export interface CodeDeployDeploymentProps extends DeployedParts {
  readonly hooks: DeploymentHooks;
}

const MOST_ALARMS = 10;
const SERVICE_NAME_PREFIX_LENGTH = 200;

/**
 * The service under CodeDeploy: routes, service and trigger, which are the library's own custom resources because
 * CloudFormation and CodeDeploy cannot share them, and the group that deploys.
 *
 * @see docs/decisions/0001-deployments-own-service-and-routes.md
 */
export class CodeDeployDeployment extends Construct implements EngineBinding {
  public readonly service: ecs.IBaseService;
  public readonly application: codedeploy.EcsApplication;
  public readonly deploymentGroup: codedeploy.EcsDeploymentGroup;

  private readonly handler: DeploymentFunction;
  private readonly hooks: ReadonlyMap<LifecycleEventName, IFunction>;

  constructor(scope: Construct, id: string, private readonly props: CodeDeployDeploymentProps) {
    super(scope, id);
    validateAlarms(props);
    validateCapacity(props.capacityProviderStrategies);
    this.hooks = boundHooks(props.hooks);
    this.application = new codedeploy.EcsApplication(this, 'Application');
    this.handler = DeploymentFunction.of(this);
    this.allowHandlerAndHooks();

    const routes = [this.newRoute('ProductionRoute', props.listener), this.newRoute('TestRoute', props.testListener)];
    this.service = this.newService(routes);
    this.deploymentGroup = this.newGroup();
    this.newTrigger(routes);
  }

  private allowHandlerAndHooks(): void {
    const deploymentGroupArn = this.codeDeployArn('deploymentgroup', `${this.application.applicationName}/*`);
    this.handler.allow({
      clusterName: this.props.cluster.clusterName,
      applicationArn: this.codeDeployArn('application', this.application.applicationName),
      deploymentGroupArn,
      listenerArns: this.listenerArns(),
      listenerRuleArns: this.listenerRuleArns(),
    });
    for (const hook of new Set(this.hooks.values())) {
      // A function that was imported without its role cannot be granted anything: the CDK then warns with the statement.
      iam.Grant.addToPrincipal({
        grantee: hook,
        actions: ['codedeploy:PutLifecycleEventHookExecutionStatus'],
        resourceArns: [deploymentGroupArn],
      });
    }
  }

  private newRoute(id: string, listener: IApplicationListener): BlueGreenResource {
    const properties: RouteProperties = {
      ListenerArn: listener.listenerArn,
      Conditions: renderConditions(this.props.routeMatch.conditions),
      Priority: this.props.routeMatch.priority,
      TargetGroupA: this.props.targetGroupA.targetGroupArn,
      TargetGroupB: this.props.targetGroupB.targetGroupArn,
    };
    return this.newResource(id, ROUTE_TYPE, properties, true);
  }

  private newService(routes: BlueGreenResource[]): ecs.IBaseService {
    const properties: ServiceProperties = {
      Cluster: this.props.cluster.clusterArn,
      NamePrefix: Names.uniqueResourceName(this.node.scope as Construct, { maxLength: SERVICE_NAME_PREFIX_LENGTH, separator: '-' }),
      Spec: this.spec(),
      TargetGroup: this.props.targetGroupA.targetGroupArn,
      InitialCount: this.props.minTasks,
      DesiredCount: this.props.scales ? undefined : this.props.minTasks,
      HealthCheckGracePeriodSeconds: this.props.healthCheckGracePeriod.toSeconds(),
      ExecuteCommand: this.props.executeCommand,
    };
    const service = this.newResource('Service', SERVICE_TYPE, properties, true);
    // A service whose target group no load balancer leads to is refused; tasks that lack a policy or a way out cannot start.
    const { cluster, taskDefinition, subnets, securityGroups } = this.props;
    service.node.addDependency(...routes, cluster, taskDefinition, subnets.internetConnectivityEstablished, ...securityGroups);
    service.node.addDependency(taskDefinition.taskRole, taskDefinition.obtainExecutionRole());
    return ecs.FargateService.fromFargateServiceAttributes(this, 'ServiceReference', {
      cluster: this.props.cluster,
      serviceName: service.getAttString('Name'),
    });
  }

  private newGroup(): codedeploy.EcsDeploymentGroup {
    const role = newCodeDeployRole(this, 'Role', {
      clusterName: this.props.cluster.clusterName,
      listenerArns: this.listenerArns(),
      listenerRuleArns: this.listenerRuleArns(),
      hookFunctions: [...new Set(this.hooks.values())],
      passedRoles: [this.props.taskDefinition.taskRole, this.props.taskDefinition.obtainExecutionRole()],
    });
    return new codedeploy.EcsDeploymentGroup(this, 'Group', {
      application: this.application,
      // The construct would add the managed policy, which acts on everything in the account.
      role: role.withoutPolicyUpdates(),
      service: this.service,
      blueGreenDeploymentConfig: {
        blueTargetGroup: this.props.targetGroupA,
        greenTargetGroup: this.props.targetGroupB,
        listener: this.props.listener,
        testListener: this.props.testListener,
        terminationWaitTime: this.props.keepBlue,
      },
      deploymentConfig: this.props.trafficShift._deploymentConfig(this),
      alarms: this.props.alarms,
      // Said outright: an alarm configuration that is left out stays as it was.
      ignoreAlarmConfiguration: !this.props.alarmsRollBack,
      autoRollback: {
        failedDeployment: true,
        stoppedDeployment: true,
        deploymentInAlarm: this.props.alarmsRollBack && this.props.alarms.length > 0,
      },
    });
  }

  private newTrigger(routes: BlueGreenResource[]): void {
    const properties: DeploymentProperties = {
      Application: this.application.applicationName,
      DeploymentGroup: this.deploymentGroup.deploymentGroupName,
      Cluster: this.props.cluster.clusterArn,
      Service: this.service.serviceName,
      Spec: this.spec(),
      Hooks: this.json([...this.hooks].map(([event, hook]) => ({ [event]: hook.functionArn }))),
    };
    const trigger = this.newResource('Trigger', DEPLOYMENT_TYPE, properties, false);
    trigger.node.addDependency(...routes, this.deploymentGroup, ...this.props.alarms);
  }

  private newResource(id: string, resourceType: string, properties: object, taggable: boolean): BlueGreenResource {
    return new BlueGreenResource(this, id, { resourceType, properties: { ...properties }, handler: this.handler, taggable });
  }

  /** What the deployment carries. The network is whole, or CodeDeploy would refuse it. */
  private spec(): string {
    const strategies = this.props.capacityProviderStrategies;
    return this.json({
      TaskDefinition: this.props.taskDefinition.taskDefinitionArn,
      LoadBalancerInfo: { ContainerName: this.props.container.containerName, ContainerPort: this.props.containerPort },
      PlatformVersion: this.props.platformVersion ?? ecs.FargatePlatformVersion.LATEST,
      NetworkConfiguration: {
        AwsvpcConfiguration: {
          Subnets: this.props.subnets.subnetIds,
          SecurityGroups: this.props.securityGroups.map((group) => group.securityGroupId),
          AssignPublicIp: this.props.assignPublicIp ? 'ENABLED' : 'DISABLED',
        },
      },
      ...(strategies.length > 0 && {
        CapacityProviderStrategy: strategies.map((strategy) => ({
          CapacityProvider: strategy.capacityProvider,
          Base: strategy.base ?? 0,
          Weight: strategy.weight ?? 1,
        })),
      }),
    });
  }

  private json(value: unknown): string {
    return Stack.of(this).toJsonString(value);
  }

  private codeDeployArn(resource: string, resourceName: string): string {
    return Stack.of(this).formatArn({ service: 'codedeploy', resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  }

  private listenerArns(): string[] {
    return [this.props.listener, this.props.testListener].map((listener) => listener.listenerArn);
  }

  private listenerRuleArns(): string[] {
    return this.listenerArns().map((arn) => `${Fn.join(':listener-rule/', Fn.split(':listener/', arn, 2))}/*`);
  }
}

function boundHooks(hooks: DeploymentHooks): ReadonlyMap<LifecycleEventName, IFunction> {
  const bound = HOOKABLE_EVENTS.map((event) => [event, hooks[propOf(event)]?._bind()] as const);
  return new Map(bound.filter((entry): entry is readonly [LifecycleEventName, IFunction] => entry[1] !== undefined));
}

function propOf(event: LifecycleEventName): keyof DeploymentHooks {
  return (event[0].toLowerCase() + event.slice(1)) as keyof { [key in keyof DeploymentHooks]: DeploymentHook };
}

function validateAlarms(props: CodeDeployDeploymentProps): void {
  if (props.alarms.length > MOST_ALARMS) {
    refuse({
      prop: 'rollbackAlarms',
      got: `${props.alarms.length} alarms, the library's own included`,
      allowed: `a CodeDeploy deployment group takes at most ${MOST_ALARMS}`,
      instead: 'combine some of them in a CompositeAlarm',
    });
  }
}
