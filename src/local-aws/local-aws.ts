import { CodeDeploy } from './codedeploy/code-deploy';
import { CloudWatch } from './metrics/cloudwatch';
import { Platform, type PlatformOptions } from './platform';
import { ContainerRegistry } from './registry/container-registry';
import { ApplicationAutoScaling } from './scaling/application-auto-scaling';
import { ElasticLoadBalancing } from './traffic/elastic-load-balancing';
import { ElasticContainerService } from './workload/elastic-container-service';

export interface LocalAwsOptions extends PlatformOptions {
  /** 0 for any that is free. */
  readonly port: number;
}

/** The whole local AWS, listening: the platform, and the services that deployments are about. */
export async function startLocalAws(options: LocalAwsOptions): Promise<Platform> {
  const platform = new Platform(options);
  const { world, logs, secrets, functions } = platform;
  const metrics = new CloudWatch(world);
  const traffic = new ElasticLoadBalancing(world, metrics);
  const workload = new ElasticContainerService(world, traffic, logs, secrets);
  const deployments = new CodeDeploy(world, workload, traffic, metrics, functions);
  try {
    // Programs that trust it read the authority's certificate when they start.
    await traffic.certificates.start();
    await platform.start(options.port, [
      deployments, workload, traffic, metrics, new ContainerRegistry(world, workload.images), new ApplicationAutoScaling(world),
    ]);
  } catch (error) {
    await platform.close();
    throw error;
  }
  return platform;
}
