import { parseTemplate } from '../../../src/local-aws/cloudformation/template';

test('reads the short forms of YAML as their long ones, nested in each other', () => {
  const { Resources } = parseTemplate(`
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      Name: !Join ["-", [!Ref AWS::StackName, !Select [0, !GetAZs ""]]]
      Arn: !GetAtt Other.Arn
      Chosen: !If
        - IsProd
        - !Sub "\${AWS::Region}-x"
        - Deep: !FindInMap [Map, !Ref Key, value]
      Text: !Sub
        - "\${who} of \${AWS::AccountId}"
        - who: !ImportValue exported
      Version: 2012-10-17
`);

  expect(Resources.Role.Properties).toEqual({
    Name: { 'Fn::Join': ['-', [{ Ref: 'AWS::StackName' }, { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }]] },
    Arn: { 'Fn::GetAtt': 'Other.Arn' },
    Chosen: { 'Fn::If': ['IsProd', { 'Fn::Sub': '${AWS::Region}-x' }, { Deep: { 'Fn::FindInMap': ['Map', { Ref: 'Key' }, 'value'] } }] },
    Text: { 'Fn::Sub': ['${who} of ${AWS::AccountId}', { who: { 'Fn::ImportValue': 'exported' } }] },
    Version: '2012-10-17',
  });
});

test('refuses what is neither JSON nor YAML', () => {
  expect(() => parseTemplate('Resources: [')).toThrow(/^Template format error: the template is neither JSON nor YAML: /);
});
