import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BatchDeleteImageCommand, BatchGetImageCommand, CreateRepositoryCommand, DeleteRepositoryCommand, DescribeImagesCommand,
  DescribeRepositoriesCommand, ECRClient, GetAuthorizationTokenCommand, ListImagesCommand,
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
    registryId: '123456789012', repositoryName: 'team/api', imageDigest: digest, imageTags: ['v1'], imageSizeInBytes: 3, imagePushedAt: expect.any(Date),
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
});
