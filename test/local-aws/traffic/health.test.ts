import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { eventually, Fixture, forward } from './fixture';
import { afterCheck, isMatch, REGISTERED } from '../../../src/local-aws/traffic/data-plane/health-state';
import type { CheckResult, HealthState } from '../../../src/local-aws/traffic/data-plane/health-state';

const pass: CheckResult = { passed: true };
const fail: CheckResult = { passed: false, reason: 'Target.Timeout', description: 'Request timed out' };
const thresholds = { healthyThreshold: 3, unhealthyThreshold: 2 };
const after = (from: HealthState, ...results: CheckResult[]) => results.reduce((health, result) => afterCheck(health, result, thresholds), from);

describe('the health of a target', () => {
  test('is good after one passed check where it is new', () => {
    expect(after(REGISTERED, pass)).toEqual({ state: 'healthy', against: 0 });
  });

  test('stays initial until as many checks have failed as the unhealthy threshold says', () => {
    expect(after(REGISTERED, fail)).toMatchObject({ state: 'initial', reason: 'Elb.InitialHealthChecking' });
    expect(after(REGISTERED, fail, fail)).toMatchObject({ state: 'unhealthy', reason: 'Target.Timeout', description: 'Request timed out' });
  });

  test('is lost only by consecutive failures', () => {
    const healthy = after(REGISTERED, pass);

    expect(after(healthy, fail, pass, fail).state).toBe('healthy');
    expect(after(healthy, fail, pass, fail, fail).state).toBe('unhealthy');
  });

  test('comes back only by as many consecutive passes as the healthy threshold says', () => {
    const unhealthy = after(REGISTERED, fail, fail);

    expect(after(unhealthy, pass, pass, fail, pass, pass).state).toBe('unhealthy');
    expect(after(unhealthy, pass, pass, pass).state).toBe('healthy');
  });
});

test.each([
  ['200', 200, true], ['200', 204, false], ['200,204', 204, true], ['200-299', 204, true], ['200-299', 300, false], ['200,300-302', 301, true],
])('the matcher %s and the code %d: %s', (matcher, code, expected) => {
  expect(isMatch(matcher, code)).toBe(expected);
});

describe('checks', () => {
  let fixture: Fixture;

  beforeEach(async () => {
    fixture = await new Fixture().start();
  });

  afterEach(() => fixture.close());

  async function healthOf(targetGroup: string) {
    const { TargetHealthDescriptions } = await fixture.client.send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroup }));
    return TargetHealthDescriptions!.map(({ TargetHealth }) => TargetHealth);
  }

  test('do not run, and the target is unused, until a listener or a rule leads to its group', async () => {
    const targetGroup = await fixture.targetGroup();
    let checks = 0;
    const target = await fixture.target('one', (_, response) => {
      checks += 1;
      response.end();
    });
    fixture.elb.register(targetGroup, target);
    expect(fixture.elb.isAttached(targetGroup)).toBe(false);
    expect(await healthOf(targetGroup)).toEqual([{
      State: 'unused',
      Reason: 'Target.NotInUse',
      Description: 'Target group is not configured to receive traffic from the load balancer',
    }]);
    expect(checks).toBe(0);

    const { physicalId: loadBalancer } = await fixture.loadBalancer();
    const listener = await fixture.listener(loadBalancer, forward([await fixture.targetGroup(), 100], [targetGroup, 0]));
    expect(fixture.elb.isAttached(targetGroup)).toBe(true);
    await eventually(() => fixture.elb.health(targetGroup, target.id) === 'healthy');
    expect(await healthOf(targetGroup)).toEqual([{ State: 'healthy' }]);

    await fixture.delete('Listener', listener);
    expect(fixture.elb.health(targetGroup, target.id)).toBe('unused');
  });

  test('ask as ELB does, and say which codes they got', async () => {
    const targetGroup = await fixture.targetGroup({ HealthCheckPath: '/health', Matcher: { HttpCode: '204' } });
    const { physicalId: loadBalancer } = await fixture.loadBalancer();
    await fixture.listener(loadBalancer, forward([targetGroup, 1]));
    const asked: unknown[] = [];
    const target = await fixture.target('one', (request, response) => {
      asked.push([request.method, request.url, request.headers['user-agent'], request.headers.host]);
      response.statusCode = 200;
      response.end();
    });
    fixture.elb.register(targetGroup, target);
    await eventually(() => fixture.elb.health(targetGroup, target.id) === 'unhealthy');

    expect(asked[0]).toEqual(['GET', '/health', 'ELB-HealthChecker/2.0', `${target.id}:8080`]);
    expect(await healthOf(targetGroup)).toEqual([{
      State: 'unhealthy',
      Reason: 'Target.ResponseCodeMismatch',
      Description: 'Health checks failed with these codes: [200]',
    }]);
  });

  test('give a process time to start, however fast the clock runs', async () => {
    await fixture.close();
    fixture = await new Fixture(60_000, { startUp: 60_000, healthCheckInterval: 1 }).start();
    const targetGroup = await fixture.targetGroup();
    const { physicalId: loadBalancer } = await fixture.loadBalancer();
    await fixture.listener(loadBalancer, forward([targetGroup, 1]));
    // Port 9 of loopback refuses connections.
    fixture.elb.register(targetGroup, { id: '10.0.0.9', port: 8080, loopbackPort: 9, label: 'starting' });
    await new Promise((resolve) => setTimeout(resolve, 50));

    expect(await healthOf(targetGroup)).toEqual([{
      State: 'initial',
      Reason: 'Elb.InitialHealthChecking',
      Description: 'Initial health checks in progress',
    }]);
  });

  test('fail for a target that nobody listens for, once it has had time to start', async () => {
    const targetGroup = await fixture.targetGroup();
    const { physicalId: loadBalancer } = await fixture.loadBalancer();
    await fixture.listener(loadBalancer, forward([targetGroup, 1]));
    fixture.elb.register(targetGroup, { id: '10.0.0.9', port: 8080, loopbackPort: 9, label: 'gone' });
    await eventually(() => fixture.elb.health(targetGroup, '10.0.0.9') === 'unhealthy');

    expect(await healthOf(targetGroup)).toEqual([{ State: 'unhealthy', Reason: 'Target.FailedHealthChecks', Description: 'Health checks failed' }]);
  });

  test('say of a target that nobody registered that it is not registered', async () => {
    const targetGroup = await fixture.targetGroup();

    const { TargetHealthDescriptions } = await fixture.client.send(new DescribeTargetHealthCommand({
      TargetGroupArn: targetGroup,
      Targets: [{ Id: '10.9.9.9', Port: 80 }],
    }));

    expect(TargetHealthDescriptions![0].TargetHealth).toEqual({
      State: 'unused',
      Reason: 'Target.NotRegistered',
      Description: 'Target is not registered to the target group',
    });
  });
});
