import { DOCKERFILE, Ecs, eventually, get, SERVER_JS, TARGET_GROUP_A, testWorld } from './support';

let world: ReturnType<typeof testWorld>;
let ecs: Ecs;

beforeEach(async () => {
  world = testWorld();
  ecs = new Ecs(world);
});

afterEach(async () => {
  await ecs.service.close();
  await world.dispose();
});

/** Starts a service on a revision with this container, and waits for its first task that stops. */
async function stoppedReason(container: Record<string, unknown>, files?: Record<string, string>): Promise<string> {
  await ecs.prepare(files);
  await ecs.createService({ taskDefinition: await ecs.registerRevision(container) });
  const { stopCode, stoppedReason: reason } = await ecs.stoppedTask();
  return `${stopCode}: ${reason}`;
}

interface Serving {
  readonly port: number;
  readonly env: Record<string, string>;
  readonly argv: string[];
}

async function serve(container: Record<string, unknown> = {}, others?: Record<string, unknown>): Promise<Serving> {
  await ecs.createService({ taskDefinition: await ecs.registerRevision(container, others) });
  await ecs.steady();
  const [{ loopbackPort: port }] = ecs.targets.of(TARGET_GROUP_A);
  return { port, ...JSON.parse(await get(port, '/env')) };
}

describe('a task that does not start', () => {
  test('names the image that nobody has registered', async () => {
    expect(await stoppedReason({ image: 'registry/api:9' })).toBe(
      'TaskFailedToStart: CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref registry/api:9: '
        + 'registry/api:9: not found (the local AWS runs images that the app builds from an asset, and pulls none)',
    );
  });

  test('names the file that is missing, and says that nothing is built in process mode', async () => {
    const files = { Dockerfile: 'FROM node AS build\nWORKDIR /app\nRUN make\nFROM node\nWORKDIR /app\nCOPY --from=build /app/dist dist\nCMD ["node", "dist/main.js"]' };
    expect(await stoppedReason({}, files)).toBe(
      'TaskFailedToStart: CannotStartContainerError: the command "node dist/main.js" needs the file dist/main.js, which is not in the image api:1 '
      + '(tasks are processes of this machine, and no RUN step of the Dockerfile is executed: build it first; '
      + 'not found in the build context: /app/dist (COPY --from=build /app/dist dist))',
    );
  });

  test('names the program that this machine does not have', async () => {
    expect(await stoppedReason({ command: ['no-such-uvicorn', 'main:app'] })).toBe(
      'TaskFailedToStart: CannotStartContainerError: exec: "no-such-uvicorn": executable file not found in $PATH '
      + '(tasks are processes of this machine, and no RUN step of the Dockerfile is executed: install no-such-uvicorn on this machine)',
    );
  });

  test('names the secret that cannot be read', async () => {
    expect(await stoppedReason({ secrets: [{ name: 'TOKEN', valueFrom: 'arn:aws:ssm:::parameter/missing' }] })).toBe(
      'TaskFailedToStart: ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret arn:aws:ssm:::parameter/missing: invalid parameters',
    );
  });

  test('tells how a process died at its start, and is started ever more slowly', async () => {
    await ecs.prepare();
    ecs.targets.answer = () => 'initial';
    await ecs.createService({ taskDefinition: await ecs.registerRevision({ command: ['node', '-e', 'process.exit(4)'] }) });
    expect(await ecs.stoppedTask()).toMatchObject({ stopCode: 'EssentialContainerExited', containers: [{ exitCode: 4, lastStatus: 'STOPPED' }] });
    const { events } = await eventually(async () => {
      const service = await ecs.describe();
      return service.events.some((event: { message: string }) => event.message.includes('unable to consistently start tasks')) && service;
    });
    expect(events.filter((event: { message: string }) => event.message.includes('has started')).length).toBeLessThanOrEqual(4);
    expect((await ecs.describe()).taskSets[0].stabilityStatus).toBe('STABILIZING');
  });
});

