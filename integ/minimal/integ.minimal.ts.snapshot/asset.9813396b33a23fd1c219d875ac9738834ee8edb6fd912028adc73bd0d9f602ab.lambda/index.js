"use strict";
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// src/deployment/codedeploy/handler/blue-green.lambda.ts
var blue_green_lambda_exports = {};
__export(blue_green_lambda_exports, {
  handler: () => handler
});
module.exports = __toCommonJS(blue_green_lambda_exports);

// src/deployment/codedeploy/handler/answer.ts
var MOST_BYTES = 4096;
var ATTEMPTS = 5;
var PAUSE_MILLIS = 1e3;
function answerBody(request, answer) {
  const body = (reason2) => JSON.stringify({
    Status: answer.status,
    Reason: reason2,
    PhysicalResourceId: answer.status === "SUCCESS" ? answer.result.physicalId : answer.physicalId,
    StackId: request.StackId,
    RequestId: request.RequestId,
    LogicalResourceId: request.LogicalResourceId,
    Data: answer.status === "SUCCESS" ? answer.result.data : void 0
  });
  if (answer.status === "SUCCESS") {
    return body();
  }
  let reason = answer.reason;
  while (Buffer.byteLength(body(reason)) > MOST_BYTES) {
    reason = `${reason.slice(0, Math.floor(reason.length * 0.9) - 1)}\u2026`;
  }
  return body(reason);
}
async function deliver(request, answer) {
  const body = answerBody(request, answer);
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(request.ResponseURL, { method: "PUT", body, headers: { "content-type": "" } });
      if (response.ok) {
        return;
      }
      throw new Error(`the answer was refused with HTTP ${response.status}`);
    } catch (error) {
      if (attempt === ATTEMPTS) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLIS * attempt));
    }
  }
}

// src/deployment/codedeploy/handler/clients/code-deploy.ts
var import_client_codedeploy = require("@aws-sdk/client-codedeploy");

// src/deployment/codedeploy/handler/clients/retries.ts
var RETRIES = { maxAttempts: 8, retryMode: "standard" };
function isNamed(error, ...codes) {
  const name = error instanceof Error ? error.name : "";
  return codes.some((code) => name === code || name === `${code}Exception`);
}

// src/deployment/lifecycle.ts
var LIFECYCLE = [
  { name: "BeforeInstall", hookable: true, description: "before green is created" },
  { name: "Install", hookable: false, description: "green starts, until it is steady" },
  { name: "AfterInstall", hookable: true, description: "green runs, no route leads to it" },
  { name: "AllowTestTraffic", hookable: false, description: "the test route leads to green" },
  { name: "AfterAllowTestTraffic", hookable: true, description: "green is tested through the test route" },
  { name: "BeforeAllowTraffic", hookable: true, description: "the last moment before users reach green" },
  { name: "AllowTraffic", hookable: false, description: "production traffic shifts to green" },
  { name: "AfterAllowTraffic", hookable: true, description: "green serves all users" }
];
var HOOKABLE_EVENTS = LIFECYCLE.filter((event) => event.hookable).map((event) => event.name);
var SHIFTED_EVENT = "AfterAllowTraffic";
var ENDED = ["Succeeded", "Failed", "Stopped"];
var ACTIVE_STATUSES = ["Created", "Queued", "InProgress", "Baking", "Ready"];
function hasEnded(status) {
  return ENDED.includes(status);
}
function hasShifted(events) {
  return events.some((event) => event.lifecycleEventName === SHIFTED_EVENT && event.status === "Succeeded");
}

