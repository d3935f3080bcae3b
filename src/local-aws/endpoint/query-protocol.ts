import { XMLBuilder } from 'fast-xml-parser';
import { AwsError, type OperationInput, type RestResponse } from '../core/api';

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', suppressEmptyNode: false });

type Tree = { [key: string]: Tree } | string;

/**
 * The query protocol: parameters as a flattened form (`Tags.member.1.Key`), output as XML. An empty list arrives as an
 * empty string, since the form can't tell the two apart.
 */
export function parseQueryInput(form: URLSearchParams): OperationInput {
  const root: Record<string, Tree> = Object.create(null);
  for (const [name, value] of form) {
    if (name !== 'Action' && name !== 'Version') {
      put(root, name.split('.'), value, name);
    }
  }
  return unflatten(root);
}

export function queryAnswer(action: string, version: string, namespace: string, output: unknown, requestId: string): RestResponse {
  return xml(200, {
    [`${action}Response`]: {
      '@xmlns': `http://${namespace}.amazonaws.com/doc/${version}/`,
      [`${action}Result`]: toXml(output ?? {}),
      'ResponseMetadata': { RequestId: requestId },
    },
  });
}

export function queryError(error: AwsError, version: string, namespace: string, requestId: string): RestResponse {
  return xml(error.status, {
    ErrorResponse: {
      '@xmlns': `http://${namespace}.amazonaws.com/doc/${version}/`,
      'Error': {
        Type: error.status < 500 ? 'Sender' : 'Receiver',
        Code: error.code,
        Message: error.message,
        ...toXml(error.fields) as object,
      },
      'RequestId': requestId,
    },
  });
}

export function xml(status: number, document: object): RestResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body: `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build(document)}` };
}

function put(node: Record<string, Tree>, [head, ...rest]: string[], value: string, name: string): void {
  if (rest.length === 0) {
    node[head] = value;
    return;
  }
  const child = node[head] ?? Object.create(null);
  if (typeof child === 'string') {
    throw new AwsError('MalformedInput', `the parameter ${name} is a value and a structure at once`);
  }
  node[head] = child;
  put(child, rest, value, name);
}

function unflatten(tree: Tree): unknown {
  if (typeof tree === 'string') {
    return tree;
  }
  const keys = Object.keys(tree);
  const only = keys.length === 1 ? tree[keys[0]] : undefined;
  if (keys[0] === 'member' && typeof only === 'object' && numbered(only)) {
    return inOrder(only).map(unflatten);
  }
  if (keys[0] === 'entry' && typeof only === 'object' && numbered(only)) {
    return Object.fromEntries(inOrder(only).map((entry) => {
      const pair = entry as Record<string, Tree>;
      return [pair.key as string, unflatten(pair.value ?? '')];
    }));
  }
  return Object.fromEntries(keys.map((key) => [key, unflatten(tree[key])]));
}

function numbered(tree: Record<string, Tree>): boolean {
  return Object.keys(tree).every((key) => /^\d+$/.test(key));
}

function inOrder(tree: Record<string, Tree>): Tree[] {
  return Object.keys(tree).sort((a, b) => Number(a) - Number(b)).map((key) => tree[key]);
}

function toXml(value: unknown): unknown {
  if (value instanceof Date) {
    return value.toISOString();
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? '' : { member: value.map(toXml) };
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value)
      .filter(([, member]) => member !== undefined && member !== null)
      .map(([key, member]) => [key, toXml(member)]));
  }
  return value === undefined || value === null ? '' : String(value);
}
