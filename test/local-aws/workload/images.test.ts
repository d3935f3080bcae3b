import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildContext, refusalOf, testWorld } from './support';
import { parseDockerfile } from '../../../src/local-aws/workload/images/dockerfile';
import { Images } from '../../../src/local-aws/workload/images/images';

let world: ReturnType<typeof testWorld>;
let images: Images;

beforeEach(() => {
  world = testWorld();
  images = new Images(world);
});

afterEach(async () => {
  await world.dispose();
});

async function image(files: Record<string, string>, input: Record<string, unknown> = {}) {
  await images.register({ uri: 'app:1', directory: buildContext(world, 'app', files), ...input });
  return images.pull('app:1');
}

describe('an image in process mode', () => {
  test('has the files that COPY brings, where they are in the image', async () => {
    const { root, workdir } = await image({
      'Dockerfile': 'FROM node\nWORKDIR /srv/app\nCOPY package*.json config.txt ./\nCOPY src lib\nCOPY ["one file.txt", "/etc/renamed"]\nCMD ["node", "lib/main.js"]',
      'package.json': '{}',
      'package-lock.json': '{}',
      'config.txt': 'config',
      'src/main.js': 'main',
      'src/deep/part.js': 'part',
      'one file.txt': 'one',
    });
    expect(workdir).toBe('/srv/app');
    expect(['package.json', 'package-lock.json', 'config.txt', 'lib/main.js', 'lib/deep/part.js'].map((path) => existsSync(join(root, workdir, path)))).toEqual(
      [true, true, true, true, true],
    );
    expect(readFileSync(join(root, 'etc/renamed'), 'utf8')).toBe('one');
  });

  test('finds what a build stage would have built where a build beforehand leaves it', async () => {
    const { root, missing } = await image({
      'Dockerfile': 'FROM node AS build\nWORKDIR /app\nCOPY package.json ./\nRUN npm ci\nCOPY src ./src\nRUN npm run build\n\nFROM node\nWORKDIR /run\nCOPY --from=build /app/dist ./dist\nCMD node dist/main.js',
      'package.json': '{}',
      'src/main.ts': 'source',
      'dist/main.js': 'built',
    });
    expect(readFileSync(join(root, 'run/dist/main.js'), 'utf8')).toBe('built');
    expect(existsSync(join(root, 'run/src'))).toBe(false);
    expect(missing).toEqual([]);
  });

  test('remembers what a build stage has not given', async () => {
    const { missing } = await image({ Dockerfile: 'FROM node AS build\nWORKDIR /app\nRUN make\nFROM node\nCOPY --from=build /app/dist /dist\nCMD ["node", "/dist/main.js"]' });
    expect(missing).toEqual(['/app/dist (COPY --from=build /app/dist /dist)']);
  });

  test('links dependencies instead of copying them', async () => {
    const { root } = await image({
      'Dockerfile': 'FROM node\nWORKDIR /app\nCOPY . .\nCMD ["node", "main.js"]',
      'package.json': '{}',
      'main.js': '',
      'node_modules/left-pad/index.js': '',
    });
    expect(lstatSync(join(root, 'app/node_modules')).isSymbolicLink()).toBe(true);
    expect(existsSync(join(root, 'app/node_modules/left-pad/index.js'))).toBe(true);
  });

  test('is a snapshot: what changes in the context afterwards changes no image', async () => {
    const files = { 'Dockerfile': 'FROM node\nCOPY main.js /\nCMD ["node", "/main.js"]', 'main.js': 'one' };
    const one = await image(files);
    await images.register({ uri: 'app:2', directory: buildContext(world, 'app', { ...files, 'main.js': 'two' }) });
    expect([one, images.pull('app:2')].map(({ root }) => readFileSync(join(root, 'main.js'), 'utf8'))).toEqual(['one', 'two']);
  });

  test('takes build arguments, the target stage, the signal and the commands', async () => {
    const files = {
      Dockerfile: [
        'ARG BASE=node', 'FROM ${BASE} AS first', 'ARG VERSION=dev', 'ENV VERSION=$VERSION EMPTY= PATH="/opt/bin:$PATH"', 'ENV GREETING hello ${VERSION}',
        'STOPSIGNAL SIGINT', 'ENTRYPOINT ["node"]', 'CMD ["main.js", "--flag"]', 'FROM first AS second', 'CMD ["other.js"]', 'FROM node', 'CMD echo last',
      ].join('\n'),
    };
    expect(await image(files, { target: 'second', buildArgs: { VERSION: '1.2.3' } })).toMatchObject({
      environment: { VERSION: '1.2.3', EMPTY: '', GREETING: 'hello 1.2.3', PATH: '/opt/bin:$PATH' },
      stopSignal: 'SIGINT',
      entryPoint: ['node'],
      command: ['other.js'],
    });
    expect(await image(files)).toMatchObject({ stopSignal: 'SIGTERM', entryPoint: [], command: ['/bin/sh', '-c', 'echo last'] });
  });

  test.each([
    ['a file that is not in the context', { Dockerfile: 'FROM node\nCOPY nope.js .' }, {},
      /^ImageBuildError: "nope\.js" of "COPY nope\.js \." is not in the build context .*\/contexts\/app$/],
    ['a stage that is not there', { Dockerfile: 'FROM node AS only' }, { target: 'other' },
      /^ImageBuildError: target stage "other" could not be found: the Dockerfile has the stages only$/],
    ['a Dockerfile without FROM', { Dockerfile: 'CMD ["node"]' }, {}, /^DockerfileParseError: the Dockerfile has no FROM: it describes no image$/],
    ['no Dockerfile', { 'main.js': '' }, {}, /^ValidationException: the Dockerfile .*\/app\/Dockerfile can't be read: ENOENT/],
    ['a parameter that it does not know', { Dockerfile: 'FROM node' }, { platform: 'linux' }, /^ValidationException: Unknown parameter in input: "platform", must be one of: /],
  ])('refuses %s', async (_what, files, input, refusal) => {
    expect(await refusalOf(() => image(files as Record<string, string>, input))).toMatch(refusal);
  });
});

test('reads the exec form with its spaces, and takes what is no JSON as the shell form', () => {
  const [stage] = parseDockerfile('FROM node\nENTRYPOINT ["sh", "-c", "a  b"]\nCMD [node, main.js]');
  expect([stage.entryPoint, stage.command]).toEqual([['sh', '-c', 'a  b'], ['/bin/sh', '-c', '[node, main.js]']]);
});

test('reads defaults and alternatives of variables', () => {
  const [stage] = parseDockerfile('FROM node\nARG A\nENV B=${A:-none} C=${A:+some}\nEXPOSE 8080/tcp 9090', {});
  expect(stage.steps).toEqual([{ kind: 'env', name: 'B', value: 'none' }, { kind: 'env', name: 'C', value: '' }]);
  expect(stage.exposes).toEqual([8080, 9090]);
});
