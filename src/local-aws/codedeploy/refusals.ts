import { AwsError } from '../core/api';

/** What CodeDeploy refuses. */
export const refusals = {
  applicationMissing: (name: string) => new AwsError('ApplicationDoesNotExistException', `No application found for name: ${name}`),
  groupMissing: (name: string) => new AwsError('DeploymentGroupDoesNotExistException', `No Deployment Group found for name: ${name}`),
  configurationMissing: (name: string) => new AwsError('DeploymentConfigDoesNotExistException', `No Deployment Configuration found for name: ${name}`),
  deploymentMissing: (id: string) => new AwsError('DeploymentDoesNotExistException', `The deployment ${id} could not be found`),
  required: (code: string, what: string) => new AwsError(code, `${what} is required`),
  groupBusy: (group: string, id: string) => {
    return new AwsError('DeploymentLimitExceededException', `The Deployment Group '${group}' already has an active Deployment '${id}'`);
  },
  alreadyCompleted: (id: string) => new AwsError('DeploymentAlreadyCompletedException', `Deployment ${id} has already completed`),
  notStarted: (id: string) => new AwsError('DeploymentNotStartedException', `Deployment ${id} has not started`),
  notReady: (id: string) => new AwsError('DeploymentIsNotInReadyStateException', `Deployment ${id} is not in the Ready state`),
  serviceMapped: () => new AwsError(
    'ECSServiceMappingLimitExceededException',
    'The Amazon ECS service is associated with more than one deployment groups. An Amazon ECS service can be associated with only one deployment group.',
  ),
  invalidRevision: (sentence: string) => new AwsError('InvalidRevisionException', sentence),
};

/** The error codes of a deployment, as its errorInformation has them. */
export type ErrorCode =
  | 'ALARM_ACTIVE'
  | 'ECS_UPDATE_ERROR'
  | 'ELASTIC_LOAD_BALANCING_INVALID'
  | 'HOOK_EXECUTION_FAILURE'
  | 'INTERNAL_ERROR'
  | 'INVALID_ECS_SERVICE'
  | 'MANUAL_STOP'
  | 'TIMEOUT';

export type RollbackEvent = 'DEPLOYMENT_FAILURE' | 'DEPLOYMENT_STOP_ON_ALARM' | 'DEPLOYMENT_STOP_ON_REQUEST';

/** Why a deployment ends without success. */
export class DeploymentFailure extends Error {
  constructor(
    public readonly code: ErrorCode,
    message: string,
    public readonly status: 'Failed' | 'Stopped' = 'Failed',
    public readonly rollbackEvent: RollbackEvent = 'DEPLOYMENT_FAILURE',
  ) {
    super(message);
    this.name = code;
  }
}
