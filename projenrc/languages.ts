import { Component, type awscdk } from 'projen';

/** The npm package is packed by every build; the other languages' code is generated, which needs Node alone. */
export class Languages extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    const code = project.addTask('package:code', {
      description: 'Generate the Python, Java, .NET and Go code, without building it',
      steps: ['python', 'java', 'dotnet', 'go'].map((target) => (
        { exec: `jsii-pacmak --code-only --force-subdirectory --target ${target} --outdir dist/code` }
      )),
    });
    project.packageTask.reset();
    project.packageTask.spawn(project.tasks.tryFind('package:js')!);
    project.packageTask.spawn(code);
  }
}
