import { ModifyListenerCommand, ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { request } from 'undici';
import { Fixture, fixed, forward, path } from './fixture';

let fixture: Fixture;

beforeEach(async () => {
  fixture = await new Fixture().start();
});

afterEach(() => fixture.close());

async function get(url: string, options: Parameters<typeof request>[1] = {}) {
  const answer = await request(url, { dispatcher: fixture.agent, ...options });
  return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() };
}

async function tally(url: string, requests: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let index = 0; index < requests; index += 50) {
    const answers = await Promise.all(Array.from({ length: Math.min(50, requests - index) }, () => get(url)));
    answers.forEach(({ body }) => { counts[body] = (counts[body] ?? 0) + 1; });
  }
  return counts;
}

async function twins() {
  const { physicalId: loadBalancer } = await fixture.loadBalancer();
  const blue = await fixture.targetGroup();
  const green = await fixture.targetGroup();
  const listener = await fixture.listener(loadBalancer, fixed(404, 'no route'));
  const properties = { ListenerArn: listener.physicalId, Priority: 10, Conditions: [path('/*')], Actions: [forward([blue, 100], [green, 0])] };
  const rule = await fixture.create('ListenerRule', properties);
  await fixture.healthyTarget(blue, 'blue');
  await fixture.healthyTarget(green, 'green');
  return { loadBalancer, blue, green, listener, rule, properties, url: fixture.urlOf(listener.physicalId) };
}

test('sends exactly the weighted share of 1,000 requests to each target group', async () => {
  const { rule, blue, green, url } = await twins();

  expect(await tally(url, 1000)).toEqual({ blue: 1000 });

  await fixture.client.send(new ModifyRuleCommand({ RuleArn: rule.physicalId, Actions: [forward([blue, 90], [green, 10]) as never] }));
  expect(await tally(url, 1000)).toEqual({ blue: 900, green: 100 });

  await fixture.client.send(new ModifyRuleCommand({ RuleArn: rule.physicalId, Actions: [forward([green, 100], [blue, 0]) as never] }));
  expect(await tally(url, 200)).toEqual({ green: 200 });
});

test('sends traffic back to the template when the template updates a rule that a deployment has moved', async () => {
  const { rule, blue, green, url, properties } = await twins();
  await fixture.client.send(new ModifyRuleCommand({ RuleArn: rule.physicalId, Actions: [forward([green, 100], [blue, 0]) as never] }));
  expect((await get(url)).body).toBe('green');

  await fixture.update('ListenerRule', rule, { ...properties, Tags: [{ Key: 'owner', Value: 'me' }] });

  expect((await get(url)).body).toBe('blue');
});

test('sends traffic back to the template when the template updates a listener that a deployment has moved', async () => {
  const { physicalId: loadBalancer } = await fixture.loadBalancer();
  const blue = await fixture.targetGroup();
  const green = await fixture.targetGroup();
  const listener = await fixture.listener(loadBalancer, forward([blue, 1]));
  await fixture.client.send(new ModifyListenerCommand({ ListenerArn: listener.physicalId, DefaultActions: [forward([green, 1]) as never] }));
  await fixture.healthyTarget(green, 'green');
  const url = fixture.urlOf(listener.physicalId);
  expect((await get(url)).body).toBe('green');

  await fixture.update('Listener', listener, {
    LoadBalancerArn: loadBalancer,
    Port: 80,
    Protocol: 'HTTP',
    DefaultActions: [forward([blue, 1])],
    Tags: [{ Key: 'owner', Value: 'me' }],
  });

  expect((await get(url)).status).toBe(503);
});

test('keeps where a rule leads when only its conditions are modified', async () => {
  const { rule, blue, green, url } = await twins();
  await fixture.client.send(new ModifyRuleCommand({ RuleArn: rule.physicalId, Actions: [forward([green, 100], [blue, 0]) as never] }));

  await fixture.client.send(new ModifyRuleCommand({ RuleArn: rule.physicalId, Conditions: [path('/orders/*') as never] }));

  expect((await get(`${url}/orders/1`)).body).toBe('green');
  expect((await get(`${url}/else`)).body).toBe('no route');
});

test('looks at rules in the order of their priorities, and at the default actions last', async () => {
  const { physicalId: loadBalancer } = await fixture.loadBalancer();
  const { physicalId: listener } = await fixture.listener(loadBalancer, fixed(404, 'default'));
  await fixture.create('ListenerRule', { ListenerArn: listener, Priority: 20, Conditions: [path('/a*')], Actions: [fixed(200, 'second')] });
  await fixture.create('ListenerRule', { ListenerArn: listener, Priority: '5', Conditions: [path('/a')], Actions: [fixed(200, 'first')] });
  const url = fixture.urlOf(listener);

  expect((await get(`${url}/a`)).body).toBe('first');
  expect((await get(`${url}/ab`)).body).toBe('second');
  expect(await get(`${url}/b`)).toMatchObject({ status: 404, body: 'default', headers: { 'content-type': 'text/plain' } });
});

