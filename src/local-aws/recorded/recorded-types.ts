import type { RecordedTypes } from './recorded-type';

/** What stands around a service and takes no part in a deployment. */
export const OTHER_TYPES: RecordedTypes = {
  'AWS::CDK::Metadata': { id: '{hex}' },
  'AWS::CertificateManager::Certificate': {
    id: 'arn:{partition}:acm:{region}:{account}:certificate/{uuid}',
    replacedBy: ['DomainName', 'SubjectAlternativeNames', 'ValidationMethod', 'DomainValidationOptions'],
  },
  'AWS::CloudWatch::Dashboard': { id: '{DashboardName|name}', replacedBy: ['DashboardName'] },
  'AWS::Events::Rule': {
    id: '{Name|name}',
    attributes: { Arn: 'arn:{partition}:events:{region}:{account}:rule/{id}' },
    replacedBy: ['Name', 'EventBusName'],
  },
  'AWS::KMS::Alias': { id: '{AliasName}', replacedBy: ['AliasName'] },
  'AWS::KMS::Key': { id: '{uuid}', attributes: { Arn: 'arn:{partition}:kms:{region}:{account}:key/{id}', KeyId: '{id}' } },
  'AWS::Logs::MetricFilter': { id: '{FilterName|name}', replacedBy: ['FilterName', 'LogGroupName'] },
  'AWS::Logs::QueryDefinition': { id: '{uuid}', attributes: { QueryDefinitionId: '{id}' } },
  'AWS::Logs::ResourcePolicy': { id: '{PolicyName}', replacedBy: ['PolicyName'] },
  'AWS::Logs::SubscriptionFilter': { id: '{FilterName|name}', replacedBy: ['FilterName', 'LogGroupName'] },
  'AWS::Route53::RecordSet': { id: '{Name}', replacedBy: ['Name', 'HostedZoneId', 'HostedZoneName'] },
  'AWS::S3::BucketPolicy': { id: '{Bucket}', replacedBy: ['Bucket'] },
  'AWS::SNS::Subscription': {
    id: '{TopicArn}:{uuid}',
    attributes: { Arn: '{id}' },
    replacedBy: ['Endpoint', 'Protocol', 'TopicArn'],
  },
  'AWS::SNS::Topic': {
    id: 'arn:{partition}:sns:{region}:{account}:{TopicName|name}',
    attributes: { TopicArn: '{id}', TopicName: '{last}' },
    replacedBy: ['TopicName', 'FifoTopic'],
  },
  'AWS::SNS::TopicPolicy': { id: '{name}', attributes: { Id: '{id}' } },
  'AWS::SecretsManager::SecretTargetAttachment': { id: '{SecretId}', replacedBy: ['SecretId', 'TargetId', 'TargetType'] },
};