// src/deployment/codedeploy/handler/clients/code-deploy.ts
var ROLLBACK_CREATOR = "codeDeployRollback";
var CodeDeploy = class {
  constructor(client = new import_client_codedeploy.CodeDeployClient(RETRIES)) {
    this.client = client;
  }
  client;
  contents = /* @__PURE__ */ new Map();
  /** The id of the deployment that holds the group; undefined if none does, or if the group is gone. */
  async activeDeployment(application, group) {
    try {
      const { deployments } = await this.client.send(new import_client_codedeploy.ListDeploymentsCommand({
        applicationName: application,
        deploymentGroupName: group,
        includeOnlyStatuses: [...ACTIVE_STATUSES]
      }));
      return deployments?.[0];
    } catch (error) {
      if (isNamed(error, "DeploymentGroupDoesNotExist", "ApplicationDoesNotExist")) {
        return void 0;
      }
      throw error;
    }
  }
  async describe(deploymentId) {
    const { deploymentInfo } = await this.client.send(new import_client_codedeploy.GetDeploymentCommand({ deploymentId }));
    return { info: deploymentInfo, target: await this.target(deploymentId) };
  }
  /** What the deployment deploys; undefined if CodeDeploy does not tell. */
  async appSpecOf(info) {
    const id = info.deploymentId;
    if (!this.contents.has(id)) {
      this.contents.set(id, await this.content(info.applicationName, info.revision));
    }
    return this.contents.get(id);
  }
  async create(application, group, appSpec, description) {
    const { deploymentId } = await this.client.send(new import_client_codedeploy.CreateDeploymentCommand({
      applicationName: application,
      deploymentGroupName: group,
      description,
      revision: { revisionType: "AppSpecContent", appSpecContent: { content: appSpec } }
    }));
    return deploymentId;
  }
  /** Stops the deployment and has it rolled back; one that has ended meanwhile is left as it is. */
  async stop(deploymentId) {
    try {
      await this.client.send(new import_client_codedeploy.StopDeploymentCommand({ deploymentId, autoRollbackEnabled: true }));
    } catch (error) {
      if (!isNamed(error, "DeploymentAlreadyCompleted")) {
        throw error;
      }
    }
  }
  /** Ends the wait before blue is terminated. Where CodeDeploy does not do that, the wait is waited for. */
  async endBake(deploymentId) {
    try {
      await this.client.send(new import_client_codedeploy.ContinueDeploymentCommand({ deploymentId, deploymentWaitType: "TERMINATION_WAIT" }));
    } catch (error) {
      if (!isNamed(
        error,
        "DeploymentIsNotInReadyState",
        "DeploymentAlreadyCompleted",
        "UnsupportedActionForDeploymentType",
        "InvalidDeploymentStatus",
        "InvalidDeploymentWaitType"
      )) {
        throw error;
      }
    }
  }
  async target(deploymentId) {
    try {
      const { targetIds } = await this.client.send(new import_client_codedeploy.ListDeploymentTargetsCommand({ deploymentId }));
      if (!targetIds?.length) {
        return void 0;
      }
      const { deploymentTarget } = await this.client.send(new import_client_codedeploy.GetDeploymentTargetCommand({ deploymentId, targetId: targetIds[0] }));
      return deploymentTarget?.ecsTarget;
    } catch (error) {
      if (isNamed(error, "DeploymentNotStarted")) {
        return void 0;
      }
      throw error;
    }
  }
  async content(application, revision) {
    if (!revision) {
      return void 0;
    }
    const known = revision.appSpecContent?.content ?? revision.string?.content;
    if (known) {
      return known;
    }
    const answer = await this.client.send(new import_client_codedeploy.GetApplicationRevisionCommand({ applicationName: application, revision }));
    return answer.revision?.appSpecContent?.content ?? answer.revision?.string?.content;
  }
};
function isRollback(info) {
  return info.creator === ROLLBACK_CREATOR;
}

// src/deployment/codedeploy/handler/clients/elastic-container-service.ts
var import_client_ecs = require("@aws-sdk/client-ecs");
var ElasticContainerService = class {
  constructor(client = new import_client_ecs.ECSClient(RETRIES)) {
    this.client = client;
  }
  client;
  async create(service) {
    const { spec } = service;
    const network = spec.NetworkConfiguration?.AwsvpcConfiguration;
    const { service: created } = await this.client.send(new import_client_ecs.CreateServiceCommand({
      cluster: service.cluster,
      serviceName: service.name,
      taskDefinition: spec.TaskDefinition,
      desiredCount: service.desiredCount,
      deploymentController: { type: "CODE_DEPLOY" },
      loadBalancers: [{
        targetGroupArn: service.targetGroup,
        containerName: spec.LoadBalancerInfo.ContainerName,
        containerPort: Number(spec.LoadBalancerInfo.ContainerPort)
      }],
      networkConfiguration: network && {
        awsvpcConfiguration: {
          subnets: [...network.Subnets],
          securityGroups: [...network.SecurityGroups],
          assignPublicIp: network.AssignPublicIp
        }
      },
      platformVersion: spec.PlatformVersion,
      ...spec.CapacityProviderStrategy?.length ? { capacityProviderStrategy: spec.CapacityProviderStrategy.map((item) => ({ capacityProvider: item.CapacityProvider, base: Number(item.Base ?? 0), weight: Number(item.Weight ?? 1) })) } : { launchType: "FARGATE" },
      healthCheckGracePeriodSeconds: service.healthCheckGracePeriodSeconds,
      enableExecuteCommand: service.executeCommand,
      enableECSManagedTags: true,
      propagateTags: "SERVICE",
      tags: service.tags.map(({ Key, Value }) => ({ key: Key, value: Value }))
    }));
    return created;
  }
  /** The service with its task sets and tags; undefined if there is none, or if all of it is gone. */
  async describe(cluster, nameOrArn) {
    try {
      const { services } = await this.client.send(new import_client_ecs.DescribeServicesCommand({ cluster, services: [nameOrArn], include: ["TAGS"] }));
      const service = services?.[0];
      return service?.status === "INACTIVE" ? void 0 : service;
    } catch (error) {
      if (isNamed(error, "ClusterNotFound")) {
        return void 0;
      }
      throw error;
    }
  }
  async update(input) {
    await this.client.send(new import_client_ecs.UpdateServiceCommand(input));
  }
  /** Deletes the service with its tasks; one that is gone already is success. */
  async delete(cluster, nameOrArn) {
    try {
      await this.client.send(new import_client_ecs.DeleteServiceCommand({ cluster, service: nameOrArn, force: true }));
    } catch (error) {
      if (!isNamed(error, "ServiceNotFound", "ServiceNotActive", "ClusterNotFound")) {
        throw error;
      }
    }
  }
  async tag(arn, tags) {
    await this.client.send(new import_client_ecs.TagResourceCommand({ resourceArn: arn, tags: tags.map(({ Key, Value }) => ({ key: Key, value: Value })) }));
  }
  async untag(arn, keys) {
    await this.client.send(new import_client_ecs.UntagResourceCommand({ resourceArn: arn, tagKeys: [...keys] }));
  }
  /** The service's tasks that have stopped lately: ECS keeps them for about an hour. */
  async stoppedTasks(cluster, serviceName2) {
    const { taskArns } = await this.client.send(new import_client_ecs.ListTasksCommand({ cluster, serviceName: serviceName2, desiredStatus: "STOPPED" }));
    if (!taskArns?.length) {
      return [];
    }
    const { tasks } = await this.client.send(new import_client_ecs.DescribeTasksCommand({ cluster, tasks: taskArns.slice(0, 100) }));
    return tasks ?? [];
  }
};

