import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';

type Timeout = typeof globalThis.setTimeout;

/** The timers of the wall clock, for what must not run faster than the machine. */
export const realTimers = { setTimeout: globalThis.setTimeout, setInterval: globalThis.setInterval };

/**
 * Shows the clock of the local AWS to the handler: Date and all timers go by it, so that a handler which sleeps five
 * seconds sleeps five seconds of that clock. Node's own timers of sockets don't go through here and stay real.
 */
export function showClock({ startedAt, speed }: { startedAt: number; speed: number }): void {
  const RealDate = Date;
  const now = () => Math.floor(startedAt + (RealDate.now() - startedAt) * speed);
  const LocalDate = new Proxy(RealDate, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: (target) => new target(now()).toString(),
    get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
  });
  RealDate.prototype.constructor = LocalDate;
  globalThis.Date = LocalDate;

  const setTimeout = scaled(realTimers.setTimeout, speed);
  const setInterval = scaled(realTimers.setInterval as Timeout, speed) as typeof globalThis.setInterval;
  const sleep = timersPromises.setTimeout;
  const tick = timersPromises.setInterval;
  const wait = timersPromises.scheduler.wait.bind(timersPromises.scheduler);
  const scaledSleep: typeof sleep = (delay, value, options) => sleep(scale(delay, speed), value, options);
  Object.defineProperty(setTimeout, promisify.custom, { value: scaledSleep });

  Object.assign(globalThis, { setTimeout, setInterval });
  Object.assign(timers, { setTimeout, setInterval });
  timersPromises.setTimeout = scaledSleep;
  timersPromises.setInterval = ((delay, value, options) => tick(scale(delay, speed), value, options)) as typeof tick;
  timersPromises.scheduler.wait = (delay, options) => wait(scale(delay, speed)!, options);
  syncBuiltinESMExports();
}

/**
 * The timers that the AWS SDK gets: whoever sleeps (its waiters, its pauses between retries) sleeps by the local clock,
 * and is known by a callback that is a promise's own resolve function. Every other timer of the SDK watches over a
 * connection, and real connections don't get faster with the clock.
 */
export function timersOfTheSdk(): { setTimeout: Timeout } {
  const local = globalThis.setTimeout;
  const choose = (callback: (...args: unknown[]) => void, ...rest: unknown[]) => (
    (isResolveFunction(callback) ? local : realTimers.setTimeout) as (...args: unknown[]) => NodeJS.Timeout
  )(callback, ...rest);
  return { setTimeout: Object.assign(choose, realTimers.setTimeout) as unknown as Timeout };
}

function isResolveFunction(callback: unknown): boolean {
  return typeof callback === 'function' && callback.name === '' && Function.prototype.toString.call(callback).includes('[native code]');
}

function scaled(timer: Timeout, speed: number): Timeout {
  const changed = (callback: () => void, delay?: number, ...args: []) => timer(callback, scale(delay, speed), ...args);
  return changed as Timeout;
}

function scale(delay: number | undefined, speed: number): number | undefined {
  return delay === undefined ? undefined : Number(delay) / speed;
}
