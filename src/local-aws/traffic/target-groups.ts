import { REAL_LIMITS } from './data-plane/limits';
import type { RealLimits } from './data-plane/limits';
import { TargetSet } from './data-plane/target-set';
import type { Directory } from './directory';
import { refusals } from './errors';
import { DEFAULT_TARGET_GROUP_ATTRIBUTES, DEREGISTRATION_DELAY } from './model';
import type { HealthCheckSettings, TargetGroup } from './model';
import { ID_DIGITS, validateName } from './names';
import { flag, integer, text } from './wire';
import type { OperationInput, Target } from '../core/api';
import { hexId } from '../core/names';
import { arn } from '../core/world';
import type { World } from '../core/world';

/** The verbs on target groups and their targets. */
export class TargetGroups {
  private readonly limits: RealLimits;

  constructor(private readonly world: World, private readonly directory: Directory, limits: Partial<RealLimits>) {
    this.limits = { ...REAL_LIMITS, ...limits };
  }

  public create(name: string, input: OperationInput): TargetGroup {
    validateName('Target group', name);
    if ([...this.directory.targetGroups.values()].some((other) => other.name === name)) {
      throw refusals.duplicateTargetGroup(name);
    }
    validateRehearsed(input);
    const healthCheck = healthCheckOf(input, DEFAULT_HEALTH_CHECK);
    const attributes = new Map(Object.entries(DEFAULT_TARGET_GROUP_ATTRIBUTES));
    const fullName = `targetgroup/${name}/${hexId(ID_DIGITS)}`;
    const targetGroup: TargetGroup = {
      arn: arn(this.world, 'elasticloadbalancing', fullName),
      fullName,
      name,
      port: integer(input.Port, 'Port', 1, 65_535) ?? 80,
      vpcId: text(input.VpcId),
      targetType: text(input.TargetType) ?? 'instance',
      healthCheck,
      attributes,
      tags: new Map(),
      targets: new TargetSet(this.world, healthCheck, this.limits, attributes),
      loadBalancer: undefined,
    };
    this.directory.targetGroups.set(targetGroup.arn, targetGroup);
    return targetGroup;
  }

  /** What is not sent stays as it is. */
  public modify(targetGroup: TargetGroup, input: OperationInput): void {
    Object.assign(targetGroup.healthCheck, healthCheckOf(input, targetGroup.healthCheck));
  }

  public modifyAttributes(targetGroup: TargetGroup, attributes: readonly (readonly [string, string])[]): void {
    for (const [key, value] of attributes) {
      validateAttribute(key, value);
    }
    attributes.forEach(([key, value]) => targetGroup.attributes.set(key, value));
  }

  public async delete(targetGroup: TargetGroup): Promise<void> {
    if (targetGroup.loadBalancer) {
      throw refusals.targetGroupInUse(targetGroup.arn);
    }
    this.directory.targetGroups.delete(targetGroup.arn);
    await targetGroup.targets.close();
  }

  public register(targetGroup: TargetGroup, target: Target): void {
    const { port } = targetGroup.healthCheck;
    if (port !== 'traffic-port' && Number(port) !== target.port) {
      throw refusals.notRehearsed(
        `the local AWS checks targets on the port of their traffic only: target group '${targetGroup.name}' has health-check port ${port}, `
        + `its target ${target.id} listens on ${target.port}; use 'traffic-port'`,
      );
    }
    targetGroup.targets.register(target);
  }

  /** A target that a client names by address and port; it must be known where it really listens. */
  public locate(targetGroup: TargetGroup, id: string, port = targetGroup.port): Target {
    const known = [...this.directory.targetGroups.values()]
      .flatMap((other) => other.targets.describe())
      .find(({ target }) => target.id === id && target.port === port)?.target;
    if (known) {
      return known;
    }
    if (/^127\./.test(id)) {
      return { id, port, loopbackPort: port, label: `${id}:${port}` };
    }
    throw refusals.invalidTarget(
      `the local AWS does not know where '${id}:${port}' listens; register a task through its service, or an address that begins with 127.`,
    );
  }

