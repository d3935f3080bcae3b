import { Repository, type Encryption, type RepositorySettings } from './repository';
import { AwsError } from '../core/api';
import { arn, type World } from '../core/world';

const NAME = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const MUTABILITIES = ['MUTABLE', 'IMMUTABLE', 'MUTABLE_WITH_EXCLUSION', 'IMMUTABLE_WITH_EXCLUSION'];
const ENCRYPTIONS = ['AES256', 'KMS', 'KMS_DSSE'];

export const DEFAULT_SETTINGS: RepositorySettings = { imageTagMutability: 'MUTABLE', exclusionFilters: [], scanOnPush: false, emptyOnDelete: false };

/** The repositories of the one registry that the account has in its region. */
export class Repositories {
  private readonly repositories = new Map<string, Repository>();

  constructor(private readonly world: World) {}

  public get host(): string {
    return `${this.world.account}.dkr.ecr.${this.world.region}.amazonaws.com`;
  }

  public create(name: unknown, settings: Partial<RepositorySettings> = {}, encryption: Encryption = { encryptionType: 'AES256' }): Repository {
    if (typeof name !== 'string' || name.length < 2 || name.length > 256 || !NAME.test(name)) {
      throw invalidParameter('repositoryName', `must satisfy regular expression '${NAME.source}'`);
    }
    requireOneOf('imageTagMutability', settings.imageTagMutability, MUTABILITIES);
    requireOneOf('encryptionConfiguration.encryptionType', encryption.encryptionType, ENCRYPTIONS);
    if (this.repositories.has(name)) {
      throw new AwsError('RepositoryAlreadyExistsException', `The repository with name '${name}' already exists ${this.inRegistry()}`);
    }
    const repository = new Repository({
      name,
      arn: arn(this.world, 'ecr', `repository/${name}`),
      uri: `${this.host}/${name}`,
      registryId: this.world.account,
      createdAt: this.world.clock.now(),
      encryption,
    }, { ...DEFAULT_SETTINGS, ...settings });
    this.repositories.set(name, repository);
    return repository;
  }

  public change(name: string, settings: Partial<RepositorySettings>): Repository {
    const repository = this.get(name);
    requireOneOf('imageTagMutability', settings.imageTagMutability, MUTABILITIES);
    repository.settings = { ...repository.settings, ...settings };
    return repository;
  }

  public delete(name: string, force: boolean): Repository {
    const repository = this.get(name);
    if (repository.images.size > 0 && !force) {
      throw new AwsError('RepositoryNotEmptyException',
        `The repository with name '${name}' in registry with id '${this.world.account}' cannot be deleted because it still contains images`);
    }
    this.repositories.delete(name);
    return repository;
  }

  public get(name: string): Repository {
    const repository = this.find(name);
    if (!repository) {
      throw new AwsError('RepositoryNotFoundException', `The repository with name '${name}' does not exist ${this.inRegistry()}`);
    }
    return repository;
  }

  public find(name: string): Repository | undefined {
    return this.repositories.get(name);
  }

  public byArn(resourceArn: string): Repository {
    return this.get(String(resourceArn).split(':repository/')[1] ?? resourceArn);
  }

  public list(): Repository[] {
    return [...this.repositories.values()];
  }

  /** How AWS ends its sentences about what a registry has not. */
  public inRegistry(): string {
    return `in the registry with id '${this.world.account}'`;
  }

  public clear(): void {
    this.repositories.clear();
  }
}

export function invalidParameter(name: string, constraint: string): AwsError {
  return new AwsError('InvalidParameterException', `Invalid parameter at '${name}' failed to satisfy constraint: '${constraint}'`);
}

function requireOneOf(name: string, value: string | undefined, allowed: readonly string[]): void {
  if (value !== undefined && !allowed.includes(value)) {
    throw invalidParameter(name, `Member must satisfy enum value set: [${allowed.join(', ')}]`);
  }
}
