import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RegoEngine, TemplateFile } from '@aws/cloudformation-validate';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { addEnvironments } from '../../../examples/three-environments/lib/environments';
import { presetColumn } from '../../support/preset-table';

// The example imports the package by its name, as users do. Here that name means these sources, compiled or not.
jest.mock('cdk-fargate-blue-green', () => jest.requireActual('../../../src'), { virtual: true });

const EXAMPLE = join(__dirname, '../../../examples/three-environments');

const app = new App({ context: { ...JSON.parse(readFileSync(join(EXAMPLE, 'cdk.json'), 'utf8')).context } });
addEnvironments(app);
const assembly = app.synth();

const DEV = {
  'CPU units / memory MiB': '256 / 512',
  'tasks, min–max': '1–1',
  'CPU target': 'none (fixed)',
  'VPC': '10.0.0.0/16, 3 AZs, 2 subnets in each',
  'NAT gateways': '1',
  'images kept': 'latest 10 releases',
  'deletion protection': 'no',
  'repository and logs outlive the stack': 'no',
  'traffic shift': 'all at once',
  'blue kept after the shift': '0 min',
  'alarms roll back': 'yes',
  'log retention': '1 week',
  'access logs': 'no',
  'flow logs': 'no',
  'enhanced insights': 'no',
  'ECS Exec': 'yes',
};

const TEST = { ...DEV, 'traffic shift': 'canary 10 %, 5 min', 'blue kept after the shift': '5 min', 'log retention': '1 month' };

const PROD = {
  ...DEV,
  'CPU units / memory MiB': '1024 / 2048',
  'tasks, min–max': '1–2',
  'CPU target': '70 %',
  'NAT gateways': 'one per AZ',
  'deletion protection': 'yes',
  'repository and logs outlive the stack': 'yes',
  'traffic shift': 'canary 10 %, 5 min',
  'blue kept after the shift': '60 min',
  'log retention': '1 year',
  'access logs': 'yes',
  'flow logs': 'yes',
  'enhanced insights': 'yes',
  'ECS Exec': 'no',
};

test.each([['SampleApi-dev', DEV], ['SampleApi-test', TEST], ['SampleApi-prod', PROD]])('%s has the values of its preset', (id, values) => {
  expect(presetColumn(Template.fromStack(app.node.findChild(id) as Stack))).toEqual(values);
});

describe('CloudFormation\'s own validator', () => {
  const engine = new RegoEngine();
  afterAll(() => engine.free());
  const findings = (file: string) => engine.validateStandard(new TemplateFile(file)).diagnostics
    .filter(({ severity }) => ['FATAL', 'ERROR'].includes(String(severity).toUpperCase()));

  test.each(assembly.stacks.map(({ stackName, templateFullPath }) => [stackName, templateFullPath]))('finds nothing wrong with %s', (_name, file) => {
    expect(findings(file)).toEqual([]);
  });

  test('would find a property that does not exist', () => {
    const wrong = join(__dirname, '../../fixtures/wrong-template.json');
    expect(findings(wrong)).not.toEqual([]);
  });
});
