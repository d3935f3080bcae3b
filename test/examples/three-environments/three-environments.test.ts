import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { addEnvironments } from '../../../examples/three-environments/lib/environments';
import { parsePlan } from '../../../src/rehearsal/plan/plan';

// The example imports the package by its name, as users do. Here that name means these sources, compiled or not.
jest.mock('cdk-fargate-blue-green', () => jest.requireActual('../../../src'), { virtual: true });

const EXAMPLE = join(__dirname, '../../../examples/three-environments');

function read(file: string): any {
  return JSON.parse(readFileSync(join(EXAMPLE, file), 'utf8'));
}

function appWith(context: Record<string, unknown> = {}): App {
  // Copying the assets is left out: no test looks at them.
  const app = new App({ context: { ...read('cdk.json').context, 'aws:cdk:disable-asset-staging': true, ...context } });
  addEnvironments(app);
  return app;
}

function synthesized(context: Record<string, unknown> = {}): { app: App; assembly: CloudAssembly } {
  const app = appWith(context);
  return { app, assembly: app.synth() };
}

function template(app: App, id: string): Template {
  return Template.fromStack(app.node.findChild(id) as Stack);
}

/** The build arguments of a stack's image, as the container engine will get them. */
function buildArgs(assembly: CloudAssembly, stack: string): unknown {
  const { dockerImages } = JSON.parse(readFileSync(join(assembly.directory, `${stack}.assets.json`), 'utf8'));
  const [image] = Object.values<any>(dockerImages);
  return image.source.dockerBuildArgs;
}

describe('the stacks', () => {
  const { app, assembly } = synthesized();

  test('are one for each environment, in the account and the region of the context, and look nothing up', () => {
    expect(assembly.stacks.map(({ stackName, environment }) => [stackName, environment.account, environment.region])).toEqual([
      ['SampleApi-dev', '123456789012', 'us-east-1'],
      ['SampleApi-prod', '123456789012', 'us-east-1'],
      ['SampleApi-test', '123456789012', 'us-east-1'],
    ]);
    expect(assembly.manifest.missing ?? []).toEqual([]);
  });

  test.each(['SampleApi-dev', 'SampleApi-test', 'SampleApi-prod'])('%s has public and private subnets in three zones', (id) => {
    const zones = Object.values(template(app, id).findResources('AWS::EC2::Subnet')).map((subnet) => subnet.Properties.AvailabilityZone);

    expect(zones.sort()).toEqual(['us-east-1a', 'us-east-1a', 'us-east-1b', 'us-east-1b', 'us-east-1c', 'us-east-1c']);
  });

  test('serve over HTTP as long as no certificate is given', () => {
    template(app, 'SampleApi-prod').resourcePropertiesCountIs('AWS::ElasticLoadBalancingV2::Listener', { Protocol: 'HTTPS' }, 0);
  });

  test('check green in prod alone, and let the check read any deployment but change none', () => {
    const hooks = { Handler: 'index.handler', Environment: { Variables: { PATIENCE_SECONDS: '120' } } };
    template(app, 'SampleApi-dev').resourcePropertiesCountIs('AWS::Lambda::Function', hooks, 0);
    template(app, 'SampleApi-test').resourcePropertiesCountIs('AWS::Lambda::Function', hooks, 0);
    template(app, 'SampleApi-prod').resourcePropertiesCountIs('AWS::Lambda::Function', hooks, 1);

    const policies = Object.entries(template(app, 'SampleApi-prod').findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('CheckGreen'));
    const actions = policies.flatMap(([, policy]) => policy.Properties.PolicyDocument.Statement.flatMap((statement: any) => statement.Action));
    expect(actions.sort()).toEqual([
      'codedeploy:GetDeployment',
      'codedeploy:GetDeploymentTarget',
      'codedeploy:ListDeploymentTargets',
      'codedeploy:PutLifecycleEventHookExecutionStatus',
      'elasticloadbalancing:DescribeTargetGroups',
      'elasticloadbalancing:DescribeTargetHealth',
    ]);
  });
});

describe('the context', () => {
  test('puts an environment into another account and region', () => {
    const { app, assembly } = synthesized({ 'test-account': '210987654321', 'test-region': 'eu-central-1' });

    expect(assembly.getStackByName('SampleApi-test').environment).toMatchObject({ account: '210987654321', region: 'eu-central-1' });
    expect(assembly.manifest.missing ?? []).toEqual([]);
    template(app, 'SampleApi-test').hasResourceProperties('AWS::EC2::Subnet', { AvailabilityZone: 'eu-central-1c' });
  });

  test('gives prod a certificate, and so HTTPS', () => {
    const { app } = synthesized({ 'prod-certificate': 'arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555' });

    template(app, 'SampleApi-prod').hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 443,
      Protocol: 'HTTPS',
      Certificates: [{ CertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555' }],
    });
  });

  test.each([
    [{ 'dev-account': 'my-account' }, 'the context key "dev-account" is "my-account", but an account has 12 digits: give it with -c dev-account=…'],
    [{ 'prod-region': '' }, 'the context key "prod-region" has no value: give it with -c prod-region=… or in cdk.json'],
  ])('is refused where it makes no sense: %j', (context, sentence) => {
    expect(() => appWith(context)).toThrow(new Error(sentence));
  });
});

describe('the rehearsal', () => {
  const plan = parsePlan(read('rehearsal.json'), 'rehearsal.json');

  test('deploys a good release after another, then a broken one', () => {
    expect(plan.deployments.map(({ name, expect: expected }) => [name, expected])).toEqual([
      ['v1', 'SUCCEEDED'], ['v2', 'SUCCEEDED'], ['v3', 'ROLLED_BACK'],
    ]);
  });

  test.each([
    ['v1', { VERSION: 'v1' }],
    ['v2', { VERSION: 'v2' }],
    ['v3', { VERSION: 'v3', FAULT: 'errors' }],
  ])('builds %s as its context says', (name, args) => {
    const { assembly } = synthesized(plan.deployments.find((deployment) => deployment.name === name)!.context as Record<string, unknown>);

    expect(buildArgs(assembly, plan.stack!)).toEqual(args);
  });
});
