import {
  AddTagsCommand, CreateRuleCommand, DeleteRuleCommand, DeregisterTargetsCommand, DescribeListenersCommand, DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand, DescribeRulesCommand, DescribeTagsCommand, DescribeTargetGroupAttributesCommand, DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand, ModifyListenerCommand, ModifyRuleCommand, ModifyTargetGroupAttributesCommand, RegisterTargetsCommand,
  RemoveTagsCommand, SetRulePrioritiesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { eventually, Fixture, fixed, forward, path } from './fixture';

let fixture: Fixture;

beforeEach(async () => {
  fixture = await new Fixture().start();
});

afterEach(() => fixture.close());

const refusal = (name: string, message: string) => expect.objectContaining({ name, message });

async function route() {
  const { physicalId: loadBalancer, attributes } = await fixture.loadBalancer();
  const targetGroup = await fixture.targetGroup();
  const { physicalId: listener } = await fixture.listener(loadBalancer, fixed(404, 'no route'));
  const properties = { ListenerArn: listener, Priority: 10, Conditions: [path('/*')], Actions: [forward([targetGroup, 100])] };
  const rule = await fixture.create('ListenerRule', properties);
  return { loadBalancer, attributes, targetGroup, listener, rule, properties };
}

test('describes what templates have made, as AWS does', async () => {
  const { loadBalancer, attributes, targetGroup, listener, rule } = await route();
  const arn = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333';
  expect(loadBalancer).toMatch(new RegExp(`^${arn}:loadbalancer/app/[A-Za-z0-9-]{1,32}/[0-9a-f]{16}$`));
  expect(attributes.LoadBalancerFullName).toBe(loadBalancer.split(':loadbalancer/')[1]);
  expect(targetGroup).toMatch(new RegExp(`^${arn}:targetgroup/[A-Za-z0-9-]{1,32}/[0-9a-f]{16}$`));
  expect(listener).toMatch(new RegExp(`^${loadBalancer.replace(':loadbalancer/', ':listener/')}/[0-9a-f]{16}$`));
  expect(rule.physicalId).toMatch(new RegExp(`^${listener.replace(':listener/', ':listener-rule/')}/[0-9a-f]{16}$`));

  const { LoadBalancers } = await fixture.client.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [loadBalancer] }));
  expect(LoadBalancers).toEqual([expect.objectContaining({ DNSName: attributes.DNSName, Type: 'application', State: { Code: 'active' } })]);
  const { TargetGroups } = await fixture.client.send(new DescribeTargetGroupsCommand({ LoadBalancerArn: loadBalancer }));
  expect(TargetGroups).toEqual([
    expect.objectContaining({ TargetGroupArn: targetGroup, LoadBalancerArns: [loadBalancer], HealthyThresholdCount: 5 }),
  ]);
  const { Listeners } = await fixture.client.send(new DescribeListenersCommand({ LoadBalancerArn: loadBalancer }));
  expect(Listeners).toEqual([expect.objectContaining({ ListenerArn: listener, Port: 80, Protocol: 'HTTP' })]);
  const { Rules } = await fixture.client.send(new DescribeRulesCommand({ ListenerArn: listener }));
  expect(Rules).toEqual([
    {
      RuleArn: rule.physicalId,
      Priority: '10',
      IsDefault: false,
      Conditions: [{ Field: 'path-pattern', Values: ['/*'], PathPatternConfig: { Values: ['/*'] } }],
      Actions: [{
        Type: 'forward',
        TargetGroupArn: targetGroup,
        ForwardConfig: { TargetGroups: [{ TargetGroupArn: targetGroup, Weight: 100 }], TargetGroupStickinessConfig: { Enabled: false } },
      }],
    },
    expect.objectContaining({ Priority: 'default', IsDefault: true, Conditions: [] }),
  ]);
  expect(fixture.elb.admin.listeners({})).toEqual([{
    listenerArn: listener,
    loadBalancerArn: loadBalancer,
    dnsName: attributes.DNSName,
    port: 80,
    protocol: 'HTTP',
    url: expect.stringContaining(`http://${attributes.DNSName}:`),
  }]);
});

