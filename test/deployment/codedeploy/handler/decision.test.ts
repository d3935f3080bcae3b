import { decide, type ActiveDeployment, type EndedDeployment, type Situation } from '../../../../src/deployment/codedeploy/handler/decision';

const seen = (situation: Partial<Situation>): Situation => ({
  superseded: false, requestType: 'Update', primaryIsWanted: false, timeIsNearlyUp: false, ...situation,
});
const active = (deployment: Partial<ActiveDeployment>): ActiveDeployment => ({
  id: 'd-1', isRollback: false, isWanted: false, hasShifted: false, blueIsWanted: false, isStopping: false, ...deployment,
});
const ended = (deployment: Partial<EndedDeployment>): EndedDeployment => ({
  id: 'd-1', succeeded: false, cause: 'the hook failed', ...deployment,
});

test('ends without a verb once a newer request has come', () => {
  expect(decide(seen({ superseded: true, active: active({}) })).verb).toBe('end');
});

test('does nothing on creation: the service was made on that spec', () => {
  expect(decide(seen({ requestType: 'Create' })).verb).toBe('succeed');
});

test('never stops a rollback, whatever is wanted and however late it is', () => {
  for (const isWanted of [true, false]) {
    for (const requestType of ['Update', 'Delete'] as const) {
      expect(decide(seen({ requestType, timeIsNearlyUp: true, active: active({ isRollback: true, isWanted }) })).verb).toBe('wait');
    }
  }
});

test('answers once the wanted deployment has shifted, and does not wait for its bake', () => {
  expect(decide(seen({ active: active({ isWanted: true, hasShifted: true }), timeIsNearlyUp: true })).verb).toBe('succeed');
});

test('adopts the wanted deployment that runs already', () => {
  expect(decide(seen({ active: active({ isWanted: true }) }))).toEqual({ verb: 'wait', forWhat: 'deployment d-1 to shift traffic', adopt: 'd-1' });
});

test('stops another deployment that no user depends on yet, and only once', () => {
  expect(decide(seen({ active: active({}) }))).toMatchObject({ verb: 'stop', id: 'd-1' });
  expect(decide(seen({ active: active({ isStopping: true }) })).verb).toBe('wait');
});

test('goes back to blue in seconds when blue is the wanted one', () => {
  expect(decide(seen({ active: active({ hasShifted: true, blueIsWanted: true }) }))).toMatchObject({ verb: 'stop', id: 'd-1' });
});

test('never rolls a good release back for a newer one: it ends the bake', () => {
  expect(decide(seen({ active: active({ hasShifted: true }) }))).toMatchObject({ verb: 'endBake', id: 'd-1' });
});

test('starts and answers nothing while what it has stopped is still to be rolled back', () => {
  expect(decide(seen({ rollingBack: 'd-9' })).verb).toBe('wait');
  expect(decide(seen({ rollingBack: 'd-9', primaryIsWanted: true })).verb).toBe('wait');
  expect(decide(seen({ rollingBack: 'd-9', requestType: 'Delete' })).verb).toBe('wait');
});

test('answers when the wanted spec serves already', () => {
  expect(decide(seen({ primaryIsWanted: true })).verb).toBe('succeed');
});

test('starts a deployment when nothing is active and another spec is wanted', () => {
  expect(decide(seen({}))).toEqual({ verb: 'start' });
});

test('waits for the rollback before it answers the failure with its cause', () => {
  expect(decide(seen({ awaited: ended({}), rollingBack: 'd-1' }))).toEqual({ verb: 'wait', forWhat: 'the rollback of deployment d-1' });
  expect(decide(seen({ awaited: ended({}) }))).toEqual({ verb: 'fail', cause: 'the hook failed' });
});

test('stops what it waits for when time is nearly up, and answers with that failure', () => {
  const stop = decide(seen({ timeIsNearlyUp: true, active: active({ isWanted: true }) }));
  const failure = 'deployment d-1 had not shifted traffic when the time that CloudFormation gives was nearly up, and was stopped and rolled back';
  expect(stop).toEqual({ verb: 'stop', id: 'd-1', reason: 'the time of this request is nearly up', failure });
  expect(decide(seen({ timeIsNearlyUp: true, failure, awaited: ended({}) }))).toEqual({ verb: 'fail', cause: failure });
});

test('stops a deployment whose green does not start, instead of waiting an hour', () => {
  expect(decide(seen({ active: active({ isWanted: true, doesNotStart: '3 of its tasks have stopped, exit code 1' }) }))).toEqual({
    verb: 'stop',
    id: 'd-1',
    reason: 'green does not start',
    failure: 'deployment d-1 was stopped and rolled back, because green does not start: 3 of its tasks have stopped, exit code 1',
  });
});

test('starts nothing for which there is no time left', () => {
  expect(decide(seen({ timeIsNearlyUp: true }))).toEqual({
    verb: 'fail', cause: 'the time of this request was up before its deployment could start: another one held the group',
  });
});

test('fails by name when the service is gone', () => {
  expect(decide(seen({ primaryIsWanted: undefined }))).toEqual({
    verb: 'fail', cause: 'the service that this deployment is for does not exist: was it deleted by hand?',
  });
});

test('stops what is active before the service is deleted, and lets a missing service go', () => {
  expect(decide(seen({ requestType: 'Delete', active: active({}) }))).toMatchObject({ verb: 'stop', id: 'd-1' });
  expect(decide(seen({ requestType: 'Delete', active: active({ isStopping: true }) })).verb).toBe('wait');
  expect(decide(seen({ requestType: 'Delete', primaryIsWanted: undefined })).verb).toBe('succeed');
});
