import { dependenciesOf, visitInOrder } from '../../../src/local-aws/cloudformation/dependencies';
import { resolveDynamicReferences } from '../../../src/local-aws/cloudformation/dynamic-references';
import { NO_VALUE, referencesIn, resolveIntrinsics, validateIntrinsics, type Scope } from '../../../src/local-aws/cloudformation/intrinsics';
import { resolveParameters } from '../../../src/local-aws/cloudformation/parameters';
import { parseTemplate } from '../../../src/local-aws/cloudformation/template';

const scope: Scope = {
  ref: (name) => ({ 'Vpc': 'vpc-1', 'Names': ['a', 'b'], 'AWS::NoValue': NO_VALUE, 'AWS::Region': 'eu-west-1' })[name],
  attribute: (logicalId, name) => `${logicalId}/${name}`,
  condition: (name) => name === 'Yes',
  mapping: (...keys) => keys.join('-'),
  importValue: (name) => `imported ${name}`,
  availabilityZones: (region) => [`${region || 'here'}a`, `${region || 'here'}b`],
};
const resolve = (value: unknown) => resolveIntrinsics(value, scope);

test.each<[string, unknown, unknown]>([
  ['Ref', { Ref: 'Vpc' }, 'vpc-1'],
  ['Fn::GetAtt as a list', { 'Fn::GetAtt': ['Db', 'Endpoint.Port'] }, 'Db/Endpoint.Port'],
  ['Fn::GetAtt as a string', { 'Fn::GetAtt': 'Db.Endpoint.Port' }, 'Db/Endpoint.Port'],
  ['Fn::Sub', { 'Fn::Sub': '${Vpc} ${Db.Arn} ${!Literal} ${AWS::Region}' }, 'vpc-1 Db/Arn ${Literal} eu-west-1'],
  ['Fn::Sub with variables', { 'Fn::Sub': ['${x}-${Vpc}', { x: { 'Fn::GetAtt': ['A', 'B'] } }] }, 'A/B-vpc-1'],
  ['Fn::Join', { 'Fn::Join': ['/', ['a', { Ref: 'Vpc' }, 1]] }, 'a/vpc-1/1'],
  ['Fn::Join of a list', { 'Fn::Join': [',', { Ref: 'Names' }] }, 'a,b'],
  ['Fn::Select', { 'Fn::Select': ['1', { 'Fn::GetAZs': '' }] }, 'hereb'],
  ['Fn::Split', { 'Fn::Select': [1, { 'Fn::Split': ['/', 'x/y/z'] }] }, 'y'],
  ['Fn::If', { 'Fn::If': ['Yes', 'a', 'b'] }, 'a'],
  ['Fn::If and AWS::NoValue', { A: { 'Fn::If': ['No', 'a', { Ref: 'AWS::NoValue' }] }, B: [1, { Ref: 'AWS::NoValue' }] }, { B: [1] }],
  ['conditions', { 'Fn::And': [{ Condition: 'Yes' }, { 'Fn::Not': [{ Condition: 'No' }] }, { 'Fn::Or': [{ 'Fn::Equals': [1, '1'] }, { Condition: 'No' }] }] }, true],
  ['Fn::FindInMap', { 'Fn::FindInMap': ['Map', { Ref: 'AWS::Region' }, 'key'] }, 'Map-eu-west-1-key'],
  ['Fn::Base64', { 'Fn::Base64': 'hello' }, 'aGVsbG8='],
  ['Fn::Cidr', { 'Fn::Cidr': ['10.0.0.0/16', 3, '8'] }, ['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/24']],
  ['Fn::ImportValue', { 'Fn::ImportValue': 'x' }, 'imported x'],
  ['a condition of a policy', { Statement: { Condition: { StringEquals: { a: 'b' } } } }, { Statement: { Condition: { StringEquals: { a: 'b' } } } }],
])('resolves %s', (_name, value, expected) => {
  expect(resolve(value)).toEqual(expected);
});

test('refuses what can not be resolved, by name', () => {
  expect(() => resolve({ 'Fn::Select': [5, ['a']] })).toThrow('Template error: Fn::Select cannot select nonexistent value at index 5');
  expect(() => resolve({ 'Fn::Join': ['', [{ Ref: 'Names' }]] })).toThrow('Template error: Fn::Join needs a string, got ["a","b"]');
  expect(() => resolve({ 'Fn::FindInMap': ['a', 'b'] })).toThrow('the local AWS takes Fn::FindInMap with three keys only: a map, a top-level and a second-level key');
  expect(() => validateIntrinsics({ A: [{ 'Fn::ToJsonString': {} }] }, 'the resource X')).toThrow(
    'the resource X uses Fn::ToJsonString, which the local AWS does not know; it resolves Fn::GetAtt, Fn::Sub, Fn::Join, Fn::Select, Fn::Split, Fn::If, '
    + 'Fn::Equals, Fn::And, Fn::Or, Fn::Not, Fn::FindInMap, Fn::Base64, Fn::Cidr, Fn::GetAZs, Fn::ImportValue: deploy this template to AWS');
});

