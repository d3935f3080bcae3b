import type { Stack, StackOutput } from './stack';
import { invalid } from './template';
import { AwsError } from '../core/api';

interface Export {
  readonly stack: Stack;
  readonly name: string;
  readonly value: string;
}

/** All stacks that there are and were, and what they export to each other. */
export class Stacks {
  /** By id; a name can be used again once its stack is deleted. */
  private readonly byId = new Map<string, Stack>();

  public add(stack: Stack): void {
    this.byId.set(stack.id, stack);
  }

  public all(): Stack[] {
    return [...this.byId.values()];
  }

  /** By name, unless it is deleted; by id even then. */
  public find(nameOrId: string): Stack | undefined {
    return this.byId.get(nameOrId) ?? this.all().find((stack) => stack.name === nameOrId && !stack.isDeleted);
  }

  public get(nameOrId: string | undefined): Stack {
    const stack = nameOrId && this.find(nameOrId);
    if (!stack) {
      throw invalid(`Stack with id ${nameOrId} does not exist`);
    }
    return stack;
  }

  /** As `get`; several operations have other words for it, and clients compare them. */
  public getBracketed(nameOrId: string | undefined): Stack {
    const stack = nameOrId && this.find(nameOrId);
    if (!stack) {
      throw invalid(`Stack [${nameOrId}] does not exist`);
    }
    return stack;
  }

  public alreadyExists(name: string): AwsError {
    return new AwsError('AlreadyExistsException', `Stack [${name}] already exists`);
  }

  public exports(): Export[] {
    return this.all().flatMap((stack) => stack.outputs
      .filter((output) => output.exportName !== undefined)
      .map((output) => ({ stack, name: output.exportName!, value: output.value })));
  }

  public exportOf(name: string): Export | undefined {
    return this.exports().find((candidate) => candidate.name === name);
  }

  public checkExports(stack: Stack, outputs: readonly StackOutput[]): void {
    for (const { exportName } of outputs) {
      const taken = exportName && this.exportOf(exportName);
      if (taken && taken.stack !== stack) {
        throw invalid(`Export with name ${exportName} is already exported by stack ${taken.stack.name}. Export names must be unique within region.`);
      }
    }
    for (const known of this.exports().filter((candidate) => candidate.stack === stack)) {
      const importers = this.all().filter((other) => other !== stack && other.imports.has(known.name)).map((other) => other.name);
      const kept = outputs.find((output) => output.exportName === known.name);
      if (importers.length > 0 && kept?.value !== known.value) {
        throw invalid(`Export ${known.name} cannot be ${kept ? 'updated' : 'deleted'} as it is in use by ${importers.join(' and ')}`);
      }
    }
  }
}
