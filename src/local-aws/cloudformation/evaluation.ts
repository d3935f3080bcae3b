import { NO_VALUE, resolveIntrinsics, type Scope } from './intrinsics';
import type { Stack, StackModel, StackOutput } from './stack';
import { invalid } from './template';
import type { ResourceState } from '../core/api';
import type { World } from '../core/world';

const HIDDEN = '****';

/** The values of one model of a stack: what its parameters, conditions, resources and pseudo parameters answer. */
export class Evaluation implements Scope {
  private readonly conditions = new Map<string, boolean>();

  constructor(
    private readonly world: World,
    private readonly stack: Stack,
    private readonly model: StackModel,
    private readonly exportedValue: (name: string) => string | undefined,
    private readonly isForShow = false,
  ) {}

  /** The logical ids of the resources that the conditions leave in the template. */
  public included(): string[] {
    return Object.entries(this.model.template.Resources)
      .filter(([, resource]) => resource.Condition === undefined || this.condition(resource.Condition))
      .map(([logicalId]) => logicalId);
  }

  public properties(logicalId: string): Record<string, unknown> {
    return this.resolve(this.model.template.Resources[logicalId].Properties ?? {}) as Record<string, unknown>;
  }

  /** Of one property; undefined where the template says that it has none. */
  public value(property: unknown): unknown {
    return (this.resolve({ property }) as { property?: unknown }).property;
  }

  public outputs(): StackOutput[] {
    // What a custom resource wants hidden is hidden where people look.
    const shown = new Evaluation(this.world, this.stack, this.model, this.exportedValue, true);
    return Object.entries(this.model.template.Outputs)
      .filter(([, output]) => output.Condition === undefined || this.condition(output.Condition))
      .map(([key, output]) => ({
        key,
        value: String(shown.resolve(output.Value)),
        description: output.Description,
        exportName: output.Export && String(this.resolve(output.Export.Name)),
      }));
  }

  public ref(name: string): unknown {
    if (name.startsWith('AWS::')) {
      return this.pseudoParameter(name);
    }
    const parameter = this.model.parameters[name];
    if (parameter) {
      return parameter.resolved;
    }
    const { state } = this.resource(name);
    return state.ref ?? state.physicalId;
  }

  public attribute(logicalId: string, name: string): unknown {
    const { state, type } = this.resource(logicalId);
    if (!Object.prototype.hasOwnProperty.call(state.attributes, name)) {
      const known = Object.keys(state.attributes).sort().join(', ') || 'none';
      throw invalid(`the resource ${logicalId} of type ${type} has no attribute "${name}" on the local AWS; it has ${known}`);
    }
    return this.isForShow && state.noEcho ? HIDDEN : state.attributes[name];
  }

  public condition(name: string): boolean {
    const known = this.conditions.get(name);
    if (known !== undefined) {
      return known;
    }
    if (!(name in this.model.template.Conditions)) {
      throw invalid(`Template error: unresolved condition dependency ${name} in the Conditions block of the template`);
    }
    const value = this.resolve(this.model.template.Conditions[name]) === true;
    this.conditions.set(name, value);
    return value;
  }

  public mapping(map: string, topKey: string, secondKey: string): unknown {
    const value = this.model.template.Mappings[map]?.[topKey]?.[secondKey];
    if (value === undefined) {
      throw invalid(`Template error: Unable to get mapping for ${map}::${topKey}::${secondKey}`);
    }
    return value;
  }

  public importValue(exportName: string): unknown {
    const value = this.exportedValue(exportName);
    if (value === undefined) {
      throw invalid(`No export named ${exportName} found.`);
    }
    this.stack.imports.add(exportName);
    return value;
  }

  public availabilityZones(region: string): string[] {
    return ['a', 'b', 'c'].map((letter) => `${region || this.world.region}${letter}`);
  }

  private resolve(value: unknown): unknown {
    return resolveIntrinsics(value, this);
  }

  private resource(logicalId: string): { state: ResourceState; type: string } {
    const resource = this.stack.resources.get(logicalId);
    if (!resource) {
      throw invalid(`Template format error: Unresolved resource dependencies [${logicalId}] in the Resources block of the template`);
    }
    return resource;
  }

  private pseudoParameter(name: string): unknown {
    const values: Record<string, unknown> = {
      'AWS::AccountId': this.world.account,
      'AWS::NoValue': NO_VALUE,
      'AWS::NotificationARNs': [],
      'AWS::Partition': this.world.partition,
      'AWS::Region': this.world.region,
      'AWS::StackId': this.stack.id,
      'AWS::StackName': this.stack.name,
      'AWS::URLSuffix': 'amazonaws.com',
    };
    if (!(name in values)) {
      throw invalid(`Template format error: Unresolved resource dependencies [${name}] in the Resources block of the template`);
    }
    return values[name];
  }
}