test.each<[name: string, condition: object, matching: object, other: object]>([
  ['host-header', { HostHeaderConfig: { Values: ['*.example.com'] } }, { headers: { host: 'API.example.com:80' } }, { headers: { host: 'example.org' } }],
  ['http-header', { HttpHeaderConfig: { HttpHeaderName: 'X-Tester', Values: ['al?ce'] } }, { headers: { 'x-tester': 'Alice' } }, { headers: {} }],
  ['http-request-method', { HttpRequestMethodConfig: { Values: ['POST'] } }, { method: 'POST' }, { method: 'PUT' }],
  ['query-string', { QueryStringConfig: { Values: [{ Key: 'v', Value: 'green' }] } }, { query: { v: 'green' } }, { query: { v: 'blue' } }],
  ['path-pattern', { Values: ['/v?/*.json'] }, { path: '/v2/a/b.json' }, { path: '/V2/a/b.json' }],
])('routes by the condition %s', async (field, condition, matching, other) => {
  const { physicalId: loadBalancer } = await fixture.loadBalancer();
  const { physicalId: listener } = await fixture.listener(loadBalancer, fixed(404, 'default'));
  await fixture.create('ListenerRule', {
    ListenerArn: listener,
    Priority: 1,
    Conditions: [{ Field: field, ...condition }],
    Actions: [fixed(200, 'matched')],
  });
  const url = fixture.urlOf(listener);
  const send = async ({ path: to = '/', ...options }: { path?: string }) => (await get(`${url}${to}`, options)).body;

  expect(await send(matching)).toBe('matched');
  expect(await send(other)).toBe('default');
});

test('routes by the address that a client connects from, not by what it says it forwards', async () => {
  const { physicalId: loadBalancer } = await fixture.loadBalancer();
  const { physicalId: listener } = await fixture.listener(loadBalancer, fixed(404, 'default'));
  const sourceIp = (cidr: string) => ({ Field: 'source-ip', SourceIpConfig: { Values: [cidr] } });
  const rule = { ListenerArn: listener, Actions: [fixed(200, 'matched')] };
  await fixture.create('ListenerRule', { ...rule, Priority: 1, Conditions: [sourceIp('127.0.0.0/8'), path('/near')] });
  await fixture.create('ListenerRule', { ...rule, Priority: 2, Conditions: [sourceIp('10.0.0.0/8')] });
  const url = fixture.urlOf(listener);
  const headers = { 'x-forwarded-for': '10.1.2.3' };

  expect((await get(`${url}/near`, { headers })).body).toBe('matched');
  expect((await get(`${url}/far`, { headers })).body).toBe('default');
});

test('redirects to what the action makes of the request', async () => {
  const { physicalId: loadBalancer } = await fixture.loadBalancer();
  const { physicalId: listener } = await fixture.listener(loadBalancer, {
    Type: 'redirect',
    RedirectConfig: { Protocol: 'HTTPS', Port: '443', Path: '/v2/#{path}', StatusCode: 'HTTP_301' },
  });

  const { status, headers } = await get(`${fixture.urlOf(listener)}/orders?page=2`, { headers: { host: 'api.example.com' } });

  expect(status).toBe(301);
  expect(headers.location).toBe('https://api.example.com:443/v2/orders?page=2');
});

test('keeps a client with the target group that it met first where the action is sticky', async () => {
  const { rule, blue, green, url } = await twins();
  const action = forward([blue, 50], [green, 50]);
  const sticky = { ...action, ForwardConfig: { ...action.ForwardConfig, TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 3600 } } };
  await fixture.client.send(new ModifyRuleCommand({ RuleArn: rule.physicalId, Actions: [sticky as never] }));
  const first = await get(url);
  const cookie = String(first.headers['set-cookie']).split(';')[0];
  expect(cookie).toMatch(/^AWSALBTG=/);

  for (let index = 0; index < 10; index += 1) {
    expect((await get(url, { headers: { cookie } })).body).toBe(first.body);
  }
});

test('keeps a client with its target where the target group is sticky', async () => {
  const { blue, url } = await twins();
  await fixture.healthyTarget(blue, 'blue two');
  fixture.elb.apis[0].operations.ModifyTargetGroupAttributes({ TargetGroupArn: blue, Attributes: [{ Key: 'stickiness.enabled', Value: 'true' }] });
  const first = await get(url);
  const cookie = String(first.headers['set-cookie']).split(';')[0];

  for (let index = 0; index < 6; index += 1) {
    expect((await get(url, { headers: { cookie } })).body).toBe(first.body);
  }
});

test('answers 503 where a forward has weight for nobody', async () => {
  const { rule, blue, url } = await twins();
  await fixture.client.send(new ModifyRuleCommand({ RuleArn: rule.physicalId, Actions: [forward([blue, 0]) as never] }));

  expect((await get(url)).status).toBe(503);
});
