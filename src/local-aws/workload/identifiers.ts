import { randomBytes, randomInt } from 'node:crypto';
import type { World } from '../core/world';
import { arn } from '../core/world';

/** The ids of tasks and containers: 32 hexadecimal digits. */
export function taskId(): string {
  return randomBytes(16).toString('hex');
}

/** The ids of task sets and of ECS's own deployments. */
export function taskSetId(): string {
  return `ecs-svc/${randomInt(1_000_000_000)}${randomInt(1_000_000_000).toString().padStart(9, '0')}`;
}

export function ecsArn(world: World, resource: string): string {
  return arn(world, 'ecs', resource);
}

/** The last part of an ARN, or the name itself: `service/cluster/name` → `name`. */
export function nameOf(nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1) : nameOrArn;
}

/** A private address of a task, as a task in a subnet has one: unique, and leading nowhere. */
export class Addresses {
  private last = 256;

  public next(): string {
    this.last += 1;
    return `10.0.${Math.floor(this.last / 256) % 256}.${this.last % 256}`;
  }
}