// src/deployment/codedeploy/handler/clients/elastic-load-balancing.ts
var import_client_elastic_load_balancing_v2 = require("@aws-sdk/client-elastic-load-balancing-v2");
var ElasticLoadBalancing = class {
  constructor(client = new import_client_elastic_load_balancing_v2.ElasticLoadBalancingV2Client(RETRIES)) {
    this.client = client;
  }
  client;
  /** The new rule's ARN; undefined if another rule of the listener has the priority. */
  async createRule(listenerArn, priority, conditions, to, tags) {
    try {
      const { Rules } = await this.client.send(new import_client_elastic_load_balancing_v2.CreateRuleCommand({
        ListenerArn: listenerArn,
        Priority: priority,
        Conditions: conditions,
        Actions: [{ Type: "forward", ForwardConfig: { TargetGroups: [...to] } }],
        Tags: tags.length > 0 ? [...tags] : void 0
      }));
      return Rules[0].RuleArn;
    } catch (error) {
      if (isNamed(error, "PriorityInUse")) {
        return void 0;
      }
      throw error;
    }
  }
  async ruleWithPriority(listenerArn, priority) {
    for (let marker; ; ) {
      const page = await this.client.send(new import_client_elastic_load_balancing_v2.DescribeRulesCommand({ ListenerArn: listenerArn, Marker: marker }));
      const rule = page.Rules?.find((candidate) => candidate.Priority === String(priority));
      marker = page.NextMarker;
      if (rule) {
        const forward = rule.Actions?.find((action) => action.Type === "forward");
        const single = forward?.TargetGroupArn ? [{ TargetGroupArn: forward.TargetGroupArn, Weight: 1 }] : [];
        return { arn: rule.RuleArn, priority: rule.Priority, forwardsTo: forward?.ForwardConfig?.TargetGroups ?? single };
      }
      if (!marker) {
        return void 0;
      }
    }
  }
  /** Where a rule leads now, weights included. */
  async forwardsOf(ruleArn) {
    const { Rules } = await this.client.send(new import_client_elastic_load_balancing_v2.DescribeRulesCommand({ RuleArns: [ruleArn] }));
    return Rules?.[0]?.Actions?.find((action) => action.Type === "forward")?.ForwardConfig?.TargetGroups ?? [];
  }
  /** Changes which requests the rule takes. Its actions are not sent, and so stay as they are. */
  async modifyConditions(ruleArn, conditions) {
    await this.client.send(new import_client_elastic_load_balancing_v2.ModifyRuleCommand({ RuleArn: ruleArn, Conditions: conditions }));
  }
  async setPriority(ruleArn, priority) {
    await this.client.send(new import_client_elastic_load_balancing_v2.SetRulePrioritiesCommand({ RulePriorities: [{ RuleArn: ruleArn, Priority: priority }] }));
  }
  async tag(ruleArn, tags) {
    await this.client.send(new import_client_elastic_load_balancing_v2.AddTagsCommand({ ResourceArns: [ruleArn], Tags: [...tags] }));
  }
  async untag(ruleArn, keys) {
    await this.client.send(new import_client_elastic_load_balancing_v2.RemoveTagsCommand({ ResourceArns: [ruleArn], TagKeys: [...keys] }));
  }
  /** Deletes the rule; one that is gone already is success. */
  async deleteRule(ruleArn) {
    try {
      await this.client.send(new import_client_elastic_load_balancing_v2.DeleteRuleCommand({ RuleArn: ruleArn }));
    } catch (error) {
      if (!isNamed(error, "RuleNotFound")) {
        throw error;
      }
    }
  }
};

