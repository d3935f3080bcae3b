import { Token } from 'aws-cdk-lib';
import { ListenerCondition } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { refuse, validateRange } from '../validation';

/** Which requests the routes of a service take, and before or after whose. */
export interface RouteMatch {
  readonly conditions: ListenerCondition[];
  readonly priority: number;
}

/** Behind every other rule, so that services that join the listener later are asked first. */
export const LAST_PRIORITY = 50000;

export interface RouteMatchProps {
  readonly conditions?: ListenerCondition[];
  readonly priority?: number;
  /** Whether the listener belongs to others as well. */
  readonly sharedListener: boolean;
}

export function routeMatch(props: RouteMatchProps): RouteMatch {
  validateRange('priority', props.priority, { min: 1, max: LAST_PRIORITY, instead: 'a lower number is asked first' });
  if (props.sharedListener && (!props.conditions?.length || props.priority === undefined)) {
    refuse({
      prop: 'listener',
      got: `a listener with ${props.conditions?.length ? 'no priority' : 'no conditions'} beside it`,
      allowed: 'a service on a listener that others share needs both conditions and priority',
      instead: "say which requests are its own, such as conditions: [ListenerCondition.pathPatterns(['/v2/*'])], priority: 20",
    });
  }
  return {
    conditions: props.conditions?.length ? props.conditions : [ListenerCondition.pathPatterns(['/*'])],
    priority: props.priority ?? LAST_PRIORITY,
  };
}

/** The conditions as the API names their fields; the CDK renders them as CloudFormation's L1s do. */
export function renderConditions(conditions: ListenerCondition[]): unknown {
  return capitalized(conditions.map((condition) => condition.renderRawCondition()));
}

function capitalized(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(capitalized);
  }
  if (typeof value === 'object' && value !== null && !Token.isUnresolved(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key[0].toUpperCase() + key.slice(1), capitalized(inner)]));
  }
  return value;
}
