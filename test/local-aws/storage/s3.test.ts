import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateBucketCommand, CreateMultipartUploadCommand, DeleteObjectCommand,
  GetBucketLocationCommand, GetObjectCommand, HeadBucketCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { clientConfiguration, removeBundles, settled, startPlatform, type TestPlatform } from '../support/platform';

let platform: TestPlatform;
let client: S3Client;

beforeEach(async () => {
  platform = await startPlatform();
  client = new S3Client({ ...clientConfiguration(platform), forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: 'assets' }));
});

afterEach(async () => {
  client.destroy();
  await platform.close();
});

afterAll(removeBundles);

const put = (Key: string, Body: string | Uint8Array, more: object = {}) => client.send(new PutObjectCommand({ Bucket: 'assets', Key, Body, ...more }));
const refusal = (promise: Promise<unknown>) => promise.then(() => { throw new Error('it was not refused'); }, (error: Error) => `${error.name}: ${error.message}`);

test('gives back the bytes and what was said of them', async () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_unused, index) => index % 256);
  await put('folder/with space & ünï.bin', bytes, { ContentType: 'image/png', Metadata: { who: 'me' } });
  const object = await client.send(new GetObjectCommand({ Bucket: 'assets', Key: 'folder/with space & ünï.bin' }));
  expect(await object.Body!.transformToByteArray()).toEqual(bytes);
  expect(object).toMatchObject({ ContentType: 'image/png', Metadata: { who: 'me' }, ContentLength: 70_000 });
  const head = await client.send(new HeadObjectCommand({ Bucket: 'assets', Key: 'folder/with space & ünï.bin' }));
  expect(head).toMatchObject({ ContentLength: 70_000, ETag: object.ETag });
});

test('takes a body of unknown length, sent in chunks', async () => {
  const { Readable } = await import('node:stream');
  await client.send(new PutObjectCommand({ Bucket: 'assets', Key: 'k', Body: Readable.from([Buffer.from('in '), Buffer.from('chunks')]), ContentLength: 9 }));
  expect((await platform.storage.objects.read('assets', 'k')).toString()).toBe('in chunks');
});

test('lists a page at a time, in order', async () => {
  await Promise.all(['b/2', 'a', 'b/1', 'b/3'].map((key) => put(key, key)));
  const first = await client.send(new ListObjectsV2Command({ Bucket: 'assets', Prefix: 'b/', MaxKeys: 2 }));
  expect(first.Contents!.map((object) => object.Key)).toEqual(['b/1', 'b/2']);
  const second = await client.send(new ListObjectsV2Command({ Bucket: 'assets', Prefix: 'b/', ContinuationToken: first.NextContinuationToken }));
  expect(second.Contents!.map((object) => object.Key)).toEqual(['b/3']);
  expect(second.IsTruncated).toBe(false);
});

test('answers what is not there as S3 does', async () => {
  expect(await refusal(client.send(new GetObjectCommand({ Bucket: 'assets', Key: 'none' })))).toBe('NoSuchKey: The specified key does not exist.');
  expect(await refusal(client.send(new GetObjectCommand({ Bucket: 'none', Key: 'none' })))).toBe('NoSuchBucket: The specified bucket does not exist');
  expect(await refusal(client.send(new HeadBucketCommand({ Bucket: 'none' })))).toMatch(/^NotFound/);
  await client.send(new HeadBucketCommand({ Bucket: 'assets' }));
  expect((await client.send(new GetBucketLocationCommand({ Bucket: 'assets' }))).LocationConstraint).toBe('eu-west-1');
  await put('k', 'v');
  await client.send(new DeleteObjectCommand({ Bucket: 'assets', Key: 'k' }));
  expect(await refusal(client.send(new GetObjectCommand({ Bucket: 'assets', Key: 'k' })))).toMatch(/^NoSuchKey/);
});

