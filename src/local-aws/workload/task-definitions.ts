import type { ContainerDefinition } from './container';
import { ecsArn } from './identifiers';
import { checkParameters, type Parameters } from './parameters';
import { AwsError, type OperationInput } from '../core/api';
import type { World } from '../core/world';

export interface TaskDefinition {
  readonly taskDefinitionArn: string;
  readonly family: string;
  readonly revision: number;
  status: 'ACTIVE' | 'INACTIVE';
  readonly containerDefinitions: readonly ContainerDefinition[];
  readonly registeredAt: Date;
  deregisteredAt?: Date;
}

const REGISTER_PARAMETERS: Parameters = {
  family: 'string',
  taskRoleArn: 'string',
  executionRoleArn: 'string',
  networkMode: 'string',
  containerDefinitions: 'list',
  volumes: 'list',
  placementConstraints: 'list',
  requiresCompatibilities: 'list',
  cpu: 'string',
  memory: 'string',
  tags: 'list',
  pidMode: 'string',
  ipcMode: 'string',
  proxyConfiguration: 'structure',
  inferenceAccelerators: 'list',
  ephemeralStorage: 'structure',
  runtimePlatform: 'structure',
  enableFaultInjection: 'boolean',
};

/** The revisions of all families. A revision never changes, and stays describable when it is INACTIVE. */
export class TaskDefinitions {
  private readonly families = new Map<string, TaskDefinition[]>();

  constructor(private readonly world: World, private readonly tagsOf: (arn: string) => { key: string; value: string }[]) {}

  public register(input: OperationInput): TaskDefinition {
    checkParameters(input, REGISTER_PARAMETERS);
    const { family, containerDefinitions, tags: _tags, ...others } = input;
    if (!family) {
      throw new AwsError('ClientException', 'Family should not be null or empty.');
    }
    if (!containerDefinitions?.length) {
      throw new AwsError('ClientException', 'Container list cannot be empty.');
    }
    checkContainers(containerDefinitions);
    const revisions = this.families.get(family) ?? [];
    const revision = revisions.length + 1;
    const definition: TaskDefinition = {
      ...others,
      taskDefinitionArn: ecsArn(this.world, `task-definition/${family}:${revision}`),
      family,
      revision,
      status: 'ACTIVE',
      containerDefinitions: structuredClone(containerDefinitions as ContainerDefinition[]).map((container) => ({ essential: true, ...container })),
      registeredAt: this.world.clock.now(),
    };
    this.families.set(family, [...revisions, definition]);
    return definition;
  }

  public deregister(name: string): TaskDefinition {
    if (!/:\d+$/.test(name)) {
      throw new AwsError('InvalidParameterException', 'Task definition must include a revision to be deregistered');
    }
    const definition = this.find(name);
    if (!definition) {
      throw new AwsError('ClientException', 'Unable to describe task definition.');
    }
    if (definition.status === 'INACTIVE') {
      throw new AwsError('ClientException', 'The specified task definition is inactive. Specify an active task definition and try again.');
    }
    definition.status = 'INACTIVE';
    definition.deregisteredAt = this.world.clock.now();
    return definition;
  }

  public describe(input: OperationInput): unknown {
    const definition = this.find(input.taskDefinition ?? '');
    if (!definition) {
      throw new AwsError('ClientException', 'Unable to describe task definition.');
    }
    return { taskDefinition: definition, ...input.include?.includes('TAGS') && { tags: this.tagsOf(definition.taskDefinitionArn) } };
  }

  public list(input: OperationInput): unknown {
    const status = input.status ?? 'ACTIVE';
    const all = [...this.families.values()].flat().filter((definition) => {
      return definition.status === status && definition.family.startsWith(input.familyPrefix ?? '');
    });
    const arns = all.map((definition) => definition.taskDefinitionArn);
    return { taskDefinitionArns: input.sort === 'DESC' ? arns.reverse() : arns };
  }

  /** By family (the latest ACTIVE revision), `family:revision` or ARN. */
  public find(name: string): TaskDefinition | undefined {
    const [family, revision] = name.slice(name.lastIndexOf('/') + 1).split(':');
    const revisions = this.families.get(family) ?? [];
    return revision === undefined
      ? revisions.filter((definition) => definition.status === 'ACTIVE').at(-1)
      : revisions.find((definition) => definition.revision === Number(revision));
  }

  /** What a service or a task set is to run; it must be ACTIVE. */
  public require(name: string): TaskDefinition {
    const definition = this.find(name);
    if (!definition) {
      throw new AwsError('ClientException', 'TaskDefinition not found.');
    }
    if (definition.status === 'INACTIVE') {
      throw new AwsError('ClientException', 'TaskDefinition is inactive');
    }
    return definition;
  }
}

function checkContainers(containers: readonly ContainerDefinition[]): void {
  for (const container of containers) {
    if (!container.name || !container.image) {
      throw new AwsError('ClientException', `Container.${container.name ? 'image' : 'name'} should not be null or empty.`);
    }
    for (const { containerName } of container.dependsOn ?? []) {
      if (!containers.some((other) => other.name === containerName)) {
        throw new AwsError('ClientException', `Invalid 'dependsOn' setting for container: '${container.name}': the container '${containerName}' does not exist in the task definition.`);
      }
    }
  }
  if (!containers.some((container) => container.essential ?? true)) {
    throw new AwsError('ClientException', 'At least one container in the task definition must be marked as essential.');
  }
}
