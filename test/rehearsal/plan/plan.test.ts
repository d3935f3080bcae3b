import { parsePlan, readPlan } from '../../../src/rehearsal/plan/plan';

const TWO = [{ name: 'v1', context: {} }, { name: 'v2', context: { version: 'v2' } }];

test('a plan is read as it is written, and what it leaves out is expected to succeed', () => {
  expect(parsePlan({ stack: 'Api', deployments: [...TWO, { name: 'v3', expect: 'ROLLED_BACK' }], load: { path: '/items', rate: 50, connections: 5 } }, 'the plan'))
    .toEqual({
      stack: 'Api',
      deployments: [
        { name: 'v1', context: {}, expect: 'SUCCEEDED' },
        { name: 'v2', context: { version: 'v2' }, expect: 'SUCCEEDED' },
        { name: 'v3', context: {}, expect: 'ROLLED_BACK' },
      ],
      load: { path: '/items', rate: 50, connections: 5 },
    });
});

test.each<[string, unknown, string]>([
  ['a list', [], 'the plan must be an object, got []'],
  ['an unknown key', { deployments: TWO, speed: 5 }, 'the plan: there is no "speed"; what can be said there is "stack", "deployments", "load"'],
  ['no deployments', {}, 'the plan: "deployments" must be a list of at least two, got nothing; the first creates the stack, the others update it'],
  ['a single deployment', { deployments: [TWO[0]] },
    'the plan: "deployments" must be a list of at least two, got [{"name":"v1","context":{}}]; the first creates the stack, the others update it'],
  ['an unknown key of a deployment', { deployments: [TWO[0], { name: 'v2', contxt: {}, expects: 1 }] },
    'the plan: deployments[1]: there is no "contxt", "expects"; what can be said there is "name", "context", "expect"'],
  ['a deployment without a name', { deployments: [TWO[0], {}] }, 'the plan: deployments[1]: "name" must be a text that is not empty, got nothing'],
  ['two deployments of one name', { deployments: [TWO[0], TWO[0]] }, 'the plan: two deployments are named "v1"; give each a name of its own'],
  ['an unknown outcome', { deployments: [TWO[0], { name: 'v2', expect: 'FAILED' }] },
    'the plan: deployments[1]: "expect" must be "SUCCEEDED" or "ROLLED_BACK", got "FAILED"'],
  ['a creation that is to be rolled back', { deployments: [{ name: 'v1', expect: 'ROLLED_BACK' }, TWO[1]] },
    'the plan: deployments[0]: the first deployment creates the stack, so nothing can be rolled back; leave "expect" out'],
  ['a context that is no object', { deployments: [TWO[0], { name: 'v2', context: 'v2' }] }, 'the plan: deployments[1]: "context" must be an object, got "v2"'],
  ['a stack that is no text', { stack: 1, deployments: TWO }, 'the plan: "stack" must be a text that is not empty, got 1'],
  ['an unknown key of the load', { deployments: TWO, load: { paths: [] } },
    'the plan: "load": there is no "paths"; what can be said there is "path", "rate", "connections"'],
  ['a rate of nothing', { deployments: TWO, load: { rate: 0 } }, 'the plan: "load": "rate" must be a whole number of at least 1, got 0'],
  ['a relative path', { deployments: TWO, load: { path: 'items' } }, 'the plan: "load": "path" must begin with a slash, got "items"'],
])('%s is refused', (_what, content, sentence) => {
  expect(() => parsePlan(content, 'the plan')).toThrow(new Error(sentence));
});

test('a plan that is not there is told with what to give', () => {
  expect(() => readPlan('/nowhere/plan.json'))
    .toThrow("cannot read the plan /nowhere/plan.json: ENOENT: no such file or directory, open '/nowhere/plan.json'; give --plan the path of a JSON file");
});
