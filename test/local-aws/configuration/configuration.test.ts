import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { clientConfiguration, eventLines, removeBundles, settled, startPlatform, type TestPlatform } from '../support/platform';

let platform: TestPlatform;
let stacks: CloudFormationClient;

beforeEach(async () => {
  platform = await startPlatform();
  stacks = new CloudFormationClient(clientConfiguration(platform));
});

afterEach(async () => {
  stacks.destroy();
  await platform.close();
});

afterAll(removeBundles);

async function deploy(template: object) {
  await stacks.send(new CreateStackCommand({ StackName: 'demo', TemplateBody: JSON.stringify(template) }));
  const stack = await settled(stacks, 'demo');
  return { status: stack.StackStatus, outputs: Object.fromEntries((stack.Outputs ?? []).map((output) => [output.OutputKey, output.OutputValue!])) };
}

async function ask(target: string, body: object): Promise<any> {
  const answer = await fetch(platform.endpoint.url(), { method: 'POST', headers: { 'x-amz-target': target }, body: JSON.stringify(body) });
  return answer.json();
}

test('a template that asks for the bootstrap version deploys', async () => {
  const { status, outputs } = await deploy({
    Parameters: { BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/hnb659fds/version' } },
    Rules: { CheckBootstrapVersion: { Assertions: [] } },
    Resources: { P: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/app/v', Type: 'String', Value: { Ref: 'BootstrapVersion' } } } },
    Outputs: { Name: { Value: { Ref: 'P' } }, Value: { Value: { 'Fn::GetAtt': ['P', 'Value'] } } },
  });
  expect({ status, outputs }).toEqual({ status: 'CREATE_COMPLETE', outputs: { Name: '/app/v', Value: '30' } });
  expect((await ask('AmazonSSM.GetParameter', { Name: '/app/v' })).Parameter).toMatchObject({
    Name: '/app/v', Value: '30', ARN: 'arn:aws:ssm:eu-west-1:123456789012:parameter/app/v',
  });
  expect(await ask('AmazonSSM.GetParameters', { Names: ['/app/v', '/none'] })).toMatchObject({ Parameters: [{ Value: '30' }], InvalidParameters: ['/none'] });
  expect(await ask('AmazonSSM.GetParameter', { Name: '/none' })).toEqual({ __type: 'ParameterNotFound', message: 'Parameter /none not found.' });
});

test('reads what the secrets of a container name', async () => {
  const { outputs } = await deploy({
    Resources: {
      Made: {
        Type: 'AWS::SecretsManager::Secret',
        Properties: { GenerateSecretString: { SecretStringTemplate: '{"user":"admin"}', GenerateStringKey: 'password', PasswordLength: 12, ExcludePunctuation: true } },
      },
      Given: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'given', SecretString: 'plain' } },
      Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Name: 'flag', Type: 'String', Value: 'on' } },
      Copy: { Type: 'AWS::SSM::Parameter', Properties: { Name: 'copy', Type: 'String', Value: '{{resolve:secretsmanager:given}} {{resolve:ssm:flag}}' }, DependsOn: ['Given', 'Parameter'] },
    },
    Outputs: { Made: { Value: { Ref: 'Made' } }, Given: { Value: { Ref: 'Given' } } },
  });
  const { secrets } = platform;
  expect(outputs.Given).toMatch(/^arn:aws:secretsmanager:eu-west-1:123456789012:secret:given-[0-9a-f]{6}$/);
  expect(await secrets.read(outputs.Given)).toBe('plain');
  expect(await secrets.read(outputs.Given.slice(0, -7))).toBe('plain');
  expect(await secrets.read(`${outputs.Made}:user::`)).toBe('admin');
  expect(await secrets.read(`${outputs.Made}:password::`)).toMatch(/^[A-Za-z0-9]{12}$/);
  expect(await secrets.read('arn:aws:ssm:eu-west-1:123456789012:parameter/flag')).toBe('on');
  expect(await secrets.read('copy')).toBe('plain on');
  await expect(secrets.read(`${outputs.Made}:none::`)).rejects.toThrow('retrieved secret from Secrets Manager did not contain json key none');
  await expect(secrets.read(`${outputs.Given}:key::`)).rejects.toThrow('the secret given is not JSON, so its key "key" can\'t be read');
  expect(await ask('secretsmanager.GetSecretValue', { SecretId: 'given' })).toMatchObject({ SecretString: 'plain', VersionStages: ['AWSCURRENT'] });
  expect(await ask('secretsmanager.GetSecretValue', { SecretId: 'none' })).toEqual({
    __type: 'ResourceNotFoundException', message: "Secrets Manager can't find the specified secret.",
  });
});

test('a parameter that is there already fails the stack that makes it', async () => {
  await deploy({ Resources: { P: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/cdk-bootstrap/hnb659fds/version', Type: 'String', Value: '1' } } } });
  expect(await eventLines(stacks, 'demo')).toContain('P CREATE_FAILED: /cdk-bootstrap/hnb659fds/version already exists');
});
