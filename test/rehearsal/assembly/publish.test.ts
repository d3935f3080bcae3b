import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync, strFromU8 } from 'fflate';
import { readAssembly } from '../../../src/rehearsal/assembly/cloud-assembly';
import { filesOf, imagesOf, zip, type Destination } from '../../../src/rehearsal/assembly/publish';
import { assemblyOf, scratch, write } from '../support/assemblies';

const HERE: Destination = { account: '111111111111', region: 'eu-central-1', partition: 'aws', urlSuffix: 'amazonaws.com' };

function stackWith(assets: unknown, files: Readonly<Record<string, unknown>> = {}) {
  return readAssembly(write(scratch(), { ...assemblyOf({ Api: {} }, assets), ...files }))[0];
}

test('files go to the bucket and key of the manifest, with the placeholders filled', () => {
  const stack = stackWith({
    files: {
      code: {
        source: { path: 'asset.code', packaging: 'zip' },
        destinations: { here: { bucketName: 'cdk-assets-${AWS::AccountId}-${AWS::Region}', objectKey: '${AWS::Partition}/code.zip' } },
      },
      template: { source: { path: 'Api.template.json', packaging: 'file' }, destinations: { here: { bucketName: 'b', objectKey: 'template.json' } } },
    },
  }, { 'asset.code/index.js': 'exports.handler = 1;', 'asset.code/lib/a.js': 'a' });
  const [code, template] = filesOf(stack, HERE);
  expect([code.bucket, code.key]).toEqual(['cdk-assets-111111111111-eu-central-1', 'aws/code.zip']);
  const unzipped = unzipSync(code.body());
  expect(Object.keys(unzipped)).toEqual(['index.js', 'lib/a.js']);
  expect(strFromU8(unzipped['index.js'])).toBe('exports.handler = 1;');
  expect(Buffer.from(template.body()).toString()).toBe(stack.template);
});

test('an archive of the same files has the same bytes, whenever and wherever they were written', () => {
  const files = { 'b.js': 'b', 'a/c.js': 'c' };
  const one = zip(write(scratch(), files));
  const other = zip(write(scratch(), { 'a/c.js': 'c', 'b.js': 'b' }));
  expect(Buffer.from(one).equals(Buffer.from(other))).toBe(true);
});

test('an archive keeps the executable bit', () => {
  const plain = write(scratch(), { bootstrap: '#!/bin/sh' });
  const executable = write(scratch(), { bootstrap: '#!/bin/sh' });
  chmodSync(join(plain, 'bootstrap'), 0o644);
  chmodSync(join(executable, 'bootstrap'), 0o755);
  const attributes = (archive: Uint8Array) => {
    const bytes = Buffer.from(archive);
    return bytes.readUInt32LE(bytes.indexOf(Buffer.from('PK\u0001\u0002', 'latin1')) + 38) / 0x10000;
  };
  expect([attributes(zip(plain)).toString(8), attributes(zip(executable)).toString(8)]).toEqual(['100644', '100755']);
});

test('images are registered by the address that the template gives them', () => {
  const stack = stackWith({
    dockerImages: {
      def: {
        source: { directory: 'asset.def', dockerFile: 'Dockerfile.prod', dockerBuildArgs: { VERSION: 'v2' }, dockerBuildTarget: 'app' },
        destinations: { here: { repositoryName: 'cdk-images-${AWS::AccountId}-${AWS::Region}', imageTag: 'def' } },
      },
    },
  });
  expect(imagesOf(stack, HERE)).toEqual([{
    uri: '111111111111.dkr.ecr.eu-central-1.amazonaws.com/cdk-images-111111111111-eu-central-1:def',
    directory: join(stack.folder, 'asset.def'),
    dockerfile: 'Dockerfile.prod',
    buildArgs: { VERSION: 'v2' },
    target: 'app',
  }]);
});

test('assets that a program makes are refused by name', () => {
  const stack = stackWith({
    files: { abc: { source: { executable: ['make'] }, destinations: {} } },
    dockerImages: { def: { source: { executable: ['make'] }, destinations: { here: { repositoryName: 'r', imageTag: 't' } } } },
  });
  expect(() => filesOf(stack, HERE))
    .toThrow(new Error('the file asset abc is made by a program; a rehearsal takes assets with a path, so synthesize it as one'));
  expect(() => imagesOf(stack, HERE)).toThrow(new Error(
    'the image asset def is made by a program; a rehearsal needs a directory with a Dockerfile, so use ContainerImage.fromAsset'));
});
