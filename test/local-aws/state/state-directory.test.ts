import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StateDirectory } from '../../../src/local-aws/state/state';

const IDENTITY = { account: '123456789012', region: 'eu-west-1', speed: 10, port: 4566 };
let directory: string;

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'state-directory-')), 'state');
});
afterEach(() => rmSync(join(directory, '..'), { recursive: true, force: true }));

test('begins with nothing, and knows afterwards what was kept last', () => {
  const first = StateDirectory.open(directory);
  expect(first.kept).toBeUndefined();
  first.write(IDENTITY, 1000, Buffer.from('one'));
  first.write(IDENTITY, 2000, Buffer.from('two'));
  first.close();

  const { kept } = StateDirectory.open(directory);
  expect(kept).toMatchObject({ ...IDENTITY, shown: 2000 });
  expect(Buffer.from(kept!.stores).toString()).toBe('two');
});

test('the lock of a process that is gone counts for nothing', () => {
  StateDirectory.open(directory).close();
  // No process has this id: it is above the most that Linux and macOS give.
  writeFileSync(join(directory, 'lock'), '99999999');
  expect(StateDirectory.open(directory).kept).toBeUndefined();
});

test('a state that cannot be read is refused, and left as it is', () => {
  StateDirectory.open(directory).close();
  writeFileSync(join(directory, 'state'), 'no state');
  expect(() => StateDirectory.open(directory))
    .toThrow(new RegExp(`^the state in ${directory} cannot be read \\(.+\\): give another directory, or remove this one to begin anew$`));
});

test('a state that was moved is refused', () => {
  const first = StateDirectory.open(directory);
  first.write(IDENTITY, 1000, Buffer.from('one'));
  first.close();
  renameSync(directory, `${directory}-2`);
  expect(() => StateDirectory.open(`${directory}-2`))
    .toThrow(`the state in ${directory}-2 was kept in ${directory}, and names files there: move it back, or remove it to begin anew`);
});
