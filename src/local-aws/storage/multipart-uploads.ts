import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import type { ObjectStore, StoredObject } from './object-store';
import { AwsError } from '../core/api';
import type { World } from '../core/world';

const MOST_PARTS = 10_000;
const parser = new XMLParser({ isArray: (name) => name === 'Part', parseTagValue: false });

interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly about: { readonly contentType?: string; readonly metadata: Record<string, string> };
  /** The parts' ETags, by number. */
  readonly parts: Map<number, string>;
}

/** Objects that come in parts, as clients send large ones: each part is a file until the object is whole. */
export class MultipartUploads {
  private readonly uploads = new Map<string, Upload>();

  constructor(private readonly world: Pick<World, 'directory'>, private readonly objects: ObjectStore) {}

  public async create(bucket: string, key: string, about: Upload['about']): Promise<string> {
    // Whoever uploads to a bucket that is not there is told before the first part.
    this.objects.list(bucket);
    const id = randomUUID();
    await mkdir(this.folderOf(id), { recursive: true });
    this.uploads.set(id, { id, bucket, key, about, parts: new Map() });
    return id;
  }

  public async put(id: string | null, number: number, body: Buffer): Promise<string> {
    const upload = this.get(id);
    if (!Number.isInteger(number) || number < 1 || number > MOST_PARTS) {
      throw new AwsError('InvalidArgument', `Part number must be an integer between 1 and ${MOST_PARTS}, inclusive`);
    }
    await writeFile(this.fileOf(upload.id, number), body);
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    upload.parts.set(number, etag);
    return etag;
  }

  /** Puts the parts that the client names together, in its order, and answers the object. */
  public async complete(id: string | null, document: string): Promise<StoredObject> {
    const upload = this.get(id);
    const wanted = partsIn(document);
    const numbers = wanted.map(({ number }) => number);
    if (numbers.some((number, index) => index > 0 && number <= numbers[index - 1])) {
      throw new AwsError('InvalidPartOrder', 'The list of parts was not in ascending order. The parts list must be specified in order by part number.');
    }
    if (wanted.length === 0 || wanted.some(({ number, etag }) => upload.parts.get(number)?.replaceAll('"', '') !== etag.replaceAll('"', ''))) {
      throw new AwsError('InvalidPart', 'One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified '
        + "entity tag may not match the part's entity tag.");
    }
    const bodies = await Promise.all(numbers.map((number) => readFile(this.fileOf(upload.id, number))));
    const stored = await this.objects.put(upload.bucket, upload.key, Buffer.concat(bodies), upload.about);
    await this.abort(id);
    return stored;
  }

  public async abort(id: string | null): Promise<void> {
    const upload = this.get(id);
    this.uploads.delete(upload.id);
    await rm(this.folderOf(upload.id), { recursive: true, force: true });
  }

  private get(id: string | null): Upload {
    const upload = this.uploads.get(id ?? '');
    if (!upload) {
      throw new AwsError('NoSuchUpload', 'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.', 404);
    }
    return upload;
  }

  private folderOf(id: string): string {
    return join(this.world.directory, 's3-uploads', id);
  }

  private fileOf(id: string, number: number): string {
    return join(this.folderOf(id), String(number));
  }
}

function partsIn(document: string): { number: number; etag: string }[] {
  let parsed: { CompleteMultipartUpload?: { Part?: { PartNumber?: string; ETag?: string }[] } };
  try {
    parsed = parser.parse(document, true);
  } catch {
    throw new AwsError('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');
  }
  return (parsed.CompleteMultipartUpload?.Part ?? []).map(({ PartNumber, ETag }) => ({ number: Number(PartNumber), etag: String(ETag) }));
}
