import { parse as parseYaml } from 'yaml';
import { SHORT_FORMS } from './short-forms';
import { AwsError } from '../core/api';

export type RemovalPolicy = 'Delete' | 'Retain' | 'RetainExceptOnCreate' | 'Snapshot';

export interface ResourceTemplate {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: RemovalPolicy;
  readonly UpdateReplacePolicy?: RemovalPolicy;
  readonly Metadata?: unknown;
}

export interface ParameterTemplate {
  readonly Type: string;
  readonly Default?: string | number;
  readonly AllowedValues?: readonly (string | number)[];
  readonly AllowedPattern?: string;
  readonly ConstraintDescription?: string;
  readonly NoEcho?: boolean | string;
}

export interface OutputTemplate {
  readonly Value: unknown;
  readonly Description?: string;
  readonly Condition?: string;
  readonly Export?: { readonly Name: unknown };
}

export interface Template {
  readonly Description?: string;
  readonly Parameters: Readonly<Record<string, ParameterTemplate>>;
  readonly Mappings: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, ResourceTemplate>>;
  readonly Outputs: Readonly<Record<string, OutputTemplate>>;
}

/** Rules check parameters against an account, and Metadata says nothing to CloudFormation itself: both are left out knowingly. */
const SECTIONS = ['AWSTemplateFormatVersion', 'Description', 'Metadata', 'Parameters', 'Rules', 'Mappings', 'Conditions', 'Resources', 'Outputs'];

const RESOURCE_KEYS = ['Type', 'Properties', 'DependsOn', 'Condition', 'DeletionPolicy', 'UpdateReplacePolicy', 'Metadata', 'Description'];

const POLICIES = ['Delete', 'Retain', 'RetainExceptOnCreate', 'Snapshot'];

export function parseTemplate(body: string): Template {
  const template = parseBody(body);
  if (template === null || typeof template !== 'object' || Array.isArray(template)) {
    throw invalid('Template format error: unsupported structure.');
  }
  const sections = template as Record<string, never>;
  for (const section of Object.keys(sections)) {
    if (!SECTIONS.includes(section)) {
      throw invalid(`the local AWS does not know the template section "${section}"; it takes ${SECTIONS.join(', ')}: deploy this template to AWS`);
    }
  }
  if (Object.keys(sections.Resources ?? {}).length === 0) {
    throw invalid('Template format error: At least one Resources member must be defined.');
  }
  Object.entries(sections.Resources).forEach(([logicalId, resource]) => validateResource(logicalId, resource as ResourceTemplate));
  return {
    Description: sections.Description,
    Parameters: sections.Parameters ?? {},
    Mappings: sections.Mappings ?? {},
    Conditions: sections.Conditions ?? {},
    Resources: sections.Resources,
    Outputs: sections.Outputs ?? {},
  };
}

/** Beyond it a parser's own stack could overflow, and no template of a person's or of the CDK's comes near. */
const DEEPEST = 200;

function parseBody(body: string): unknown {
  if (depthOf(body) > DEEPEST) {
    throw invalid(`Template format error: the template is nested more than ${DEEPEST} levels deep`);
  }
  try {
    return JSON.parse(body);
  } catch {
    try {
      return parseYaml(body, { logLevel: 'error', customTags: SHORT_FORMS });
    } catch (error) {
      throw invalid(`Template format error: the template is neither JSON nor YAML: ${(error as Error).message}`);
    }
  }
}

function validateResource(logicalId: string, resource: ResourceTemplate): void {
  if (!/^[A-Za-z0-9]+$/.test(logicalId)) {
    throw invalid(`Template format error: Resource name ${logicalId} is non alphanumeric.`);
  }
  if (typeof resource?.Type !== 'string') {
    throw invalid(`Template format error: [/Resources/${logicalId}] Every Resources object must contain a Type member.`);
  }
  for (const key of Object.keys(resource)) {
    if (!RESOURCE_KEYS.includes(key)) {
      throw invalid(`the local AWS does not know the attribute "${key}" of resource ${logicalId}; it takes ${RESOURCE_KEYS.join(', ')}: deploy this template to AWS`);
    }
  }
  for (const policy of [resource.DeletionPolicy, resource.UpdateReplacePolicy]) {
    if (policy !== undefined && !POLICIES.includes(policy)) {
      throw invalid(`Template error: the policy of resource ${logicalId} is ${JSON.stringify(policy)}; it must be one of ${POLICIES.join(', ')}`);
    }
  }
}

export function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

/** Of brackets, wherever they stand: those in texts are few. */
function depthOf(body: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of body.matchAll(/[{}[\]]/g)) {
    depth += bracket === '{' || bracket === '[' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
