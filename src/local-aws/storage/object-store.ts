import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AwsError } from '../core/api';
import type { World } from '../core/world';

export interface StoredObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly modified: Date;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
}

const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Buckets and objects. The bytes are files in the world's directory; what is known of them is kept in memory. */
export class ObjectStore {
  private readonly buckets = new Map<string, Map<string, StoredObject>>();

  constructor(private readonly world: Pick<World, 'clock' | 'directory'>) {}

  public bucketNames(): string[] {
    return [...this.buckets.keys()].sort();
  }

  public hasBucket(bucket: string): boolean {
    return this.buckets.has(bucket);
  }

  public createBucket(bucket: string): void {
    if (!BUCKET_NAME.test(bucket)) {
      throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.');
    }
    if (!this.buckets.has(bucket)) {
      this.buckets.set(bucket, new Map());
    }
  }

  public async deleteBucket(bucket: string): Promise<void> {
    if (this.objectsOf(bucket).size > 0) {
      throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409);
    }
    this.buckets.delete(bucket);
    await rm(this.folderOf(bucket), { recursive: true, force: true });
  }

  public async put(
    bucket: string, key: string, body: Buffer, about: { contentType?: string; metadata?: Record<string, string> } = {},
  ): Promise<StoredObject> {
    const objects = this.objectsOf(bucket);
    const stored: StoredObject = {
      key,
      size: body.length,
      etag: `"${createHash('md5').update(body).digest('hex')}"`,
      modified: this.world.clock.now(),
      contentType: about.contentType ?? 'application/octet-stream',
      metadata: about.metadata ?? {},
    };
    await mkdir(this.folderOf(bucket), { recursive: true });
    await writeFile(this.fileOf(bucket, key), body);
    objects.set(key, stored);
    return stored;
  }

  public head(bucket: string, key: string): StoredObject {
    const stored = this.objectsOf(bucket).get(key);
    if (!stored) {
      throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });
    }
    return stored;
  }

  public async read(bucket: string, key: string): Promise<Buffer> {
    this.head(bucket, key);
    return readFile(this.fileOf(bucket, key));
  }

  public async delete(bucket: string, key: string): Promise<void> {
    this.objectsOf(bucket).delete(key);
    await rm(this.fileOf(bucket, key), { force: true });
  }

  /** In the order of their keys, as S3 lists them. */
  public list(bucket: string, prefix = ''): StoredObject[] {
    return [...this.objectsOf(bucket).values()]
      .filter((stored) => stored.key.startsWith(prefix))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  private objectsOf(bucket: string): Map<string, StoredObject> {
    const objects = this.buckets.get(bucket);
    if (!objects) {
      throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: bucket });
    }
    return objects;
  }

  private folderOf(bucket: string): string {
    return join(this.world.directory, 's3', encodeURIComponent(bucket));
  }

  /** A hash, since keys may be longer than a file's name and may hold anything. */
  private fileOf(bucket: string, key: string): string {
    return join(this.folderOf(bucket), createHash('sha256').update(key).digest('hex'));
  }
}
