import { bucketType } from './bucket-type';
import { MultipartUploads } from './multipart-uploads';
import { ObjectStore, type StoredObject } from './object-store';
import { AwsError, type LocalService, type ResourceType, type RestApi, type RestRequest, type RestResponse, type ServiceApi } from '../core/api';
import type { World } from '../core/world';
import { xml } from '../endpoint/query-protocol';
import type { Memory } from '../state/memory';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const METADATA = 'x-amz-meta-';

/** S3, as far as deployments use it: buckets of assets and templates, addressed by path. */
export class S3 implements LocalService, RestApi {
  public readonly signingName = 's3';
  public readonly apis: readonly ServiceApi[] = [];
  public readonly rest: readonly RestApi[] = [this];
  public readonly objects: ObjectStore;
  private readonly uploads: MultipartUploads;
  public readonly resourceTypes: Readonly<Record<string, ResourceType>>;

  constructor(private readonly world: World) {
    this.objects = new ObjectStore(world);
    this.uploads = new MultipartUploads(world, this.objects);
    this.resourceTypes = { 'AWS::S3::Bucket': bucketType(world, this.objects) };
  }

  public async handle(request: RestRequest): Promise<RestResponse> {
    const [, bucket, ...rest] = request.path.split('/');
    const key = decodeURIComponent(rest.join('/'));
    if (!bucket) {
      return this.listBuckets(request);
    }
    return key === '' ? this.ofBucket(request, decodeURIComponent(bucket)) : this.ofObject(request, decodeURIComponent(bucket), key);
  }

  public failure(error: AwsError, requestId: string): RestResponse {
    return xml(error.status, { Error: { Code: error.code, Message: error.message, ...error.fields, RequestId: requestId } });
  }

  /** The bytes are files. What is being uploaded in parts has to be begun anew. */
  public get memory(): Memory {
    return { stores: { objects: { of: this.objects, fields: ['buckets'] } } };
  }

  public async close(): Promise<void> {
    // The objects go with the world's directory.
  }

  private listBuckets(request: RestRequest): RestResponse {
    if (request.method !== 'GET') {
      throw notServed(request);
    }
    const buckets = this.objects.bucketNames().map((Name) => ({ Name, CreationDate: this.world.clock.now().toISOString() }));
    return xml(200, { ListAllMyBucketsResult: { '@xmlns': NAMESPACE, 'Buckets': { Bucket: buckets } } });
  }

  private async ofBucket(request: RestRequest, bucket: string): Promise<RestResponse> {
    const settings = [...request.query.keys()].filter((name) => SETTINGS.includes(name));
    if (settings.length > 0) {
      return this.setting(request, bucket, settings[0]);
    }
    switch (request.method) {
      case 'PUT':
        this.objects.createBucket(bucket);
        return { status: 200, headers: { location: `/${bucket}` } };
      case 'HEAD':
        this.mustHave(bucket);
        return { status: 200, headers: { 'x-amz-bucket-region': this.world.region } };
      case 'GET':
        return this.listObjects(request, bucket);
      case 'DELETE':
        await this.objects.deleteBucket(bucket);
        return { status: 204 };
      default:
        throw notServed(request);
    }
  }

  private listObjects(request: RestRequest, bucket: string): RestResponse {
    const prefix = request.query.get('prefix') ?? '';
    const most = Number(request.query.get('max-keys') ?? 1000);
    const after = request.query.get('continuation-token') ?? request.query.get('start-after') ?? '';
    const found = this.objects.list(bucket, prefix).filter((stored) => stored.key > after);
    const page = found.slice(0, most);
    const isTruncated = found.length > page.length;
    return xml(200, {
      ListBucketResult: {
        '@xmlns': NAMESPACE,
        'Name': bucket,
        'Prefix': prefix,
        'KeyCount': page.length,
        'MaxKeys': most,
        'IsTruncated': isTruncated,
        ...(isTruncated ? { NextContinuationToken: page.at(-1)!.key } : {}),
        'Contents': page.map((stored) => (
          { Key: stored.key, LastModified: stored.modified.toISOString(), ETag: stored.etag, Size: stored.size, StorageClass: 'STANDARD' }
        )),
      },
    });
  }

