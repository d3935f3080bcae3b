// 2,000 requests a second on 200 connections through a load balancer of the local AWS while its traffic is shifted as a canary
// and blue is deregistered; then 200 MB up and down. Prints what was lost (it exits with 1 where anything was) and, beside the
// direct call in the same run, what the way through the load balancer adds. Usage: npx projen benchmark
import { spawn } from 'node:child_process';
import { createServer, request } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';

const RATE = 2000;
const CONNECTIONS = 200;
const SECONDS = 20;
const STREAMED_BYTES = 200 * 1024 * 1024;
const SPEED = 60;

const server = spawn(process.execPath, ['assets/local-aws/server.js', '--speed', String(SPEED)], { stdio: ['pipe', 'pipe', 'inherit'] });
const { endpoint } = await new Promise((resolve) => createInterface({ input: server.stdout }).once('line', (line) => resolve(JSON.parse(line))));
const targets = [];

try {
  const blue = await target('blue');
  const green = await target('green');
  const { A: a, B: b, Listener: listener } = await createStack();
  await register(a, blue);
  await register(b, green);
  const listeners = await (await fetch(`${endpoint}/_local/listeners`)).json();
  const { url } = listeners.find(({ listenerArn }) => listenerArn === listener);
  await healthy(a);
  await healthy(b);

  await load(`http://127.0.0.1:${blue.port}`, 3);
  const direct = await load(`http://127.0.0.1:${blue.port}`, SECONDS);
  const through = load(url, SECONDS);
  await sleep(3000);
  for (const percent of [10, 100]) {
    await call('ModifyListener', { ListenerArn: listener, ...weights('DefaultActions', a, 100 - percent, b, percent) });
    await sleep(6000);
  }
  await call('DeregisterTargets', { 'TargetGroupArn': a, 'Targets.member.1.Id': '127.0.0.1', 'Targets.member.1.Port': String(blue.port) });
  const shifted = await through;
  const before = await rss();
  const streamed = await stream(`${url}/stream`);
  const growth = await rss() - before;

  const lost = shifted.errors + shifted.timeouts + shifted.non2xx;
  console.table({
    'directly at the target': row(direct),
    'through the load balancer, shifting': row(shifted),
  });
  console.log(`answered by blue ${blue.answered - direct.requests.total}, by green ${green.answered}; ${lost} lost`);
  console.log(`added: p50 ${(shifted.latency.p50 - direct.latency.p50).toFixed(1)} ms, p99 ${(shifted.latency.p99 - direct.latency.p99).toFixed(1)} ms`);
  console.log(`${STREAMED_BYTES / 2 ** 20} MB up and down in ${streamed.toFixed(1)} s; the process grew by ${(growth / 1024).toFixed(0)} MB`);
  process.exitCode = lost === 0 && green.answered > 0 ? 0 : 1;
} finally {
  server.stdin.end();
  targets.forEach((open) => open.closeAllConnections() ?? open.close());
}

function row({ requests, latency, errors, timeouts, non2xx }) {
  return { 'requests': requests.total, 'a second': Math.round(requests.average), 'p50 ms': latency.p50, 'p99 ms': latency.p99, 'lost': errors + timeouts + non2xx };
}

/** In a thread of its own, so that the load does not wait for what happens here. */
async function load(url, duration) {
  return autocannon({ url, connections: CONNECTIONS, overallRate: RATE, duration, workers: 1, timeout: 20 });
}

async function target(name) {
  const counted = { answered: 0, port: 0 };
  const open = createServer((incoming, outgoing) => {
    counted.answered += 1;
    if (incoming.url === '/stream') {
      incoming.pipe(outgoing);
    } else {
      outgoing.end(name);
    }
  });
  targets.push(open);
  await new Promise((resolve) => open.listen(0, '127.0.0.1', resolve));
  counted.port = open.address().port;
  return counted;
}

