import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { asShell, environmentFor, withEnvironment } from '../../src/rehearsal/local-command/environment';
import { parseLocalOptions, type LocalCommandLine } from '../../src/rehearsal/local-command/options';

const ADDRESS = { endpoint: 'http://127.0.0.1:4566', region: 'eu-west-1', account: '111122223333', docker: '/my programs/docker', directory: '/state' };

test('turns every client to the local AWS', () => {
  expect(environmentFor(ADDRESS)).toMatchObject({
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566', AWS_REGION: 'eu-west-1', CDK_DEFAULT_ACCOUNT: '111122223333', CDK_DOCKER: '/my programs/docker', NODE_EXTRA_CA_CERTS: '/state/certificates/ca.pem',
  });
});

test('keeps a program from the account that its environment named before', () => {
  const before = { PATH: '/bin', AWS_PROFILE: 'prod', AWS_SESSION_TOKEN: 'secret', AWS_ENDPOINT_URL_S3: 'https://s3.example.com', AWS_ACCESS_KEY_ID: 'AKIA' };

  expect(withEnvironment(before, { AWS_ACCESS_KEY_ID: 'local' })).toEqual({ PATH: '/bin', AWS_ACCESS_KEY_ID: 'local' });
});

test('writes what a shell reads, whatever is in it', () => {
  const script = `export AWS_PROFILE=prod\n${asShell({ CDK_DOCKER: "/it's here/docker" })}\necho "$CDK_DOCKER,$AWS_PROFILE"`;

  expect(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })).toBe("/it's here/docker,\n");
});

test('leaves to the server what is not said', () => {
  expect(parseLocalOptions({}, [])).toEqual({
    port: undefined, speed: undefined, region: undefined, account: undefined, writeEnv: undefined, command: [],
  });
  expect(parseLocalOptions({ port: '4566', speed: '60', writeEnv: 'env' }, ['cdk', 'deploy'])).toMatchObject({
    port: 4566, speed: 60, writeEnv: resolve('env'), command: ['cdk', 'deploy'],
  });
});

test.each<[LocalCommandLine, string]>([
  [{ port: '99999' }, '--port must be a whole number from 1 to 65535, got 99999'],
  [{ speed: 'fast' }, '--speed must be a whole number from 1 to 1000, got fast'],
  [{ region: 'here' }, '--region must be the name of a region such as us-east-1, got here'],
  [{ account: '12' }, '--account must have 12 digits, got 12'],
])('refuses %j', (line, message) => {
  expect(() => parseLocalOptions(line, [])).toThrow(message);
});
