import type { App } from 'aws-cdk-lib';
import { SampleApiStack } from './sample-api-stack';
import { ServicePreset } from 'cdk-fargate-blue-green';

/** The stack of each environment, in the account and the region that the context names. */
export function addEnvironments(app: App): void {
  const release = { version: text(app, 'version'), fault: text(app, 'fault') };

  new SampleApiStack(app, 'SampleApi-dev', { env: environment(app, 'dev'), preset: ServicePreset.dev(), ...release });
  new SampleApiStack(app, 'SampleApi-test', { env: environment(app, 'test'), preset: ServicePreset.test(), ...release });
  new SampleApiStack(app, 'SampleApi-prod', {
    env: environment(app, 'prod'),
    preset: ServicePreset.prod(),
    certificateArn: text(app, 'prod-certificate'),
    checkGreen: true,
    ...release,
  });
}

function environment(app: App, name: string): { account: string; region: string } {
  const account = required(app, `${name}-account`);
  if (!/^\d{12}$/.test(account)) {
    throw new Error(`the context key "${name}-account" is "${account}", but an account has 12 digits: give it with -c ${name}-account=…`);
  }
  return { account, region: required(app, `${name}-region`) };
}

function required(app: App, key: string): string {
  const value = text(app, key);
  if (value === undefined) {
    throw new Error(`the context key "${key}" has no value: give it with -c ${key}=… or in cdk.json`);
  }
  return value;
}

/** The command line gives texts, cdk.json numbers too; an empty text is as good as none. */
function text(app: App, key: string): string | undefined {
  return String(app.node.tryGetContext(key) ?? '') || undefined;
}