// src/deployment/codedeploy/handler/clients/lambda.ts
var import_client_lambda = require("@aws-sdk/client-lambda");
var Lambda = class {
  constructor(client = new import_client_lambda.LambdaClient(RETRIES)) {
    this.client = client;
  }
  client;
  async goOn(functionArn, event) {
    await this.client.send(new import_client_lambda.InvokeCommand({
      FunctionName: functionArn,
      InvocationType: "Event",
      Payload: Buffer.from(JSON.stringify(event))
    }));
  }
};

// src/deployment/codedeploy/handler/cause.ts
function causeOf(view, stoppedTasks, region) {
  const { info, target } = view;
  const id = info.deploymentId;
  const failed = target?.lifecycleEvents?.find((event) => event.status === "Failed");
  const diagnostics = failed?.diagnostics?.message || failed?.diagnostics?.logTail;
  const where = failed ? ` at ${failed.lifecycleEventName}` : "";
  const sentences = [
    `deployment ${id} ${info.status === "Stopped" ? "was stopped" : "failed"}${where}: ${info.errorInformation?.message ?? "CodeDeploy gives no reason"}`,
    diagnostics && diagnostics !== info.errorInformation?.message ? diagnostics : void 0,
    stoppedTasks.length > 0 ? `tasks have stopped: ${stoppedReasons(stoppedTasks)}` : void 0,
    info.rollbackInfo?.rollbackDeploymentId ? `rolled back by ${info.rollbackInfo.rollbackDeploymentId}` : void 0,
    `see https://${region}.console.aws.amazon.com/codesuite/codedeploy/deployments/${id}?region=${region}`
  ];
  return sentences.filter((sentence) => sentence !== void 0).map((sentence) => sentence.replace(/[.\s]+$/, "")).join("; ");
}
function stoppedReasons(tasks) {
  const reasons = tasks.map((task) => {
    const exited = task.containers?.find((container) => container.exitCode !== void 0 || container.reason);
    const detail = [exited?.exitCode !== void 0 ? `exit code ${exited.exitCode}` : void 0, exited?.reason].filter(Boolean).join(", ");
    return `${task.stoppedReason ?? "no reason given"}${detail ? ` (${detail})` : ""}`;
  });
  return [...new Set(reasons)].join("; ");
}

// src/deployment/codedeploy/handler/decision.ts
function decide(seen) {
  if (seen.superseded) {
    return { verb: "end", reason: "a newer request has been recorded on the service" };
  }
  if (seen.requestType === "Create") {
    return { verb: "succeed", reason: "the service was created on this spec" };
  }
  if (seen.active) {
    return seen.requestType === "Delete" ? beforeDelete(seen.active) : whileActive(seen, seen.active);
  }
  if (seen.requestType === "Delete") {
    return { verb: "succeed", reason: "no deployment is active" };
  }
  return whileIdle(seen);
}
function beforeDelete(active) {
  if (active.isRollback || active.isStopping) {
    return { verb: "wait", forWhat: `deployment ${active.id} to end before the service goes` };
  }
  return { verb: "stop", id: active.id, reason: "the service is being deleted" };
}
function whileActive(seen, active) {
  if (active.isRollback) {
    return { verb: "wait", forWhat: `rollback ${active.id}, which is never stopped` };
  }
  if (active.isStopping) {
    return { verb: "wait", forWhat: `deployment ${active.id} to stop` };
  }
  if (active.isWanted && active.hasShifted) {
    return { verb: "succeed", reason: `deployment ${active.id} has shifted all traffic` };
  }
  if (active.isWanted) {
    return seen.timeIsNearlyUp ? { verb: "stop", id: active.id, reason: "the time of this request is nearly up", failure: timeOut(active.id) } : { verb: "wait", forWhat: `deployment ${active.id} to shift traffic`, adopt: active.id };
  }
  if (!active.hasShifted) {
    return { verb: "stop", id: active.id, reason: "another spec is wanted, and no user depends on this one yet" };
  }
  if (active.blueIsWanted) {
    return { verb: "stop", id: active.id, reason: "blue, which is still there, runs the wanted spec" };
  }
  return { verb: "endBake", id: active.id, forWhat: `deployment ${active.id}, whose release is good, to end its bake` };
}
function whileIdle(seen) {
  if (seen.awaited?.isRollingBack) {
    return { verb: "wait", forWhat: `the rollback of deployment ${seen.awaited.id}` };
  }
  if (seen.failure !== void 0) {
    return { verb: "fail", cause: seen.failure };
  }
  if (seen.awaited && !seen.awaited.succeeded) {
    return { verb: "fail", cause: seen.awaited.cause };
  }
  if (seen.primaryIsWanted === void 0) {
    return { verb: "fail", cause: "the service that this deployment is for does not exist: was it deleted by hand?" };
  }
  if (seen.primaryIsWanted) {
    return { verb: "succeed", reason: "the task set that serves runs this spec" };
  }
  if (seen.timeIsNearlyUp) {
    return { verb: "fail", cause: "the time of this request was up before its deployment could start: another one held the group" };
  }
  return { verb: "start" };
}
function timeOut(id) {
  return `deployment ${id} had not shifted traffic when the time that CloudFormation gives was nearly up, and was stopped and rolled back`;
}

