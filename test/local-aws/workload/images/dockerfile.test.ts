import { parseDockerfile } from '../../../../src/local-aws/workload/images/dockerfile';

const DOCKERFILE = `
ARG BASE=node:22-alpine
FROM \${BASE} AS build
WORKDIR /app
COPY --chown=node:node package.json ./
COPY . .
RUN npm run build
FROM \${BASE}
ARG VERSION=dev
ENV VERSION=$VERSION
WORKDIR /app
COPY --chown=node:node --from=build /app/dist ./dist
CMD ["node", "dist/main.js"]
`;

test('a copy from another stage is known as such, whatever flags stand beside it', () => {
  const [build, run] = parseDockerfile(DOCKERFILE, { VERSION: 'v2' });
  const copies = [build, run].map((stage) => stage.steps.filter((step) => step.kind === 'copy').map((step) => [step.from, step.sources, step.destination]));
  expect(copies).toEqual([
    [[undefined, ['package.json'], './'], [undefined, ['.'], '.']],
    [['build', ['/app/dist'], './dist']],
  ]);
});

test('build arguments reach the environment', () => {
  const [, run] = parseDockerfile(DOCKERFILE, { VERSION: 'v2' });
  expect(run.steps).toContainEqual({ kind: 'env', name: 'VERSION', value: 'v2' });
  expect(run.command).toEqual(['node', 'dist/main.js']);
});
