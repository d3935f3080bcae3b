import { CodeDeployClient, CreateDeploymentCommand, GetDeploymentCommand, GetDeploymentTargetCommand, type DeploymentInfo, type ECSTarget } from '@aws-sdk/client-codedeploy';
import { APP_SPEC_VERSION } from '../../../src/deployment/codedeploy/app-spec';
import { CodeDeploy } from '../../../src/local-aws/codedeploy/code-deploy';
import type { FunctionInvoker, OperationInput } from '../../../src/local-aws/core/api';
import { Endpoint } from '../../../src/local-aws/endpoint/endpoint';
import { ElasticLoadBalancing } from '../../../src/local-aws/traffic/elastic-load-balancing';
import { Ecs, eventually, refusalOf, resourceRequest, testWorld } from '../workload/support';

export type HookAnswer = 'Succeeded' | 'Failed' | 'nothing';

/** A service with twin target groups, two routes and a deployment group; load balancing, tasks and CodeDeploy's client are real. */
export class BlueGreen implements FunctionInvoker {
  public readonly world;
  public readonly elb: ElasticLoadBalancing;
  public readonly ecs: Ecs;
  public readonly codeDeploy: CodeDeploy;
  public client!: CodeDeployClient;
  /** Alarms that are in ALARM. */
  public readonly alarms = new Set<string>();
  /** What each function answers as a hook; it was invoked in this order. */
  public readonly hooks: Record<string, HookAnswer> = {};
  public readonly invoked: string[] = [];
  public targetGroups: string[] = [];
  public production = { listener: '', rule: '' };
  public test = { listener: '', rule: '' };
  private endpoint!: Endpoint;

  constructor(speed = 300) {
    this.world = testWorld(speed);
    this.elb = new ElasticLoadBalancing(this.world, { record: () => undefined });
    this.ecs = new Ecs(this.world, this.elb);
    this.codeDeploy = new CodeDeploy(
      this.world,
      this.ecs.service,
      this.elb,
      { alarmState: (name) => this.alarms.has(name) ? { state: 'ALARM', reason: 'the test says so' } : { state: 'OK', reason: '' } },
      this,
    );
  }

