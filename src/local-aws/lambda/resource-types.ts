import { isDeepStrictEqual } from 'node:util';
import type { ExecutionEnvironments } from './environments';
import type { FunctionVersion, FunctionVersions } from './function-version';
import type { Functions } from './functions';
import type { Properties, ResourceState, ResourceType } from '../core/api';
import { hexId, madeUpName } from '../core/names';

/** What CloudFormation makes of Lambda's. */
export function functionTypes(versions: FunctionVersions, functions: Functions, environments: ExecutionEnvironments): Record<string, ResourceType> {
  return {
    'AWS::Lambda::Function': functionType(versions, functions, environments),
    'AWS::Lambda::Version': versionType(functions),
    'AWS::Lambda::Alias': aliasType(functions),
    'AWS::Lambda::EventInvokeConfig': eventInvokeConfigType(functions),
    'AWS::Lambda::Permission': permissionType,
  };
}

function functionType(versions: FunctionVersions, functions: Functions, environments: ExecutionEnvironments): ResourceType {
  const stateOf = (version: FunctionVersion): ResourceState => ({ physicalId: version.name, attributes: { Arn: version.arn } });
  return {
    kind: 'rehearsed',
    replacedBy: ['FunctionName', 'PackageType'],
    create: async (request) => {
      const name = request.properties.FunctionName ?? madeUpName(request, { most: 64 });
      if (functions.has(name)) {
        throw new Error(`Function already exist: ${name}`);
      }
      const version = await versions.make(name, request.properties);
      functions.put(version);
      return stateOf(version);
    },
    update: async (request, state, old) => {
      const current = functions.get(state.physicalId);
      const isSameCode = isDeepStrictEqual(request.properties.Code, old.Code);
      const version = await versions.make(current.name, request.properties, isSameCode ? current.codeFolder : undefined);
      functions.put(version);
      environments.retire(version.name, version.revision);
      return stateOf(version);
    },
    delete: async (_request, state) => {
      functions.remove(state.physicalId);
      environments.retire(state.physicalId);
    },
  };
}

function versionType(functions: Functions): ResourceType {
  return {
    kind: 'rehearsed',
    replacedBy: ['FunctionName'],
    create: async ({ properties }) => {
      const { number, arn } = functions.publish(properties.FunctionName);
      return { physicalId: arn, attributes: { Version: String(number), FunctionArn: arn } };
    },
    update: async (_request, state) => state,
    delete: async (_request, state) => functions.unpublish(state.physicalId),
  };
}

function aliasType(functions: Functions): ResourceType {
  const put = ({ FunctionName: name, Name: alias, FunctionVersion: version, RoutingConfig: routing }: Properties): ResourceState => {
    if (routing !== undefined) {
      throw new Error('the local AWS does not split the traffic of an alias: leave RoutingConfig out');
    }
    const arn = functions.setAlias(name, alias, version);
    return { physicalId: arn, attributes: { AliasArn: arn } };
  };
  return {
    kind: 'rehearsed',
    replacedBy: ['FunctionName', 'Name'],
    create: async ({ properties }) => put(properties),
    update: async ({ properties }) => put(properties),
    delete: async (_request, state) => functions.removeAlias(state.physicalId),
  };
}

function eventInvokeConfigType(functions: Functions): ResourceType {
  const set = ({ FunctionName: name, MaximumRetryAttempts: most, DestinationConfig: destinations }: Properties): void => {
    if (destinations && Object.keys(destinations).length > 0) {
      throw new Error('the local AWS does not send the results of asynchronous invocations anywhere: leave DestinationConfig out');
    }
    functions.setRetries(name, most === undefined ? undefined : Number(most));
  };
  return {
    kind: 'rehearsed',
    replacedBy: ['FunctionName', 'Qualifier'],
    create: async ({ properties }) => {
      set(properties);
      return { physicalId: `${properties.FunctionName}|${properties.Qualifier ?? '$LATEST'}`, attributes: {} };
    },
    update: async ({ properties }, state) => {
      set(properties);
      return state;
    },
    delete: async ({ properties }) => functions.setRetries(properties.FunctionName, undefined),
  };
}

/** The local AWS asks for no permission, so this one is only recorded. */
const permissionType: ResourceType = {
  kind: 'recorded',
  replacedBy: ['Action', 'FunctionName', 'Principal', 'SourceAccount', 'SourceArn'],
  create: async (request) => {
    const id = `${request.logicalId}-${hexId(12)}`;
    return { physicalId: id, attributes: { Id: id } };
  },
  update: async (_request, state) => state,
  delete: async () => undefined,
};