test('finds references in the branch that is taken, and not those to variables of Fn::Sub', () => {
  const { refs, attributes } = referencesIn({
    A: { 'Fn::If': ['Yes', { Ref: 'Taken' }, { Ref: 'NotTaken' }] },
    B: { 'Fn::Sub': ['${v} ${Other.Arn} ${!Not}', { v: { Ref: 'Inner' } }] },
  }, scope.condition);
  expect([...refs]).toEqual(['Taken', 'Inner']);
  expect(attributes).toEqual([['Other', 'Arn']]);
});

test('a dependency on a resource that its condition leaves out is none, a reference to it is refused', () => {
  const template = (properties: object) => parseTemplate(JSON.stringify({
    Resources: { A: { Type: 'T', Condition: 'No' }, B: { Type: 'T', DependsOn: 'A', Properties: properties } },
  }));
  expect(dependenciesOf(template({}), ['B'], scope.condition)).toEqual(new Map([['B', []]]));
  expect(() => dependenciesOf(template({ X: { Ref: 'A' } }), ['B'], scope.condition)).toThrow(
    'Template format error: Unresolved resource dependencies [A] in the Resources block of the template');
});

test('visits independent resources at the same time', async () => {
  const under: string[] = [];
  let release!: () => void;
  const both = new Promise<void>((done) => { release = done; });
  await visitInOrder(['a', 'b', 'c'], new Map([['c', ['a', 'b']]]), async (id) => {
    under.push(id);
    if (under.length === 2) {
      release();
    }
    await both;
    return true;
  });
  expect(under).toEqual(['a', 'b', 'c']);
});

describe('parameters', () => {
  const template = (Parameters: object) => parseTemplate(JSON.stringify({ Parameters, Resources: { A: { Type: 'T' } } }));
  const store = (name: string) => {
    if (name !== '/version') {
      throw new Error('none');
    }
    return '30';
  };

  test('come from the caller, the last operation, the defaults and the parameter store', () => {
    const values = resolveParameters(
      template({
        Given: { Type: 'String' },
        Kept: { Type: 'String', Default: 'x' },
        Default: { Type: 'Number', Default: 3 },
        List: { Type: 'CommaDelimitedList', Default: 'a, b' },
        Ssm: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/version' },
      }),
      [{ ParameterKey: 'Given', ParameterValue: 'g' }, { ParameterKey: 'Kept', UsePreviousValue: 'true' }],
      { Kept: { given: 'k', resolved: 'k', isFromParameterStore: false, noEcho: false } },
      store,
    );
    expect(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.resolved]))).toEqual({
      Given: 'g', Kept: 'k', Default: '3', List: ['a', 'b'], Ssm: '30',
    });
  });

  test.each<[object, object[], string]>([
    [{ A: { Type: 'String' } }, [], 'Parameters: [A] must have values'],
    [{}, [{ ParameterKey: 'B', ParameterValue: '' }], 'Parameters: [B] do not exist in the template'],
    [{ A: { Type: 'String', AllowedValues: ['x'] } }, [{ ParameterKey: 'A', ParameterValue: 'y' }], "Parameter 'A' must be one of AllowedValues"],
    [{ A: { Type: 'String', AllowedPattern: '[a-z]+' } }, [{ ParameterKey: 'A', ParameterValue: '1' }], 'Parameter A failed to satisfy constraint: must match pattern [a-z]+'],
    [{ A: { Type: 'Number' } }, [{ ParameterKey: 'A', ParameterValue: 'y' }], "Parameter 'A' must be a number."],
    [{ A: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/no' } }, [], 'Unable to fetch parameters [/no] from parameter store for this account.'],
  ])('%j given %j are refused', (parameters, given, message) => {
    expect(() => resolveParameters(template(parameters), given as never, {}, store)).toThrow(message);
  });
});

test('resolves dynamic references, and refuses those of services that it does not know', async () => {
  const values = {
    parameter: (name: string) => `value of ${name}`,
    secret: async (...args: (string | undefined)[]) => args.map(String).join('|'),
  };
  expect(await resolveDynamicReferences({
    a: ['{{resolve:ssm:/x:1}}'],
    b: 'pw={{resolve:secretsmanager:arn:aws:secretsmanager:r:1:secret:s-abc:SecretString:key::}}!',
    c: '{{resolve:secretsmanager:name}}',
  }, values)).toEqual({ a: ['value of /x:1'], b: 'pw=arn:aws:secretsmanager:r:1:secret:s-abc|key|undefined!', c: 'name|undefined|undefined' });
  await expect(resolveDynamicReferences('{{resolve:vault:x}}', values)).rejects.toThrow(
    'the local AWS does not know the dynamic reference {{resolve:vault:…}}; it resolves ssm and secretsmanager');
});

test('takes YAML in the long form', () => {
  expect(parseTemplate('Resources:\n  A:\n    Type: T\n    Properties:\n      B: {Ref: C}\n').Resources.A.Properties).toEqual({ B: { Ref: 'C' } });
  expect(() => parseTemplate('Resources: {}')).toThrow('Template format error: At least one Resources member must be defined.');
});
