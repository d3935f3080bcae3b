// What a rehearsal of the sample API must have shown, read from its --json.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const { deployments, resources } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const [v2, v3] = deployments;

assert.deepEqual(deployments.map(({ name, outcome, serving }) => [name, outcome, serving]), [
  ['v2', 'SUCCEEDED', 'v2'],
  ['v3', 'ROLLED_BACK', 'v2'],
]);
assert.ok(v2.requests.total >= 5000, `v2 was deployed under ${v2.requests.total} requests, at least 5,000 are wanted`);
assert.equal(v2.requests.failed, 0, `${v2.requests.failed} requests failed while v2 was deployed`);
const share = v3.requests.failed / v3.requests.total;
assert.ok(v3.requests.failed > 0 && share <= 0.1, `${v3.requests.failed} of ${v3.requests.total} requests failed while v3 was deployed; its canary's share is 10 %`);
assert.match(v3.cause, /alarm/i, 'the cause of the rollback names the alarm');
assert.ok(resources.rehearsed.includes('Custom::BlueGreenDeployment') && resources.recorded.length > 0);
console.log(`v2: ${v2.requests.total} requests, 0 failed; v3: ${v3.requests.failed} of ${v3.requests.total} failed (${(share * 100).toFixed(1)} %), rolled back`);
