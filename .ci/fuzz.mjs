// Sends malformed requests to a local AWS: none may crash or hang it, and each is answered as AWS answers. Usage:
//   node .ci/fuzz.mjs [--requests 100000] [--seed N]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const SERVER = join(dirname(fileURLToPath(import.meta.url)), '..', 'assets', 'local-aws', 'server.js');
const CONCURRENCY = 32;
const HANG_MILLIS = 20_000;
const { values } = parseArgs({ options: { requests: { type: 'string', default: '100000' }, seed: { type: 'string', default: String(Date.now() % 1e9) } } });
const total = Number(values.requests);
const random = generator(Number(values.seed));
console.log(`${total} requests, --seed ${values.seed}`);

const directory = mkdtempSync(join(tmpdir(), 'fuzz-'));
const server = spawn(process.execPath, [SERVER, '--speed', '100', '--directory', directory], { stdio: ['pipe', 'pipe', 'pipe'] });
const underWay = new Set();
let isDone = false;
let logged = '';
server.stderr.on('data', (chunk) => { logged = (logged + chunk).slice(-20_000); });
server.once('close', (code, signal) => {
  if (!isDone) {
    console.error(`the local AWS crashed (${signal ?? code}):\n${logged}`);
    console.error(`under way were:\n${[...underWay].map((what) => what.slice(0, 1000)).join('\n')}`);
    process.exit(1);
  }
});
const { endpoint } = await new Promise((resolve) => createInterface({ input: server.stdout }).once('line', (line) => resolve(JSON.parse(line))));
const { hostname, port } = new URL(endpoint);
const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });

/** What the operations read of their input, as the program's own text has it: random names would stop at the first check. */
const NAMES = [...new Set([...readFileSync(SERVER, 'utf8').matchAll(/input\.([A-Za-z]\w+)/g)].map(([, name]) => name))];
const STRINGS = ['', ' ', '__proto__', 'constructor', 'toString', '../../../../etc/passwd', '%00', '\u0000', '\ud800', '🙂', 'arn:aws:ecs:us-east-1:123456789012:cluster/x',
  'arn:', 'null', 'true', '-1', '1e309', 'NaN', '${AWS::Region}', '*'.repeat(64), 'a'.repeat(5000), '<x>&amp;', '{"a":', '[[[[', "'; drop", '(((((a+)+)+)+)+)$', 'member', 'member.1'];
const NUMBERS = [0, -1, 1, 2 ** 31, 2 ** 53, 1e308, -1e308, 0.1];

const SHAPES = {
  json: (body) => typeof JSON.parse(body).__type === 'string' && 'message' in JSON.parse(body),
  query: (body) => /<ErrorResponse[^]*<Error>[^]*<Code>[\w.]+<\/Code>[^]*<RequestId>/.test(body),
  ec2: (body) => /<Response>[^]*<Errors>[^]*<Code>[\w.]+<\/Code>/.test(body),
  s3: (body) => /<Error>[^]*<Code>\w+<\/Code>/.test(body) || body === '',
  none: () => true,
  any: (body) => /<Code>[\w.]+<\/Code>/.test(body) || /"__type"|"Message"|"message"/.test(body) || body === '',
};

const services = await discover();
const counts = new Map();
const problems = [];
let sent = 0;
let lastShown = 0;
await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
  while (sent < total) {
    sent += 1;
    if (sent - lastShown >= 20_000) {
      lastShown = sent;
      console.log(`${sent} sent`);
    }
    const attack = make();
    underWay.add(attack.what);
    const outcome = await attack.send().catch((error) => ({ problem: error.message }));
    underWay.delete(attack.what);
    counts.set(outcome.kind ?? 'problem', (counts.get(outcome.kind ?? 'problem') ?? 0) + 1);
    if (outcome.problem) {
      problems.push(`${attack.what}: ${outcome.problem}`);
    }
  }
}));
const after = await send('POST', '/', { 'content-type': 'application/x-www-form-urlencoded' }, 'Action=GetCallerIdentity&Version=2011-06-15');
isDone = true;
agent.destroy();
server.stdin.end();
await new Promise((resolve) => server.once('close', resolve));
rmSync(directory, { recursive: true, force: true });

