import { CfnOutput } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IEcsApplication, IEcsDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FargateBlueGreenServiceProps } from './fargate-blue-green-service-props';
import { containerImage, ImageRepository, warnOfEmptyRepository } from './image/image-repository';
import { ServiceNetwork } from './network/service-network';
import { TaskAccess } from './network/task-access';
import { taskSubnets } from './network/task-subnets';
import { RollbackAlarms } from './observability/rollback-alarms';
import { resolveSettings } from './preset/settings';
import { TaskScaling } from './scaling/task-scaling';
import { defaultHealthCheck } from './traffic/health-check';
import { LoadBalancing } from './traffic/load-balancing';
import { routeMatch } from './traffic/route-match';
import { TwinTargetGroups } from './traffic/twin-target-groups';
import { Workload } from './workload/workload';

/**
 * A containerised API on Fargate, deployed blue/green: everything between `cdk deploy` and live traffic.
 */
export class FargateBlueGreenService extends Construct implements ec2.IConnectable {
  /** The VPC of load balancer and tasks. */
  public readonly vpc: ec2.IVpc;
  /** The repository of the service's images. */
  public readonly repository: IRepository;
  /** The load balancer that users reach. */
  public readonly loadBalancer: elbv2.IApplicationLoadBalancer;
  /** The listener that the production route is on. */
  public readonly listener: elbv2.IApplicationListener;
  /** The listener that the test route is on. */
  public readonly testListener: elbv2.IApplicationListener;
  /** One of the twin target groups. Which of them serves, deployments decide. */
  public readonly targetGroupA: elbv2.ApplicationTargetGroup;
  /** One of the twin target groups. Which of them serves, deployments decide. */
  public readonly targetGroupB: elbv2.ApplicationTargetGroup;
  /** The cluster in which the service runs. */
  public readonly cluster: ecs.ICluster;
  /** The task definition: its current revision is what `cdk deploy` deploys. */
  public readonly taskDefinition: ecs.FargateTaskDefinition;
  /** The container of the API. */
  public readonly container: ecs.ContainerDefinition;
  /** Where the container's output goes. */
  public readonly logGroup: ILogGroup;
  /** The ECS service. */
  public readonly service: ecs.IBaseService;
  /** The CodeDeploy application; undefined under an engine that has none. */
  public readonly application?: IEcsApplication;
  /** The CodeDeploy deployment group; undefined under an engine that has none. */
  public readonly deploymentGroup?: IEcsDeploymentGroup;
  /** What scales the number of tasks; undefined where it is fixed. */
  public readonly taskCount?: ecs.ScalableTaskCount;
  /** The alarms that stop a deployment and roll it back. */
  public readonly rollbackAlarms: IAlarm[];
  /** What reaches, and is reached by, the tasks. */
  public readonly connections: ec2.Connections;
  /** Where users reach the API. */
  public readonly url: string;
  /** Where testers reach the version that is coming in; undefined where the test listener was imported. */
  public readonly testUrl?: string;

  constructor(scope: Construct, id: string, props: FargateBlueGreenServiceProps) {
    super(scope, id);
    const settings = resolveSettings(props);
    const keep = { logRetention: settings.logRetention, retainLogs: settings.protection };

    this.vpc = settings.vpc ?? settings.loadBalancer?.vpc ?? settings.cluster?.vpc ?? new ServiceNetwork(this, 'Network', { ...settings, ...keep }).vpc;
    this.repository = settings.repository ?? new ImageRepository(this, 'Images', { ...settings, retain: settings.protection }).repository;

    if (settings.imageTag !== undefined && !settings.repository) {
      warnOfEmptyRepository(this, settings.imageTag);
    }

    const traffic = new LoadBalancing(this, 'Traffic', { ...settings, vpc: this.vpc });
    this.loadBalancer = traffic.loadBalancer;
    this.listener = traffic.listener;
    this.testListener = traffic.testListener;
    const groups = new TwinTargetGroups(this, 'TargetGroup', {
      vpc: this.vpc, containerPort: settings.containerPort, healthCheck: settings.healthCheck ?? defaultHealthCheck(),
    });
    this.targetGroupA = groups.a;
    this.targetGroupB = groups.b;

    const workload = new Workload(this, 'Workload', { ...settings, ...keep, vpc: this.vpc, image: containerImage(settings, this.repository) });
    this.cluster = workload.cluster;
    this.taskDefinition = workload.taskDefinition;
    this.container = workload.container;
    this.logGroup = workload.logGroup;
    const access = new TaskAccess(this, 'Tasks', {
      vpc: this.vpc,
      loadBalancerSecurityGroups: traffic.securityGroups,
      taskSecurityGroups: settings.securityGroups,
      containerPort: settings.containerPort,
    });
    this.connections = new ec2.Connections({ securityGroups: access.securityGroups, defaultPort: ec2.Port.tcp(settings.containerPort) });

    const alarms = new RollbackAlarms(this, 'Alarms', {
      loadBalancer: this.loadBalancer, targetGroups: [groups.a, groups.b], errorsPerMinute: settings.errorsPerMinute,
    });
    this.rollbackAlarms = [alarms.errors, alarms.unhealthyHosts, ...settings.rollbackAlarms ?? []];
    const deployed = settings.deployment._bind(this, {
      ...settings,
      ...workload,
      listener: this.listener,
      testListener: this.testListener,
      routeMatch: routeMatch({ ...settings, sharedListener: settings.listener !== undefined }),
      targetGroupA: groups.a,
      targetGroupB: groups.b,
      subnets: taskSubnets(this.vpc, settings),
      securityGroups: access.securityGroups,
      alarms: this.rollbackAlarms,
    });
    this.service = deployed.service;
    this.application = deployed.application;
    this.deploymentGroup = deployed.deploymentGroup;
    this.taskCount = settings.scales ? new TaskScaling(this, 'Scaling', { ...settings, service: this.service }).taskCount : undefined;

    this.url = traffic.url;
    this.testUrl = traffic.testUrl;
    this.addOutputs();
  }

  /** What a person or a script needs after `cdk deploy`. */
  private addOutputs(): void {
    const outputs: Record<string, [value: string | undefined, description: string]> = {
      Url: [this.url, 'Where users reach the API'],
      TestUrl: [this.testUrl, 'The test route: where testers reach the version that is coming in'],
      RepositoryUri: [this.repository.repositoryUri, 'The repository of the service\'s images'],
      ServiceName: [this.service.serviceName, 'The ECS service'],
      ApplicationName: [this.application?.applicationName, 'The CodeDeploy application'],
      DeploymentGroupName: [this.deploymentGroup?.deploymentGroupName, 'The CodeDeploy deployment group'],
    };
    for (const [name, [value, description]] of Object.entries(outputs)) {
      if (value !== undefined) {
        new CfnOutput(this, name, { value, description });
      }
    }
  }
}
