import { Component, type awscdk } from 'projen';

/** Each folder of examples/ with a cdk.json is an app that every build synthesizes, as a user would. */
export class Examples extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    const build = project.addTask('examples:build', {
      description: 'Compile the sample API that the examples deploy',
      exec: 'npm --prefix examples/sample-api run build --silent',
    });
    const synth = project.addTask('examples:synth', {
      description: 'Synthesize every example',
      steps: [
        { spawn: build.name },
        { exec: 'cdk synth --quiet', cwd: 'examples/minimal' },
        { exec: 'cdk synth --quiet', cwd: 'examples/three-environments' },
      ],
      env: { CDK_DISABLE_VERSION_CHECK: '1' },
    });
    project.postCompileTask.spawn(synth);
    // npm hands a signal to the shell that it starts, and that shell would keep it: so it becomes what it runs.
    project.package.setScript('rehearse', 'exec projen rehearse');
    // Rehearsing needs JavaScript alone: neither types nor the jsii assembly.
    project.addTask('rehearse', {
      description: 'Rehearse v1, v2 and a broken v3 of the sample API on the local AWS',
      steps: [
        { spawn: 'bundle' },
        { spawn: 'bundle:local' },
        { spawn: build.name },
        { exec: "esbuild 'src/**/*.ts' --outdir=lib --format=cjs --platform=node --target=node20 --log-level=warning" },
        { exec: 'node bin/fargate-blue-green rehearse --plan examples/three-environments/rehearsal.json', receiveArgs: true },
      ],
    });
  }
}
