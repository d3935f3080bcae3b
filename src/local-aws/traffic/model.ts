import type { TargetSet } from './data-plane/target-set';

/** What the local load balancers hold: plain data, written by the operations and read by the data plane. */
export interface LoadBalancer {
  readonly arn: string;
  /** `app/<name>/<id>`, as metrics name it. */
  readonly fullName: string;
  readonly name: string;
  /** A loopback address: no name server knows a name that is made up here. */
  readonly dnsName: string;
  readonly scheme: string;
  readonly createdAt: Date;
  ipAddressType: string;
  subnets: readonly string[];
  securityGroups: readonly string[];
  readonly attributes: Map<string, string>;
  readonly tags: Map<string, string>;
}

export type ListenerProtocol = 'HTTP' | 'HTTPS';

export interface Listener {
  readonly arn: string;
  readonly loadBalancer: LoadBalancer;
  /** The template's port. The port on which the listener is really served is the data plane's. */
  port: number;
  protocol: ListenerProtocol;
  sslPolicy: string | undefined;
  certificates: readonly string[];
  readonly defaultRule: Rule;
  /** Without the default rule, in the order of their priorities. */
  rules: readonly Rule[];
  readonly attributes: Map<string, string>;
  readonly tags: Map<string, string>;
}

export interface Rule {
  readonly arn: string;
  readonly listener: Listener;
  priority: number | 'default';
  conditions: readonly Condition[];
  action: Action;
  readonly tags: Map<string, string>;
}

export interface WeightedTargetGroup {
  readonly targetGroupArn: string;
  readonly weight: number;
}

export interface ForwardAction {
  readonly type: 'forward';
  readonly targetGroups: readonly WeightedTargetGroup[];
  /** How long a client stays with the target group that it met first; undefined: not at all. */
  readonly stickySeconds: number | undefined;
  readonly order: number | undefined;
}

export interface FixedResponseAction {
  readonly type: 'fixed-response';
  readonly statusCode: number;
  readonly contentType: string | undefined;
  readonly messageBody: string | undefined;
  readonly order: number | undefined;
}

export interface RedirectAction {
  readonly type: 'redirect';
  readonly protocol: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly query: string;
  readonly statusCode: 'HTTP_301' | 'HTTP_302';
  readonly order: number | undefined;
}

export type Action = ForwardAction | FixedResponseAction | RedirectAction;

export type Condition =
  | { readonly field: 'host-header' | 'path-pattern' | 'http-request-method' | 'source-ip'; readonly values: readonly string[] }
  | { readonly field: 'http-header'; readonly headerName: string; readonly values: readonly string[] }
  | { readonly field: 'query-string'; readonly pairs: readonly { readonly key: string | undefined; readonly value: string }[] };

export interface HealthCheckSettings {
  enabled: boolean;
  protocol: string;
  port: string;
  path: string;
  intervalSeconds: number;
  timeoutSeconds: number;
  healthyThreshold: number;
  unhealthyThreshold: number;
  /** As in the matcher: `200`, `200,204`, `200-299`. */
  matcher: string;
}

export interface TargetGroup {
  readonly arn: string;
  /** `targetgroup/<name>/<id>`, as metrics name it. */
  readonly fullName: string;
  readonly name: string;
  readonly port: number;
  readonly vpcId: string | undefined;
  readonly targetType: string;
  readonly healthCheck: HealthCheckSettings;
  readonly attributes: Map<string, string>;
  readonly tags: Map<string, string>;
  readonly targets: TargetSet;
  /** The load balancer whose listeners or rules lead here; a target group has at most one. */
  loadBalancer: LoadBalancer | undefined;
}

export const DEREGISTRATION_DELAY = 'deregistration_delay.timeout_seconds';
export const SLOW_START = 'slow_start.duration_seconds';
export const ALGORITHM = 'load_balancing.algorithm.type';
export const DELETION_PROTECTION = 'deletion_protection.enabled';
export const IDLE_TIMEOUT = 'idle_timeout.timeout_seconds';

export const DEFAULT_TARGET_GROUP_ATTRIBUTES: Readonly<Record<string, string>> = {
  [DEREGISTRATION_DELAY]: '300',
  'stickiness.enabled': 'false',
  'stickiness.type': 'lb_cookie',
  'stickiness.lb_cookie.duration_seconds': '86400',
  [SLOW_START]: '0',
  [ALGORITHM]: 'round_robin',
  'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
};

export const DEFAULT_LOAD_BALANCER_ATTRIBUTES: Readonly<Record<string, string>> = {
  [DELETION_PROTECTION]: 'false',
  [IDLE_TIMEOUT]: '60',
  'access_logs.s3.enabled': 'false',
  'access_logs.s3.bucket': '',
  'access_logs.s3.prefix': '',
  'routing.http.drop_invalid_header_fields.enabled': 'false',
  'routing.http.xff_header_processing.mode': 'append',
  'routing.http2.enabled': 'true',
  'load_balancing.cross_zone.enabled': 'true',
};
