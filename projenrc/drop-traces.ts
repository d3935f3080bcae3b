import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Takes the stack traces out of snapshots: they hold the paths of whoever made them, and change with every line that moves. */
for (const file of readdirSync(process.argv[2], { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.metadata.json'))) {
  const path = join(process.argv[2], file);
  const metadata = JSON.parse(readFileSync(path, 'utf8'), (key, value) => {
    if (key === 'trace') {
      return undefined;
    }
    return Array.isArray(value) ? value.filter((entry) => entry?.type !== 'aws:cdk:creationStack') : value;
  });
  writeFileSync(path, `${JSON.stringify(metadata, undefined, 2)}\n`);
}
