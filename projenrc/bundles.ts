import { Component, type awscdk } from 'projen';

const ESBUILD = 'esbuild --bundle --platform=node --target=node20 --format=cjs --log-level=warning --legal-comments=none';

/**
 * What never runs inside a CDK app — the command line, the local AWS and what its Lambda functions find in their
 * runtime — is bundled into one file each, so that a user of the package installs no dependency for it.
 */
const BUNDLES: Record<string, string> = {
  'src/rehearsal/cli.ts': 'assets/rehearsal/cli.js',
  'src/rehearsal/docker/cli.ts': 'assets/rehearsal/docker.js',
  'src/local-aws/server.ts': 'assets/local-aws/server.js',
  'src/local-aws/lambda/runtime.ts': 'assets/local-aws/lambda-runtime.js',
  'src/local-aws/lambda/aws-sdk.ts': 'assets/local-aws/aws-sdk.js',
};

export class Bundles extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    const bundle = project.addTask('bundle:local', {
      description: 'Bundle the command line and the local AWS',
    });
    for (const [entry, outfile] of Object.entries(BUNDLES)) {
      bundle.exec(`${ESBUILD} --minify-syntax --minify-whitespace --outfile=${outfile} ${entry}`);
    }
    project.preCompileTask.spawn(bundle);
    project.addTask('benchmark', {
      description: "Measure the local AWS's data plane under a canary, beside the direct call",
      steps: [{ spawn: bundle.name }, { exec: 'node benchmark/data-plane.mjs' }],
    });
  }
}