describe('a task that runs', () => {
  test('gets its environment, its secrets and a real port in place of the container port', async () => {
    await ecs.prepare();
    const { port, env, argv } = await serve({
      entryPoint: ['node', 'server.js'],
      command: ['--port', '8080', '--bind=0.0.0.0:8080', '18080'],
      environment: [{ name: 'VERSION', value: 'three' }, { name: 'PORT', value: '8080' }, { name: 'ADMIN_PORT', value: '8080' }, { name: 'SELF', value: 'http://localhost:8080/x' }],
      secrets: [{ name: 'TOKEN', valueFrom: 'arn:aws:ssm:::parameter/token' }],
    });
    expect(env).toMatchObject({
      VERSION: 'three',
      PORT: String(port),
      ADMIN_PORT: String(port),
      SELF: `http://localhost:${port}/x`,
      TOKEN: 'value of arn:aws:ssm:::parameter/token',
      AWS_REGION: 'eu-central-1',
      AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    });
    expect(env).not.toHaveProperty('npm_lifecycle_event');
    expect(argv.slice(2)).toEqual(['--port', String(port), `--bind=0.0.0.0:${port}`, '18080']);
  });

  test('writes its lines to the log group of its container', async () => {
    await ecs.prepare();
    const { port } = await serve({ logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/api', 'awslogs-stream-prefix': 'web-logs' } } });
    const { taskArns: [taskArn] } = await ecs.call('ListTasks', { cluster: 'main', serviceName: 'api' });
    expect(ecs.logs).toEqual([`/api web-logs/web/${taskArn.split('/')[2]} listening on ${port}`]);
  });

  test('is described with its address, its task set and its containers', async () => {
    await ecs.prepare();
    await serve();
    const service = await ecs.describe();
    const { taskArns } = await ecs.call('ListTasks', { cluster: 'main', serviceName: 'api' });
    const { tasks, failures } = await ecs.call('DescribeTasks', { cluster: 'main', tasks: [...taskArns, 'nope'] });
    expect(tasks).toMatchObject([{
      lastStatus: 'RUNNING',
      desiredStatus: 'RUNNING',
      group: 'service:api',
      startedBy: service.taskSets[0].id,
      launchType: 'FARGATE',
      attachments: [{ details: [{ name: 'privateIPv4Address', value: ecs.targets.of(TARGET_GROUP_A)[0].id }] }],
      containers: [{ name: 'web', image: 'api:1', lastStatus: 'RUNNING' }],
    }]);
    expect(failures).toEqual([{ arn: 'arn:aws:ecs:eu-central-1:123456789012:task/main/nope', reason: 'MISSING' }]);
  });

  test('is stopped on request, and replaced by its service', async () => {
    await ecs.prepare();
    await serve();
    const { taskArns: [first] } = await ecs.call('ListTasks', { cluster: 'main' });
    await ecs.call('StopTask', { cluster: 'main', task: first, reason: 'maintenance' });
    expect(await ecs.stoppedTask()).toMatchObject({ taskArn: first, stopCode: 'UserInitiated', stoppedReason: 'maintenance' });
    await ecs.steady();
    expect((await ecs.call('ListTasks', { cluster: 'main' })).taskArns).not.toContain(first);
  });

  test('is killed when it does not end within its stop timeout', async () => {
    await ecs.prepare();
    const { port } = await serve({ stopTimeout: 2, command: ['node', '-e', `process.on('SIGTERM', () => {}); ${SERVER_JS}`] });
    await ecs.call('UpdateService', { cluster: 'main', service: 'api', desiredCount: 0 });
    expect(await ecs.stoppedTask()).toMatchObject({ containers: [{ exitCode: 137 }] });
    await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow('fetch failed');
  });

  test('gets the signal that its image asks for', async () => {
    await ecs.prepare({ 'Dockerfile': `${DOCKERFILE}STOPSIGNAL SIGINT\n`, 'server.js': `process.on('SIGINT', () => process.exit(42)); ${SERVER_JS}` });
    await serve();
    await ecs.call('UpdateService', { cluster: 'main', service: 'api', desiredCount: 0 });
    expect(await ecs.stoppedTask()).toMatchObject({ containers: [{ exitCode: 42 }] });
  });
});

describe('container health checks', () => {
  const check = (path: string) => ({
    command: ['CMD-SHELL', `node -e "fetch('http://localhost:8080${path}').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"`], interval: 5, retries: 1,
  });

  test('reach the real port, and make the task healthy', async () => {
    await ecs.prepare();
    await serve({ healthCheck: check('/') });
    const { taskArns } = await ecs.call('ListTasks', { cluster: 'main' });
    expect((await ecs.call('DescribeTasks', { cluster: 'main', tasks: taskArns })).tasks).toMatchObject([{ healthStatus: 'HEALTHY' }]);
  });

  test('have an unhealthy task replaced', async () => {
    await ecs.prepare();
    await ecs.createService({ taskDefinition: await ecs.registerRevision({ healthCheck: { command: ['CMD', 'false'], interval: 5, retries: 1 } }) });
    expect(await ecs.stoppedTask()).toMatchObject({ stopCode: 'ServiceSchedulerInitiated', stoppedReason: 'Task failed container health checks' });
  }, 10_000);
});

describe('several containers', () => {
  const sidecar = { name: 'sidecar', image: 'api:1', essential: false, command: ['node', '-e', 'process.exit(0)'] };
  const web = { name: 'web', image: 'api:1', portMappings: [{ containerPort: 8080 }] };

  test('end with the essential one only, and in the order of their dependencies', async () => {
    await ecs.prepare();
    await serve({}, { containerDefinitions: [{ ...web, dependsOn: [{ containerName: 'sidecar', condition: 'SUCCESS' }] }, sidecar] });
    const { taskArns } = await ecs.call('ListTasks', { cluster: 'main' });
    const { tasks } = await ecs.call('DescribeTasks', { cluster: 'main', tasks: taskArns });
    expect(tasks).toMatchObject([{ lastStatus: 'RUNNING', containers: [{ name: 'web', lastStatus: 'RUNNING' }, { name: 'sidecar', lastStatus: 'STOPPED', exitCode: 0 }] }]);
  });

  test('do not start what depends on the success of one that fails', async () => {
    await ecs.prepare();
    const failing = { ...sidecar, command: ['node', '-e', 'process.exit(9)'] };
    const containerDefinitions = [{ ...web, dependsOn: [{ containerName: 'sidecar', condition: 'SUCCESS' }] }, failing];
    await ecs.createService({ taskDefinition: await ecs.registerRevision({}, { containerDefinitions }) });
    expect((await ecs.stoppedTask()).stoppedReason).toBe('Container sidecar exited with code 9, and "web" depends on its success');
  });
});

describe('a task on its own', () => {
  const run = (override: Record<string, unknown>) => ({
    cluster: 'main', taskDefinition: 'api', startedBy: 'migration', overrides: { containerOverrides: [{ name: 'web', ...override }] },
  });

  test('runs the command that it is given, and tells how it ended', async () => {
    await ecs.prepare();
    const { tasks: [{ taskArn }] } = await ecs.call('RunTask', run({
      command: ['node', '-e', 'process.exit(Number(process.env.CODE))'], environment: [{ name: 'CODE', value: '5' }],
    }));
    expect(await ecs.stoppedTask()).toMatchObject({
      taskArn, group: 'family:api', startedBy: 'migration', stopCode: 'EssentialContainerExited', containers: [{ exitCode: 5 }],
    });
  });

  test('is refused for a container that the revision does not have', async () => {
    await ecs.prepare();
    expect(await ecs.refusal('RunTask', run({ name: 'nope' }))).toBe(
      'InvalidParameterException: Override for container named nope is not a container in the TaskDefinition.',
    );
  });
});
