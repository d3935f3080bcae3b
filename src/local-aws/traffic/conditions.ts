import { BlockList, isIP } from 'node:net';
import { refusals } from './errors';
import type { Condition } from './model';
import { list, text, texts } from './wire';
import type { OperationInput } from '../core/api';

/** What of a request conditions look at. */
export interface RequestFacts {
  readonly host: string;
  /** Without the query. */
  readonly path: string;
  readonly method: string;
  readonly query: URLSearchParams;
  /** The address of the client's connection; X-Forwarded-For does not count, as on AWS. */
  readonly sourceIp: string;
  header(lowerCaseName: string): string | undefined;
}

const FIELDS = ['http-request-method', 'host-header', 'query-string', 'source-ip', 'path-pattern', 'http-header'];

/** Reads `Conditions`, of a client or of a template. */
export function parseConditions(input: OperationInput): Condition[] {
  const conditions = list(input);
  if (conditions.length === 0) {
    throw refusals.validation('A rule must have at least one condition');
  }
  return conditions.map(parseCondition);
}

export function toConditions(conditions: readonly Condition[]): object[] {
  return conditions.map((condition) => {
    switch (condition.field) {
      case 'host-header':
        return { Field: condition.field, Values: condition.values, HostHeaderConfig: { Values: condition.values } };
      case 'path-pattern':
        return { Field: condition.field, Values: condition.values, PathPatternConfig: { Values: condition.values } };
      case 'http-request-method':
        return { Field: condition.field, HttpRequestMethodConfig: { Values: condition.values } };
      case 'source-ip':
        return { Field: condition.field, SourceIpConfig: { Values: condition.values } };
      case 'http-header':
        return { Field: condition.field, HttpHeaderConfig: { HttpHeaderName: condition.headerName, Values: condition.values } };
      case 'query-string':
        return { Field: condition.field, QueryStringConfig: { Values: condition.pairs.map(({ key, value }) => ({ Key: key, Value: value })) } };
    }
  });
}

/** All conditions must hold; of a condition's values, one. */
export function matches(conditions: readonly Condition[], request: RequestFacts): boolean {
  return conditions.every((condition) => matchesOne(condition, request));
}

function matchesOne(condition: Condition, request: RequestFacts): boolean {
  switch (condition.field) {
    case 'host-header':
      return condition.values.some((value) => wildcard(value, 'i').test(request.host));
    case 'path-pattern':
      return condition.values.some((value) => wildcard(value).test(request.path));
    case 'http-request-method':
      return condition.values.includes(request.method);
    case 'source-ip':
      return condition.values.some((value) => addressesOf(value).check(request.sourceIp, isIP(request.sourceIp) === 6 ? 'ipv6' : 'ipv4'));
    case 'http-header': {
      const header = request.header(condition.headerName.toLowerCase());
      return header !== undefined && condition.values.some((value) => wildcard(value, 'i').test(header));
    }
    case 'query-string':
      return condition.pairs.some(({ key, value }) => [...request.query].some(
        ([name, content]) => (key === undefined || wildcard(key, 'i').test(name)) && wildcard(value, 'i').test(content),
      ));
  }
}

function parseCondition(input: OperationInput): Condition {
  if (list(input.RegexValues).length > 0 || Object.values(input).some((config: OperationInput) => list(config?.RegexValues).length > 0)) {
    throw refusals.notRehearsed(`the local AWS does not rehearse RegexValues of the condition '${input.Field}'; use Values with * and ?`);
  }
  switch (input.Field) {
    case 'host-header':
      return { field: 'host-header', values: valuesOf(input, input.HostHeaderConfig) };
    case 'path-pattern':
      return { field: 'path-pattern', values: valuesOf(input, input.PathPatternConfig) };
    case 'http-request-method':
      return { field: 'http-request-method', values: valuesOf(input, input.HttpRequestMethodConfig) };
    case 'source-ip': {
      const values = valuesOf(input, input.SourceIpConfig);
      values.forEach(addressesOf);
      return { field: 'source-ip', values };
    }
    case 'http-header': {
      const headerName = text(input.HttpHeaderConfig?.HttpHeaderName);
      if (!headerName) {
        throw refusals.validation('A header name must be specified for an http-header condition');
      }
      return { field: 'http-header', headerName, values: valuesOf(input, input.HttpHeaderConfig) };
    }
    case 'query-string': {
      const pairs = list(input.QueryStringConfig?.Values).map((pair) => ({ key: text(pair.Key), value: String(pair.Value) }));
      if (pairs.length === 0) {
        throw refusals.validation('A condition must have at least one value');
      }
      return { field: 'query-string', pairs };
    }
    default:
      throw refusals.validation(`Condition field '${input.Field}' must be one of '[${FIELDS.join(', ')}]'`);
  }
}

function valuesOf(input: OperationInput, config: OperationInput): string[] {
  const values = texts(config?.Values ?? input.Values);
  if (values.length === 0) {
    throw refusals.validation('A condition must have at least one value');
  }
  return values;
}

const wildcards = new Map<string, RegExp>();

/** `*` stands for any characters, `?` for one. Compiled once: conditions are looked at on every request. */
function wildcard(pattern: string, flags = ''): RegExp {
  const key = `${flags}:${pattern}`;
  let compiled = wildcards.get(key);
  if (!compiled) {
    const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
    compiled = new RegExp(`^${escaped}$`, `s${flags}`);
    wildcards.set(key, compiled);
  }
  return compiled;
}

const blocks = new Map<string, BlockList>();

function addressesOf(cidr: string): BlockList {
  let block = blocks.get(cidr);
  if (!block) {
    const [address, prefix] = cidr.split('/');
    const family = isIP(address);
    const bits = Number(prefix);
    if (family === 0 || !Number.isInteger(bits) || prefix === undefined || bits > (family === 6 ? 128 : 32)) {
      throw refusals.validation(`The source IP '${cidr}' must be a CIDR block`);
    }
    block = new BlockList();
    block.addSubnet(address, bits, family === 6 ? 'ipv6' : 'ipv4');
    blocks.set(cidr, block);
  }
  return block;
}
