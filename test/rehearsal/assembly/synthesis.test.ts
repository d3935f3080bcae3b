import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CdkApp } from '../../../src/rehearsal/assembly/synthesis';
import { scratch, write } from '../support/assemblies';
import { eventually, isAlive, textOf } from '../support/processes';

const ENVIRONMENT = { account: '123456789012', region: 'eu-west-1' };
const never = new AbortController().signal;

/** An app that writes what it was given. */
const APP = `
const { writeFileSync, existsSync } = require('node:fs');
const { CDK_OUTDIR, CDK_CONTEXT_JSON, CDK_DEFAULT_ACCOUNT, CDK_DEFAULT_REGION } = process.env;
const given = { context: JSON.parse(CDK_CONTEXT_JSON), CDK_DEFAULT_ACCOUNT, CDK_DEFAULT_REGION, inItsFolder: existsSync('cdk.json') };
writeFileSync(CDK_OUTDIR + '/manifest.json', JSON.stringify(given));
`;

test('the app gets what the CDK CLI would give it, and the context of the plan beats that of the files', async () => {
  const folder = write(scratch(), {
    'app.js': APP,
    'cdk.json': { app: 'node app.js', context: { a: 'cdk.json', b: 'cdk.json' } },
    'cdk.context.json': { a: 'cdk.context.json', looked: 'up' },
  });
  const out = scratch();
  await CdkApp.find(folder).synthesize(out, { b: 'plan' }, ENVIRONMENT, never);
  expect(JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'))).toEqual({
    context: expect.objectContaining({ 'a': 'cdk.json', 'b': 'plan', 'looked': 'up', 'aws:cdk:enable-path-metadata': true }),
    CDK_DEFAULT_ACCOUNT: '123456789012',
    CDK_DEFAULT_REGION: 'eu-west-1',
    inItsFolder: true,
  });
});

test('an app that fails is told with all it said', async () => {
  const folder = write(scratch(), { 'app.js': 'console.error("cpu must be 256"); process.exit(3);' });
  await expect(CdkApp.find(folder, 'node app.js').synthesize(scratch(), {}, ENVIRONMENT, never))
    .rejects.toThrow(new Error('the app "node app.js" failed (exit status 3):\ncpu must be 256'));
});

test('an app that synthesizes nothing is refused', async () => {
  await expect(CdkApp.find(scratch(), 'true').synthesize(scratch(), {}, ENVIRONMENT, never))
    .rejects.toThrow(new Error('the app "true" wrote no cloud assembly; it must end with app.synth(), and leave "outdir" to the CDK'));
});

test('a folder without an app is refused', () => {
  const folder = scratch();
  expect(() => CdkApp.find(folder)).toThrow(new Error(`${folder}/cdk.json names no "app"; add it, or give the app's command with --app`));
});

test('what the app started ends with the abort', async () => {
  const folder = write(scratch(), { 'app.js': 'setInterval(() => 0, 1000); require("node:fs").writeFileSync("pid", String(process.pid));' });
  const control = new AbortController();
  const synthesis = CdkApp.find(folder, 'node app.js & wait').synthesize(scratch(), {}, ENVIRONMENT, control.signal);
  const pid = Number(await eventually(() => textOf(join(folder, 'pid'))));
  control.abort(new Error('enough'));
  await expect(synthesis).rejects.toThrow('enough');
  await eventually(() => !isAlive(pid));
});
