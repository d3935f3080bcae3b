import { CfnDeletionPolicy, RemovalPolicy } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement, type IRole } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type ILogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { validateTaskSize } from './task-size';

export interface WorkloadProps {
  readonly vpc: IVpc;
  readonly cluster?: ecs.ICluster;
  readonly enhancedInsights: boolean;
  readonly image: ecs.ContainerImage;
  readonly containerName: string;
  readonly containerPort: number;
  readonly cpu: number;
  readonly memoryLimitMiB: number;
  readonly runtimePlatform?: ecs.RuntimePlatform;
  readonly command?: string[];
  readonly entryPoint?: string[];
  readonly environment?: { [name: string]: string };
  readonly secrets?: { [name: string]: ecs.Secret };
  readonly containerHealthCheck?: ecs.HealthCheck;
  readonly executionRole?: IRole;
  readonly taskRole?: IRole;
  readonly executeCommand: boolean;
  readonly logGroup?: ILogGroup;
  readonly logRetention: RetentionDays;
  readonly retainLogs: boolean;
}

/** What runs: the cluster, the task definition with its container and roles, and the log group. */
export class Workload extends Construct {
  public readonly cluster: ecs.ICluster;
  public readonly logGroup: ILogGroup;
  public readonly taskDefinition: ecs.FargateTaskDefinition;
  public readonly container: ecs.ContainerDefinition;

  constructor(scope: Construct, id: string, props: WorkloadProps) {
    super(scope, id);
    validateTaskSize(props.cpu, props.memoryLimitMiB);
    this.cluster = props.cluster ?? new ecs.Cluster(this, 'Cluster', {
      vpc: props.vpc,
      enableFargateCapacityProviders: true,
      containerInsightsV2: props.enhancedInsights ? ecs.ContainerInsights.ENHANCED : ecs.ContainerInsights.DISABLED,
    });
    this.logGroup = props.logGroup ?? new LogGroup(this, 'Logs', {
      retention: props.logRetention,
      removalPolicy: props.retainLogs ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.taskDefinition = this.newTaskDefinition(props);
    this.container = this.taskDefinition.addContainer(props.containerName, {
      image: props.image,
      portMappings: [{ containerPort: props.containerPort }],
      command: props.command,
      entryPoint: props.entryPoint,
      environment: props.environment,
      secrets: props.secrets,
      healthCheck: props.containerHealthCheck,
      logging: ecs.LogDrivers.awsLogs({ streamPrefix: props.containerName, logGroup: this.logGroup }),
    });
  }

  private newTaskDefinition(props: WorkloadProps): ecs.FargateTaskDefinition {
    const taskDefinition = new ecs.FargateTaskDefinition(this, 'TaskDefinition', {
      cpu: props.cpu,
      memoryLimitMiB: props.memoryLimitMiB,
      runtimePlatform: props.runtimePlatform,
      executionRole: props.executionRole,
      taskRole: props.taskRole,
    });
    // CloudFormation deregisters a revision that it replaces, and with it the way back.
    const resource = taskDefinition.node.defaultChild as ecs.CfnTaskDefinition;
    resource.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
    resource.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE;
    if (props.executeCommand) {
      taskDefinition.addToTaskRolePolicy(new PolicyStatement({
        actions: ['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel'].map((action) => `ssmmessages:${action}`),
        resources: ['*'], // The channels of ECS Exec are no resources that a policy could name.
      }));
    }
    return taskDefinition;
  }
}
