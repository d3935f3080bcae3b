import type { ElasticLoadBalancing, Rule } from '../../../../src/deployment/codedeploy/handler/clients/elastic-load-balancing';
import type { Request } from '../../../../src/deployment/codedeploy/handler/request';
import { Route } from '../../../../src/deployment/codedeploy/handler/route';
import type { RouteProperties } from '../../../../src/deployment/codedeploy/resources';

const LISTENER = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/lb/1/2';
const RULE = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/lb/1/2/3';
const properties: RouteProperties = { ListenerArn: LISTENER, Conditions: [{ Field: 'path-pattern' }], Priority: '20', TargetGroupA: 'A', TargetGroupB: 'B' };

function request(overrides: Partial<Request<RouteProperties>>): Request<RouteProperties> {
  return {
    RequestType: 'Update',
    RequestId: 'r',
    StackId: 's',
    ResponseURL: 'u',
    ResourceType: 'Custom::BlueGreenRoute',
    LogicalResourceId: 'Route',
    PhysicalResourceId: RULE,
    ResourceProperties: properties,
    OldResourceProperties: properties,
    ...overrides,
  };
}

/** Records the calls; the answers are what the test says. */
function route(answers: { created?: string; existing?: Rule; forwards?: Rule['forwardsTo'] } = {}) {
  const calls: unknown[][] = [];
  const record = (name: string, answer?: unknown) => async (...args: unknown[]) => {
    calls.push([name, ...args]);
    return answer;
  };
  const elb = {
    createRule: record('createRule', answers.created),
    ruleWithPriority: record('ruleWithPriority', answers.existing),
    forwardsOf: record('forwardsOf', answers.forwards ?? []),
    modifyConditions: record('modifyConditions'),
    setPriority: record('setPriority'),
    tag: record('tag'),
    untag: record('untag'),
    deleteRule: record('deleteRule'),
  };
  return { calls, route: new Route(elb as unknown as ElasticLoadBalancing) };
}

const update = (change: Partial<RouteProperties>, old: Partial<RouteProperties> = {}) => (
  request({ ResourceProperties: { ...properties, ...change }, OldResourceProperties: { ...properties, ...old } })
);

test('leads to both target groups from the start, all traffic to A', async () => {
  const { calls, route: made } = route({ created: RULE });
  const step = await made.step(request({ RequestType: 'Create', PhysicalResourceId: undefined }));
  expect(step.result.physicalId).toBe(RULE);
  expect(calls).toEqual([['createRule', LISTENER, 20, properties.Conditions, [{ TargetGroupArn: 'A', Weight: 100 }, { TargetGroupArn: 'B', Weight: 0 }], []]]);
});

test('finds its own rule again when an invocation was lost after making it', async () => {
  const { route: made } = route({ existing: { arn: RULE, priority: '20', forwardsTo: [{ TargetGroupArn: 'A' }, { TargetGroupArn: 'B' }] } });
  expect((await made.step(request({ RequestType: 'Create' }))).result.physicalId).toBe(RULE);
});

test('refuses a priority that another rule has', async () => {
  const { route: made } = route({ existing: { arn: 'arn:other', priority: '20', forwardsTo: [{ TargetGroupArn: 'X' }] } });
  await expect(made.step(request({ RequestType: 'Create' }))).rejects.toThrow(new Error(
    `priority 20 of listener ${LISTENER} is taken by another rule, arn:other: choose another priority for this service`,
  ));
});

test('touches nothing when nothing changes', async () => {
  const { calls, route: made } = route();
  expect((await made.step(request({}))).result.physicalId).toBe(RULE);
  expect(calls).toEqual([]);
});

test('changes conditions, priority and tags, and never actions', async () => {
  const { calls, route: made } = route();
  await made.step(update(
    { Conditions: [{ Field: 'host-header' }], Priority: '30', Tags: [{ Key: 'team', Value: 'new' }] },
    { Tags: [{ Key: 'team', Value: 'old' }, { Key: 'gone', Value: '1' }] },
  ));
  expect(calls).toEqual([
    ['modifyConditions', RULE, [{ Field: 'host-header' }]],
    ['setPriority', RULE, 30],
    ['tag', RULE, [{ Key: 'team', Value: 'new' }]],
    ['untag', RULE, ['gone']],
  ]);
});

test('leads on another listener where it led on the old one, whichever group serves', async () => {
  const now = [{ TargetGroupArn: 'B', Weight: 100 }, { TargetGroupArn: 'A', Weight: 0 }];
  const { calls, route: made } = route({ created: 'arn:new', forwards: now });
  const other = LISTENER.replace(/2$/, '9');
  const step = await made.step(update({ ListenerArn: other }));
  expect(step.result.physicalId).toBe('arn:new');
  expect(calls).toEqual([['forwardsOf', RULE], ['createRule', other, 20, properties.Conditions, now, []]]);
});

test('refuses a listener of another load balancer, which its target groups do not belong to', async () => {
  const { calls, route: made } = route();
  await expect(made.step(update({ ListenerArn: LISTENER.replace('app/lb/1', 'app/other/2') }))).rejects.toThrow(new Error(
    'the load balancer of a route cannot be replaced while it serves, since its target groups belong to the old one: '
    + 'make a second service beside this one with the new settings, move users there, and remove this one',
  ));
  expect(calls).toEqual([]);
});

test('refuses to swap the target groups under a route', async () => {
  const { route: made } = route();
  await expect(made.step(update({ TargetGroupA: 'C' }))).rejects.toThrow(new Error(
    'the target groups of a route on the same listener cannot be replaced without an outage: '
    + 'make a second service beside this one with the new settings, move users there, and remove this one',
  ));
});

test('deletes its rule, and nothing when there never was one', async () => {
  const { calls, route: made } = route();
  await made.step(request({ RequestType: 'Delete' }));
  await made.step(request({ RequestType: 'Delete', PhysicalResourceId: 'not-created' }));
  expect(calls).toEqual([['deleteRule', RULE]]);
});
