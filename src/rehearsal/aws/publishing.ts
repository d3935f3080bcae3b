import { CreateBucketCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { LocalAws } from './local-aws';
import type { AssemblyStack } from '../assembly/cloud-assembly';
import { filesOf, imagesOf, type Destination } from '../assembly/publish';

const IS_THERE = ['BucketAlreadyOwnedByYou', 'BucketAlreadyExists'];

/** Brings a stack's assets to where its template looks for them. An asset that has been published is not sent again. */
export class Publisher {
  private readonly published = new Set<string>();

  constructor(private readonly s3: S3Client, private readonly local: LocalAws, private readonly destination: Destination) {}

  public async publish(stack: AssemblyStack, signal: AbortSignal): Promise<void> {
    for (const { bucket, key, body } of filesOf(stack, this.destination)) {
      if (this.isNew(`s3://${bucket}`)) {
        await this.makeBucket(bucket, signal);
      }
      if (this.isNew(`s3://${bucket}/${key}`)) {
        await this.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body() }), { abortSignal: signal });
      }
    }
    for (const image of imagesOf(stack, this.destination)) {
      if (this.isNew(image.uri)) {
        await this.local.admin('images', image);
      }
    }
  }

  private isNew(address: string): boolean {
    const known = this.published.has(address);
    this.published.add(address);
    return !known;
  }

  private async makeBucket(bucket: string, signal: AbortSignal): Promise<void> {
    try {
      await this.s3.send(new CreateBucketCommand({ Bucket: bucket }), { abortSignal: signal });
    } catch (error) {
      if (!IS_THERE.includes((error as Error).name)) {
        throw error;
      }
    }
  }
}