  public describe(targetGroup: TargetGroup): object {
    const { healthCheck } = targetGroup;
    return {
      TargetGroupArn: targetGroup.arn,
      TargetGroupName: targetGroup.name,
      Protocol: 'HTTP',
      ProtocolVersion: 'HTTP1',
      Port: targetGroup.port,
      VpcId: targetGroup.vpcId,
      TargetType: targetGroup.targetType,
      IpAddressType: 'ipv4',
      HealthCheckProtocol: healthCheck.protocol,
      HealthCheckPort: healthCheck.port,
      HealthCheckEnabled: healthCheck.enabled,
      HealthCheckIntervalSeconds: healthCheck.intervalSeconds,
      HealthCheckTimeoutSeconds: healthCheck.timeoutSeconds,
      HealthyThresholdCount: healthCheck.healthyThreshold,
      UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
      HealthCheckPath: healthCheck.path,
      Matcher: { HttpCode: healthCheck.matcher },
      LoadBalancerArns: targetGroup.loadBalancer ? [targetGroup.loadBalancer.arn] : [],
    };
  }
}

const DEFAULT_HEALTH_CHECK: HealthCheckSettings = {
  enabled: true,
  protocol: 'HTTP',
  port: 'traffic-port',
  path: '/',
  intervalSeconds: 30,
  timeoutSeconds: 5,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  matcher: '200',
};

function healthCheckOf(input: OperationInput, present: HealthCheckSettings): HealthCheckSettings {
  const settings: HealthCheckSettings = {
    enabled: flag(input.HealthCheckEnabled) ?? present.enabled,
    protocol: text(input.HealthCheckProtocol) ?? present.protocol,
    port: text(input.HealthCheckPort) ?? present.port,
    path: text(input.HealthCheckPath) ?? present.path,
    intervalSeconds: integer(input.HealthCheckIntervalSeconds, 'HealthCheckIntervalSeconds', 5, 300) ?? present.intervalSeconds,
    timeoutSeconds: integer(input.HealthCheckTimeoutSeconds, 'HealthCheckTimeoutSeconds', 2, 120) ?? present.timeoutSeconds,
    healthyThreshold: integer(input.HealthyThresholdCount, 'HealthyThresholdCount', 2, 10) ?? present.healthyThreshold,
    unhealthyThreshold: integer(input.UnhealthyThresholdCount, 'UnhealthyThresholdCount', 2, 10) ?? present.unhealthyThreshold,
    matcher: text(input.Matcher?.HttpCode) ?? present.matcher,
  };
  if (settings.timeoutSeconds >= settings.intervalSeconds) {
    throw refusals.validation(`Health check timeout '${settings.timeoutSeconds}' must be smaller than the interval '${settings.intervalSeconds}'`);
  }
  if (!/^\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*$/.test(settings.matcher)) {
    throw refusals.validation(`Health check matcher HTTP code '${settings.matcher}' must be within '200-499' inclusive`);
  }
  if (settings.protocol !== 'HTTP' || !settings.enabled) {
    throw refusals.notRehearsed(
      `the local AWS checks targets over HTTP, always; got protocol ${settings.protocol}, enabled ${settings.enabled}; use an enabled HTTP check`,
    );
  }
  return settings;
}

function validateRehearsed(input: OperationInput): void {
  const protocol = text(input.Protocol) ?? 'HTTP';
  const version = text(input.ProtocolVersion) ?? 'HTTP1';
  const type = text(input.TargetType) ?? 'instance';
  if (protocol !== 'HTTP' || version !== 'HTTP1') {
    throw refusals.notRehearsed(`the local AWS speaks HTTP/1.1 to targets, got protocol ${protocol}, version ${version}; use HTTP and HTTP1`);
  }
  if (type !== 'ip' && type !== 'instance') {
    throw refusals.notRehearsed(`the local AWS rehearses targets of type ip, got '${type}'; use ip`);
  }
}

function validateAttribute(key: string, value: string): void {
  if (!(key in DEFAULT_TARGET_GROUP_ATTRIBUTES) && !/^(target_group_health|stickiness|load_balancing)\./.test(key)) {
    throw refusals.validation(`Target group attribute key '${key}' is not recognized`);
  }
  if (key === DEREGISTRATION_DELAY && !(Number(value) >= 0 && Number(value) <= 3600)) {
    throw refusals.validation(`Target group attribute '${key}' value '${value}' must be between '0' and '3600', inclusive`);
  }
  if (key === 'stickiness.type' && value !== 'lb_cookie') {
    throw refusals.notRehearsed(`the local AWS rehearses stickiness.type lb_cookie only, got '${value}'; use lb_cookie`);
  }
}