test('refuses what AWS refuses of rules, in its words', async () => {
  const { listener, rule, targetGroup, properties } = await route();
  const { client } = fixture;
  const { Rules } = await client.send(new DescribeRulesCommand({ ListenerArn: listener }));
  const defaultRule = Rules!.find(({ IsDefault }) => IsDefault)!.RuleArn!;
  const other = await fixture.loadBalancer();
  const otherListener = await fixture.listener(other.physicalId, fixed(404, ''));
  const gone = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/gone/0123456789abcdef';

  await expect(client.send(new CreateRuleCommand(properties as never))).rejects.toEqual(refusal('PriorityInUseException', "Priority '10' is currently in use"));
  await expect(client.send(new DescribeRulesCommand({ RuleArns: [`${rule.physicalId}0`] })))
    .rejects.toEqual(refusal('RuleNotFoundException', 'One or more rules not found'));
  await expect(client.send(new DescribeListenersCommand({ ListenerArns: [`${listener}0`] })))
    .rejects.toEqual(refusal('ListenerNotFoundException', 'One or more listeners not found'));
  await expect(client.send(new ModifyRuleCommand({ RuleArn: rule.physicalId, Actions: [forward([gone, 1]) as never] })))
    .rejects.toEqual(refusal('TargetGroupNotFoundException', `Target groups '${gone}' not found`));
  await expect(client.send(new ModifyRuleCommand({ RuleArn: rule.physicalId, Actions: [forward([targetGroup, 1000]) as never] })))
    .rejects.toEqual(refusal('ValidationError', 'The weight for each target group must be between 0 and 999, inclusive'));
  await expect(client.send(new ModifyRuleCommand({ RuleArn: rule.physicalId })))
    .rejects.toEqual(refusal('ValidationError', 'Either conditions or actions must be specified'));
  await expect(client.send(new ModifyRuleCommand({ RuleArn: defaultRule, Actions: [forward([targetGroup, 1]) as never] })))
    .rejects.toEqual(refusal('OperationNotPermittedException', `Default rule '${defaultRule}' cannot be modified`));
  await expect(client.send(new DeleteRuleCommand({ RuleArn: defaultRule })))
    .rejects.toEqual(refusal('OperationNotPermittedException', `Default rule '${defaultRule}' cannot be deleted`));
  await expect(client.send(new CreateRuleCommand({ ...properties, ListenerArn: otherListener.physicalId } as never))).rejects.toEqual(
    refusal(
      'TargetGroupAssociationLimitException',
      `The following target groups cannot be associated with more than one load balancer: ${targetGroup}`,
    ),
  );
});

test('refuses what AWS refuses of load balancers, listeners and target groups, in its words', async () => {
  const { loadBalancer, targetGroup } = await route();
  const guarded = await fixture.loadBalancer({ LoadBalancerAttributes: [{ Key: 'deletion_protection.enabled', Value: 'true' }] });

  await expect(fixture.delete('LoadBalancer', guarded))
    .rejects.toEqual(refusal('OperationNotPermitted', `Load balancer '${guarded.physicalId}' cannot be deleted because deletion protection is enabled`));
  await expect(fixture.delete('TargetGroup', { physicalId: targetGroup, attributes: {} }))
    .rejects.toEqual(refusal('ResourceInUse', `Target group '${targetGroup}' is currently in use by a listener or a rule`));
  await expect(fixture.listener(loadBalancer, fixed(404, '')))
    .rejects.toEqual(refusal('DuplicateListener', `A listener already exists on this port for this load balancer '${loadBalancer}'`));
  await expect(fixture.listener(loadBalancer, fixed(404, ''), { Port: 443, Protocol: 'HTTPS' }))
    .rejects.toEqual(refusal('ValidationError', 'A certificate must be specified for HTTPS listeners'));
  await expect(fixture.loadBalancer({ Subnets: ['subnet-1'] }))
    .rejects.toEqual(refusal('ValidationError', 'At least two subnets in two different Availability Zones must be specified'));
  await expect(fixture.targetGroup({ HealthCheckTimeoutSeconds: 10 }))
    .rejects.toEqual(refusal('ValidationError', "Health check timeout '10' must be smaller than the interval '10'"));
  await expect(fixture.targetGroup({ Name: 'a-name-of-more-than-thirty-two-characters' })).rejects.toEqual(
    refusal('ValidationError', "Target group name 'a-name-of-more-than-thirty-two-characters' cannot be longer than '32' characters"),
  );
});

