import { join } from 'node:path';
import { readAssembly, selectStack } from '../../../src/rehearsal/assembly/cloud-assembly';
import { assemblyOf, scratch, write } from '../support/assemblies';

const ASSETS = {
  files: { abc: { source: { path: 'asset.abc', packaging: 'zip' }, destinations: { 'current_account-current_region': { bucketName: 'b', objectKey: 'abc.zip' } } } },
  dockerImages: { def: { source: { directory: 'asset.def' }, destinations: { here: { repositoryName: 'r', imageTag: 'def' } } } },
};

test('a stack is read with its template, its environment, its tags and its assets', () => {
  const folder = write(scratch(), assemblyOf({ Api: { environment: 'aws://111111111111/eu-central-1', tags: { team: 'a' } } }, ASSETS));
  expect(readAssembly(folder)).toEqual([{
    name: 'Api',
    displayName: 'Api',
    account: '111111111111',
    region: 'eu-central-1',
    template: '{"Resources":{},"Description":"Api"}',
    tags: { team: 'a' },
    folder,
    files: [{ id: 'abc', source: { path: 'asset.abc', packaging: 'zip' }, destinations: [{ bucketName: 'b', objectKey: 'abc.zip' }] }],
    images: [{ id: 'def', source: { directory: 'asset.def' }, destinations: [{ repositoryName: 'r', imageTag: 'def' }] }],
  }]);
});

test('an environment that the app leaves open stays open', () => {
  const [stack] = readAssembly(write(scratch(), assemblyOf({ Api: {} })));
  expect([stack.account, stack.region]).toEqual([undefined, undefined]);
});

test('stacks of stages are found in their nested assemblies', () => {
  const folder = scratch();
  write(folder, { 'manifest.json': { artifacts: { 'assembly-Prod': { type: 'cdk:cloud-assembly', properties: { directoryName: 'assembly-Prod' } } } } });
  write(join(folder, 'assembly-Prod'), assemblyOf({ ProdApi: { displayName: 'Prod/Api' } }));
  const [stack] = readAssembly(folder);
  expect(stack).toMatchObject({ name: 'ProdApi', displayName: 'Prod/Api', folder: join(folder, 'assembly-Prod') });
  expect(selectStack([stack], 'Prod/Api', 'the app')).toBe(stack);
});

test('the only stack need not be named', () => {
  const stacks = readAssembly(write(scratch(), assemblyOf({ Api: {} })));
  expect(selectStack(stacks, undefined, 'the app')).toBe(stacks[0]);
});

describe('is refused with what there is', () => {
  const stacks = readAssembly(write(scratch(), assemblyOf({ 'Api-dev': {}, 'Api-prod': { displayName: 'Prod/Api' } })));

  test('no name among several stacks', () => {
    expect(() => selectStack(stacks, undefined, 'the app')).toThrow(new Error('the app has 2 stacks: Api-dev, Prod/Api (Api-prod); name one with --stack'));
  });

  test('a name that no stack has', () => {
    expect(() => selectStack(stacks, 'Api', 'the app')).toThrow(new Error('the app has no stack Api; it has Api-dev, Prod/Api (Api-prod)'));
  });

  test('an assembly without stacks', () => {
    expect(() => selectStack([], undefined, 'the app')).toThrow(new Error('the app has no stack; there is nothing to rehearse'));
  });

  test('an app that looks up what only AWS knows', () => {
    const folder = write(scratch(), { 'manifest.json': { artifacts: {}, missing: [{ key: 'vpc-provider:x' }] } });
    expect(() => readAssembly(folder))
      .toThrow(new Error("the app looks up what only an AWS account knows (vpc-provider:x); give it in cdk.context.json or in the plan's context"));
  });

  test('a folder that is no cloud assembly', () => {
    expect(() => readAssembly('/nowhere'))
      .toThrow(new Error('/nowhere/manifest.json does not exist; give the folder of a cloud assembly (cdk.out), as "cdk synth" writes it'));
  });
});
