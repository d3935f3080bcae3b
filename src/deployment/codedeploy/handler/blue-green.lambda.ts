import { deliver } from './answer';
import { CodeDeploy } from './clients/code-deploy';
import { ElasticContainerService } from './clients/elastic-container-service';
import { ElasticLoadBalancing } from './clients/elastic-load-balancing';
import { Lambda } from './clients/lambda';
import { Deployment } from './deployment';
import { poll } from './poll';
import type { Request, Resource } from './request';
import { Route } from './route';
import { Service } from './service';
import { DEPLOYMENT_TYPE, ROUTE_TYPE, SERVICE_TYPE } from '../resources';

const ecs = new ElasticContainerService();
const lambda = new Lambda();

// Each handles its own properties; which they are, the resource's type says.
const RESOURCES: Readonly<Record<string, Resource<any>>> = {
  [ROUTE_TYPE]: new Route(new ElasticLoadBalancing()),
  [SERVICE_TYPE]: new Service(ecs),
  [DEPLOYMENT_TYPE]: new Deployment(ecs, new CodeDeploy(), process.env.AWS_REGION!),
};

interface Context {
  readonly invokedFunctionArn: string;
  getRemainingTimeInMillis(): number;
}

/** Takes the requests of all three custom resources. */
export async function handler(request: Request<unknown>, context: Context): Promise<void> {
  await poll(request, RESOURCES[request.ResourceType], {
    now: () => Date.now(),
    millisLeft: () => context.getRemainingTimeInMillis(),
    sleep: (millis) => new Promise((resolve) => setTimeout(resolve, millis)),
    goOn: (continued) => lambda.goOn(context.invokedFunctionArn, continued),
    deliver,
    log: (message) => console.log(JSON.stringify({ requestId: request.RequestId, resource: request.LogicalResourceId, message })),
  });
}
