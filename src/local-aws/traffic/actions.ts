import { refusals } from './errors';
import type { Action, ForwardAction, WeightedTargetGroup } from './model';
import { flag, integer, list, text } from './wire';
import type { OperationInput } from '../core/api';

const MOST_TARGET_GROUPS = 5;
const MOST_WEIGHT = 999;
const MOST_STICKY_SECONDS = 604_800;

/** Reads `Actions` or `DefaultActions`, of a client or of a template. */
export function parseActions(input: OperationInput): Action {
  const actions = list(input);
  if (actions.length === 0) {
    throw refusals.validation('A listener or rule must have at least one action');
  }
  const authenticating = actions.find((action) => /^authenticate-|^jwt-/.test(String(action.Type)));
  if (authenticating) {
    throw refusals.notRehearsed(`the local AWS does not rehearse the action '${authenticating.Type}'; leave it out of what is rehearsed`);
  }
  if (actions.length > 1) {
    throw refusals.invalidConfiguration('A rule can have only one forward, redirect or fixed-response action');
  }
  return parseAction(actions[0]);
}

export function toActions(action: Action): object[] {
  const order = action.order === undefined ? {} : { Order: action.order };
  switch (action.type) {
    case 'forward':
      return [{ Type: 'forward', ...order, ...toForward(action) }];
    case 'fixed-response':
      return [{
        Type: 'fixed-response',
        ...order,
        FixedResponseConfig: { StatusCode: String(action.statusCode), ContentType: action.contentType, MessageBody: action.messageBody },
      }];
    case 'redirect':
      return [{
        Type: 'redirect',
        ...order,
        RedirectConfig: {
          Protocol: action.protocol,
          Host: action.host,
          Port: action.port,
          Path: action.path,
          Query: action.query,
          StatusCode: action.statusCode,
        },
      }];
  }
}

/** The target groups that an action leads to, at weight 0 too. */
export function targetGroupsOf(action: Action): readonly string[] {
  return action.type === 'forward' ? action.targetGroups.map((group) => group.targetGroupArn) : [];
}

function parseAction(input: OperationInput): Action {
  const order = integer(input.Order, 'Order', 1, 50_000);
  switch (input.Type) {
    case 'forward':
      return parseForward(input, order);
    case 'fixed-response':
      return parseFixedResponse(input.FixedResponseConfig, order);
    case 'redirect':
      return parseRedirect(input.RedirectConfig, order);
    default:
      throw refusals.validation(
        `1 validation error detected: Value '${input.Type}' at 'actions.1.member.type' failed to satisfy constraint: `
        + 'Member must satisfy enum value set: [redirect, authenticate-cognito, forward, authenticate-oidc, fixed-response]',
      );
  }
}

function parseForward(input: OperationInput, order: number | undefined): ForwardAction {
  const config = input.ForwardConfig;
  const groups = list(config?.TargetGroups).map(parseWeight);
  const single = text(input.TargetGroupArn);
  if (groups.length === 0 && single === undefined) {
    throw refusals.validation('A target group ARN must be specified for a forward action');
  }
  if (groups.length > 0 && single !== undefined && (groups.length > 1 || groups[0].targetGroupArn !== single)) {
    throw refusals.invalidConfiguration('TargetGroupArn can be specified beside ForwardConfig only if both name the same single target group');
  }
  if (groups.length > MOST_TARGET_GROUPS) {
    throw refusals.tooManyTargetGroups(MOST_TARGET_GROUPS);
  }
  const names = groups.map((group) => group.targetGroupArn);
  if (new Set(names).size < names.length) {
    throw refusals.validation('A target group can be specified only once in a forward action');
  }
  const stickiness = config?.TargetGroupStickinessConfig;
  return {
    type: 'forward',
    targetGroups: groups.length > 0 ? groups : [{ targetGroupArn: single!, weight: 1 }],
    stickySeconds: flag(stickiness?.Enabled) ? integer(stickiness.DurationSeconds, 'DurationSeconds', 1, MOST_STICKY_SECONDS) ?? 3600 : undefined,
    order,
  };
}

function parseWeight(input: OperationInput): WeightedTargetGroup {
  const weight = Number(input.Weight ?? 1);
  if (!Number.isInteger(weight) || weight < 0 || weight > MOST_WEIGHT) {
    throw refusals.validation('The weight for each target group must be between 0 and 999, inclusive');
  }
  return { targetGroupArn: String(input.TargetGroupArn), weight };
}

function parseFixedResponse(config: OperationInput, order: number | undefined): Action {
  const statusCode = Number(config?.StatusCode);
  if (!/^(2|4|5)\d\d$/.test(String(config?.StatusCode))) {
    throw refusals.validation(`The status code '${config?.StatusCode}' of a fixed response must be 2XX, 4XX or 5XX`);
  }
  const messageBody = text(config.MessageBody);
  if (messageBody !== undefined && messageBody.length > 1024) {
    throw refusals.validation('The message body of a fixed response cannot be longer than 1024 characters');
  }
  return { type: 'fixed-response', statusCode, contentType: text(config.ContentType), messageBody, order };
}

function parseRedirect(config: OperationInput, order: number | undefined): Action {
  const statusCode = config?.StatusCode;
  if (statusCode !== 'HTTP_301' && statusCode !== 'HTTP_302') {
    throw refusals.validation(`The status code '${statusCode}' of a redirect must be HTTP_301 or HTTP_302`);
  }
  const action = {
    type: 'redirect' as const,
    protocol: text(config.Protocol) ?? '#{protocol}',
    host: text(config.Host) ?? '#{host}',
    port: text(config.Port) ?? '#{port}',
    path: text(config.Path) ?? '/#{path}',
    query: text(config.Query) ?? '#{query}',
    statusCode,
    order,
  } as const;
  if (action.protocol === '#{protocol}' && action.host === '#{host}' && action.port === '#{port}' && action.path === '/#{path}') {
    throw refusals.invalidConfiguration('A redirect must change at least one of protocol, host, port or path, or it would never end');
  }
  return action;
}

function toForward(action: ForwardAction): object {
  return {
    ...(action.targetGroups.length === 1 ? { TargetGroupArn: action.targetGroups[0].targetGroupArn } : {}),
    ForwardConfig: {
      TargetGroups: action.targetGroups.map((group) => ({ TargetGroupArn: group.targetGroupArn, Weight: group.weight })),
      TargetGroupStickinessConfig:
        action.stickySeconds === undefined ? { Enabled: false } : { Enabled: true, DurationSeconds: action.stickySeconds },
    },
  };
}
