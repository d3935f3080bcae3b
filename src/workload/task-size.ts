import { Token } from 'aws-cdk-lib';
import { refuse } from '../validation';

/**
 * The memory, in MiB, that Fargate has for each number of CPU units.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
 */
const FARGATE_MEMORY: ReadonlyMap<number, readonly number[]> = new Map([
  [256, [512, 1024, 2048]],
  [512, steps(1024, 4096, 1024)],
  [1024, steps(2048, 8192, 1024)],
  [2048, steps(4096, 16384, 1024)],
  [4096, steps(8192, 30720, 1024)],
  [8192, steps(16384, 61440, 4096)],
  [16384, steps(32768, 122880, 8192)],
]);

export function validateTaskSize(cpu: number, memoryLimitMiB: number): void {
  if (Token.isUnresolved(cpu) || Token.isUnresolved(memoryLimitMiB)) {
    return;
  }
  const memory = FARGATE_MEMORY.get(cpu);
  if (!memory) {
    refuse({
      prop: 'cpu',
      got: cpu,
      allowed: `Fargate has ${[...FARGATE_MEMORY.keys()].join(', ')} CPU units`,
      instead: 'choose one of them',
    });
  }
  if (!memory.includes(memoryLimitMiB)) {
    const [least, most] = [memory[0], memory[memory.length - 1]];
    refuse({
      prop: 'memoryLimitMiB',
      got: memoryLimitMiB,
      allowed: `with ${cpu} CPU units Fargate has ${describe(memory)} MiB`,
      instead: memoryLimitMiB > most ? `choose at most ${most} or more CPU units` : `choose ${nearest(memory, memoryLimitMiB) ?? least}`,
    });
  }
}

function steps(from: number, to: number, by: number): number[] {
  return Array.from({ length: (to - from) / by + 1 }, (_, i) => from + i * by);
}

function describe(memory: readonly number[]): string {
  return memory.length <= 4
    ? memory.join(', ')
    : `${memory[0]} to ${memory[memory.length - 1]} in steps of ${memory[1] - memory[0]}`;
}

function nearest(memory: readonly number[], wanted: number): number | undefined {
  return memory.find((size) => size >= wanted);
}
