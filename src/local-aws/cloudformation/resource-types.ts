import { invalid, type Template } from './template';
import type { LocalService, ResourceType } from '../core/api';

/** The resource types that stacks can use, and which of them they have used. */
export class ResourceTypes {
  private readonly types = new Map<string, ResourceType>();
  private readonly used = new Set<string>();

  constructor(private readonly customResource: ResourceType) {}

  public add(service: Pick<LocalService, 'resourceTypes'>): void {
    for (const [name, type] of Object.entries(service.resourceTypes)) {
      const known = this.types.get(name);
      if (known && known.kind === type.kind) {
        throw new Error(`two services of the local AWS make ${name}`);
      }
      // A real behaviour beats a record.
      if (!known || type.kind === 'rehearsed') {
        this.types.set(name, type);
      }
    }
  }

  /** Refuses what it does not know, before anything is created. */
  public validate(template: Template): void {
    const unknown = [...new Set(Object.values(template.Resources).map((resource) => resource.Type))].filter((name) => !this.find(name));
    if (unknown.length > 0) {
      const which = unknown.length === 1 ? `type ${unknown[0]} is` : `types ${unknown.join(', ')} are`;
      throw invalid(
        `the resource ${which} not known to the local AWS: leave such resources out of the stack that is rehearsed, or deploy it to AWS`);
    }
  }

  public get(name: string): ResourceType {
    const type = this.find(name);
    if (!type) {
      throw new Error(`the resource type ${name} is not known to the local AWS`);
    }
    this.used.add(name);
    return type;
  }

  /** What stacks have used, by how true to AWS it is. */
  public report(): { rehearsed: string[]; recorded: string[] } {
    const ofKind = (kind: ResourceType['kind']) => [...this.used].filter((name) => this.find(name)?.kind === kind).sort();
    return { rehearsed: ofKind('rehearsed'), recorded: ofKind('recorded') };
  }

  private find(name: string): ResourceType | undefined {
    return isCustom(name) ? this.customResource : this.types.get(name);
  }
}

export function isCustom(type: string): boolean {
  return type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';
}