  /** Everything that a stack would have made, with one task of revision api:1 serving. */
  public async start(): Promise<this> {
    this.endpoint = new Endpoint(this.world);
    this.endpoint.serveFrom([this.codeDeploy, this.ecs.service, this.elb]);
    await this.endpoint.listen(0);
    this.client = new CodeDeployClient({
      endpoint: this.endpoint.url(), region: this.world.region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' }, maxAttempts: 1,
    });
    const loadBalancer = await this.elbType('LoadBalancer', { Subnets: ['subnet-1', 'subnet-2'] });
    for (const Name of ['TargetGroupA', 'TargetGroupB']) {
      this.targetGroups.push(await this.elbType('TargetGroup', {
        Name,
        Port: 8080,
        Protocol: 'HTTP',
        TargetType: 'ip',
        VpcId: 'vpc-1',
        HealthCheckIntervalSeconds: 10,
        TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '10' }],
      }));
    }
    this.production = await this.route(loadBalancer, 80);
    this.test = await this.route(loadBalancer, 8080);
    await this.ecs.prepare();
    await this.registerVersion('one');
    await this.ecs.createService({
      taskDefinition: 'api:2',
      loadBalancers: [{ targetGroupArn: this.targetGroups[0], containerName: 'web', containerPort: 8080 }],
    });
    await this.ecs.steady();
    await this.create('Application', { ApplicationName: 'app', ComputePlatform: 'ECS' });
    return this;
  }

  public async close(): Promise<void> {
    this.client.destroy();
    await this.codeDeploy.close();
    await this.ecs.service.close();
    await this.endpoint.close();
    await this.elb.close();
    await this.world.dispose();
  }

  public async create(type: string, properties: Record<string, unknown>): Promise<string> {
    return (await this.codeDeploy.resourceTypes[`AWS::CodeDeploy::${type}`].create(resourceRequest(type, properties, type))).physicalId;
  }

  public groupProperties(properties: Record<string, unknown> = {}): Record<string, unknown> {
    return {
      ApplicationName: 'app',
      DeploymentGroupName: 'group',
      DeploymentConfigName: 'CodeDeployDefault.ECSCanary10Percent15Minutes',
      ServiceRoleArn: 'arn:aws:iam::123456789012:role/code-deploy',
      ECSServices: [{ ClusterName: 'main', ServiceName: 'api' }],
      AutoRollbackConfiguration: { Enabled: true, Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'] },
      AlarmConfiguration: { Enabled: true, Alarms: [{ Name: 'errors' }] },
      BlueGreenDeploymentConfiguration: {
        DeploymentReadyOption: { ActionOnTimeout: 'CONTINUE_DEPLOYMENT', WaitTimeInMinutes: 0 },
        TerminateBlueInstancesOnDeploymentSuccess: { Action: 'TERMINATE', TerminationWaitTimeInMinutes: 600 },
      },
      LoadBalancerInfo: {
        TargetGroupPairInfoList: [{
          TargetGroups: [{ Name: 'TargetGroupA' }, { Name: 'TargetGroupB' }],
          ProdTrafficRoute: { ListenerArns: [this.production.listener] },
          TestTrafficRoute: { ListenerArns: [this.test.listener] },
        }],
      },
      ...properties,
    };
  }

  public async group(properties: Record<string, unknown> = {}): Promise<void> {
    await this.create('DeploymentGroup', this.groupProperties(properties));
  }

  /** A revision whose tasks answer with the version. */
  public async registerVersion(version: string, container: Record<string, unknown> = {}): Promise<string> {
    return this.ecs.registerRevision({ environment: [{ name: 'VERSION', value: version }], ...container });
  }

  public appSpec(taskDefinition: string, hooks: Record<string, string> = {}): string {
    return JSON.stringify({
      version: APP_SPEC_VERSION,
      Resources: [{
        TargetService: {
          Type: 'AWS::ECS::Service',
          Properties: { TaskDefinition: taskDefinition, LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 8080 } },
        },
      }],
      Hooks: Object.entries(hooks).map(([event, name]) => ({ [event]: name })),
    });
  }

  public async deploy(taskDefinition: string, hooks: Record<string, string> = {}, input: OperationInput = {}): Promise<string> {
    const { deploymentId } = await this.client.send(new CreateDeploymentCommand({
      applicationName: 'app',
      deploymentGroupName: 'group',
      revision: { revisionType: 'AppSpecContent', appSpecContent: { content: this.appSpec(taskDefinition, hooks) } },
      ...input,
    }));
    return deploymentId!;
  }

  public async call(operation: string, input: OperationInput): Promise<any> {
    return this.codeDeploy.apis[0].operations[operation](input);
  }

  public async refusal(operation: string, input: OperationInput): Promise<string> {
    return refusalOf(() => this.call(operation, input));
  }

  public async info(deploymentId: string): Promise<DeploymentInfo> {
    return (await this.client.send(new GetDeploymentCommand({ deploymentId }))).deploymentInfo!;
  }

  public async target(deploymentId: string): Promise<ECSTarget> {
    return (await this.client.send(new GetDeploymentTargetCommand({ deploymentId, targetId: 'main:api' }))).deploymentTarget!.ecsTarget!;
  }

  /** The events with their statuses, in one line. */
  public async events(deploymentId: string): Promise<string> {
    return (await this.target(deploymentId)).lifecycleEvents!.map((event) => `${event.lifecycleEventName} ${event.status}`).join(', ');
  }

  public async ended(deploymentId: string): Promise<DeploymentInfo> {
    return eventually(async () => {
      const info = await this.info(deploymentId);
      return ['Succeeded', 'Failed', 'Stopped'].includes(info.status!) && info;
    });
  }

  public async reaches(deploymentId: string, event: string, status: string): Promise<void> {
    await eventually(async () => {
      if (!(await this.info(deploymentId)).startTime) {
        return false;
      }
      return (await this.events(deploymentId)).includes(`${event} ${status}`);
    });
  }

  /** The weights of a route: target group's name to weight. */
  public async weights(route: { rule: string }): Promise<Record<string, number>> {
    const { Rules } = await this.elb.apis[0].operations.DescribeRules({ RuleArns: [route.rule] }) as any;
    const groups: { TargetGroupArn: string; Weight: number }[] = Rules[0].Actions[0].ForwardConfig.TargetGroups;
    return Object.fromEntries(groups.map(({ TargetGroupArn, Weight }) => [/TargetGroup[AB]/.exec(TargetGroupArn)![0], Number(Weight)]));
  }

  /** How many of the requests each version answers. */
  public async ask(route: { listener: string }, requests: number): Promise<Record<string, number>> {
    const listeners = this.elb.admin.listeners({}) as { listenerArn: string; url: string }[];
    const { url } = listeners.find((listener) => listener.listenerArn === route.listener)!;
    const counts: Record<string, number> = {};
    for (let index = 0; index < requests; index += 1) {
      const answer = await (await fetch(url, { headers: { connection: 'close' } })).text();
      counts[answer] = (counts[answer] ?? 0) + 1;
    }
    return counts;
  }

  public async invoke(): Promise<unknown> {
    throw new Error('hooks are invoked asynchronously');
  }

  public async invokeAsync(name: string, payload: OperationInput): Promise<void> {
    const answer = this.hooks[name];
    if (!answer) {
      throw new Error(`Function not found: ${name}`);
    }
    this.invoked.push(name);
    if (answer !== 'nothing') {
      setImmediate(() => void this.call('PutLifecycleEventHookExecutionStatus', {
        deploymentId: payload.DeploymentId, lifecycleEventHookExecutionId: payload.LifecycleEventHookExecutionId, status: answer,
      }));
    }
  }

  private async route(loadBalancer: string, port: number): Promise<{ listener: string; rule: string }> {
    const fixed = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } };
    const listener = await this.elbType('Listener', { LoadBalancerArn: loadBalancer, Port: port, Protocol: 'HTTP', DefaultActions: [fixed] });
    const rule = await this.elbType('ListenerRule', {
      ListenerArn: listener,
      Priority: 10,
      Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/*'] } }],
      Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: this.targetGroups.map((TargetGroupArn, index) => ({ TargetGroupArn, Weight: index === 0 ? 100 : 0 })) } }],
    });
    return { listener, rule };
  }

  private async elbType(type: string, properties: Record<string, unknown>): Promise<string> {
    const name = `AWS::ElasticLoadBalancingV2::${type}`;
    return (await this.elb.resourceTypes[name].create(resourceRequest(name, properties, type))).physicalId;
  }
}
