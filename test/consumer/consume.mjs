// Installs the packed package in an empty app, as a user would, synthesizes with it, and asks its command line for help.
// Usage: node test/consumer/consume.mjs <tarball> <version of aws-cdk-lib> <version of constructs>
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const [tarball, cdkVersion, constructsVersion] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), 'consumer-'));
const run = (command, ...args) => execFileSync(command, args, { cwd: directory, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

const APP = `
const { App, Stack } = require('aws-cdk-lib');
const { ContainerImage } = require('aws-cdk-lib/aws-ecs');
const { FargateBlueGreenService, ServicePreset } = require('cdk-fargate-blue-green');

const app = new App({ outdir: 'cdk.out' });
const stack = new Stack(app, 'Consumer', { env: { region: 'eu-west-1', account: '123456789012' } });
new FargateBlueGreenService(stack, 'Api', { preset: ServicePreset.prod(), image: ContainerImage.fromRegistry('public.ecr.aws/nginx/nginx:1') });
app.synth();
`;

try {
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'consumer', version: '1.0.0', private: true }));
  writeFileSync(join(directory, 'app.js'), APP);
  run('npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', resolve(tarball), `aws-cdk-lib@${cdkVersion}`, `constructs@${constructsVersion}`);

  const installed = readFileSync(join(directory, 'node_modules/aws-cdk-lib/package.json'), 'utf8');
  const others = JSON.parse(run('npm', 'ls', '--json', '--depth=0')).dependencies;
  if (Object.keys(others).sort().join() !== 'aws-cdk-lib,cdk-fargate-blue-green,constructs') {
    throw new Error(`the package brought dependencies of its own: ${Object.keys(others)}`);
  }

  run('node', 'app.js');
  const { Resources } = JSON.parse(readFileSync(join(directory, 'cdk.out/Consumer.template.json'), 'utf8'));
  const types = Object.values(Resources).map(({ Type }) => Type);
  for (const type of ['Custom::BlueGreenService', 'Custom::BlueGreenDeployment', 'AWS::CodeDeploy::DeploymentGroup']) {
    if (!types.includes(type)) {
      throw new Error(`the synthesized template has no ${type}`);
    }
  }

  const help = run('npx', '--no-install', 'fargate-blue-green', 'rehearse', '--help');
  if (!help.includes('--json')) {
    throw new Error(`the command line does not say how it is used:\n${help}`);
  }
  console.log(`consumed with aws-cdk-lib ${JSON.parse(installed).version}: ${types.length} resources`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