// src/deployment/codedeploy/handler/request.ts
function done(physicalId, data) {
  return { kind: "done", result: { physicalId, data } };
}
function wait(forWhat) {
  return { kind: "wait", forWhat };
}

// src/deployment/codedeploy/handler/spec.ts
var import_node_crypto = require("node:crypto");
function parseSpec(json) {
  const properties = JSON.parse(json);
  return { properties, hash: hashOf(properties) };
}
function renderAppSpec(properties, hooksJson) {
  const hooks = JSON.parse(hooksJson);
  const appSpec = {
    version: 1,
    Resources: [{ TargetService: { Type: "AWS::ECS::Service", Properties: properties } }],
    ...hooks.length > 0 && { Hooks: hooks }
  };
  return JSON.stringify(appSpec);
}
function hashOfAppSpec(content) {
  try {
    const appSpec = JSON.parse(content);
    return hashOf(appSpec.Resources[0].TargetService.Properties);
  } catch {
    return void 0;
  }
}
function hashOf(properties) {
  return (0, import_node_crypto.createHash)("sha256").update(JSON.stringify(canonical(properties))).digest("hex");
}
function canonical(value) {
  if (Array.isArray(value)) {
    return value.map(canonical).sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, inner]) => [key, canonical(inner)]));
  }
  return String(value);
}

