import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ServicePreset } from '../../src';
import { presetColumn, presetTable } from '../support/preset-table';
import { newService, templateOf } from '../support/stacks';

const columns = Object.fromEntries([ServicePreset.dev(), ServicePreset.test(), ServicePreset.prod()]
  .map((preset) => [preset.name, presetColumn(templateOf(newService({ preset })))]));

test('the README\'s preset table is what the templates say', () => {
  const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');
  expect(readme).toContain(presetTable(columns));
});
