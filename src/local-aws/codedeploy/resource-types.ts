import type { CodeDeploy } from './code-deploy';
import type { ResourceRequest, ResourceType } from '../core/api';
import { madeUpName } from '../core/names';
import { arn, type World } from '../core/world';
import { mergeTags, toApi } from '../workload/properties';

const MOST_NAME = 100;

/** What CloudFormation makes of the resource types of CodeDeploy. */
export function codeDeployResourceTypes(world: World, codeDeploy: CodeDeploy): Record<string, ResourceType> {
  return {
    'AWS::CodeDeploy::Application': application(world, codeDeploy),
    'AWS::CodeDeploy::DeploymentConfig': deploymentConfig(codeDeploy),
    'AWS::CodeDeploy::DeploymentGroup': deploymentGroup(world, codeDeploy),
  };
}

function application(world: World, { groups, tags }: CodeDeploy): ResourceType {
  const tag = (request: ResourceRequest, name: string) => {
    tags.replace(arn(world, 'codedeploy', `application:${name}`), mergeTags(request.stackTags, request.properties.Tags));
  };
  return {
    kind: 'rehearsed',
    replacedBy: ['ApplicationName', 'ComputePlatform'],
    create: async (request) => {
      const { name } = groups.createApplication(request.properties.ApplicationName ?? madeUpName(request, { most: MOST_NAME }));
      tag(request, name);
      return { physicalId: name, attributes: {} };
    },
    update: async (request, state) => {
      tag(request, state.physicalId);
      return state;
    },
    delete: async (_request, state) => groups.deleteApplication(state.physicalId),
  };
}

function deploymentConfig({ configurations, groups }: CodeDeploy): ResourceType {
  return {
    kind: 'rehearsed',
    replacedBy: ['DeploymentConfigName', 'ComputePlatform', 'TrafficRoutingConfig', 'MinimumHealthyHosts', 'ZonalConfig'],
    create: async (request) => {
      const made = configurations.create({ deploymentConfigName: madeUpName(request, { most: MOST_NAME }), ...toApi(request.properties) });
      return { physicalId: made.deploymentConfigName, attributes: {} };
    },
    update: async (_request, state) => state,
    delete: async (_request, state) => configurations.delete(state.physicalId, groups.usesConfiguration(state.physicalId)),
  };
}

function deploymentGroup(world: World, { configurations, groups, tags }: CodeDeploy): ResourceType {
  const tag = (request: ResourceRequest, name: string) => {
    tags.replace(arn(world, 'codedeploy', `deploymentgroup:${request.properties.ApplicationName}/${name}`), mergeTags(request.stackTags, request.properties.Tags));
  };
  const read = (request: ResourceRequest) => {
    const input = toApi(request.properties);
    if (input.deploymentConfigName) {
      configurations.require(input.deploymentConfigName);
    }
    return input;
  };
  return {
    kind: 'rehearsed',
    replacedBy: ['ApplicationName', 'DeploymentGroupName'],
    create: async (request) => {
      const name = request.properties.DeploymentGroupName ?? madeUpName(request, { most: MOST_NAME });
      await groups.create(request.properties.ApplicationName, name, read(request));
      tag(request, name);
      return { physicalId: name, attributes: {} };
    },
    update: async (request, state) => {
      await groups.update(groups.group(request.properties.ApplicationName, state.physicalId), read(request));
      tag(request, state.physicalId);
      return state;
    },
    delete: async (request, state) => groups.delete(request.properties.ApplicationName, state.physicalId),
  };
}
