import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Of a folder's files and of how they are run. Links are taken as links: dependencies are many, and a lockfile says which they are. */
export async function digestOf(root: string, configuration: string): Promise<{ digest: string; size: number }> {
  const hash = createHash('sha256').update(configuration);
  let size = 0;
  for (const path of (await filesBelow(root)).sort()) {
    const stat = await lstat(path);
    hash.update(`\0${relative(root, path)}\0${stat.mode}\0`);
    if (stat.isSymbolicLink()) {
      hash.update(await readlink(path));
    } else {
      size += stat.size;
      await pipeline(createReadStream(path), async (chunks) => {
        for await (const chunk of chunks) {
          hash.update(chunk as Buffer);
        }
      });
    }
  }
  return { digest: `sha256:${hash.digest('hex')}`, size };
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const nested = await Promise.all(entries.map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  }));
  return nested.flat();
}
