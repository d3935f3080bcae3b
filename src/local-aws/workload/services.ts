import type { Clusters } from './clusters';
import { describeService } from './descriptions';
import { ecsArn, nameOf } from './identifiers';
import { checkParameters } from './parameters';
import { Service, TaskSet, type Controller, type TaskSetSpec } from './service';
import {
  checkLoadBalancers, CREATE_PARAMETERS, refuseEcsOnlyConfiguration, refuseUnrehearsedStrategy, refuseWhatDeploymentsOwn, requireActive,
  SETTING_NAMES, UPDATE_PARAMETERS,
} from './service-rules';
import type { Tags } from './tags';
import type { TaskDefinitions } from './task-definitions';
import { AwsError, type OperationInput, type TargetRegistry } from '../core/api';
import type { World } from '../core/world';

const CONTROLLERS: readonly Controller[] = ['ECS', 'CODE_DEPLOY'];

/** The services of all clusters, and what can be asked of them. */
export class Services {
  private readonly services = new Map<string, Service>();

  constructor(
    private readonly world: World,
    private readonly clusters: Clusters,
    private readonly taskDefinitions: TaskDefinitions,
    private readonly tags: Tags,
    private readonly targets: TargetRegistry,
  ) {}

  public all(): Service[] {
    return [...this.services.values()];
  }

  public create(input: OperationInput): Service {
    checkParameters(input, CREATE_PARAMETERS);
    const cluster = this.clusters.require(input.cluster);
    const controller: Controller = input.deploymentController?.type ?? 'ECS';
    if (!CONTROLLERS.includes(controller)) {
      throw new AwsError('InvalidParameterException', `the local AWS rehearses the deployment controllers ${CONTROLLERS.join(' and ')}, not ${controller}`);
    }
    if (!input.serviceName) {
      throw new AwsError('InvalidParameterException', 'Service name is required.');
    }
    if ((input.schedulingStrategy ?? 'REPLICA') !== 'REPLICA') {
      throw new AwsError('InvalidParameterException', 'The DAEMON scheduling strategy is not supported with the FARGATE launch type.');
    }
    if (input.desiredCount === undefined) {
      throw new AwsError('InvalidParameterException', 'desiredCount is required when creating a service.');
    }
    const key = `${cluster.name}/${input.serviceName}`;
    const existing = this.services.get(key);
    if (existing?.status === 'DRAINING') {
      throw new AwsError('InvalidParameterException', 'Unable to Start a service that is still Draining.');
    }
    if (existing?.status === 'ACTIVE') {
      throw new AwsError('InvalidParameterException', 'Creation of service was not idempotent.');
    }
    controller === 'CODE_DEPLOY' ? refuseEcsOnlyConfiguration(input) : refuseUnrehearsedStrategy(input);
    const spec = this.toSpec(input);
    if (controller === 'CODE_DEPLOY' && spec.loadBalancers.length !== 1) {
      throw new AwsError('InvalidParameterException', 'A service with a CODE_DEPLOY deployment controller must have exactly one load balancer.');
    }
    const service = new Service(this.world, input.serviceName, cluster, controller, input.desiredCount, spec, pick(input, SETTING_NAMES));
    service.taskSets = [new TaskSet(this.world, service, spec, 'PRIMARY', 100)];
    this.services.set(key, service);
    this.tags.replace(service.arn, input.tags ?? []);
    return service;
  }

  public update(input: OperationInput): Service {
    checkParameters(input, UPDATE_PARAMETERS);
    const service = requireActive(this.find(input.cluster, input.service));
    if (service.controller === 'CODE_DEPLOY') {
      refuseWhatDeploymentsOwn(input);
    } else {
      refuseUnrehearsedStrategy(input);
    }
    const spec = this.toSpec(input, service.spec);
    service.desiredCount = input.desiredCount ?? service.desiredCount;
    service.settings = { ...service.settings, ...pick(input, SETTING_NAMES) };
    if (service.controller === 'ECS' && (input.forceNewDeployment || JSON.stringify(spec) !== JSON.stringify(service.spec))) {
      service.spec = spec;
      service.taskSets.forEach((taskSet) => {
        taskSet.status = 'ACTIVE';
      });
      service.taskSets = [new TaskSet(this.world, service, spec, 'PRIMARY', 100), ...service.taskSets];
    }
    return service;
  }

