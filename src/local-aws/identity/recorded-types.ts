import type { RecordedTypes } from '../recorded/recorded-type';

/** Who may do what: the local AWS asks nobody for permission. */
export const IDENTITY_TYPES: RecordedTypes = {
  'AWS::IAM::InstanceProfile': {
    id: '{InstanceProfileName|name}',
    attributes: { Arn: 'arn:{partition}:iam::{account}:instance-profile/{id}' },
    replacedBy: ['InstanceProfileName', 'Path'],
  },
  'AWS::IAM::ManagedPolicy': {
    id: 'arn:{partition}:iam::{account}:policy/{ManagedPolicyName|name}',
    attributes: { PolicyArn: '{id}' },
    replacedBy: ['ManagedPolicyName', 'Path', 'Description'],
  },
  'AWS::IAM::OIDCProvider': {
    id: 'arn:{partition}:iam::{account}:oidc-provider/{hex}',
    attributes: { Arn: '{id}' },
    replacedBy: ['Url'],
  },
  'AWS::IAM::Policy': { id: '{name}', attributes: { Id: '{id}' } },
  'AWS::IAM::Role': {
    id: '{RoleName|name}',
    attributes: { Arn: 'arn:{partition}:iam::{account}:role/{id}', RoleId: 'AROA{hex}' },
    replacedBy: ['RoleName', 'Path'],
  },
};
