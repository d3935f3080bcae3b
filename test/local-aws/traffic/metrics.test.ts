import { request } from 'undici';
import { eventually, Fixture, fixed, forward, path } from './fixture';

let fixture: Fixture;

beforeEach(async () => {
  fixture = await new Fixture(3000).start();
});

afterEach(() => fixture.close());

test('publishes each minute what has passed, for the load balancer and for each of its target groups', async () => {
  const { physicalId: loadBalancer, attributes } = await fixture.loadBalancer();
  const targetGroup = await fixture.targetGroup();
  const empty = await fixture.targetGroup();
  const { physicalId: listener } = await fixture.listener(loadBalancer, forward([targetGroup, 1]));
  await fixture.create('ListenerRule', { ListenerArn: listener, Priority: 1, Conditions: [path('/empty')], Actions: [forward([empty, 1])] });
  await fixture.create('ListenerRule', { ListenerArn: listener, Priority: 2, Conditions: [path('/fixed')], Actions: [fixed(404, '')] });
  await fixture.healthyTarget(targetGroup, 'one', (incoming, outgoing) => {
    outgoing.statusCode = Number(/\d+/.exec(incoming.url!)?.[0] ?? 200);
    outgoing.end();
  });
  const url = fixture.urlOf(listener);
  for (const to of ['/', '/', '/301', '/404', '/500', '/500', '/empty', '/fixed']) {
    await (await request(`${url}${to}`, { dispatcher: fixture.agent })).body.dump();
  }
  const LoadBalancer = String(attributes.LoadBalancerFullName);
  const TargetGroup = targetGroup.split(':')[5];
  const key = (dimensions: object) => JSON.stringify(Object.entries(dimensions).sort());
  const sumOf = (metricName: string, dimensions: object) => fixture.recorded
    .filter((recorded) => recorded.metricName === metricName && key(recorded.dimensions) === key(dimensions))
    .reduce((sum, { value, count = 1 }) => sum + (metricName === 'TargetResponseTime' ? count : value), 0);
  await eventually(() => sumOf('HTTPCode_ELB_4XX_Count', { LoadBalancer }) === 1);

  for (const dimensions of [{ LoadBalancer }, { TargetGroup, LoadBalancer }]) {
    expect(sumOf('RequestCount', dimensions)).toBe(6);
    expect(sumOf('HTTPCode_Target_2XX_Count', dimensions)).toBe(2);
    expect(sumOf('HTTPCode_Target_3XX_Count', dimensions)).toBe(1);
    expect(sumOf('HTTPCode_Target_4XX_Count', dimensions)).toBe(1);
    expect(sumOf('HTTPCode_Target_5XX_Count', dimensions)).toBe(2);
    expect(sumOf('TargetResponseTime', dimensions)).toBe(6);
  }
  expect(sumOf('HTTPCode_ELB_5XX_Count', { LoadBalancer })).toBe(1);
  expect(sumOf('HTTPCode_ELB_503_Count', { LoadBalancer })).toBe(1);
  expect(sumOf('HTTPCode_ELB_5XX_Count', { TargetGroup, LoadBalancer })).toBe(0);
  expect(fixture.recorded).toContainEqual(expect.objectContaining({ metricName: 'HealthyHostCount', dimensions: { TargetGroup, LoadBalancer }, value: 1 }));
  expect(fixture.recorded.filter(({ at }) => at! % 60_000 !== 0)).toEqual([]);
});

test('publishes nothing but host counts where nothing passes', async () => {
  const { physicalId: loadBalancer } = await fixture.loadBalancer();
  await fixture.listener(loadBalancer, forward([await fixture.targetGroup(), 1]));
  await eventually(() => fixture.recorded.length > 4);

  expect(new Set(fixture.recorded.map(({ metricName }) => metricName))).toEqual(new Set(['HealthyHostCount', 'UnHealthyHostCount']));
});
