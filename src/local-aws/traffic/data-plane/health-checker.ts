import { request } from 'node:http';
import { afterCheck, isMatch, REGISTERED, stillStarting } from './health-state';
import type { CheckResult, HealthState } from './health-state';
import type { RealLimits } from './limits';
import type { Target } from '../../core/api';
import type { World } from '../../core/world';
import type { HealthCheckSettings } from '../model';

/** Checks one target, again and again, for as long as its target group is in use. */
export class HealthChecker {
  public health: HealthState = REGISTERED;
  private readonly startedAt = Date.now();
  private readonly ended = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private hasAnswered = false;

  constructor(
    private readonly world: World,
    private readonly target: Target,
    private readonly settings: HealthCheckSettings,
    private readonly limits: RealLimits,
    private readonly onChange: () => void,
  ) {
    this.timer = setTimeout(() => void this.run(), 0);
  }

  public close(): void {
    clearTimeout(this.timer);
    this.ended.abort();
  }

  private async run(): Promise<void> {
    const began = Date.now();
    const result = await this.check();
    if (this.ended.signal.aborted) {
      return;
    }
    const before = this.health.state;
    this.health = this.mayStillStart(result) ? stillStarting(this.health) : afterCheck(this.health, result, this.settings);
    if (this.health.state !== before) {
      this.onChange();
    }
    // AWS starts a check every interval, whether or not the last has ended. With a fast clock and the real time-out that
    // would pile checks up on a slow target, so the next one begins after the last has ended.
    const interval = Math.max(this.limits.healthCheckInterval, this.world.clock.wallMillis(this.settings.intervalSeconds));
    this.timer = setTimeout(() => void this.run(), Math.max(0, interval - (Date.now() - began)));
  }

  /** On AWS a task has a minute or so until its checks have failed often enough; a fast clock would leave it milliseconds. */
  private mayStillStart(result: CheckResult): boolean {
    const patience = Math.min(this.limits.startUp, this.settings.unhealthyThreshold * this.settings.intervalSeconds * 1000);
    return !result.passed && !this.hasAnswered && Date.now() - this.startedAt < patience;
  }

  private check(): Promise<CheckResult> {
    const timeout = Math.max(this.limits.healthCheckTimeout, this.world.clock.wallMillis(this.settings.timeoutSeconds));
    return new Promise((resolve) => {
      const probe = request({
        host: '127.0.0.1',
        port: this.target.loopbackPort,
        path: this.settings.path,
        // A connection of its own for each check, closed afterwards, as ELB does.
        agent: false,
        headers: { 'Host': `${this.target.id}:${this.target.port}`, 'User-Agent': 'ELB-HealthChecker/2.0', 'Connection': 'close' },
        signal: this.ended.signal,
      });
      const late = setTimeout(() => {
        resolve({ passed: false, reason: 'Target.Timeout', description: 'Request timed out' });
        probe.destroy();
      }, timeout);
      probe.on('response', (response) => {
        clearTimeout(late);
        response.resume();
        this.hasAnswered = true;
        const code = response.statusCode!;
        resolve(isMatch(this.settings.matcher, code)
          ? { passed: true }
          : { passed: false, reason: 'Target.ResponseCodeMismatch', description: `Health checks failed with these codes: [${code}]` });
        response.on('error', () => undefined);
      });
      probe.on('error', () => {
        clearTimeout(late);
        resolve({ passed: false, reason: 'Target.FailedHealthChecks', description: 'Health checks failed' });
      });
      probe.end();
    });
  }
}
