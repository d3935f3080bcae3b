import { setTimeout as sleepFor } from 'node:timers/promises';
import type { World } from '../core/world';
import type { RunnableCommand } from './images/command';
import type { Ports } from './ports';

/** As a task definition has it. */
export interface HealthCheckDefinition {
  readonly command: readonly string[];
  readonly interval?: number;
  readonly timeout?: number;
  readonly retries?: number;
  readonly startPeriod?: number;
}

export type HealthStatus = 'UNKNOWN' | 'HEALTHY' | 'UNHEALTHY';

/** What a real check needs, however fast the clock runs. */
const LEAST_INTERVAL_MILLIS = 250;
const LEAST_TIMEOUT_MILLIS = 3000;
const LEAST_START_MILLIS = 2000;

/** Runs a container's health check, by the clock, until the signal is given. */
export async function watchHealth(
  world: World, check: HealthCheckDefinition, command: RunnableCommand, ports: Ports, signal: AbortSignal, report: (status: HealthStatus) => void,
): Promise<void> {
  const startedAt = Date.now();
  const startMillis = Math.max(world.clock.wallMillis(check.startPeriod ?? 0), LEAST_START_MILLIS);
  const intervalMillis = Math.max(world.clock.wallMillis(check.interval ?? 30), LEAST_INTERVAL_MILLIS);
  let failures = 0;
  for (;;) {
    await sleepFor(intervalMillis, undefined, { signal });
    const passed = await runOnce(world, check, command, ports);
    if (signal.aborted) {
      return;
    }
    if (passed) {
      failures = 0;
      report('HEALTHY');
    } else if (Date.now() - startedAt > startMillis) {
      failures += 1;
      if (failures >= (check.retries ?? 3)) {
        report('UNHEALTHY');
      }
    }
  }
}

async function runOnce(world: World, check: HealthCheckDefinition, command: RunnableCommand, ports: Ports): Promise<boolean> {
  const [form, ...rest] = check.command.map((word) => ports.inCheck(word));
  const [program, ...args] = form === 'CMD-SHELL' ? ['/bin/sh', '-c', rest.join(' ')] : form === 'CMD' ? rest : [form, ...rest];
  const child = world.processes.spawn(program, args, { cwd: command.directory, env: { ...command.environment }, stdio: 'ignore' });
  const timeoutMillis = Math.max(world.clock.wallMillis(check.timeout ?? 5), LEAST_TIMEOUT_MILLIS);
  const timeout = setTimeout(() => void world.processes.end(child, 0), timeoutMillis);
  try {
    return await new Promise<boolean>((resolve) => {
      child.once('error', () => resolve(false));
      child.once('exit', (code) => resolve(code === 0));
    });
  } finally {
    clearTimeout(timeout);
  }
}
