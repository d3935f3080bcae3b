import { resolve } from 'node:path';
import { parseOptions, type CommandLine } from '../../src/rehearsal/options';
import type { Plan } from '../../src/rehearsal/plan/plan';

const PLAN: Plan = {
  stack: 'Api',
  deployments: [{ name: 'v1', context: {}, expect: 'SUCCEEDED' }, { name: 'v2', context: {}, expect: 'SUCCEEDED' }],
  load: { path: '/items', rate: 70 },
};

const parse = (line: Partial<CommandLine>) => parseOptions({ speed: '60', ...line }, () => PLAN);

test('the command line beats the plan, and the plan beats the defaults', () => {
  expect(parse({ plan: 'folder/plan.json', path: '/health', json: 'out.json' })).toEqual({
    source: { kind: 'plan', plan: PLAN, folder: resolve('folder'), app: undefined },
    stack: 'Api',
    service: undefined,
    speed: 60,
    region: undefined,
    load: { path: '/health', rate: 70, connections: 20 },
    json: resolve('out.json'),
    plain: false,
    keep: false,
  });
});

test('two assemblies need no plan', () => {
  expect(parse({ from: 'a', to: 'b' })).toMatchObject({
    source: { kind: 'assemblies', from: resolve('a'), to: resolve('b') },
    load: { path: '/', rate: 200, connections: 20 },
  });
});

test.each<[string, Partial<CommandLine>, string]>([
  ['nothing to rehearse', {}, 'there is nothing to rehearse; give --plan FILE, or two cloud assemblies with --from DIR and --to DIR'],
  ['half a pair of assemblies', { from: 'a' }, 'there is nothing to rehearse; give --plan FILE, or two cloud assemblies with --from DIR and --to DIR'],
  ['a plan and assemblies', { plan: 'p', to: 'b' }, '--plan and --from/--to exclude each other; give the plan, or two cloud assemblies'],
  ['an app for assemblies', { from: 'a', to: 'b', app: 'node x' }, '--app goes with --plan; the assemblies of --from and --to are synthesized already'],
  ['a speed of nothing', { plan: 'p', speed: '0' }, '--speed must be a whole number from 1 to 1000, got 0'],
  ['a rate in words', { plan: 'p', rate: 'many' }, '--rate must be a whole number from 1 to 20000, got many'],
  ['too many connections', { plan: 'p', connections: '5000' }, '--connections must be a whole number from 1 to 2000, got 5000'],
  ['a relative path', { plan: 'p', path: 'x' }, '--path must begin with a slash, got x'],
  ['a region that is none', { plan: 'p', region: 'Frankfurt' }, '--region must be the name of a region such as us-east-1, got Frankfurt'],
])('%s is refused', (_what, line, sentence) => {
  expect(() => parse(line)).toThrow(new Error(sentence));
});