test('says aloud what it does not rehearse', async () => {
  const { loadBalancer } = await route();

  await expect(fixture.loadBalancer({ Type: 'network' })).rejects.toThrow(
    new Error("the local AWS rehearses application load balancers only, got type 'network'; use an application load balancer"),
  );
  await expect(fixture.listener(loadBalancer, { Type: 'authenticate-oidc' }, { Port: 81 })).rejects.toThrow(
    new Error("the local AWS does not rehearse the action 'authenticate-oidc'; leave it out of what is rehearsed"),
  );
  await expect(fixture.targetGroup({ Protocol: 'HTTPS' })).rejects.toThrow(
    new Error('the local AWS speaks HTTP/1.1 to targets, got protocol HTTPS, version HTTP1; use HTTP and HTTP1'),
  );
});

test('exchanges the priorities of two rules at once', async () => {
  const { listener, rule, properties } = await route();
  const second = await fixture.create('ListenerRule', { ...properties, Priority: 20 });

  await fixture.client.send(new SetRulePrioritiesCommand({
    RulePriorities: [{ RuleArn: rule.physicalId, Priority: 20 }, { RuleArn: second.physicalId, Priority: 10 }],
  }));

  const { Rules } = await fixture.client.send(new DescribeRulesCommand({ ListenerArn: listener }));
  expect(Rules!.map(({ RuleArn }) => RuleArn).slice(0, 2)).toEqual([second.physicalId, rule.physicalId]);
});

test('keeps what ModifyListener does not send', async () => {
  const { listener } = await route();

  await fixture.client.send(new ModifyListenerCommand({ ListenerArn: listener, Port: 8080 }));

  const { Listeners } = await fixture.client.send(new DescribeListenersCommand({ ListenerArns: [listener] }));
  expect(Listeners![0]).toMatchObject({ Port: 8080, DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }] });
});

test('tags with the stack’s tags and the template’s, and leaves alone what others have put on', async () => {
  const { rule, properties } = await route();
  const arns = { ResourceArns: [rule.physicalId] };
  const tags = async () => (await fixture.client.send(new DescribeTagsCommand(arns))).TagDescriptions![0].Tags;
  await fixture.update('ListenerRule', rule, { ...properties, Tags: [{ Key: 'owner', Value: 'me' }] });
  await fixture.client.send(new AddTagsCommand({ ...arns, Tags: [{ Key: 'by-hand', Value: 'yes' }, { Key: 'other', Value: '1' }] }));
  await fixture.client.send(new RemoveTagsCommand({ ...arns, TagKeys: ['other'] }));
  expect(await tags()).toEqual([{ Key: 'team', Value: 'payments' }, { Key: 'owner', Value: 'me' }, { Key: 'by-hand', Value: 'yes' }]);

  await fixture.update('ListenerRule', rule, properties);

  expect(await tags()).toEqual([{ Key: 'team', Value: 'payments' }, { Key: 'by-hand', Value: 'yes' }]);
});

test('registers and deregisters targets that clients name', async () => {
  const { targetGroup } = await route();
  const { loopbackPort } = await fixture.target('one');
  const Targets = [{ Id: '127.0.0.1', Port: loopbackPort }];
  const states = async () => (await fixture.client.send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroup })))
    .TargetHealthDescriptions!.map(({ TargetHealth }) => TargetHealth!.State);
  await fixture.client.send(new RegisterTargetsCommand({ TargetGroupArn: targetGroup, Targets }));
  await eventually(async () => (await states())[0] === 'healthy');

  await fixture.client.send(new ModifyTargetGroupAttributesCommand({
    TargetGroupArn: targetGroup,
    Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '60' }],
  }));
  await fixture.client.send(new DeregisterTargetsCommand({ TargetGroupArn: targetGroup, Targets }));
  expect(await states()).toEqual(['draining']);
  await eventually(async () => (await states()).length === 0);

  await expect(fixture.client.send(new RegisterTargetsCommand({ TargetGroupArn: targetGroup, Targets: [{ Id: '10.1.1.1', Port: 80 }] }))).rejects.toEqual(
    refusal(
      'InvalidTargetException',
      "the local AWS does not know where '10.1.1.1:80' listens; register a task through its service, or an address that begins with 127.",
    ),
  );
});

test('describes attributes, defaults included', async () => {
  const { loadBalancer, targetGroup } = await route();

  const ofLoadBalancer = await fixture.client.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: loadBalancer }));
  const ofTargetGroup = await fixture.client.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: targetGroup }));

  expect(ofLoadBalancer.Attributes).toContainEqual({ Key: 'idle_timeout.timeout_seconds', Value: '60' });
  expect(ofTargetGroup.Attributes).toContainEqual({ Key: 'deregistration_delay.timeout_seconds', Value: '300' });
});
