// Deploys apps with the stock CDK CLI and nothing but the packed package to a local AWS, updates them while users come, and
// destroys them: once an app of this package, and apps of stock constructs. Usage: node test/stock-clients/deploy.mjs <tarball> [app …]
import { execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Users } from './users.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'stock-clients-'));
const environmentFile = join(folder, 'local.env');
const execute = promisify(execFile);
const MINUTES = 60_000;

const apps = {
  service: () => deploysWithoutLoss('Scratch', 'app/service.js', ['--context version=v2', '--context version=v3 --method=direct']),
  patterns: () => deploysWithoutLoss('Patterns', 'app/patterns.js', ['--context version=v2']),
  cdklabs: () => deploysWithoutLoss('Cdklabs', 'app/cdklabs.js', ['--context version=v2']),
  byHand: deploysByHand,
};
const [tarball, ...only] = process.argv.slice(2);

let local;
try {
  await install(resolve(tarball));
  local = await startLocalAws();
  await cdk('bootstrap');

  const wanted = (name) => only.length === 0 || only.includes(name);
  for (const [name, deploys] of Object.entries(apps)) {
    if (wanted(name)) {
      await deploys();
    }
  }
} finally {
  local?.kill('SIGINT');
  await new Promise((end) => (local && local.exitCode === null ? local.once('close', end) : end()));
  rmSync(folder, { recursive: true, force: true });
}

async function install(tarball) {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'stock-clients', version: '1.0.0', private: true }));
  cpSync(join(here, 'app'), join(folder, 'app'), { recursive: true });
  // The API of the integration scenarios: it answers its version.
  cpSync(join(here, '../../integ/api'), join(folder, 'api'), { recursive: true });
  await execute('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', tarball, 'aws-cdk-lib@^2', 'constructs@^10', 'aws-cdk@^2.1148.1',
    '@cdklabs/cdk-ecs-codedeploy@^0.0.267'], { cwd: folder });
}

/** As a user does in another terminal: the program writes the environment, and shells read it. */
async function startLocalAws() {
  const child = spawn(join(folder, 'node_modules/.bin/fargate-blue-green'), ['local', '--speed', '30', '--write-env', environmentFile], {
    cwd: folder, stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (let waited = 0; !existsSync(environmentFile); waited += 100) {
    if (child.exitCode !== null || waited > 30_000) {
      throw new Error('the local AWS has not started');
    }
    await sleep(100);
  }
  return child;
}

async function shell(command) {
  try {
    const { stdout } = await execute('bash', ['-c', `set -e; . ${environmentFile}; ${command}`], {
      cwd: folder, timeout: 5 * MINUTES, maxBuffer: 1e8, env: { ...process.env, CDK_DISABLE_VERSION_CHECK: '1', NODE_NO_WARNINGS: '1', CDK_DISABLE_CLI_TELEMETRY: '1' },
    });
    return stdout;
  } catch (error) {
    throw new Error(`${command} failed:\n${error.stdout}\n${error.stderr}`);
  }
}

function cdk(command) {
  const app = command.startsWith('bootstrap') ? 'aws://$CDK_DEFAULT_ACCOUNT/$CDK_DEFAULT_REGION' : '';
  return shell(`npx cdk ${command} ${app}`);
}

async function outputsOf(stack) {
  const outputs = JSON.parse(readFileSync(join(folder, 'outputs.json'), 'utf8'))[stack];
  return outputs;
}

function deploy(app, options) {
  return cdk(`deploy --app "node ${app}" --require-approval never --outputs-file outputs.json ${options}`);
}

async function deploysWithoutLoss(stack, app, updates) {
  await deploy(app, '--context version=v1');
  const { Url: url } = await outputsOf(stack);
  await answers(url, 'v1');
  for (const options of updates) {
    const version = /version=(v\d)/.exec(options)[1];
    const diff = await shell(`npx cdk diff --app "node ${app}" --context version=${version} 2>&1`);
    if (!diff.includes(version)) {
      throw new Error(`cdk diff of ${stack} does not show ${version}:\n${diff}`);
    }
    const users = new Users(url);
    await deploy(app, options);
    await answers(url, version);
    report(`${stack} to ${version} (cdk deploy${options.replace(/--context \S+/, '').trimEnd()})`, await users.leave());
  }
  await cdk(`destroy --app "node ${app}" --force --context version=v1`);
}

/** CloudFormation leaves the deployment to whoever calls CodeDeploy: here the AWS SDK does, that the local AWS gives to functions. */
async function deploysByHand() {
  await deploy('app/by-hand.js', '');
  const { Url: url, ApplicationName: application, GroupName: group, SecondRevision: taskDefinition } = await outputsOf('ByHand');
  await answers(url, 'v1');
  const users = new Users(url);
  const appSpec = JSON.stringify({ version: 0.0, Resources: [{ TargetService: { Type: 'AWS::ECS::Service', Properties: {
    TaskDefinition: taskDefinition, LoadBalancerInfo: { ContainerName: 'api', ContainerPort: 8000 },
  } } }] });
  const input = { applicationName: application, deploymentGroupName: group, revision: { revisionType: 'AppSpecContent', appSpecContent: { content: appSpec } } };
  const { deploymentId } = await call('CreateDeployment', input);
  let status;
  for (const end = Date.now() + 3 * MINUTES; !['Succeeded', 'Failed', 'Stopped'].includes(status) && Date.now() < end; await sleep(500)) {
    ({ deploymentInfo: { status } } = await call('GetDeployment', { deploymentId }));
  }
  if (status !== 'Succeeded') {
    throw new Error(`the deployment by hand ended as ${status}`);
  }
  await answers(url, 'v2');
  report('ByHand to v2 (CreateDeployment)', await users.leave());
  await cdk('destroy --app "node app/by-hand.js" --force');
}

async function call(operation, input) {
  const [, endpoint] = /AWS_ENDPOINT_URL=(\S+)/.exec(readFileSync(environmentFile, 'utf8'));
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `CodeDeploy_20141006.${operation}` },
    body: JSON.stringify(input),
  });
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(`${operation} answered ${JSON.stringify(answer)}`);
  }
  return answer;
}

async function answers(url, version) {
  const response = await fetch(`${url}/which`);
  const body = await response.json();
  if (body.version !== version) {
    throw new Error(`${url} answers ${JSON.stringify(body)}, and not ${version}`);
  }
}

function report(what, { requests, lost, versions }) {
  console.log(`${what}: ${requests} requests, ${lost.length} lost, answered by ${[...versions].join(' and ')}`);
  if (lost.length > 0 || requests === 0) {
    throw new Error(`requests were lost: ${lost.slice(0, 5).join('; ')}`);
  }
}
