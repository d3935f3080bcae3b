import { GetDeploymentGroupCommand, type CodeDeployClient, type DeploymentGroupInfo } from '@aws-sdk/client-codedeploy';
import { DescribeTargetGroupsCommand, type ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { RehearsalError, UserError } from '../errors';
import type { StackResourceId } from './stacks';

/** What a rehearsal has to know of a deployment group, in the names of the services that it asks. */
export interface DeploymentGroup {
  readonly application: string;
  readonly name: string;
  readonly cluster: string;
  readonly service: string;
  /** The production route as the group names it: a listener's ARN, or a rule's. */
  readonly productionRoute: string;
  readonly targetGroupArns: readonly string[];
}

/** The deployment groups that a stack made, with their services. */
export async function findDeploymentGroups(
  codeDeploy: CodeDeployClient, loadBalancing: ElasticLoadBalancingV2Client, resources: readonly StackResourceId[], signal: AbortSignal,
): Promise<DeploymentGroup[]> {
  const idsOf = (type: string) => resources.filter((resource) => resource.type === type).map(({ physicalId }) => physicalId);
  const applications = idsOf('AWS::CodeDeploy::Application');
  const found: DeploymentGroup[] = [];
  for (const name of idsOf('AWS::CodeDeploy::DeploymentGroup')) {
    const info = await findGroup(codeDeploy, applications, name, signal);
    if (info !== undefined) {
      found.push(await describe(loadBalancing, info, signal));
    }
  }
  return found;
}

/** The group of the name, or the first of the stack. */
export function selectGroup(groups: readonly DeploymentGroup[], name: string | undefined, stack: string): DeploymentGroup {
  if (groups.length === 0) {
    throw new UserError(`the stack ${stack} makes no CodeDeploy deployment group, so there is no deployment to rehearse; `
      + 'name a stack that has one with --stack');
  }
  const group = name === undefined ? groups[0] : groups.find((candidate) => candidate.name === name || candidate.service === name);
  if (group === undefined) {
    const names = groups.map((candidate) => `${candidate.name} (service ${candidate.service})`).join(', ');
    throw new UserError(`the stack ${stack} makes no deployment group ${name}; it makes ${names}`);
  }
  return group;
}

async function findGroup(
  client: CodeDeployClient, applications: readonly string[], name: string, signal: AbortSignal,
): Promise<DeploymentGroupInfo | undefined> {
  for (const applicationName of applications) {
    try {
      const answer = await client.send(new GetDeploymentGroupCommand({ applicationName, deploymentGroupName: name }), { abortSignal: signal });
      return answer.deploymentGroupInfo;
    } catch (error) {
      if ((error as Error).name !== 'DeploymentGroupDoesNotExistException') {
        throw error;
      }
    }
  }
  return undefined;
}

async function describe(client: ElasticLoadBalancingV2Client, info: DeploymentGroupInfo, signal: AbortSignal): Promise<DeploymentGroup> {
  const [pair] = info.loadBalancerInfo?.targetGroupPairInfoList ?? [];
  const [service] = info.ecsServices ?? [];
  const productionRoute = pair?.prodTrafficRoute?.listenerArns?.[0];
  if (productionRoute === undefined || service === undefined) {
    throw new RehearsalError(`the deployment group ${info.deploymentGroupName} has no ECS service with a production route`);
  }
  const names = (pair.targetGroups ?? []).map(({ name }) => name!);
  const { TargetGroups } = await client.send(new DescribeTargetGroupsCommand({ Names: names }), { abortSignal: signal });
  return {
    application: info.applicationName!,
    name: info.deploymentGroupName!,
    cluster: service.clusterName!,
    service: service.serviceName!,
    productionRoute,
    targetGroupArns: (TargetGroups ?? []).map(({ TargetGroupArn }) => TargetGroupArn!),
  };
}