console.log([...counts].map(([kind, count]) => `${count} ${kind}`).join(', '));
if (after.status !== 200) {
  problems.push(`a well-formed request afterwards was answered ${after.status}`);
}
// By operation and by what went wrong; the input of the first tells the rest.
const distinct = new Map(problems.map((problem) => [`${problem.split(' ')[0]} ${/(?:failed to answer|without the shape)[^]{0,90}/.exec(problem)?.[0] ?? problem.slice(-90)}`, problem]));
[...distinct.values()].slice(0, 40).forEach((problem) => console.error(problem.slice(0, 400)));
if (distinct.size > 0) {
  console.error(`${problems.length} problems (${distinct.size} distinct)`);
}
process.exit(problems.length > 0 ? 1 : 0);

/** The operations that there are, as the refusal of one that there is not names them. */
async function discover() {
  const found = [];
  const json = await send('POST', '/', { 'x-amz-target': 'Nope.Nope' }, '{}');
  for (const target of /it has (.+)"/.exec(json.body)[1].split(', ')) {
    const answer = await send('POST', '/', { 'x-amz-target': `${target}.Nope` }, '{}');
    found.push(...(/it has ([\w, ]+)/.exec(answer.body)?.[1] ?? '').split(', ').map((name) => ({ protocol: 'json', target, name })));
  }
  for (const [service, version] of [['cloudformation', '2010-05-15'], ['elasticloadbalancing', '2015-12-01'], ['sts', '2011-06-15'], ['monitoring', '2010-08-01'], ['ec2', '2016-11-15']]) {
    const answer = await send('POST', '/', { 'content-type': 'application/x-www-form-urlencoded', 'authorization': credential(service) }, `Action=Nope&Version=${version}`);
    const names = (/of that service it has ([\w, ]+)/.exec(answer.body)?.[1] ?? '').split(', ').filter(Boolean);
    found.push(...names.map((name) => ({ protocol: service === 'ec2' ? 'ec2' : 'query', service, version, name })));
  }
  console.log(`${found.length} operations`);
  return found;
}

function make() {
  const kind = random();
  if (kind < 0.45) {
    return operation();
  }
  if (kind < 0.6) {
    return template();
  }
  if (kind < 0.85) {
    return path();
  }
  return kind < 0.97 ? garbled() : raw();
}

function operation() {
  const { protocol, target, service, version, name } = pick(services);
  const input = object(0);
  if (protocol === 'json') {
    return { what: `${target}.${name} ${JSON.stringify(input)}`, send: () => expectShape('json', send('POST', '/', { 'x-amz-target': `${target}.${name}` }, JSON.stringify(input))) };
  }
  const form = new URLSearchParams({ Action: name, Version: version });
  flatten(form, '', input, protocol === 'ec2' ? '' : '.member');
  return {
    what: `${service}:${name} ${form}`,
    send: () => expectShape(protocol, send('POST', '/', { 'content-type': 'application/x-www-form-urlencoded', 'authorization': credential(service) }, String(form))),
  };
}

