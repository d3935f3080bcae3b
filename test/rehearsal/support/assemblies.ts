import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const folders: string[] = [];

afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A folder that is removed after the tests. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-test-'));
  folders.push(folder);
  return folder;
}

export function write(folder: string, files: Readonly<Record<string, unknown>>): string {
  Object.entries(files).forEach(([name, content]) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  });
  return folder;
}

export interface StackFixture {
  readonly environment?: string;
  readonly displayName?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** The files of a cloud assembly, as the CDK writes them. */
export function assemblyOf(
  stacks: Readonly<Record<string, StackFixture>>, assets: unknown = { files: {}, dockerImages: {} },
): Record<string, unknown> {
  const files: Record<string, unknown> = {};
  const artifacts: Record<string, unknown> = { Tree: { type: 'cdk:tree', properties: { file: 'tree.json' } } };
  Object.entries(stacks).forEach(([name, { environment = 'aws://unknown-account/unknown-region', displayName, tags }]) => {
    artifacts[`${name}.assets`] = { type: 'cdk:asset-manifest', properties: { file: `${name}.assets.json` } };
    artifacts[name] = {
      type: 'aws:cloudformation:stack',
      environment,
      displayName,
      properties: { templateFile: `${name}.template.json`, tags },
      dependencies: [`${name}.assets`],
    };
    files[`${name}.assets.json`] = assets;
    files[`${name}.template.json`] = { Resources: {}, Description: name };
  });
  return { ...files, 'manifest.json': { version: '36.0.0', artifacts } };
}
