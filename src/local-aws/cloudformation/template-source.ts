import { invalid } from './template';
import type { OperationInput } from '../core/api';
import type { ObjectStore } from '../storage/object-store';

/** The text of the template that an operation is given: in the request, in a bucket, or the one that the stack has. */
export async function templateBody(input: OperationInput, objects: ObjectStore, previous?: string): Promise<string> {
  if (input.TemplateBody) {
    return input.TemplateBody;
  }
  if (input.TemplateURL) {
    const { bucket, key } = bucketAndKey(input.TemplateURL);
    try {
      return (await objects.read(bucket, key)).toString('utf8');
    } catch {
      throw invalid(`S3 error: the object "${key}" of the bucket "${bucket}" can't be read: upload the template to the local AWS first`);
    }
  }
  if (String(input.UsePreviousTemplate) === 'true' && previous !== undefined) {
    return previous;
  }
  throw invalid('Either Template URL or Template Body must be specified.');
}

/** `https://s3.region.amazonaws.com/bucket/key`, `https://bucket.s3.region.amazonaws.com/key` or the endpoint's own path style. */
function bucketAndKey(address: string): { bucket: string; key: string } {
  const url = new URL(address);
  const virtualHost = /^(.+)\.s3[.-][^/]*(amazonaws\.com|localhost)/.exec(url.hostname)?.[1] ?? /^(.+)\.localhost$/.exec(url.hostname)?.[1];
  const path = url.pathname.slice(1).split('/').map(decodeURIComponent);
  return virtualHost && virtualHost !== 's3' ? { bucket: virtualHost, key: path.join('/') } : { bucket: path[0], key: path.slice(1).join('/') };
}