/** A template of which something is broken. */
function template() {
  const types = ['AWS::ECS::Cluster', 'AWS::ECS::Service', 'AWS::S3::Bucket', 'AWS::SSM::Parameter', 'AWS::ElasticLoadBalancingV2::Listener', 'AWS::Nope::Nope', 'Custom::X', '', 7];
  const intrinsics = ['Ref', 'Fn::GetAtt', 'Fn::Sub', 'Fn::Join', 'Fn::Select', 'Fn::Split', 'Fn::If', 'Fn::FindInMap', 'Fn::ImportValue', 'Fn::Cidr', 'Fn::GetAZs', 'Fn::Base64', 'Condition'];
  const resources = Object.fromEntries(Array.from({ length: 1 + int(4) }, (_, index) => [pick([`R${index}`, 'A', 'B', pick(STRINGS)]), {
    Type: pick(types),
    Properties: pick([object(0), { [pick(NAMES)]: { [pick(intrinsics)]: value(0) } }, { Name: { Ref: pick(['A', 'B', 'R0', 'R1']) } }, value(0)]),
    DependsOn: pick([undefined, 'A', ['B'], value(1)]),
    [pick(['Condition', 'DeletionPolicy', 'UpdateReplacePolicy', 'Metadata', 'Nope'])]: pick([undefined, value(1)]),
  }]));
  const body = {
    Resources: pick([resources, resources, resources, value(0)]),
    Parameters: pick([undefined, { P: { Type: pick(['String', 'Number', 'List<Number>', 'AWS::SSM::Parameter::Value<String>', 'Nope']), Default: value(2), AllowedPattern: pick([undefined, '(', '(a+)+$']) } }, value(0)]),
    Conditions: pick([undefined, { C: { [pick(['Fn::Equals', 'Fn::And', 'Fn::Or', 'Fn::Not', 'Condition'])]: value(0) }, D: { Condition: pick(['C', 'D', 'E']) } }, value(0)]),
    Mappings: pick([undefined, value(0)]),
    Outputs: pick([undefined, { O: { Value: value(0), Export: pick([undefined, { Name: value(1) }]) } }, value(0)]),
  };
  let text = JSON.stringify(body);
  if (random() < 0.2) {
    text = text.slice(0, int(text.length));
  } else if (random() < 0.05) {
    text = '{"Resources":'.repeat(2000);
  }
  const form = new URLSearchParams({ Action: pick(['CreateStack', 'ValidateTemplate', 'CreateChangeSet', 'UpdateStack']), Version: '2010-05-15', StackName: `fuzz-${int(1e9)}`, ChangeSetName: 'c', ChangeSetType: 'CREATE', TemplateBody: text });
  return {
    what: `template ${text.slice(0, 300)}`,
    send: () => expectShape('query', send('POST', '/', { 'content-type': 'application/x-www-form-urlencoded', 'authorization': credential('cloudformation') }, String(form))),
  };
}