  /** What clients ask of a bucket before they trust it with assets. */
  private setting(request: RestRequest, bucket: string, name: string): RestResponse {
    this.mustHave(bucket);
    if (request.method !== 'GET') {
      throw notServed(request, `?${name}`);
    }
    if (name === 'location') {
      return xml(200, { LocationConstraint: { '@xmlns': NAMESPACE, '#text': this.world.region === 'us-east-1' ? '' : this.world.region } });
    }
    if (name === 'versioning') {
      return xml(200, { VersioningConfiguration: { '@xmlns': NAMESPACE } });
    }
    return xml(200, {
      ServerSideEncryptionConfiguration: {
        '@xmlns': NAMESPACE,
        'Rule': { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
      },
    });
  }

  private async ofObject(request: RestRequest, bucket: string, key: string): Promise<RestResponse> {
    if (request.query.has('uploads') || request.query.has('uploadId')) {
      return this.inParts(request, bucket, key);
    }
    switch (request.method) {
      case 'PUT': {
        if (request.headers['x-amz-copy-source']) {
          throw notServed(request, ' by copy');
        }
        const stored = await this.objects.put(bucket, key, request.body, aboutOf(request));
        return { status: 200, headers: { etag: stored.etag } };
      }
      case 'GET':
        return this.read(request, bucket, key);
      case 'HEAD': {
        const stored = this.objects.head(bucket, key);
        return { status: 200, headers: { ...headersOf(stored), 'content-length': String(stored.size) } };
      }
      case 'DELETE':
        await this.objects.delete(bucket, key);
        return { status: 204 };
      default:
        throw notServed(request);
    }
  }

  /** Whole, or the range that is asked for: large objects are downloaded in ranges. */
  private async read({ headers }: RestRequest, bucket: string, key: string): Promise<RestResponse> {
    const stored = this.objects.head(bucket, key);
    const body = await this.objects.read(bucket, key);
    const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '') ?? [];
    if (!from && !to) {
      return { status: 200, headers: headersOf(stored), body };
    }
    const first = from ? Number(from) : Math.max(0, body.length - Number(to));
    const last = from && to ? Math.min(Number(to), body.length - 1) : body.length - 1;
    if (first > last) {
      throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416, { RangeRequested: headers.range, ActualObjectSize: body.length });
    }
    return {
      status: 206,
      headers: { ...headersOf(stored), 'content-range': `bytes ${first}-${last}/${body.length}`, 'accept-ranges': 'bytes' },
      body: body.subarray(first, last + 1),
    };
  }

  private async inParts(request: RestRequest, bucket: string, key: string): Promise<RestResponse> {
    const id = request.query.get('uploadId');
    switch (`${request.method} ${request.query.has('uploads') ? 'uploads' : 'upload'}`) {
      case 'POST uploads': {
        const UploadId = await this.uploads.create(bucket, key, aboutOf(request));
        return xml(200, { InitiateMultipartUploadResult: { '@xmlns': NAMESPACE, 'Bucket': bucket, 'Key': key, UploadId } });
      }
      case 'PUT upload':
        return { status: 200, headers: { etag: await this.uploads.put(id, Number(request.query.get('partNumber')), request.body) } };
      case 'POST upload': {
        const { etag: ETag } = await this.uploads.complete(id, request.body.toString('utf8'));
        return xml(200, { CompleteMultipartUploadResult: { '@xmlns': NAMESPACE, 'Bucket': bucket, 'Key': key, ETag } });
      }
      case 'DELETE upload':
        await this.uploads.abort(id);
        return { status: 204 };
      default:
        throw notServed(request, ' in parts');
    }
  }

  private mustHave(bucket: string): void {
    if (!this.objects.hasBucket(bucket)) {
      throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: bucket });
    }
  }
}

const SETTINGS = ['location', 'encryption', 'versioning'];

function aboutOf({ headers }: RestRequest): { contentType?: string; metadata: Record<string, string> } {
  return {
    contentType: headers['content-type'],
    metadata: Object.fromEntries(Object.entries(headers)
      .filter(([name]) => name.startsWith(METADATA))
      .map(([name, value]) => [name.slice(METADATA.length), value])),
  };
}

function headersOf(stored: StoredObject): Record<string, string> {
  return {
    'etag': stored.etag,
    'content-type': stored.contentType,
    'last-modified': stored.modified.toUTCString(),
    ...Object.fromEntries(Object.entries(stored.metadata).map(([name, value]) => [METADATA + name, value])),
  };
}

function notServed(request: RestRequest, what = ''): AwsError {
  return new AwsError('NotImplemented', `the local AWS's S3 does not serve ${request.method} ${request.path}${what}`, 501);
}
