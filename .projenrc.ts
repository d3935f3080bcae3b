import { awscdk, javascript } from 'projen';
import { Bundles } from './projenrc/bundles';
import { Examples } from './projenrc/examples';
import { Integration } from './projenrc/integration';
import { Languages } from './projenrc/languages';
import { PublicApi } from './projenrc/public-api';

/** Everything that whoever publishes this library changes, once. */
const PUBLISHED_AS = {
  name: 'cdk-fargate-blue-green',
  repositoryUrl: 'https://github.com/cdk-fargate-blue-green/cdk-fargate-blue-green.git',
  author: 'The cdk-fargate-blue-green authors',
  authorAddress: 'https://github.com/cdk-fargate-blue-green',
  publishToPypi: { distName: 'cdk-fargate-blue-green', module: 'cdk_fargate_blue_green' },
  publishToMaven: {
    javaPackage: 'io.github.cdkfargatebluegreen',
    mavenGroupId: 'io.github.cdk-fargate-blue-green',
    mavenArtifactId: 'cdk-fargate-blue-green',
  },
  publishToNuget: { dotNetNamespace: 'CdkFargateBlueGreen', packageId: 'CdkFargateBlueGreen' },
  publishToGo: { moduleName: 'github.com/cdk-fargate-blue-green/cdk-fargate-blue-green-go', packageName: 'cdkfargatebluegreen' },
};

const TSCONFIG_DEV = 'tsconfig.dev.json';

const project = new awscdk.AwsCdkConstructLibrary({
  ...PUBLISHED_AS,
  description: 'A containerised API on AWS Fargate with CodeDeploy blue/green deployments that do not get stuck, and that can be rehearsed on one machine.',
  license: 'Apache-2.0',
  copyrightOwner: PUBLISHED_AS.author,
  keywords: ['aws', 'cdk', 'ecs', 'fargate', 'codedeploy', 'blue-green', 'canary', 'deployment'],
  defaultReleaseBranch: 'main',
  stability: 'experimental',
  packageManager: javascript.NodePackageManager.NPM,
  npmTrustedPublishing: true,
  projenrcTs: true,
  minNodeVersion: '20.0.0',
  workflowNodeVersion: '22',
  buildWorkflowOptions: { mutableBuild: false },
  sampleCode: false,

  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.3',
  cdkVersion: '2.257.0',
  constructsVersion: '10.5.1',
  // Never part of the jsii assembly: handlers, the command line and the local AWS are bundled, and no construct imports them.
  excludeTypescript: ['src/local-aws/**', 'src/rehearsal/**', 'src/deployment/codedeploy/handler/**', 'test', 'integ', 'examples', 'projenrc', '.projenrc.ts'],
  lambdaAutoDiscover: false,
  integrationTestAutoDiscover: false,

  tsconfigDevFile: TSCONFIG_DEV,
  tsconfigDev: {
    compilerOptions: { module: 'esnext', moduleResolution: javascript.TypeScriptModuleResolution.BUNDLER, target: 'ES2022', lib: ['es2022'], types: ['node', 'jest'] },
    include: ['.projenrc.ts', 'projenrc/**/*.ts', 'integ/**/*.ts', 'examples/**/*.ts'],
    exclude: ['node_modules', 'examples/**/cdk.out', 'examples/**/dist'],
  },
  eslintOptions: {
    dirs: ['src'],
    devdirs: ['test', 'integ', 'examples', 'projenrc'],
    projectService: false,
    tsconfigPath: `./${TSCONFIG_DEV}`,
    ignorePatterns: ['**/cdk.out/**', '**/dist/**', '*.snapshot', 'src/deployment/codedeploy/blue-green-function.ts'],
  },
  typecheckTests: true,
  jestOptions: {
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    jestConfig: {
      collectCoverage: false,
      testPathIgnorePatterns: ['/node_modules/', '/cdk.out/'],
      modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/examples/.*/cdk.out/'],
    },
  },

  devDeps: [
    '@aws-cdk/integ-runner@2.197.10',
    '@aws-cdk/integ-tests-alpha@2.245.0-alpha.0',
    '@aws-sdk/client-application-auto-scaling',
    '@aws-sdk/client-cloudformation',
    '@aws-sdk/client-cloudwatch',
    '@aws-sdk/client-cloudwatch-logs',
    '@aws-sdk/client-codedeploy',
    '@aws-sdk/client-ec2',
    '@aws-sdk/client-ecr',
    '@aws-sdk/client-ecs',
    '@aws-sdk/client-elastic-load-balancing-v2',
    '@aws-sdk/client-lambda',
    '@aws-sdk/client-s3',
    '@aws-sdk/client-sfn',
    '@aws-sdk/client-ssm',
    '@aws-sdk/client-sts',
    '@aws/cloudformation-validate',
    '@types/autocannon',
    '@types/ws',
    'autocannon@^8',
    'aws-cdk@^2.1148.1',
    'chalk@^4',
    'commander@^14',
    'dockerfile-ast',
    'esbuild@^0.28.2',
    'fast-xml-parser@^5',
    'fflate',
    'log-update@^4',
    'selfsigned@^5',
    'undici@^7',
    'ws@^8',
    'yaml@^2',
  ],
  gitignore: ['cdk.out/', 'integ/**/asset.*', 'assets/', '.jsii.tabl.json', 'examples/**/dist/', '*.log', '.DS_Store', '/test/fixtures/**/dist/'],
  npmProvenance: true,
  // 13 needs Node 22.
  bumpPackage: 'commit-and-tag-version@^12',
  bin: { 'fargate-blue-green': 'bin/fargate-blue-green', 'fargate-blue-green-docker': 'bin/fargate-blue-green-docker' },
});

for (const path of ['/projenrc', '/integ', '/examples', '/docs', '/.ci', '/rosetta', '/CONTRIBUTING.md', '*.tsbuildinfo', '/lib/local-aws', '/lib/rehearsal', '/lib/**/handler']) {
  project.npmignore!.exclude(path);
}
// These are bundled: what they import is no dependency of the package.
for (const bundled of ['src/deployment/codedeploy/handler/**', 'src/local-aws/**', 'src/rehearsal/**']) {
  project.eslint!.allowDevDeps(bundled);
}
project.npmrc.addConfig('omit-lockfile-registry-resolved', 'true');
// 1.13.0's platform packages cannot be installed everywhere; remove once a later one can.
project.package.addField('overrides', { 'unrs-resolver': '1.12.2' });
project.package.addField('exports', {
  '.': './lib/index.js',
  './package.json': './package.json',
  './.jsii': './.jsii',
  './.warnings.jsii.js': './.warnings.jsii.js',
});
project.tasks.addEnvironment('JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION', '20');

new awscdk.LambdaFunction(project, {
  entrypoint: 'src/deployment/codedeploy/handler/blue-green.lambda.ts',
  constructFile: 'src/deployment/codedeploy/blue-green-function.ts',
  cdkDeps: project.cdkDeps,
  runtime: awscdk.LambdaRuntime.NODEJS_22_X,
  awsSdkConnectionReuse: false,
});
new Bundles(project);
new PublicApi(project);
new Languages(project);
new Examples(project);
new Integration(project);

project.synth();
