import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BatchDeleteImageCommand, BatchGetImageCommand, CreateRepositoryCommand, DeleteLifecyclePolicyCommand, DeleteRepositoryCommand,
  DescribeImagesCommand, DescribeRepositoriesCommand, ECRClient, GetAuthorizationTokenCommand, GetLifecyclePolicyCommand, GetRepositoryPolicyCommand,
  ListImagesCommand,
  ListTagsForResourceCommand, PutImageCommand, PutImageScanningConfigurationCommand, PutImageTagMutabilityCommand, PutLifecyclePolicyCommand,
  SetRepositoryPolicyCommand, TagResourceCommand, UntagResourceCommand,
} from '@aws-sdk/client-ecr';
import type { ResourceRequest } from '../../../src/local-aws/core/api';
import { ContainerRegistry } from '../../../src/local-aws/registry/container-registry';
import { Images } from '../../../src/local-aws/workload/images/images';
import { clientConfiguration, removeBundles, startPlatform, type TestPlatform } from '../support/platform';

const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';

let platform: TestPlatform;
let images: Images;
let registry: ContainerRegistry;
let client: ECRClient;

beforeEach(async () => {
  platform = await startPlatform();
  images = new Images(platform.world);
  registry = new ContainerRegistry(platform.world, images);
  platform.endpoint.serveFrom([registry]);
  client = new ECRClient(clientConfiguration(platform));
});

afterEach(async () => {
  client.destroy();
  await platform.close();
});

afterAll(removeBundles);

const type = () => registry.resourceTypes['AWS::ECR::Repository'];
const request = (properties: object) => ({ stackName: 'demo', logicalId: 'Images', properties }) as unknown as ResourceRequest;
const refusal = (promise: Promise<unknown>) => promise.then(
  () => { throw new Error('it was not refused'); },
  (error: Error) => `${error.name}: ${error.message}`,
);

/** As the program that stands for Docker does it. */
async function push(content: string, uri: string): Promise<string> {
  const directory = join(platform.world.directory, 'context');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'Dockerfile'), 'FROM node\nCOPY main.js .\nCMD ["node", "main.js"]\n');
  writeFileSync(join(directory, 'main.js'), content);
  await images.build({ uri: 'local:1', directory });
  images.tag({ source: 'local:1', target: uri });
  return (await registry.admin['push-image']({ uri }) as { digest: string }).digest;
}

test('an image that was pushed can be pulled and described; one that was only built can not', async () => {
  await client.send(new CreateRepositoryCommand({ repositoryName: 'team/api' }));
  const uri = `${HOST}/team/api:v1`;

  const digest = await push('one', uri);

  expect(() => images.pull('local:1')).toThrow('CannotPullContainerError');
  expect(images.pull(uri).command).toEqual(['node', 'main.js']);
  const { imageDetails } = await client.send(new DescribeImagesCommand({ repositoryName: 'team/api', imageIds: [{ imageTag: 'v1' }] }));
  expect(imageDetails).toEqual([{
    registryId: '123456789012',
    repositoryName: 'team/api',
    imageDigest: digest,
    imageTags: ['v1'],
    imageSizeInBytes: 3,
    imagePushedAt: expect.any(Date),
    imageManifestMediaType: 'application/vnd.docker.distribution.manifest.v2+json',
  }]);
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
});

