import { Component, type awscdk } from 'projen';

/** What is checked of the public API beyond what the compiler does: docstrings that say the default, snippets that compile. */
export class PublicApi extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);

    const defaults = project.addTask('lint:defaults', {
      description: 'Every optional prop of the public API says what happens without it',
      exec: 'ts-node --project projenrc/tsconfig.json projenrc/check-defaults.ts .jsii',
    });
    const snippets = project.addTask('lint:snippets', {
      description: 'Every snippet of the README and the docstrings compiles',
      steps: [
        { exec: 'rm -f .jsii.tabl.json' },
        { exec: 'jsii-rosetta extract --strict --fail .' },
        { exec: 'rm -f .jsii.tabl.json' },
      ],
    });
    project.postCompileTask.spawn(defaults);
    project.postCompileTask.spawn(snippets);
  }
}