// src/deployment/codedeploy/handler/deployment.ts
var REQUEST_TAG = "fargate-blue-green:request";
var SECONDS_TO_GO_BACK = 600;
var LOOKS_FOR_ROLLBACK = 6;
var Deployment = class {
  constructor(ecs2, codeDeploy, region) {
    this.ecs = ecs2;
    this.codeDeploy = codeDeploy;
    this.region = region;
  }
  ecs;
  codeDeploy;
  region;
  async step(request, memory, time) {
    const wanted = request.ResourceProperties;
    const physicalId = request.PhysicalResourceId ?? `${wanted.Service}-deployment`;
    memory.physicalId = physicalId;
    const spec = parseSpec(wanted.Spec);
    const decision = decide(await this.look(request, memory, time, spec));
    switch (decision.verb) {
      case "end":
        return { kind: "superseded", reason: decision.reason };
      case "succeed":
        return done(physicalId);
      case "fail":
        throw new Error(decision.cause);
      case "wait":
        memory.deploymentId = decision.adopt ?? memory.deploymentId;
        return wait(decision.forWhat);
      case "start":
        memory.deploymentId = await this.codeDeploy.create(
          wanted.Application,
          wanted.DeploymentGroup,
          renderAppSpec(spec.properties, wanted.Hooks),
          `CloudFormation request ${request.RequestId}`
        );
        return wait(`deployment ${memory.deploymentId}, which was started`);
      case "stop":
        memory.stoppedIds = [...memory.stoppedIds ?? [], decision.id];
        memory.failure = decision.failure ?? memory.failure;
        await this.codeDeploy.stop(decision.id);
        return wait(`deployment ${decision.id} to stop: ${decision.reason}`);
      case "endBake":
        await this.codeDeploy.endBake(decision.id);
        return wait(decision.forWhat);
    }
  }
  async look(request, memory, time, spec) {
    const wanted = request.ResourceProperties;
    const timeIsNearlyUp = time.secondsLeft < SECONDS_TO_GO_BACK;
    if (request.RequestType === "Create") {
      return { superseded: false, requestType: "Create", timeIsNearlyUp };
    }
    const service = await this.ecs.describe(wanted.Cluster, wanted.Service);
    const superseded = service !== void 0 && request.RequestType === "Update" && await this.isSuperseded(request, memory, service);
    return {
      superseded,
      requestType: request.RequestType,
      primaryIsWanted: service && taskSets(service, "PRIMARY").some((taskSet) => runs(taskSet, spec.properties)),
      active: await this.lookAtActive(wanted, memory, service, spec),
      awaited: await this.lookAtAwaited(memory, wanted),
      failure: memory.failure,
      timeIsNearlyUp
    };
  }
  /** The first look of a request records it on the service; a later one finds whether another has come since. */
  async isSuperseded(request, memory, service) {
    if (memory.recorded) {
      return service.tags?.find((tag) => tag.key === REQUEST_TAG)?.value !== request.RequestId;
    }
    await this.ecs.tag(service.serviceArn, [{ Key: REQUEST_TAG, Value: request.RequestId }]);
    memory.recorded = true;
    return false;
  }
  async lookAtActive(wanted, memory, service, spec) {
    const id = await this.codeDeploy.activeDeployment(wanted.Application, wanted.DeploymentGroup);
    if (id === void 0) {
      return void 0;
    }
    const { info, target } = await this.codeDeploy.describe(id);
    const content = await this.codeDeploy.appSpecOf(info);
    return {
      id,
      isRollback: isRollback(info),
      isWanted: id === memory.deploymentId || content !== void 0 && hashOfAppSpec(content) === spec.hash,
      hasShifted: hasShifted(target?.lifecycleEvents ?? []),
      blueIsWanted: service !== void 0 && taskSets(service, "ACTIVE", "DRAINING").some((taskSet) => runs(taskSet, spec.properties)),
      isStopping: memory.stoppedIds?.includes(id) ?? false
    };
  }
  async lookAtAwaited(memory, wanted) {
    if (memory.deploymentId === void 0) {
      return void 0;
    }
    const view = await this.codeDeploy.describe(memory.deploymentId);
    if (!hasEnded(view.info.status)) {
      return void 0;
    }
    const succeeded = view.info.status === "Succeeded";
    return {
      id: memory.deploymentId,
      succeeded,
      isRollingBack: !succeeded && await this.isRollingBack(view, memory),
      cause: succeeded ? "" : causeOf(view, await this.stoppedTasksOf(view, wanted), this.region)
    };
  }
  async isRollingBack(view, memory) {
    const rollbackId = view.info.rollbackInfo?.rollbackDeploymentId;
    if (rollbackId) {
      return !hasEnded((await this.codeDeploy.describe(rollbackId)).info.status);
    }
    memory.looksForRollback = (memory.looksForRollback ?? 0) + 1;
    return memory.looksForRollback < LOOKS_FOR_ROLLBACK;
  }
  /** The tasks of the new revision that have stopped, if the deployment failed before it shifted any traffic. */
  async stoppedTasksOf(view, wanted) {
    const failed = view.target?.lifecycleEvents?.find((event) => event.status === "Failed");
    if (failed?.lifecycleEventName !== "Install") {
      return [];
    }
    const { TaskDefinition } = parseSpec(wanted.Spec).properties;
    return (await this.ecs.stoppedTasks(wanted.Cluster, wanted.Service)).filter((task) => task.taskDefinitionArn === TaskDefinition);
  }
};
function taskSets(service, ...statuses) {
  return service.taskSets?.filter((taskSet) => statuses.includes(taskSet.status ?? "")) ?? [];
}
function runs(taskSet, spec) {
  const network = taskSet.networkConfiguration?.awsvpcConfiguration;
  const wantedNetwork = spec.NetworkConfiguration?.AwsvpcConfiguration;
  const wantedVersion = spec.PlatformVersion ?? "LATEST";
  return taskSet.taskDefinition === spec.TaskDefinition && (wantedVersion === "LATEST" || taskSet.platformVersion === wantedVersion) && (!wantedNetwork || sameSet(network?.subnets, wantedNetwork.Subnets) && sameSet(network?.securityGroups, wantedNetwork.SecurityGroups) && (network?.assignPublicIp ?? "DISABLED") === wantedNetwork.AssignPublicIp) && sameSet(
    taskSet.capacityProviderStrategy?.map((item) => [item.capacityProvider, item.base ?? 0, item.weight ?? 0].join()),
    spec.CapacityProviderStrategy?.map((item) => [item.CapacityProvider, item.Base ?? 0, item.Weight ?? 0].join())
  ) && (taskSet.loadBalancers ?? []).every((balancer) => balancer.containerName === spec.LoadBalancerInfo.ContainerName && balancer.containerPort === Number(spec.LoadBalancerInfo.ContainerPort));
}
function sameSet(a = [], b = []) {
  return a.length === b.length && a.every((item) => b.includes(item));
}