/** Answers the resources' ARNs, by logical id. */
async function createStack() {
  const targetGroup = { Type: 'AWS::ElasticLoadBalancingV2::TargetGroup', Properties: { Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', TargetType: 'ip', HealthCheckIntervalSeconds: 10 } };
  const [TargetGroups] = [[{ TargetGroupArn: { Ref: 'A' }, Weight: 100 }, { TargetGroupArn: { Ref: 'B' }, Weight: 0 }]];
  await cloudFormation('CreateStack', { TemplateBody: JSON.stringify({ Resources: {
    A: targetGroup,
    B: targetGroup,
    LoadBalancer: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: { Subnets: ['subnet-1', 'subnet-2'] } },
    Listener: {
      Type: 'AWS::ElasticLoadBalancingV2::Listener',
      Properties: { LoadBalancerArn: { Ref: 'LoadBalancer' }, Port: 8000, Protocol: 'HTTP', DefaultActions: [{ Type: 'forward', ForwardConfig: { TargetGroups } }] },
    },
  } }) });
  while (!(await cloudFormation('DescribeStacks', {})).includes('CREATE_COMPLETE')) {
    await sleep(50);
  }
  const resources = await cloudFormation('DescribeStackResources', {});
  return Object.fromEntries([...resources.matchAll(/<LogicalResourceId>(\w+)<\/LogicalResourceId><PhysicalResourceId>([^<]+)/g)].map(([, id, arn]) => [id, arn]));
}

async function register(targetGroupArn, { port }) {
  await call('RegisterTargets', { 'TargetGroupArn': targetGroupArn, 'Targets.member.1.Id': '127.0.0.1', 'Targets.member.1.Port': String(port) });
}

async function healthy(arn) {
  while (await call('DescribeTargetHealth', { TargetGroupArn: arn }, 'State') !== 'healthy') {
    await sleep(50);
  }
}

function weights(property, a, ofA, b, ofB) {
  const groups = `${property}.member.1.ForwardConfig.TargetGroups.member`;
  return {
    [`${property}.member.1.Type`]: 'forward',
    [`${groups}.1.TargetGroupArn`]: a, [`${groups}.1.Weight`]: String(ofA), [`${groups}.2.TargetGroupArn`]: b, [`${groups}.2.Weight`]: String(ofB),
  };
}

async function call(action, parameters, wanted) {
  const text = await query('elasticloadbalancing', { Action: action, Version: '2015-12-01', ...parameters });
  return wanted && new RegExp(`<${wanted}>([^<]+)`).exec(text)[1];
}

function cloudFormation(action, parameters) {
  return query('cloudformation', { Action: action, Version: '2010-05-15', StackName: 'benchmark', ...parameters });
}

async function query(service, form) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'authorization': `AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/${service}/aws4_request` },
    body: new URLSearchParams(form),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${form.Action} was refused: ${text}`);
  }
  return text;
}

/** Bytes up, and the same bytes down again. Answers the seconds. */
function stream(url) {
  const startedAt = performance.now();
  const chunk = Buffer.alloc(256 * 1024, 'x');
  return new Promise((resolve, reject) => {
    let received = 0;
    let sent = 0;
    const outgoing = request(url, { method: 'POST' }, (incoming) => {
      incoming.on('data', (data) => { received += data.length; }).once('error', reject).once('end', () => (
        received === STREAMED_BYTES ? resolve((performance.now() - startedAt) / 1000) : reject(new Error(`${received} of ${STREAMED_BYTES} bytes came back`))));
    });
    const send = () => {
      while (sent < STREAMED_BYTES) {
        sent += chunk.length;
        if (!outgoing.write(chunk)) {
          outgoing.once('drain', send);
          return;
        }
      }
      outgoing.end();
    };
    outgoing.once('error', reject);
    send();
  });
}

/** Of the local AWS, in KB. */
async function rss() {
  const { execFileSync } = await import('node:child_process');
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(server.pid)], { encoding: 'utf8' }));
}
