import type { Duration } from 'aws-cdk-lib';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { DeploymentEngine } from './deployment/deployment-engine';
import type { ServicePreset } from './preset/service-preset';

/** What a blue/green service on Fargate is made of. Everything has a default, except the image. */
export interface FargateBlueGreenServiceProps {
  /**
   * The values for the environment. A prop given here beats them.
   *
   * @default ServicePreset.dev()
   */
  readonly preset?: ServicePreset;

  /**
   * The container's image. A change deploys.
   *
   * @default - the image tagged `imageTag` in the repository
   */
  readonly image?: ecs.ContainerImage;
  /**
   * The tag of the image in the repository, used where `image` is not given. The repository must have it before the service
   * is created. A change deploys.
   *
   * @default - none; then `image` is needed
   */
  readonly imageTag?: string;
  /**
   * The repository of the service's images.
   *
   * @default - a new one: immutable tags, scan on push, as many releases kept as the preset says
   */
  readonly repository?: IRepository;

  /**
   * The VPC. It cannot change while the service lives: the update is refused, and rolled back without touching traffic.
   *
   * @default - that of the load balancer or of the cluster, if one is brought; otherwise a new one, 10.0.0.0/16 over 3 Availability Zones, with public and private subnets
   */
  readonly vpc?: ec2.IVpc;
  /**
   * NAT gateways of a new VPC, at about 33 USD a month each, and their traffic.
   *
   * @default - as the preset says: 1 in `dev` and `test`, one for each Availability Zone in `prod`
   */
  readonly natGateways?: number;
  /**
   * The subnets in which tasks run. A change deploys.
   *
   * @default - the private subnets with egress
   */
  readonly taskSubnets?: ec2.SubnetSelection;
  /**
   * Whether tasks get a public IP address, at about 3.65 USD a month each. Tasks in public subnets need it to pull their
   * image. A change deploys.
   *
   * @default false
   */
  readonly assignPublicIp?: boolean;
  /**
   * The security groups of the tasks. A rule that lets the load balancer in is added to each.
   *
   * @default - a new one that lets in the load balancer on the container port, and nobody else
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * The load balancer. It cannot change while the service lives: the update is refused, and rolled back without touching
   * traffic.
   *
   * @default - a new one that faces the internet
   */
  readonly loadBalancer?: elbv2.IApplicationLoadBalancer;
  /**
   * The listener that the production route is on, when others share it. `conditions` and `priority` are needed then.
   *
   * @default - a new one on port 443 with a certificate, on port 80 otherwise
   */
  readonly listener?: elbv2.IApplicationListener;
  /**
   * The listener that the test route is on, when others share it.
   *
   * @default - a new one on `testPort`
   */
  readonly testListener?: elbv2.IApplicationListener;
  /**
   * The port of the test route.
   *
   * @default 8080
   */
  readonly testPort?: number;
  /**
   * Who reaches the test route, as IPv4 ranges.
   *
   * @default - nobody
   */
  readonly testCidrs?: string[];
  /**
   * The certificate of the listeners. With it users are served over HTTPS, and HTTP redirects there. Adding it makes a new
   * listener, with a route that leads where the old one leads.
   *
   * @default - plain HTTP
   */
  readonly certificate?: ICertificate;
  /**
   * Which requests are the service's own, on a listener that others share. A change moves no traffic between versions.
   *
   * @default - all requests
   */
  readonly conditions?: elbv2.ListenerCondition[];
  /**
   * The order in which the listener asks, 1 being first. A change moves no traffic between versions.
   *
   * @default - last: 50000
   */
  readonly priority?: number;
  /**
   * How the load balancer decides that a task is healthy.
   *
   * @default - GET /health every 10 seconds answers 200; 2 answers make a task healthy, 3 failures unhealthy
   */
  readonly healthCheck?: elbv2.HealthCheck;

