import { AwsError, type LocalService, type OperationInput, type ResourceType, type ServiceApi } from '../core/api';
import { madeUpName } from '../core/names';
import type { World } from '../core/world';
import type { Memory } from '../state/memory';

/** What `cdk bootstrap` leaves behind: templates refuse to deploy where the version is too old. */
const BOOTSTRAP_VERSION = { name: '/cdk-bootstrap/hnb659fds/version', value: '30' };

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly version: number;
  readonly modified: Date;
}

/** SSM's parameters. */
export class ParameterStore implements LocalService {
  public readonly apis: readonly ServiceApi[];
  public readonly resourceTypes: Readonly<Record<string, ResourceType>>;
  private readonly parameters = new Map<string, Parameter>();

  constructor(private readonly world: World, isBootstrapped = false) {
    if (isBootstrapped) {
      this.put(BOOTSTRAP_VERSION.name, 'String', BOOTSTRAP_VERSION.value);
    }
    this.apis = [{
      signingName: 'ssm',
      protocol: 'json',
      target: 'AmazonSSM',
      operations: {
        GetParameter: (input) => ({ Parameter: this.describe(this.get(input.Name)) }),
        GetParameters: (input) => this.getAll(input.Names),
        PutParameter: (input) => this.putParameter(input),
        DeleteParameter: (input) => { this.parameters.delete(this.get(input.Name).name); },
      },
    }];
    this.resourceTypes = { 'AWS::SSM::Parameter': this.parameterType() };
  }

  /** By name or ARN; `name:version` is taken when it is the version that there is. */
  public value(nameOrArn: string): string {
    return this.get(nameOrArn).value;
  }

  public get memory(): Memory {
    return { stores: { parameters: { of: this, fields: ['parameters'] } } };
  }

  public async close(): Promise<void> {
    this.parameters.clear();
  }

  private get(nameOrArn: string): Parameter {
    const full = nameOrArn.startsWith('arn:') ? nameOrArn.split(':').slice(5).join(':').replace(/^parameter/, '') : nameOrArn;
    const [name, version] = full.split(':');
    const parameter = this.parameters.get(name) ?? this.parameters.get(name.replace(/^\//, ''));
    if (!parameter) {
      throw new AwsError('ParameterNotFound', `Parameter ${name} not found.`);
    }
    if (version !== undefined && Number(version) !== parameter.version) {
      throw new AwsError('ParameterVersionNotFound', `Systems Manager could not find version ${version} of ${name}.`);
    }
    return parameter;
  }

  private getAll(names: readonly string[]): object {
    const found = names.filter((name) => this.parameters.has(name));
    return {
      Parameters: found.map((name) => this.describe(this.get(name))),
      InvalidParameters: names.filter((name) => !found.includes(name)),
    };
  }

  private putParameter(input: OperationInput): object {
    if (this.parameters.has(input.Name) && !input.Overwrite) {
      throw new AwsError('ParameterAlreadyExists', 'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.');
    }
    return { Version: this.put(input.Name, input.Type ?? 'String', input.Value).version, Tier: 'Standard' };
  }

  private put(name: string, type: string, value: string): Parameter {
    const version = (this.parameters.get(name)?.version ?? 0) + 1;
    const parameter = { name, type, value, version, modified: this.world.clock.now() };
    this.parameters.set(name, parameter);
    return parameter;
  }

  private describe(parameter: Parameter): object {
    const separator = parameter.name.startsWith('/') ? '' : '/';
    return {
      Name: parameter.name,
      Type: parameter.type,
      Value: parameter.value,
      Version: parameter.version,
      LastModifiedDate: parameter.modified,
      ARN: `arn:${this.world.partition}:ssm:${this.world.region}:${this.world.account}:parameter${separator}${parameter.name}`,
      DataType: 'text',
    };
  }

  private parameterType(): ResourceType {
    const stateOf = (parameter: Parameter) => ({ physicalId: parameter.name, attributes: { Type: parameter.type, Value: parameter.value } });
    return {
      kind: 'rehearsed',
      replacedBy: ['Name'],
      create: async (request) => {
        const name = request.properties.Name ?? `CFN-${request.properties.Type}-${madeUpName(request)}`;
        if (this.parameters.has(name)) {
          throw new Error(`${name} already exists`);
        }
        return stateOf(this.put(name, request.properties.Type, request.properties.Value));
      },
      update: async (request, state) => stateOf(this.put(state.physicalId, request.properties.Type, request.properties.Value)),
      delete: async (_request, state) => { this.parameters.delete(state.physicalId); },
    };
  }
}
