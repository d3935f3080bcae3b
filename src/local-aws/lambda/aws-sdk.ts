import * as applicationAutoScaling from '@aws-sdk/client-application-auto-scaling';
import * as cloudFormation from '@aws-sdk/client-cloudformation';
import * as cloudWatch from '@aws-sdk/client-cloudwatch';
import * as cloudWatchLogs from '@aws-sdk/client-cloudwatch-logs';
import * as codeDeploy from '@aws-sdk/client-codedeploy';
import * as ec2 from '@aws-sdk/client-ec2';
import * as ecr from '@aws-sdk/client-ecr';
import * as ecs from '@aws-sdk/client-ecs';
import * as elasticLoadBalancing from '@aws-sdk/client-elastic-load-balancing-v2';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as sfn from '@aws-sdk/client-sfn';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';

/** The part of the AWS SDK that functions find in their runtime; each package by the name under which it is required. */
export const packages: Readonly<Record<string, object>> = {
  '@aws-sdk/client-application-auto-scaling': applicationAutoScaling,
  '@aws-sdk/client-cloudformation': cloudFormation,
  '@aws-sdk/client-cloudwatch': cloudWatch,
  '@aws-sdk/client-cloudwatch-logs': cloudWatchLogs,
  '@aws-sdk/client-codedeploy': codeDeploy,
  '@aws-sdk/client-ec2': ec2,
  '@aws-sdk/client-ecr': ecr,
  '@aws-sdk/client-ecs': ecs,
  '@aws-sdk/client-elastic-load-balancing-v2': elasticLoadBalancing,
  '@aws-sdk/client-lambda': lambda,
  '@aws-sdk/client-s3': s3,
  '@aws-sdk/client-sfn': sfn,
  '@aws-sdk/client-ssm': ssm,
  '@aws-sdk/client-sts': sts,
};
