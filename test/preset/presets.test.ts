import { Match, type Template } from 'aws-cdk-lib/assertions';
import { ServicePreset, TrafficShift } from '../../src';
import { newService, templateOf } from '../support/stacks';

const PRESETS = { dev: ServicePreset.dev(), test: ServicePreset.test(), prod: ServicePreset.prod() };

describe.each(Object.entries(PRESETS))('preset %s', (name, preset) => {
  const template = templateOf(newService({ preset }));

  test('makes a template that changes only on purpose', () => {
    expect(masked(template)).toMatchSnapshot(name);
  });
});

describe('a preset', () => {
  test('is beaten by a prop', () => {
    templateOf(newService({ preset: ServicePreset.dev(), cpu: 512, memoryLimitMiB: 1024 })).hasResourceProperties('AWS::ECS::TaskDefinition', {
      Cpu: '512', Memory: '1024',
    });
  });

  test('can be taken with some values changed, and keeps the others', () => {
    const preset = ServicePreset.prod().with({ maxTasks: 4, trafficShift: TrafficShift.allAtOnce(), cpu: undefined });
    const template = templateOf(newService({ preset }));
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 1, MaxCapacity: 4 });
    template.hasResourceProperties('AWS::CodeDeploy::DeploymentGroup', { DeploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce' });
    template.hasResourceProperties('AWS::ECS::TaskDefinition', { Cpu: '1024' });
  });

  test('with a fixed number of tasks sets it with every update; one that scales never does', () => {
    templateOf(newService({ minTasks: 3, maxTasks: 3 })).hasResourceProperties('Custom::BlueGreenService', { DesiredCount: 3, InitialCount: 3 });
    templateOf(newService({ minTasks: 1, maxTasks: 3 })).hasResourceProperties('Custom::BlueGreenService', { DesiredCount: Match.absent(), InitialCount: 1 });
  });
});

/** Without what changes with the handler's code and not with the construct. */
function masked(template: Template): unknown {
  return JSON.parse(JSON.stringify(template.toJSON(), (key, value) => (key === 'S3Key' ? 'asset' : value)));
}
