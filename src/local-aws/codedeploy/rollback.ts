import { toRevision, type Revision } from './app-specs';
import type { Deployment, TaskSetView } from './deployment';
import type { RunTools } from './run';
import { primaryOf } from './workload';
import { APP_SPEC_VERSION, type AppSpec, type TargetServiceProperties } from '../../deployment/codedeploy/app-spec';
import type { LifecycleEventName } from '../../deployment/lifecycle';

/** A rollback deployment: both routes go back to blue at once, and green ends. No hook runs. */
export async function rollBack(deployment: Deployment, { routes, workload }: Pick<RunTools, 'routes' | 'workload'>): Promise<void> {
  const { group: { settings } } = deployment.request;
  const blue = deployment.blue!;
  const green = deployment.green!;
  const actions: Partial<Record<LifecycleEventName, () => Promise<void>>> = {
    AllowTestTraffic: async () => {
      if (settings.testListenerArn) {
        await routes.shift(settings.testListenerArn, green.targetGroupArn, blue.targetGroupArn, 100);
      }
    },
    AllowTraffic: async () => {
      await routes.shift(settings.productionListenerArn, green.targetGroupArn, blue.targetGroupArn, 100);
      deployment.greenPercent = 0;
      if (primaryOf(await workload.describe())!.id !== blue.id) {
        await workload.makePrimary(blue);
      }
    },
  };
  for (const { name } of deployment.events) {
    await deployment.during(name, async () => actions[name]?.());
  }
  await workload.delete(green.id);
}

/** What blue runs, as a revision: where no deployment has brought blue, its AppSpec was never written. */
export function revisionOf(blue: TaskSetView, like: TargetServiceProperties): Revision {
  const appSpec: AppSpec = {
    version: APP_SPEC_VERSION,
    Resources: [{ TargetService: { Type: 'AWS::ECS::Service', Properties: { ...like, TaskDefinition: blue.last.taskDefinition } } }],
  };
  return toRevision({ revisionType: 'AppSpecContent', appSpecContent: { content: JSON.stringify(appSpec) } });
}