  /**
   * The cluster. It cannot change while the service lives: the update is refused, and rolled back without touching traffic.
   *
   * @default - a new one, with enhanced Container Insights in `prod`
   */
  readonly cluster?: ecs.ICluster;
  /**
   * CPU units of one task, 1024 being one vCPU. A change deploys.
   *
   * @default - as the preset says: 256 in `dev` and `test`, 1024 in `prod`
   */
  readonly cpu?: number;
  /**
   * Memory of one task, in MiB. A change deploys.
   *
   * @default - as the preset says: 512 in `dev` and `test`, 2048 in `prod`
   */
  readonly memoryLimitMiB?: number;
  /**
   * Processor architecture and operating system of the tasks. A change deploys.
   *
   * @default - Linux on x86-64
   */
  readonly runtimePlatform?: ecs.RuntimePlatform;
  /**
   * Fargate's platform version. A change deploys.
   *
   * @default ecs.FargatePlatformVersion.LATEST
   */
  readonly platformVersion?: ecs.FargatePlatformVersion;
  /**
   * How tasks are spread over FARGATE and FARGATE_SPOT. A cluster that you bring must have these capacity providers. A
   * change deploys.
   *
   * @default - all on FARGATE
   */
  readonly capacityProviderStrategies?: ecs.CapacityProviderStrategy[];
  /**
   * The name of the container.
   *
   * @default 'api'
   */
  readonly containerName?: string;
  /**
   * The port on which the container listens. It cannot change while the service lives: the update is refused, and rolled back
   * without touching traffic.
   *
   * @default 8000
   */
  readonly containerPort?: number;
  /**
   * The command of the container. A change deploys.
   *
   * @default - the image's
   */
  readonly command?: string[];
  /**
   * The entry point of the container. A change deploys.
   *
   * @default - the image's
   */
  readonly entryPoint?: string[];
  /**
   * Environment variables of the container. A change deploys. Secrets belong in `secrets`.
   *
   * @default - none
   */
  readonly environment?: { [name: string]: string };
  /**
   * Environment variables whose values come from Secrets Manager or from SSM parameters when a task starts. The execution
   * role may read these and no others. A change deploys.
   *
   * @default - none
   */
  readonly secrets?: { [name: string]: ecs.Secret };
  /**
   * How ECS decides, inside the task, that the container is healthy. A change deploys.
   *
   * @default - only the load balancer's health check
   */
  readonly containerHealthCheck?: ecs.HealthCheck;
  /**
   * The role with which ECS pulls the image, reads secrets and writes logs.
   *
   * @default - a new one with just these permissions
   */
  readonly executionRole?: IRole;
  /**
   * The role of the application in the tasks.
   *
   * @default - a new one without permissions
   */
  readonly taskRole?: IRole;
  /**
   * Where the container's output goes.
   *
   * @default - a new log group, kept as long as the preset says
   */
  readonly logGroup?: ILogGroup;
  /**
   * Whether ECS Exec can open a shell in a task. With it the task role gets the permissions that ECS Exec needs.
   * A change reaches tasks that start afterwards.
   *
   * @default - as the preset says: yes in `dev` and `test`, no in `prod`
   */
  readonly executeCommand?: boolean;

  /**
   * The least number of tasks.
   *
   * @default - as the preset says: 1
   */
  readonly minTasks?: number;
  /**
   * The largest number of tasks. If it equals `minTasks` the number is fixed, and a change of it is sent to ECS.
   *
   * @default - as the preset says: 1 in `dev` and `test`, 2 in `prod`
   */
  readonly maxTasks?: number;
  /**
   * The average CPU utilisation that scaling holds, in percent.
   *
   * @default - as the preset says: 70 where the number of tasks is not fixed
   */
  readonly cpuTarget?: number;

  /**
   * Who moves the traffic, and how.
   *
   * @default DeploymentEngine.codeDeploy()
   */
  readonly deployment?: DeploymentEngine;
  /**
   * For how long a new task may fail its health check before it is replaced.
   *
   * @default Duration.seconds(60)
   */
  readonly healthCheckGracePeriod?: Duration;
  /**
   * HTTP 5xx answers of the tasks within a minute that set off the alarm on errors.
   *
   * @default 5
   */
  readonly errorsPerMinute?: number;
  /**
   * More alarms that stop a deployment and roll it back; with the library's own at most 10.
   *
   * @default - the library's own: errors, and unhealthy hosts
   */
  readonly rollbackAlarms?: IAlarm[];
}
