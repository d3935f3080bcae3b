import { randomInt } from 'node:crypto';
import type { ParameterStore } from './parameter-store';
import { AwsError, type LocalService, type OperationInput, type Properties, type ResourceType, type SecretReader, type ServiceApi } from '../core/api';
import { hexId, madeUpName } from '../core/names';
import type { World } from '../core/world';
import type { Memory } from '../state/memory';

interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly value: string;
  readonly versionId: string;
  readonly created: Date;
}

/** Secrets Manager, and the reader of whatever a container's `secrets` name: a secret or a parameter, by ARN. */
export class SecretsManager implements LocalService, SecretReader {
  public readonly apis: readonly ServiceApi[];
  public readonly resourceTypes: Readonly<Record<string, ResourceType>>;
  private readonly secrets = new Map<string, Secret>();

  constructor(private readonly world: World, private readonly parameters: ParameterStore) {
    this.apis = [{
      signingName: 'secretsmanager',
      protocol: 'json',
      target: 'secretsmanager',
      operations: {
        GetSecretValue: (input) => this.getSecretValue(input),
        DescribeSecret: (input) => this.describe(this.get(input.SecretId)),
      },
    }];
    this.resourceTypes = {
      'AWS::SecretsManager::Secret': this.secretType(),
    };
  }

  /** `<secret ARN>[:json-key:version-stage:version-id]`, or a parameter's name or ARN. */
  public async read(valueFrom: string): Promise<string> {
    if (!valueFrom.startsWith('arn:') || valueFrom.split(':')[2] === 'ssm') {
      return this.parameters.value(valueFrom);
    }
    const parts = valueFrom.split(':');
    return this.value(parts.slice(0, 7).join(':'), parts[7], parts[8]);
  }

  /** By name or ARN; of a secret that is JSON, the value of one key where it is named. */
  public async value(idOrArn: string, jsonKey?: string, stage?: string): Promise<string> {
    const secret = this.get(idOrArn);
    if (stage && stage !== 'AWSCURRENT') {
      throw new AwsError('ResourceNotFoundException', `the local AWS keeps only the AWSCURRENT value of a secret, ${stage} was asked for of ${secret.name}`);
    }
    return jsonKey ? this.jsonKeyOf(secret, jsonKey) : secret.value;
  }

  public get memory(): Memory {
    return { stores: { secrets: { of: this, fields: ['secrets'] } } };
  }

  public async close(): Promise<void> {
    this.secrets.clear();
  }

  private jsonKeyOf(secret: Secret, key: string): string {
    let content: unknown;
    try {
      content = JSON.parse(secret.value);
    } catch {
      throw new AwsError('InvalidParameterException', `the secret ${secret.name} is not JSON, so its key "${key}" can't be read`);
    }
    const value = (content as Record<string, unknown>)[key];
    if (value === undefined) {
      throw new AwsError('ResourceNotFoundException', `retrieved secret from Secrets Manager did not contain json key ${key}`);
    }
    return typeof value === 'string' ? value : JSON.stringify(value);
  }

  private getSecretValue(input: OperationInput): object {
    const secret = this.get(input.SecretId);
    return {
      ARN: secret.arn,
      Name: secret.name,
      SecretString: secret.value,
      VersionId: secret.versionId,
      VersionStages: ['AWSCURRENT'],
      CreatedDate: secret.created,
    };
  }

  private describe(secret: Secret): object {
    return { ARN: secret.arn, Name: secret.name, CreatedDate: secret.created, VersionIdsToStages: { [secret.versionId]: ['AWSCURRENT'] } };
  }

  /** By name, by ARN, or by ARN without its six random characters. */
  private get(id: string): Secret {
    const secret = [...this.secrets.values()].find((candidate) => (
      candidate.arn === id || candidate.name === id || candidate.arn.slice(0, -7) === id
    ));
    if (!secret) {
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    }
    return secret;
  }

  private put(name: string, value: string, arn?: string): Secret {
    const secret: Secret = {
      arn: arn ?? `arn:${this.world.partition}:secretsmanager:${this.world.region}:${this.world.account}:secret:${name}-${hexId(6)}`,
      name,
      value,
      versionId: hexId(32),
      created: this.world.clock.now(),
    };
    this.secrets.set(secret.arn, secret);
    return secret;
  }

  private secretType(): ResourceType {
    const stateOf = (secret: Secret) => ({ physicalId: secret.arn, attributes: { Id: secret.arn } });
    return {
      kind: 'rehearsed',
      replacedBy: ['Name'],
      create: async (request) => stateOf(this.put(request.properties.Name ?? madeUpName(request), firstValue(request.properties))),
      update: async (request, state, old) => {
        const secret = this.get(state.physicalId);
        const { SecretString: value, GenerateSecretString: generate } = request.properties;
        const isSame = value === old.SecretString && JSON.stringify(generate) === JSON.stringify(old.GenerateSecretString);
        return isSame ? state : stateOf(this.put(secret.name, firstValue(request.properties), secret.arn));
      },
      delete: async (_request, state) => { this.secrets.delete(state.physicalId); },
    };
  }
}

function firstValue(properties: Properties): string {
  if (properties.SecretString !== undefined) {
    return properties.SecretString;
  }
  const generate = properties.GenerateSecretString ?? {};
  const password = generatePassword(generate);
  if (generate.SecretStringTemplate === undefined) {
    return password;
  }
  return JSON.stringify({ ...JSON.parse(generate.SecretStringTemplate), [generate.GenerateStringKey]: password });
}

function generatePassword(options: Properties): string {
  const isOn = (option: unknown) => String(option) === 'true';
  const characters = [
    isOn(options.ExcludeLowercase) ? '' : 'abcdefghijklmnopqrstuvwxyz',
    isOn(options.ExcludeUppercase) ? '' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    isOn(options.ExcludeNumbers) ? '' : '0123456789',
    isOn(options.ExcludePunctuation) ? '' : '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
    isOn(options.IncludeSpace) ? ' ' : '',
  ].join('');
  const allowed = [...characters].filter((character) => !(options.ExcludeCharacters ?? '').includes(character));
  if (allowed.length === 0) {
    throw new Error('GenerateSecretString excludes every character: allow at least one');
  }
  return Array.from({ length: Number(options.PasswordLength ?? 32) }, () => allowed[randomInt(allowed.length)]).join('');
}