// src/deployment/codedeploy/handler/poll.ts
var REQUEST_SECONDS = 3600;
var RESERVE_SECONDS = 60;
var POLL_MILLIS = 5e3;
var HANDOVER_MILLIS = 6e4;
async function poll(request, resource, around) {
  const startedAt = request.Continuation?.startedAt ?? around.now();
  const memory = { ...request.Continuation?.memory };
  const deadline = startedAt + (REQUEST_SECONDS - RESERVE_SECONDS) * 1e3;
  let outcome;
  let said;
  try {
    if (!resource) {
      throw new Error(`the function does not know resources of type ${request.ResourceType}`);
    }
    while (outcome === void 0) {
      const step = await resource.step(request, memory, { secondsLeft: (deadline - around.now()) / 1e3 });
      if (step.kind === "done") {
        outcome = step.result;
      } else if (step.kind === "superseded") {
        around.log(`superseded: ${step.reason}`);
        outcome = "superseded";
      } else {
        if (step.forWhat !== said) {
          said = step.forWhat;
          around.log(`waiting for ${said}`);
        }
        if (around.now() >= deadline) {
          throw new Error(`the time that CloudFormation gives was up while waiting for ${step.forWhat}`);
        }
        if (around.millisLeft() < HANDOVER_MILLIS) {
          await around.goOn({ ...request, Continuation: { startedAt, memory } });
          return;
        }
        await around.sleep(POLL_MILLIS);
      }
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    around.log(`failed: ${reason}`);
    await around.deliver(request, { status: "FAILED", physicalId: memory.physicalId ?? request.PhysicalResourceId ?? "not-created", reason });
    return;
  }
  if (outcome !== "superseded") {
    await around.deliver(request, { status: "SUCCESS", result: outcome });
  }
}

// src/deployment/codedeploy/handler/tags.ts
function tagChange(old = [], wanted = []) {
  const has = (tags, tag) => tags.some(({ Key, Value }) => Key === tag.Key && Value === tag.Value);
  return {
    set: wanted.filter((tag) => !has(old, tag)),
    removed: old.map(({ Key }) => Key).filter((key) => !wanted.some((tag) => tag.Key === key))
  };
}

// src/deployment/codedeploy/handler/route.ts
var RULE_ARN = ":listener-rule/";
var NOT_CREATED = "not-created";
var Route = class {
  constructor(elb) {
    this.elb = elb;
  }
  elb;
  async step(request) {
    const wanted = request.ResourceProperties;
    switch (request.RequestType) {
      case "Create":
        return done(await this.create(wanted, firstForward(wanted)));
      case "Update":
        return done(await this.update(request.PhysicalResourceId, request.OldResourceProperties, wanted));
      case "Delete":
        if (request.PhysicalResourceId?.includes(RULE_ARN)) {
          await this.elb.deleteRule(request.PhysicalResourceId);
        }
        return done(request.PhysicalResourceId ?? NOT_CREATED);
    }
  }
  async create(wanted, to) {
    const priority = Number(wanted.Priority);
    const created = await this.elb.createRule(wanted.ListenerArn, priority, wanted.Conditions, to, wanted.Tags ?? []);
    if (created) {
      return created;
    }
    const other = await this.elb.ruleWithPriority(wanted.ListenerArn, priority);
    if (other && leadsTo(other.forwardsTo, wanted)) {
      return other.arn;
    }
    throw new Error(
      `priority ${priority} of listener ${wanted.ListenerArn} is taken by another rule, ${other?.arn ?? "which has gone meanwhile"}: choose another priority for this service`
    );
  }
  async update(ruleArn, old, wanted) {
    const sameGroups = old.TargetGroupA === wanted.TargetGroupA && old.TargetGroupB === wanted.TargetGroupB;
    if (old.ListenerArn !== wanted.ListenerArn) {
      const now = sameGroups ? await this.elb.forwardsOf(ruleArn) : [];
      return this.create(wanted, now.length > 0 ? now : firstForward(wanted));
    }
    if (!sameGroups) {
      throw new Error(
        "the target groups of a route on the same listener cannot be replaced without an outage: make a second service beside this one with the new settings, move users there, and remove this one"
      );
    }
    if (JSON.stringify(old.Conditions) !== JSON.stringify(wanted.Conditions)) {
      await this.elb.modifyConditions(ruleArn, wanted.Conditions);
    }
    if (String(old.Priority) !== String(wanted.Priority)) {
      await this.elb.setPriority(ruleArn, Number(wanted.Priority));
    }
    const tags = tagChange(old.Tags, wanted.Tags);
    if (tags.set.length > 0) {
      await this.elb.tag(ruleArn, tags.set);
    }
    if (tags.removed.length > 0) {
      await this.elb.untag(ruleArn, tags.removed);
    }
    return ruleArn;
  }
};
function firstForward(wanted) {
  return [{ TargetGroupArn: wanted.TargetGroupA, Weight: 100 }, { TargetGroupArn: wanted.TargetGroupB, Weight: 0 }];
}
function leadsTo(forwards, wanted) {
  const groups = [wanted.TargetGroupA, wanted.TargetGroupB];
  return forwards.length > 0 && forwards.every((forward) => groups.includes(forward.TargetGroupArn));
}

// src/deployment/codedeploy/handler/service.ts
var import_node_crypto2 = require("node:crypto");
var MOST_STOPPED_TASKS = 3;
var Service = class {
  constructor(ecs2) {
    this.ecs = ecs2;
  }
  ecs;
  async step(request, memory, time) {
    switch (request.RequestType) {
      case "Create":
        return this.create(request, memory, time);
      case "Update":
        return isReplaced(request) ? this.create(request, memory, time) : this.update(request);
      case "Delete":
        return this.delete(request, memory);
    }
  }
  async create(request, memory, time) {
    const wanted = request.ResourceProperties;
    const name = serviceName(request);
    const service = await this.ecs.describe(wanted.Cluster, name) ?? await this.ecs.create({
      cluster: wanted.Cluster,
      name,
      spec: parseSpec(wanted.Spec).properties,
      targetGroup: wanted.TargetGroup,
      desiredCount: Number(wanted.DesiredCount ?? wanted.InitialCount),
      healthCheckGracePeriodSeconds: Number(wanted.HealthCheckGracePeriodSeconds),
      executeCommand: String(wanted.ExecuteCommand) === "true",
      tags: wanted.Tags ?? []
    });
    memory.physicalId = service.serviceArn;
    if (isSteady(service)) {
      return done(service.serviceArn, { Name: name, Arn: service.serviceArn });
    }
    await this.failIfTasksStop(wanted.Cluster, name, time);
    return wait(`service ${name} is not steady yet`);
  }
  async failIfTasksStop(cluster, name, time) {
    const stopped = await this.ecs.stoppedTasks(cluster, name);
    if (stopped.length >= MOST_STOPPED_TASKS) {
      throw new Error(`service ${name} does not start: ${stopped.length} of its tasks have stopped, ${stoppedReasons(stopped)}`);
    }
    if (time.secondsLeft <= 0) {
      throw new Error(`service ${name} did not become steady in time; ${stopped.length > 0 ? stoppedReasons(stopped) : "no task has stopped"}`);
    }
  }
  async update(request) {
    const [old, wanted, arn] = [request.OldResourceProperties, request.ResourceProperties, request.PhysicalResourceId];
    const changes = {
      ...wanted.DesiredCount !== void 0 && differs(old.DesiredCount, wanted.DesiredCount) && { desiredCount: Number(wanted.DesiredCount) },
      ...differs(old.HealthCheckGracePeriodSeconds, wanted.HealthCheckGracePeriodSeconds) && { healthCheckGracePeriodSeconds: Number(wanted.HealthCheckGracePeriodSeconds) },
      ...differs(old.ExecuteCommand, wanted.ExecuteCommand) && { enableExecuteCommand: String(wanted.ExecuteCommand) === "true" }
    };
    if (Object.keys(changes).length > 0) {
      await this.ecs.update({ cluster: wanted.Cluster, service: arn, ...changes });
    }
    const tags = tagChange(old.Tags, wanted.Tags);
    if (tags.set.length > 0) {
      await this.ecs.tag(arn, tags.set);
    }
    if (tags.removed.length > 0) {
      await this.ecs.untag(arn, tags.removed);
    }
    return done(arn, { Name: nameOf(arn), Arn: arn });
  }
  /** Waits until the tasks are gone, since their network interfaces hold the security groups. */
  async delete(request, memory) {
    const physicalId = request.PhysicalResourceId ?? "";
    const { Cluster } = request.ResourceProperties;
    const service = physicalId.includes(":service/") ? physicalId : serviceName(request);
    memory.physicalId = physicalId;
    const existing = await this.ecs.describe(Cluster, service);
    if (!existing) {
      return done(physicalId);
    }
    if (existing.status === "ACTIVE") {
      await this.ecs.delete(Cluster, service);
    }
    return wait(`service ${nameOf(service)} is being drained`);
  }
};
function serviceName(request) {
  const { Cluster, TargetGroup, NamePrefix } = request.ResourceProperties;
  const identity = [request.StackId, request.LogicalResourceId, Cluster, TargetGroup].join("\n");
  return `${NamePrefix}-${(0, import_node_crypto2.createHash)("sha256").update(identity).digest("hex").slice(0, 8)}`;
}
function isReplaced(request) {
  const [old, wanted] = [request.OldResourceProperties, request.ResourceProperties];
  return old.Cluster !== wanted.Cluster || old.TargetGroup !== wanted.TargetGroup;
}
function isSteady(service) {
  const primary = service.taskSets?.find((taskSet) => taskSet.status === "PRIMARY");
  return primary?.stabilityStatus === "STEADY_STATE" && (service.runningCount ?? 0) >= (service.desiredCount ?? 0);
}
function differs(old, wanted) {
  return String(old) !== String(wanted);
}
function nameOf(arn) {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

// src/deployment/codedeploy/resources.ts
var ROUTE_TYPE = "Custom::BlueGreenRoute";
var SERVICE_TYPE = "Custom::BlueGreenService";
var DEPLOYMENT_TYPE = "Custom::BlueGreenDeployment";

// src/deployment/codedeploy/handler/blue-green.lambda.ts
var ecs = new ElasticContainerService();
var lambda = new Lambda();
var RESOURCES = {
  [ROUTE_TYPE]: new Route(new ElasticLoadBalancing()),
  [SERVICE_TYPE]: new Service(ecs),
  [DEPLOYMENT_TYPE]: new Deployment(ecs, new CodeDeploy(), process.env.AWS_REGION)
};
async function handler(request, context) {
  await poll(request, RESOURCES[request.ResourceType], {
    now: () => Date.now(),
    millisLeft: () => context.getRemainingTimeInMillis(),
    sleep: (millis) => new Promise((resolve) => setTimeout(resolve, millis)),
    goOn: (continued) => lambda.goOn(context.invokedFunctionArn, continued),
    deliver,
    log: (message) => console.log(JSON.stringify({ requestId: request.RequestId, resource: request.LogicalResourceId, message }))
  });
}
// Annotate the CommonJS export names for ESM import in node:
0 && (module.exports = {
  handler
});
