import type { Deployment } from './deployment';
import { DeploymentFailure } from './refusals';
import type { World } from '../core/world';

/** What CodeDeploy asks of CloudWatch. */
export interface AlarmReader {
  alarmState(name: string): { readonly state: string; readonly reason: string } | undefined;
}

const POLL_SECONDS = 10;
const LEAST_POLL_MILLIS = 20;

/** Looks at a deployment's alarms, once now and then every ten seconds; the first one in ALARM interrupts it. */
export function watchAlarms(world: World, reader: AlarmReader, deployment: Deployment): () => void {
  const { enabled, alarms = [] } = deployment.request.overrideAlarms ?? deployment.request.alarms;
  if (!enabled || alarms.length === 0) {
    return () => undefined;
  }
  const look = () => {
    const active = alarms.filter(({ name }) => reader.alarmState(name)?.state === 'ALARM');
    if (active.length > 0) {
      deployment.interrupt(new DeploymentFailure(
        'ALARM_ACTIVE',
        'One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected deployments have been stopped. '
        + `Activated alarms: ${active.map(({ name }) => `<${name}>`).join(' ')}`,
        'Stopped',
        'DEPLOYMENT_STOP_ON_ALARM',
      ));
    }
  };
  look();
  const timer = setInterval(look, Math.max(world.clock.wallMillis(POLL_SECONDS), LEAST_POLL_MILLIS));
  return () => clearInterval(timer);
}