  public delete(input: OperationInput): Service {
    checkParameters(input, { cluster: 'string', service: 'string', force: 'boolean' });
    const service = requireActive(this.find(input.cluster, input.service));
    if (!input.force && service.desiredCount > 0) {
      throw new AwsError('InvalidParameterException', 'The service cannot be stopped while it is scaled above 0.');
    }
    if (!input.force && service.controller === 'CODE_DEPLOY' && service.taskSets.some((taskSet) => taskSet.status !== 'DRAINING')) {
      throw new AwsError('InvalidParameterException', 'The service cannot be stopped while the primary task set is active. Use force to delete it.');
    }
    service.status = 'DRAINING';
    service.taskSets.forEach((taskSet) => {
      taskSet.status = 'DRAINING';
    });
    return service;
  }

  public describe(input: OperationInput): unknown {
    const cluster = this.clusters.require(input.cluster);
    const withTags = input.include?.includes('TAGS');
    const asked: string[] = input.services ?? [];
    if (asked.length === 0) {
      throw new AwsError('InvalidParameterException', 'Services cannot be empty.');
    }
    const found = asked.map((name) => this.services.get(`${cluster.name}/${nameOf(name)}`));
    return {
      services: found.flatMap((service) => service ?? []).map((service) => this.describeOne(service, withTags)),
      failures: asked.filter((_, index) => !found[index]).map((name) => ({
        arn: name.startsWith('arn:') ? name : ecsArn(this.world, `service/${cluster.name}/${name}`),
        reason: 'MISSING',
      })),
    };
  }

  public describeOne(service: Service, withTags = true): Record<string, unknown> {
    return describeService(this.world, service, withTags ? this.tags.of(service.arn) : undefined);
  }

  public list(input: OperationInput): unknown {
    const cluster = this.clusters.require(input.cluster);
    return { serviceArns: this.all().filter((service) => service.cluster === cluster && service.status === 'ACTIVE').map((service) => service.arn) };
  }

  public find(cluster: string | undefined, service: string | undefined): Service | undefined {
    return this.services.get(`${this.clusters.require(cluster).name}/${nameOf(service ?? '')}`);
  }

  /** What a task set made of this input runs; what the input doesn't say stays as it is in `current`. */
  public toSpec(input: OperationInput, current?: TaskSetSpec): TaskSetSpec {
    if (input.launchType && input.capacityProviderStrategy?.length) {
      throw new AwsError('InvalidParameterException', 'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.');
    }
    if (!current && !input.taskDefinition) {
      throw new AwsError('InvalidParameterException', 'Task definition can not be blank.');
    }
    const taskDefinition = input.taskDefinition === undefined ? current!.taskDefinition : this.taskDefinitions.require(input.taskDefinition);
    const loadBalancers = input.loadBalancers ?? current?.loadBalancers ?? [];
    checkLoadBalancers(loadBalancers, taskDefinition, this.targets);
    return {
      taskDefinition,
      loadBalancers,
      networkConfiguration: input.networkConfiguration ?? current?.networkConfiguration,
      platformVersion: input.platformVersion ?? current?.platformVersion ?? 'LATEST',
      launchType: input.launchType ?? current?.launchType ?? 'FARGATE',
      capacityProviderStrategy: input.capacityProviderStrategy ?? current?.capacityProviderStrategy,
    };
  }
}

function pick(input: OperationInput, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => input[name] !== undefined).map((name) => [name, input[name]]));
}
