import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { unzipSync } from 'fflate';
import type { Properties } from '../core/api';
import { hexId } from '../core/names';
import { arn, type World } from '../core/world';
import type { ObjectStore } from '../storage/object-store';

const RUNTIMES = /^nodejs(\d+)\.x$/;

/** What a function is at one time: its code, unpacked, and its settings. A change makes another one. */
export interface FunctionVersion {
  readonly name: string;
  readonly arn: string;
  /** Changes with the code and the settings, so that an old environment is not taken for a new one. */
  readonly revision: string;
  readonly runtime: string;
  readonly handler: string;
  readonly codeFolder: string;
  readonly timeout: number;
  readonly memory: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly role: string;
  readonly logGroup: string;
  readonly description: string;
  readonly modified: Date;
}

export class FunctionVersions {
  constructor(private readonly world: World, private readonly objects: ObjectStore) {}

  public arnOf(name: string): string {
    return arn(this.world, 'lambda', `function:${name}`);
  }

  /** From the properties of an AWS::Lambda::Function; `codeFolder` is given where the code has not changed. */
  public async make(name: string, properties: Properties, codeFolder?: string): Promise<FunctionVersion> {
    if (properties.PackageType === 'Image' || !RUNTIMES.test(properties.Runtime ?? '')) {
      throw new Error(`the local AWS runs functions on the Node.js runtimes (nodejs22.x), got ${properties.Runtime ?? 'a container image'}: `
        + 'give the function a Node.js runtime, or deploy it to AWS');
    }
    if (properties.Layers?.length > 0) {
      throw new Error('the local AWS does not run functions with layers: bundle what the layers hold into the function');
    }
    return {
      name,
      arn: this.arnOf(name),
      revision: hexId(16),
      runtime: properties.Runtime,
      handler: properties.Handler,
      codeFolder: codeFolder ?? await this.unpack(name, properties.Code ?? {}),
      timeout: Number(properties.Timeout ?? 3),
      memory: Number(properties.MemorySize ?? 128),
      environment: properties.Environment?.Variables ?? {},
      role: properties.Role ?? '',
      logGroup: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
      description: properties.Description ?? '',
      modified: this.world.clock.now(),
    };
  }

  private async unpack(name: string, code: Properties): Promise<string> {
    const folder = join(this.world.directory, 'functions', name, hexId(8));
    for (const [path, content] of Object.entries(await this.filesOf(code))) {
      const file = join(folder, normalize(join('/', path)));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    }
    return folder;
  }

  private async filesOf(code: Properties): Promise<Record<string, Uint8Array>> {
    if (code.ZipFile !== undefined) {
      return { 'index.js': Buffer.from(code.ZipFile) };
    }
    if (code.S3Bucket === undefined || code.S3Key === undefined) {
      throw new Error('the function has no code that the local AWS can run: give Code an S3Bucket and an S3Key, or a ZipFile');
    }
    const archive = await this.objects.read(code.S3Bucket, code.S3Key);
    const files = unzipSync(archive);
    return Object.fromEntries(Object.entries(files).filter(([path]) => !path.endsWith('/')));
  }
}