/** S3 and Lambda, whose operations are paths. */
function path() {
  const service = pick(['s3', 's3', 'lambda', 'nope']);
  const parts = Array.from({ length: int(5) }, () => pick([encodeURIComponent(pick(STRINGS).replace(/[\ud800-\udfff]/g, '')).slice(0, 300), '%', '%zz', '..', '.', '', 'a b'.replace(' ', '+'), '2015-03-31', 'functions', 'invocations']));
  const query = pick(['', `?${pick(['uploads', 'list-type=2', 'uploadId=x&partNumber=y', 'versions', 'location', 'max-keys=-1', 'X-Amz-Credential=a/b/c', '%'])}`]);
  const method = pick(['GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS']);
  const headers = { 'authorization': credential(service), 'x-amz-copy-source': pick(STRINGS).replace(/[^ -~]/g, ''), 'range': pick(['bytes=-', 'bytes=9-1', 'x']), 'x-amz-content-sha256': pick(['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'x']) };
  const target = `/${service === 'lambda' ? '2015-03-31/functions/' : ''}${parts.join('/')}${query}`;
  return { what: `${method} ${target} (${service})`, send: () => expectShape(method === 'HEAD' ? 'none' : service === 's3' && !target.includes('/2015-03-31/functions/') ? 's3' : 'any', send(method, target, headers, pick(['', 'x', '<a>', '{'.repeat(1000)]))) };
}

/** Bodies and headers that are none of their protocol. */
function garbled() {
  const { protocol, target, service, version, name } = pick(services);
  const body = pick(['', '{', 'null', '[]', '"x"', '7', '{"a":'.repeat(5000), Buffer.from(Array.from({ length: 200 }, () => int(256))), '%%%=&&&=', `Action=${name}&Version=${version}&a.b.c=1&a.b=2&a=3`, 'x'.repeat(200_000)]);
  const headers = pick([
    { 'x-amz-target': pick([`${target}.${name}`, target ?? '.', '.', '....', `${target}.__proto__`, `${target}.constructor`, 'x'.repeat(3000)]) },
    { 'content-type': 'application/x-www-form-urlencoded', 'authorization': pick([credential(service ?? 'ecs'), 'Credential=', 'AWS4-HMAC-SHA256 Credential=////']) },
    { 'content-type': pick(['text/xml', 'application/json', '']), 'x-amz-date': 'yesterday' },
  ]);
  const answer = headers['x-amz-target'] ? 'json' : 'any';
  return { what: `${protocol} garbled ${JSON.stringify(headers).slice(0, 200)} ${String(body).slice(0, 60)}`, send: () => expectShape(answer, send('POST', '/', headers, body)) };
}

/** What is no HTTP, or ends in the middle: the connection may be closed, and must not stay open for ever. */
function raw() {
  const text = pick(['GARBAGE\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nshort', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    `GET / HTTP/1.1\r\nHost: x\r\n${'a: b\r\n'.repeat(3000)}\r\n`, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n', '\0\0\0\0\r\n\r\n', 'PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\nabc']);
  return {
    what: `raw ${JSON.stringify(text.slice(0, 60))}`,
    send: () => new Promise((resolve) => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined).once('close', () => resolve({ kind: 'closed' })).resume();
      socket.write(text);
      setTimeout(() => socket.destroy(), 30);
    }),
  };
}

function send(method, target, headers, body) {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ hostname, port, method, path: target, agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) }, timeout: HANG_MILLIS });
    outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer within ${HANG_MILLIS / 1000} s`)));
    outgoing.once('error', reject).once('response', (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk)).once('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() })).once('error', reject);
    });
    outgoing.end(body);
  });
}

async function expectShape(shape, sending) {
  const { status, body } = await sending;
  if (status < 400) {
    return { kind: 'accepted' };
  }
  // S3 itself answers 501 to what it does not implement.
  if (status >= 500 && !(status === 501 && (shape === 'none' || /<Code>NotImplemented</.test(body)))) {
    return { kind: 'internal failures', problem: `answered ${status} ${body.slice(0, 300)}` };
  }
  let isShaped = false;
  try {
    isShaped = SHAPES[shape](body);
  } catch {
    // Not even the format is right.
  }
  return isShaped ? { kind: 'refused' } : { kind: 'misshapen', problem: `answered ${status} without the shape of ${shape}: ${body.slice(0, 200)}` };
}

function credential(service) {
  return `AWS4-HMAC-SHA256 Credential=local/20261124/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
}

function object(depth) {
  return Object.fromEntries(Array.from({ length: int(5) }, () => [random() < 0.9 ? pick(NAMES) : pick(STRINGS), value(depth + 1)]));
}

function value(depth) {
  const kind = random();
  if (kind < 0.45 || depth > 4) {
    return pick(STRINGS);
  }
  if (kind < 0.6) {
    return pick(NUMBERS);
  }
  if (kind < 0.7) {
    return pick([true, false, null]);
  }
  return kind < 0.85 ? object(depth) : Array.from({ length: int(4) }, () => value(depth + 1));
}

function flatten(form, prefix, given, list) {
  if (Array.isArray(given)) {
    given.forEach((item, index) => flatten(form, `${prefix}${list}.${index + 1}`, item, list));
  } else if (given !== null && typeof given === 'object') {
    Object.entries(given).forEach(([key, item]) => flatten(form, prefix ? `${prefix}.${key}` : key, item, list));
  } else {
    form.append(prefix, String(given));
  }
}

function pick(items) {
  return items[int(items.length)];
}

function int(below) {
  return Math.floor(random() * below);
}

/** Mulberry32: the same seed makes the same requests. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
