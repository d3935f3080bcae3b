import type { ElasticLoadBalancingV2Client, Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import { selectGroup, type DeploymentGroup } from '../../../src/rehearsal/aws/deployment-groups';
import { ProductionRoute } from '../../../src/rehearsal/aws/production-route';

const LISTENER = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/api/50dc6c495c0c9188/f2f7dc8efc522ab2';
const RULE = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/api/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee';
const never = new AbortController().signal;

const GROUP: DeploymentGroup = { application: 'app', name: 'group', cluster: 'c', service: 'api', productionRoute: LISTENER, targetGroupArns: ['a', 'b'] };

const OF_ANOTHER: Rule = { RuleArn: 'other', Actions: [{ Type: 'forward', TargetGroupArn: 'z' }] };
const OF_THE_GROUP: Rule = {
  RuleArn: RULE,
  Conditions: [{ Field: 'host-header', HostHeaderConfig: { Values: ['*.example.com'] } }],
  Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: 'a', Weight: 90 }, { TargetGroupArn: 'b', Weight: 10 }] } }],
};

function route(rules: Rule[], group = GROUP): { readonly route: ProductionRoute; readonly asked: unknown[] } {
  const asked: unknown[] = [];
  const client = { send: async (command: { input: unknown }) => { asked.push(command.input); return { Rules: rules }; } };
  return { route: new ProductionRoute(client as unknown as ElasticLoadBalancingV2Client, group), asked };
}

test('of the rules of a listener it is the one that forwards to the target groups', async () => {
  expect(await route([OF_ANOTHER, OF_THE_GROUP]).route.weights(never)).toEqual({ a: 90, b: 10 });
});

test('a forward to one target group gives it everything', async () => {
  expect(await route([{ Actions: [{ Type: 'forward', TargetGroupArn: 'b' }] }]).route.weights(never)).toEqual({ b: 100 });
});

test("a route that is a rule is found through the rule's listener", async () => {
  const { route: byRule, asked } = route([OF_ANOTHER, OF_THE_GROUP], { ...GROUP, productionRoute: RULE });
  expect(await byRule.weights(never)).toEqual({ a: 90, b: 10 });
  expect(asked).toEqual([{ ListenerArn: LISTENER }]);
});

test('requests go where the listener really listens, with a Host that the rule takes', async () => {
  const listeners = [{ listenerArn: 'other', url: 'http://127.0.0.1:1/' }, { listenerArn: LISTENER, url: 'http://127.0.0.1:2/' }];
  expect(await route([OF_THE_GROUP]).route.entrance(listeners, never)).toEqual({ url: 'http://127.0.0.1:2', host: 'any.example.com' });
});

test('a listener that does not listen, and a route without a rule, are told', async () => {
  await expect(route([OF_THE_GROUP]).route.entrance([], never))
    .rejects.toThrow(new Error(`the production route's listener ${LISTENER} does not listen; the stack's load balancer is not complete`));
  await expect(route([OF_ANOTHER]).route.weights(never))
    .rejects.toThrow(new Error(`no rule of ${LISTENER} forwards to the target groups of the deployment group group`));
});

test('a group is found by its own name or by its service, and the first is taken where none is named', () => {
  const other = { ...GROUP, name: 'other', service: 'web' };
  expect([selectGroup([GROUP, other], undefined, 'S'), selectGroup([GROUP, other], 'web', 'S'), selectGroup([GROUP, other], 'other', 'S')])
    .toEqual([GROUP, other, other]);
  expect(() => selectGroup([GROUP, other], 'x', 'S'))
    .toThrow(new Error('the stack S makes no deployment group x; it makes group (service api), other (service web)'));
  expect(() => selectGroup([], undefined, 'S')).toThrow(new Error(
    'the stack S makes no CodeDeploy deployment group, so there is no deployment to rehearse; name a stack that has one with --stack'));
});
