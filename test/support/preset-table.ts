import type { Template } from 'aws-cdk-lib/assertions';

/** What a template says of each row of the preset table, read from its resources and from nothing else. */
export function presetColumn(template: Template): Record<string, string> {
  const find = (type: string, id = '') => Object.entries(template.findResources(type))
    .filter(([logicalId]) => logicalId.includes(id)).map(([, resource]) => resource.Properties);
  const [task] = find('AWS::ECS::TaskDefinition');
  const [service] = find('Custom::BlueGreenService');
  const [scaling] = find('AWS::ApplicationAutoScaling::ScalableTarget');
  const [policy] = find('AWS::ApplicationAutoScaling::ScalingPolicy');
  const [group] = find('AWS::CodeDeploy::DeploymentGroup');
  const [vpc] = find('AWS::EC2::VPC');
  const [cluster] = find('AWS::ECS::Cluster');
  const [logs] = find('AWS::Logs::LogGroup', 'Workload');
  const attributes = Object.fromEntries(find('AWS::ElasticLoadBalancingV2::LoadBalancer')[0].LoadBalancerAttributes
    .map(({ Key, Value }: { Key: string; Value: unknown }) => [Key, String(Value)]));
  const subnets = find('AWS::EC2::Subnet');
  const zones = new Set(subnets.map((subnet) => JSON.stringify(subnet.AvailabilityZone))).size;
  const natGateways = find('AWS::EC2::NatGateway').length;
  const repository = Object.values(template.findResources('AWS::ECR::Repository'))[0];
  const [releases] = JSON.parse(repository.Properties.LifecyclePolicy.LifecyclePolicyText).rules;
  const yes = (value: boolean) => (value ? 'yes' : 'no');
  return {
    'CPU units / memory MiB': `${task.Cpu} / ${task.Memory}`,
    'tasks, min–max': scaling ? `${scaling.MinCapacity}–${scaling.MaxCapacity}` : `${service.DesiredCount}–${service.DesiredCount}`,
    'CPU target': policy ? `${policy.TargetTrackingScalingPolicyConfiguration.TargetValue} %` : 'none (fixed)',
    'VPC': `${vpc.CidrBlock}, ${zones} AZs, ${subnets.length / zones} subnets in each`,
    'NAT gateways': natGateways === zones ? 'one per AZ' : String(natGateways),
    'images kept': `latest ${releases.selection.countNumber} releases`,
    'deletion protection': yes(attributes['deletion_protection.enabled'] === 'true'),
    'repository and logs outlive the stack': yes(repository.DeletionPolicy === 'Retain'),
    'traffic shift': shift(group.DeploymentConfigName),
    'blue kept after the shift': `${group.BlueGreenDeploymentConfiguration.TerminateBlueInstancesOnDeploymentSuccess.TerminationWaitTimeInMinutes} min`,
    'alarms roll back': yes(group.AutoRollbackConfiguration.Events.includes('DEPLOYMENT_STOP_ON_ALARM')),
    'log retention': retention(logs.RetentionInDays),
    'access logs': yes(attributes['access_logs.s3.enabled'] === 'true'),
    'flow logs': yes(find('AWS::EC2::FlowLog').length > 0),
    'enhanced insights': yes(cluster.ClusterSettings[0].Value === 'enhanced'),
    'ECS Exec': yes(service.ExecuteCommand),
  };
}

/** The table as the README has it. */
export function presetTable(columns: Record<string, Record<string, string>>): string {
  const names = Object.keys(columns);
  const rows = Object.keys(columns[names[0]]).map((row) => `| ${row} | ${names.map((name) => columns[name][row]).join(' | ')} |`);
  return [`| | ${names.join(' | ')} |`, `| --- |${' --- |'.repeat(names.length)}`, ...rows].join('\n');
}

function shift(configuration: string): string {
  const canary = /^CodeDeployDefault\.ECSCanary(\d+)Percent(\d+)Minutes$/.exec(configuration);
  return canary ? `canary ${canary[1]} %, ${canary[2]} min` : configuration === 'CodeDeployDefault.ECSAllAtOnce' ? 'all at once' : configuration;
}

function retention(days: number): string {
  return { 7: '1 week', 30: '1 month', 365: '1 year' }[days] ?? `${days} days`;
}