test('a template is read from a bucket, and makes one', async () => {
  const template = { Resources: { B: { Type: 'AWS::S3::Bucket' } }, Outputs: { Arn: { Value: { 'Fn::GetAtt': ['B', 'Arn'] } } } };
  await put('t.json', JSON.stringify(template));
  const stacks = new CloudFormationClient(clientConfiguration(platform));
  for (const [name, url] of [['one', 'https://s3.eu-west-1.amazonaws.com/assets/t.json'], ['two', 'https://assets.s3.eu-west-1.amazonaws.com/t.json']]) {
    await stacks.send(new CreateStackCommand({ StackName: name, TemplateURL: url }));
    const { StackStatus, Outputs } = await settled(stacks, name);
    expect(StackStatus).toBe('CREATE_COMPLETE');
    const bucket = Outputs![0].OutputValue!.split(':').at(-1)!;
    expect(bucket).toMatch(new RegExp(`^${name}-b-[a-z0-9]{12}$`));
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
  }
  expect(await refusal(stacks.send(new CreateStackCommand({ StackName: 'three', TemplateURL: 'https://s3.eu-west-1.amazonaws.com/assets/no.json' })))).toBe(
    'ValidationError: S3 error: the object "no.json" of the bucket "assets" can\'t be read: upload the template to the local AWS first');
  stacks.destroy();
});

test('puts an object together from its parts, in the order of their numbers', async () => {
  const object = { Bucket: 'assets', Key: 'large' };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...object, ContentType: 'text/plain' }));
  const send = (PartNumber: number, Body: string) => client.send(new UploadPartCommand({ ...object, UploadId, PartNumber, Body }));
  const [second, first] = [await send(2, 'two'), await send(1, 'one, ')];
  const complete = (Parts: object[]) => client.send(new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts } }));
  expect(await refusal(complete([{ PartNumber: 2, ETag: second.ETag }, { PartNumber: 1, ETag: first.ETag }]))).toBe(
    'InvalidPartOrder: The list of parts was not in ascending order. The parts list must be specified in order by part number.');
  expect(await refusal(complete([{ PartNumber: 3, ETag: 'none' }]))).toMatch(/^InvalidPart: One or more of the specified parts could not be found\./);

  await complete([{ PartNumber: 1, ETag: first.ETag }, { PartNumber: 2, ETag: second.ETag }]);

  const got = await client.send(new GetObjectCommand(object));
  expect([await got.Body!.transformToString(), got.ContentType]).toEqual(['one, two', 'text/plain']);
  expect(await refusal(complete([]))).toMatch(/^NoSuchUpload: The specified upload does not exist\./);
});

test('forgets an upload that is given up', async () => {
  const object = { Bucket: 'assets', Key: 'large' };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(object));

  await client.send(new AbortMultipartUploadCommand({ ...object, UploadId }));

  expect(await refusal(client.send(new UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: 'x' })))).toMatch(/^NoSuchUpload: /);
});

test('refuses the name of a bucket that S3 would refuse', async () => {
  expect(await refusal(client.send(new CreateBucketCommand({ Bucket: 'Not_A_Bucket' })))).toBe('InvalidBucketName: The specified bucket is not valid.');
});

test.each([['bytes=2-4', '234', 'bytes 2-4/10'], ['bytes=7-', '789', 'bytes 7-9/10'], ['bytes=-2', '89', 'bytes 8-9/10'], ['bytes=8-99', '89', 'bytes 8-9/10']])(
  'answers the range %s', async (Range, content, range) => {
    await put('digits', '0123456789');

    const got = await client.send(new GetObjectCommand({ Bucket: 'assets', Key: 'digits', Range }));

    expect([got.$metadata.httpStatusCode, await got.Body!.transformToString(), got.ContentRange]).toEqual([206, content, range]);
  });

test('refuses a range behind the end', async () => {
  await put('digits', '0123456789');

  expect(await refusal(client.send(new GetObjectCommand({ Bucket: 'assets', Key: 'digits', Range: 'bytes=10-12' }))))
    .toBe('InvalidRange: The requested range is not satisfiable');
});
