import { Component, type awscdk } from 'projen';
import { JobPermission, type Job } from 'projen/lib/github/workflows-model';

const RUNNER = 'integ-runner --directory integ --language typescript';

/** Integration scenarios: snapshots are verified by every build, offline; deploying them needs an account. */
export class Integration extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    const env = { TS_NODE_TRANSPILE_ONLY: '1', AWS_REGION: 'us-east-1', TS_NODE_PROJECT: 'projenrc/tsconfig.json' };
    const verify = project.addTask('integ', {
      description: 'Verify the snapshots of the integration scenarios',
      exec: RUNNER,
      env,
      receiveArgs: true,
    });
    project.addTask('integ:snapshot', {
      description: 'Write the snapshots of the integration scenarios anew, without deploying',
      steps: [
        // The runner calls a snapshot that it has just written a failure; what is really wrong, `integ` says afterwards.
        { exec: `${RUNNER} --update-on-failed --dry-run || true` },
        { exec: 'ts-node projenrc/drop-traces.ts integ' },
        { spawn: verify.name },
      ],
      env,
    });
    project.addTask('integ:deploy', {
      description: 'Deploy the integration scenarios to the AWS account of the environment, and assert',
      // Without --force the runner deploys nothing as long as the snapshots are unchanged.
      exec: `${RUNNER} --update-on-failed --force`,
      env: { TS_NODE_TRANSPILE_ONLY: '1', TS_NODE_PROJECT: 'projenrc/tsconfig.json' },
      receiveArgs: true,
    });
    const settings = { TS_NODE_TRANSPILE_ONLY: '1', TS_NODE_PROJECT: 'projenrc/tsconfig.json', CDK_DISABLE_VERSION_CHECK: '1' };
    project.addTask('integ:local', {
      description: 'Deploy the integration scenarios to a local AWS whose clock runs 60 times as fast, and assert; takes the names of scenarios',
      steps: [
        { spawn: 'bundle' },
        { spawn: 'bundle:local' },
        { exec: 'node bin/fargate-blue-green local --speed 60 -- ts-node projenrc/deploy-scenarios.ts', receiveArgs: true },
      ],
      env: settings,
    });
    project.gitignore.exclude('/.integ-local*/', 'cdk-integ.out.*');
    project.npmignore?.exclude('/.integ-local*/');
    project.testTask.spawn(verify);
    this.addWorkflow(project);
  }

  /** By hand, with a role that trusts GitHub's OIDC provider: nothing of it runs by itself, since it costs money. */
  private addWorkflow(project: awscdk.AwsCdkConstructLibrary): void {
    const workflow = project.github?.addWorkflow('integ');
    workflow?.on({
      workflowDispatch: {
        inputs: {
          scenarios: { description: 'scenarios, such as update/integ.update.ts; all without any', required: false, type: 'string' },
          region: { description: 'the region', required: true, default: 'us-east-1', type: 'string' },
        },
      },
    });
    const job: Job = {
      runsOn: ['ubuntu-latest'],
      environment: { name: 'integ' },
      timeoutMinutes: 350,
      permissions: { idToken: JobPermission.WRITE, contents: JobPermission.READ },
      env: { SCENARIOS: '${{ inputs.scenarios }}' },
      steps: [
        { name: 'Checkout', uses: 'actions/checkout@v5' },
        { name: 'Setup Node.js', uses: 'actions/setup-node@v5', with: { 'node-version': '22' } },
        { name: 'Install dependencies', run: 'npm ci' },
        {
          name: 'Assume the role',
          uses: 'aws-actions/configure-aws-credentials@v6.2.3',
          with: { 'role-to-assume': '${{ vars.INTEG_ROLE_ARN }}', 'aws-region': '${{ inputs.region }}', 'role-duration-seconds': 21_600 },
        },
        { name: 'Bundle', run: 'npx projen bundle' },
        { name: 'Deploy and assert', run: 'npx projen integ:deploy $SCENARIOS' },
      ],
    };
    workflow?.addJob('deploy', job);
  }
}
