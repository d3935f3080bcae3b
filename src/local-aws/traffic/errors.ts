import { AwsError } from '../core/api';

/** What Elastic Load Balancing refuses, in its own words where they are known. */
export const refusals = {
  validation: (message: string) => new AwsError('ValidationError', message),
  invalidConfiguration: (message: string) => new AwsError('InvalidConfigurationRequest', message),
  loadBalancersNotFound: () => new AwsError('LoadBalancerNotFound', 'One or more load balancers not found'),
  listenersNotFound: () => new AwsError('ListenerNotFound', 'One or more listeners not found'),
  rulesNotFound: () => new AwsError('RuleNotFound', 'One or more rules not found'),
  targetGroupsNotFound: () => new AwsError('TargetGroupNotFound', 'One or more target groups not found'),
  targetGroupNotFound: (arn: string) => new AwsError('TargetGroupNotFound', `Target groups '${arn}' not found`),
  priorityInUse: (priority: number) => new AwsError('PriorityInUse', `Priority '${priority}' is currently in use`),
  tooManyTargetGroups: (most: number) => new AwsError('TooManyTargetGroups', `You cannot specify more than ${most} target groups in a forward action`),
  defaultRuleModified: (arn: string) => new AwsError('OperationNotPermitted', `Default rule '${arn}' cannot be modified`),
  defaultRuleDeleted: (arn: string) => new AwsError('OperationNotPermitted', `Default rule '${arn}' cannot be deleted`),
  deletionProtected: (arn: string) =>
    new AwsError('OperationNotPermitted', `Load balancer '${arn}' cannot be deleted because deletion protection is enabled`),
  targetGroupInUse: (arn: string) => new AwsError('ResourceInUse', `Target group '${arn}' is currently in use by a listener or a rule`),
  duplicateListener: (arn: string) => new AwsError('DuplicateListener', `A listener already exists on this port for this load balancer '${arn}'`),
  duplicateLoadBalancer: (name: string) =>
    new AwsError('DuplicateLoadBalancerName', `A load balancer with the same name '${name}' exists, but with different settings`),
  duplicateTargetGroup: (name: string) =>
    new AwsError('DuplicateTargetGroupName', `A target group with the same name '${name}' exists, but with different settings`),
  secondLoadBalancer: (arn: string) =>
    new AwsError('TargetGroupAssociationLimit', `The following target groups cannot be associated with more than one load balancer: ${arn}`),
  invalidTarget: (message: string) => new AwsError('InvalidTarget', message),
  /** What AWS has and the local AWS does not rehearse: said aloud, since silence would prove nothing. */
  notRehearsed: (message: string) => new AwsError('InvalidConfigurationRequest', message),
};
