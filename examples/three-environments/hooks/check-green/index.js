'use strict';

// Both clients are part of Lambda's Node.js runtime: nothing needs to be installed or bundled.
const {
  CodeDeployClient,
  GetDeploymentCommand,
  GetDeploymentTargetCommand,
  ListDeploymentTargetsCommand,
  PutLifecycleEventHookExecutionStatusCommand,
} = require('@aws-sdk/client-codedeploy');
const {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} = require('@aws-sdk/client-elastic-load-balancing-v2');

const codeDeploy = new CodeDeployClient({});
const loadBalancing = new ElasticLoadBalancingV2Client({});

const POLL_SECONDS = 5;

exports.handler = async ({ DeploymentId: deploymentId, LifecycleEventHookExecutionId: lifecycleEventHookExecutionId }) => {
  const { status, because } = await judge(deploymentId);
  console.log(JSON.stringify({ deploymentId, status, because }));
  await codeDeploy.send(new PutLifecycleEventHookExecutionStatusCommand({ deploymentId, lifecycleEventHookExecutionId, status }));
};

/** Never throws: a hook that says nothing holds the deployment up for an hour. */
async function judge(deploymentId) {
  try {
    const { deploymentInfo } = await codeDeploy.send(new GetDeploymentCommand({ deploymentId }));
    if (deploymentInfo.creator === 'codeDeployRollback') {
      return { status: 'Succeeded', because: 'a rollback is never held up' };
    }
    return await waitForHealth(deploymentId);
  } catch (error) {
    return { status: 'Failed', because: `green cannot be checked: ${error.name}: ${error.message}` };
  }
}

async function waitForHealth(deploymentId) {
  const patience = Number(process.env.PATIENCE_SECONDS);
  for (let waited = 0; ; waited += POLL_SECONDS) {
    const green = await greenOf(deploymentId);
    const states = await targetStates(green.targetGroup.name);
    const healthy = states.filter((state) => state === 'healthy').length;
    const found = `${healthy} of ${green.desiredCount} tasks of green are healthy in ${green.targetGroup.name}`;
    if (healthy > 0 && healthy >= green.desiredCount && healthy === states.length) {
      return { status: 'Succeeded', because: found };
    }
    if (waited >= patience) {
      return { status: 'Failed', because: `${found} after ${waited} s; the states of its targets: ${states.join(', ') || 'none'}` };
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_SECONDS * 1000));
  }
}

/** The task set that is coming in. A hook is told the deployment's id only, so it has to look. */
async function greenOf(deploymentId) {
  const { targetIds } = await codeDeploy.send(new ListDeploymentTargetsCommand({ deploymentId }));
  const { deploymentTarget } = await codeDeploy.send(new GetDeploymentTargetCommand({ deploymentId, targetId: targetIds[0] }));
  const green = (deploymentTarget.ecsTarget.taskSetsInfo ?? []).find((taskSet) => taskSet.taskSetLabel === 'Green');
  if (!green) {
    throw new Error(`the deployment ${deploymentId} has no green task set`);
  }
  return green;
}

async function targetStates(targetGroupName) {
  const { TargetGroups: [group] } = await loadBalancing.send(new DescribeTargetGroupsCommand({ Names: [targetGroupName] }));
  const { TargetHealthDescriptions: targets } = await loadBalancing.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: group.TargetGroupArn }),
  );
  // What is leaving (blue of an earlier deployment) says nothing of green.
  return targets.map((target) => target.TargetHealth.State).filter((state) => state !== 'draining');
}
