import { join } from 'node:path';

/** What stands in the way of the local AWS: the SDKs would look for the user's own account there. */
const UNSET = ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_CA_BUNDLE'];

export interface Address {
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  /** The program that keeps build contexts where no Docker is: see bin/fargate-blue-green-docker. */
  readonly docker: string;
  /** Where the local AWS keeps its files. */
  readonly directory: string;
}

/** What turns the CDK CLI, integ-runner, the AWS CLI and the SDKs to the local AWS. */
export function environmentFor({ endpoint, region, account, docker, directory }: Address): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    // Nothing may look for credentials of a machine in a cloud.
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DEFAULT_ACCOUNT: account,
    CDK_DEFAULT_REGION: region,
    CDK_DOCKER: docker,
    // HTTPS listeners have certificates of an authority that the local AWS makes.
    NODE_EXTRA_CA_CERTS: join(directory, 'certificates', 'ca.pem'),
  };
}

/** The environment of a program that is to see the local AWS and no account. */
export function withEnvironment(own: NodeJS.ProcessEnv, variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(own).filter(([name]) => !UNSET.includes(name) && !name.startsWith('AWS_ENDPOINT_URL'));
  return { ...Object.fromEntries(kept), ...variables };
}

/** For a shell to read. */
export function asShell(variables: Readonly<Record<string, string>>): string {
  const exports = Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`);
  return [`unset ${UNSET.join(' ')}`, ...exports, ''].join('\n');
}

function quoted(value: string): string {
  return /^[\w./:@-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
