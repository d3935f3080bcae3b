import { createHash } from 'node:crypto';
import { parse } from 'yaml';
import { refusals } from './refusals';
import { APP_SPEC_VERSION, type TargetServiceProperties } from '../../deployment/codedeploy/app-spec';
import { HOOKABLE_EVENTS, type LifecycleEventName } from '../../deployment/lifecycle';
import type { OperationInput } from '../core/api';

/** A revision as CodeDeploy keeps it: the content, and the hash by which it is shown from then on. */
export interface Revision {
  readonly type: 'AppSpecContent' | 'String';
  readonly content: string;
  readonly sha256: string;
}

/** What an AppSpec says, read and checked. */
export interface ParsedAppSpec {
  readonly service: TargetServiceProperties;
  readonly hooks: Partial<Record<LifecycleEventName, string>>;
}

/** Reads the revision that a client sends with its content. */
export function toRevision(location: OperationInput): Revision {
  if (!location) {
    throw refusals.required('RevisionRequiredException', 'The revision');
  }
  const type = location.revisionType;
  const content = type === 'AppSpecContent' ? location.appSpecContent?.content : location.string?.content;
  if (type !== 'AppSpecContent' && type !== 'String') {
    throw refusals.invalidRevision(`the local AWS takes revisions of the types AppSpecContent and String, not ${type}: send the AppSpec's content`);
  }
  if (typeof content !== 'string') {
    throw refusals.invalidRevision('The revision has no content');
  }
  return { type, content, sha256: createHash('sha256').update(content).digest('hex') };
}

/** A revision as CodeDeploy shows it: by its hash, and only GetApplicationRevision adds the content. */
export function describeRevision(revision: Revision, withContent = false): unknown {
  const location = { ...withContent && { content: revision.content }, sha256: revision.sha256 };
  return revision.type === 'AppSpecContent'
    ? { revisionType: revision.type, appSpecContent: location }
    : { revisionType: revision.type, string: location };
}

export function parseAppSpec(content: string): ParsedAppSpec {
  const appSpec = read(content);
  if (appSpec?.version === undefined) {
    throw refusals.invalidRevision('The AppSpec file has no version: it begins with "version: 0.0"');
  }
  // YAML reads 0.0 as a number, JSON may have it as a text.
  if (Number(appSpec.version) !== Number(APP_SPEC_VERSION)) {
    throw refusals.invalidRevision(`The AppSpec file has version ${appSpec.version}; the only one there is is ${APP_SPEC_VERSION}`);
  }
  const resources = appSpec.Resources ?? appSpec.resources;
  const target = Array.isArray(resources) && resources.length === 1 ? resources[0]?.TargetService : undefined;
  const properties = target?.Properties;
  if (target?.Type !== 'AWS::ECS::Service' || !properties) {
    throw refusals.invalidRevision('The AppSpec file has to name exactly one TargetService of the type AWS::ECS::Service under Resources');
  }
  const { ContainerName, ContainerPort } = properties.LoadBalancerInfo ?? {};
  if (!properties.TaskDefinition || !ContainerName || ContainerPort === undefined) {
    throw refusals.invalidRevision('The AppSpec file has to name TaskDefinition, LoadBalancerInfo.ContainerName and LoadBalancerInfo.ContainerPort');
  }
  return { service: properties, hooks: readHooks(appSpec.Hooks ?? appSpec.hooks ?? []) };
}

function read(content: string): OperationInput {
  try {
    // YAML contains JSON.
    return parse(content);
  } catch (error) {
    throw refusals.invalidRevision(`The AppSpec file is neither YAML nor JSON: ${(error as Error).message}`);
  }
}

function readHooks(hooks: OperationInput): ParsedAppSpec['hooks'] {
  const found: Partial<Record<LifecycleEventName, string>> = {};
  for (const [name, hook] of (Array.isArray(hooks) ? hooks : [hooks]).flatMap((entry) => Object.entries(entry ?? {}))) {
    if (!HOOKABLE_EVENTS.includes(name as LifecycleEventName)) {
      throw refusals.invalidRevision(`The AppSpec file has a hook at ${name}; hooks can run at ${HOOKABLE_EVENTS.join(', ')}`);
    }
    if (typeof hook !== 'string') {
      throw refusals.invalidRevision(`The hook at ${name} has to be the name or the ARN of one function`);
    }
    found[name as LifecycleEventName] = hook;
  }
  return found;
}
