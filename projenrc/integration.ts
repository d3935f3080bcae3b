import { Component, type awscdk } from 'projen';

const RUNNER = 'integ-runner --directory integ --language typescript';
/** Where the scenarios are deployed from locally: the runner writes what it has deployed, and the committed snapshots stay as they are. */
const COPY = '${INTEG_COPY:-.integ-local}';

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
    const onLocalAws = project.addTask('integ:local:run', {
      description: 'What integ:local runs with the environment of the local AWS set',
      steps: [
        { exec: 'cdk bootstrap aws://$CDK_DEFAULT_ACCOUNT/$CDK_DEFAULT_REGION' },
        { exec: `rm -rf ${COPY} && cp -R integ ${COPY}` },
        {
          // A copy has no snapshot on another branch to update from.
          exec: `integ-runner --parallel-regions us-east-1 --directory ${COPY} --language typescript --update-on-failed --force --disable-update-workflow`,
          receiveArgs: true,
        },
        { exec: `rm -rf ${COPY}` },
      ],
      env: settings,
    });
    project.addTask('integ:local', {
      description: 'Deploy the integration scenarios to a local AWS whose clock runs 60 times as fast, and assert; takes the names of scenarios',
      steps: [
        { spawn: 'bundle' },
        { spawn: 'bundle:local' },
        { exec: `node bin/fargate-blue-green local --speed 60 -- npx projen ${onLocalAws.name}`, receiveArgs: true },
      ],
      env: settings,
    });
    project.gitignore.exclude('/.integ-local*/', 'cdk-integ.out.*');
    project.npmignore?.exclude('/.integ-local*/');
    project.testTask.spawn(verify);
  }
}
