import { Versions } from '../../../src/rehearsal/watch/versions';

test('a revision is named after the deployment during which it was first seen', () => {
  const versions = new Versions('v1');
  expect(versions.nameOf('Api:1')).toBe('v1');
  versions.begin('v2');
  expect([versions.nameOf('Api:1'), versions.nameOf('Api:2')]).toEqual(['v1', 'v2']);
  expect(versions.revisionOf('v2')).toBe('Api:2');
  expect(versions.revisionOf('v3')).toBeUndefined();
});

test('answers are counted by the names, whichever way the version was told', () => {
  const versions = new Versions('v1');
  versions.nameOf('Api:1');
  expect(versions.rename({ 'v1': 3, 'Api:1': 2, 'load balancer': 1 })).toEqual({ 'v1': 5, 'load balancer': 1 });
});