test('the same files make the same digest, and a tag moves to what was pushed last', async () => {
  await client.send(new CreateRepositoryCommand({ repositoryName: 'api' }));
  const first = await push('one', `${HOST}/api:v1`);

  expect(await push('one', `${HOST}/api:same`)).toBe(first);
  expect((await client.send(new ListImagesCommand({ repositoryName: 'api' }))).imageIds).toEqual([
    { imageDigest: first, imageTag: 'v1' }, { imageDigest: first, imageTag: 'same' },
  ]);
  const second = await push('two', `${HOST}/api:v1`);

  const { images: got, failures } = await client.send(new BatchGetImageCommand({ repositoryName: 'api', imageIds: [{ imageTag: 'v1' }, { imageTag: 'none' }] }));
  expect(got!.map(({ imageId }) => imageId)).toEqual([{ imageDigest: second, imageTag: 'v1' }]);
  expect(failures).toEqual([{ imageId: { imageTag: 'none' }, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' }]);
});

test('a tag that must not move does not', async () => {
  await client.send(new CreateRepositoryCommand({ repositoryName: 'api', imageTagMutability: 'IMMUTABLE' }));
  await push('one', `${HOST}/api:v1`);

  expect(await refusal(push('two', `${HOST}/api:v1`))).toBe('ImageTagAlreadyExistsException: The image tag \'v1\' already exists in the \'api\' repository '
    + 'and cannot be overwritten because the tag is immutable.');
});

test('tags that are excluded from the rule move, and those that are not do not', async () => {
  const exclusion = [{ filterType: 'WILDCARD' as const, filter: 'dev-*' }];
  await client.send(new CreateRepositoryCommand({
    repositoryName: 'api', imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION', imageTagMutabilityExclusionFilters: exclusion,
  }));
  await push('one', `${HOST}/api:v1`);
  await push('one', `${HOST}/api:dev-1`);
  const moved = await push('two', `${HOST}/api:dev-1`);

  expect((await client.send(new DescribeImagesCommand({ repositoryName: 'api', imageIds: [{ imageTag: 'dev-1' }] }))).imageDetails![0].imageDigest).toBe(moved);
  expect(await refusal(push('two', `${HOST}/api:v1`))).toMatch(/^ImageTagAlreadyExistsException/);
  await client.send(new PutImageTagMutabilityCommand({ repositoryName: 'api', imageTagMutability: 'MUTABLE' }));
  expect(await push('two', `${HOST}/api:v1`)).toBe(moved);
});

test('gives an image another tag, which tasks can be started from, and refuses a manifest of elsewhere', async () => {
  await client.send(new CreateRepositoryCommand({ repositoryName: 'api' }));
  const digest = await push('one', `${HOST}/api:v1`);
  const { images: [{ imageManifest }] = [] } = await client.send(new BatchGetImageCommand({ repositoryName: 'api', imageIds: [{ imageTag: 'v1' }] }));

  await client.send(new PutImageCommand({ repositoryName: 'api', imageManifest, imageTag: 'release' }));

  expect([images.pull(`${HOST}/api:release`).command, images.pull(`${HOST}/api@${digest}`).command]).toEqual([['node', 'main.js'], ['node', 'main.js']]);
  expect(await refusal(client.send(new PutImageCommand({ repositoryName: 'api', imageManifest, imageTag: 'release' })))).toBe(
    `ImageAlreadyExistsException: Image with digest '${digest}' and tag 'release' already exists in the repository with name 'api' `
    + "in the registry with id '123456789012'");
  expect(await refusal(client.send(new PutImageCommand({ repositoryName: 'api', imageManifest: '{"config":{}}', imageTag: 'x' })))).toBe(
    'LayersNotFoundException: the local AWS has no image of this manifest: BatchGetImage answers those that it has, '
    + 'and new ones are pushed with the program that CDK_DOCKER names');
});

test('an image that loses a tag stays under its others, and one that loses its digest is gone', async () => {
  await client.send(new CreateRepositoryCommand({ repositoryName: 'api' }));
  await push('one', `${HOST}/api:v1`);
  const digest = await push('one', `${HOST}/api:v2`);

  await client.send(new BatchDeleteImageCommand({ repositoryName: 'api', imageIds: [{ imageTag: 'v1' }] }));
  expect(() => images.pull(`${HOST}/api:v1`)).toThrow('CannotPullContainerError');
  expect(images.pull(`${HOST}/api:v2`).uri).toBe(`${HOST}/api:v2`);

  const { failures } = await client.send(new BatchDeleteImageCommand({ repositoryName: 'api', imageIds: [{ imageDigest: digest }, { imageTag: 'v2' }] }));
  expect(failures).toEqual([{ imageId: { imageTag: 'v2' }, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' }]);
  expect(() => images.pull(`${HOST}/api:v2`)).toThrow('CannotPullContainerError');
  expect(() => images.pull(`${HOST}/api@${digest}`)).toThrow('CannotPullContainerError');
});

test('keeps policies, scanning and tags', async () => {
  const { repository } = await client.send(new CreateRepositoryCommand({ repositoryName: 'api', tags: [{ Key: 'team', Value: 'one' }] }));
  const ofApi = { repositoryName: 'api' };

  await client.send(new PutLifecyclePolicyCommand({ ...ofApi, lifecyclePolicyText: '{"rules":[]}' }));
  expect((await client.send(new GetLifecyclePolicyCommand(ofApi))).lifecyclePolicyText).toBe('{"rules":[]}');
  await client.send(new DeleteLifecyclePolicyCommand(ofApi));
  await client.send(new SetRepositoryPolicyCommand({ ...ofApi, policyText: '{"Statement":[]}' }));
  expect((await client.send(new GetRepositoryPolicyCommand(ofApi))).policyText).toBe('{"Statement":[]}');
  await client.send(new PutImageScanningConfigurationCommand({ ...ofApi, imageScanningConfiguration: { scanOnPush: true } }));
  await client.send(new TagResourceCommand({ resourceArn: repository!.repositoryArn, tags: [{ Key: 'stage', Value: 'dev' }] }));
  await client.send(new UntagResourceCommand({ resourceArn: repository!.repositoryArn, tagKeys: ['team'] }));

  expect((await client.send(new ListTagsForResourceCommand({ resourceArn: repository!.repositoryArn }))).tags).toEqual([{ Key: 'stage', Value: 'dev' }]);
  expect((await client.send(new DescribeRepositoriesCommand({ repositoryNames: ['api'] }))).repositories![0].imageScanningConfiguration).toEqual({ scanOnPush: true });
  expect(await refusal(client.send(new GetLifecyclePolicyCommand(ofApi)))).toBe('LifecyclePolicyNotFoundException: Lifecycle policy does not exist for the '
    + "repository with name 'api' in the registry with id '123456789012'");
});

test('a deleted image cannot be pulled any more', async () => {
  await client.send(new CreateRepositoryCommand({ repositoryName: 'api' }));
  await push('one', `${HOST}/api:v1`);

  await client.send(new BatchDeleteImageCommand({ repositoryName: 'api', imageIds: [{ imageTag: 'v1' }] }));

  expect(() => images.pull(`${HOST}/api:v1`)).toThrow('CannotPullContainerError');
});

test('CloudFormation makes repositories, and deletes one with images only where the template says so', async () => {
  const state = await type().create(request({ RepositoryName: 'api', LifecyclePolicy: { LifecyclePolicyText: '{}' } }));
  expect(state).toEqual({ physicalId: 'api', attributes: { Arn: 'arn:aws:ecr:eu-west-1:123456789012:repository/api', RepositoryUri: `${HOST}/api` } });
  await push('one', `${HOST}/api:v1`);

  await expect(type().delete(request({}), state)).rejects.toThrow(
    "The repository with name 'api' in registry with id '123456789012' cannot be deleted because it still contains images");
  await type().update(request({ RepositoryName: 'api', EmptyOnDelete: true }), state, {});
  await type().delete(request({}), state);

  expect((await client.send(new DescribeRepositoriesCommand({}))).repositories).toEqual([]);
});

test('CloudFormation’s repositories have what the template says, the stack’s tags too', async () => {
  const state = await type().create({
    ...request({
      ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      ImageTagMutabilityExclusionFilters: [{ ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'dev*' }],
      EncryptionConfiguration: { EncryptionType: 'KMS', KmsKey: 'key' },
      ImageScanningConfiguration: { ScanOnPush: 'true' },
      RepositoryPolicyText: { Statement: [] },
      Tags: [{ Key: 'a', Value: 'own' }],
    }),
    stackTags: { a: 'stack', b: 'stack' },
  });

  const { repositories: [repository] = [] } = await client.send(new DescribeRepositoriesCommand({ repositoryNames: [state.physicalId] }));
  expect(state.physicalId).toMatch(/^demo-images-[a-z0-9]{12}$/);
  expect(repository).toMatchObject({
    imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
    imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'dev*' }],
    encryptionConfiguration: { encryptionType: 'KMS', kmsKey: 'key' },
    imageScanningConfiguration: { scanOnPush: true },
  });
  expect((await client.send(new ListTagsForResourceCommand({ resourceArn: repository.repositoryArn }))).tags).toEqual([
    { Key: 'a', Value: 'own' }, { Key: 'b', Value: 'stack' },
  ]);
});

test.each([
  ['a property that it does not know', { RepositoryNam: 'api' }, 'Encountered unsupported property RepositoryNam'],
  ['a name in upper case', { RepositoryName: 'Api' }, "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression "
    + "'^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$''"],
  ['a mutability that it does not know', { ImageTagMutability: 'FIXED' }, "Invalid parameter at 'imageTagMutability' failed to satisfy constraint: "
    + "'Member must satisfy enum value set: [MUTABLE, IMMUTABLE, MUTABLE_WITH_EXCLUSION, IMMUTABLE_WITH_EXCLUSION]'"],
])('CloudFormation refuses %s, and makes nothing', async (_what, properties, message) => {
  expect(await refusal(type().create(request(properties)))).toContain(message);
  expect((await client.send(new DescribeRepositoriesCommand({}))).repositories).toEqual([]);
});

test('refuses in AWS’s words', async () => {
  const token = await client.send(new GetAuthorizationTokenCommand({}));
  expect(token.authorizationData![0].proxyEndpoint).toBe(`https://${HOST}`);
  expect(await refusal(client.send(new DescribeRepositoriesCommand({ repositoryNames: ['none'] }))))
    .toBe("RepositoryNotFoundException: The repository with name 'none' does not exist in the registry with id '123456789012'");
  await client.send(new CreateRepositoryCommand({ repositoryName: 'api' }));
  expect(await refusal(client.send(new CreateRepositoryCommand({ repositoryName: 'api' }))))
    .toBe("RepositoryAlreadyExistsException: The repository with name 'api' already exists in the registry with id '123456789012'");
  expect(await refusal(client.send(new DescribeImagesCommand({ repositoryName: 'api', imageIds: [{ imageTag: 'v9' }] })))).toBe(
    "ImageNotFoundException: The image with imageId {imageDigest:'null', imageTag:'v9'} does not exist within the repository with name 'api' in the registry with id '123456789012'");
  await push('one', `${HOST}/api:v1`);
  expect(await refusal(client.send(new DeleteRepositoryCommand({ repositoryName: 'api' })))).toBe(
    "RepositoryNotEmptyException: The repository with name 'api' in registry with id '123456789012' cannot be deleted because it still contains images");
  expect(await refusal(push('one', 'elsewhere/api:v1'))).toBe(`InvalidParameterException: an image is pushed as ${HOST}/<repository>:<tag>, got elsewhere/api:v1`);
  expect(await refusal((async () => registry.apis[0].operations.CreateRepository({ repositoryName: 'other', wrong: 1 }))())).toBe('InvalidParameterException: '
    + 'Unknown parameter in input: "wrong", must be one of: registryId, repositoryName, imageTagMutability, imageTagMutabilityExclusionFilters, tags, '
    + 'imageScanningConfiguration, encryptionConfiguration');
  expect(await refusal(client.send(new DescribeRepositoriesCommand({ registryId: '999999999999' })))).toBe(
    "RepositoryNotFoundException: the local AWS has the registry with id '123456789012' and no other, got '999999999999'");
  expect(await refusal(client.send(new PutLifecyclePolicyCommand({ repositoryName: 'api', lifecyclePolicyText: 'no' })))).toBe(
    "InvalidParameterException: Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Invalid JSON syntax'");
});
