import { AwsError, type LocalService, type Operation, type RestApi, type RestRequest, type ServiceApi } from '../core/api';

/** Which service a request is for. */
export class Routes {
  private readonly json = new Map<string, ServiceApi>();
  private readonly query: ServiceApi[] = [];
  private readonly rest: RestApi[] = [];
  private readonly admin = new Map<string, Operation>();

  constructor(services: readonly LocalService[]) {
    for (const service of services) {
      service.apis.forEach((api) => (api.protocol === 'json' ? this.json.set(api.target, api) : this.query.push(api)));
      this.rest.push(...service.rest ?? []);
      Object.entries(service.admin ?? {}).forEach(([name, operation]) => this.addAdmin(name, operation));
    }
  }

  public adminOperation(name: string): Operation {
    const operation = this.admin.get(name);
    if (!operation) {
      throw new AwsError('NotFound', `the local AWS has no /_local/${name}; it has ${list(this.admin.keys())}`, 404);
    }
    return operation;
  }

  public jsonApi(target: string): ServiceApi {
    const api = this.json.get(target);
    if (!api) {
      throw new AwsError('UnknownOperationException', `the local AWS has no service "${target}"; it has ${list(this.json.keys())}`);
    }
    return api;
  }

  /** By the signature; an unsigned request is known by the version of the API that it names. */
  public queryApi(signingName: string | undefined, version: string): ServiceApi {
    const api = this.query.find((candidate) => (signingName ? candidate.signingName === signingName : candidate.target === version));
    if (!api) {
      const known = list(this.query.map((candidate) => candidate.signingName));
      throw new AwsError('InvalidAction', `the local AWS has no service "${signingName ?? version}" with the query protocol; it has ${known}`);
    }
    return api;
  }

  public restApi(request: RestRequest, signingName: string | undefined): RestApi {
    const api = this.rest.find((candidate) => candidate.prefix !== undefined && request.path.startsWith(candidate.prefix))
      ?? this.rest.find((candidate) => candidate.signingName === (signingName ?? 's3'));
    if (!api) {
      const known = list(this.rest.map((candidate) => candidate.signingName));
      throw new AwsError('UnknownOperationException', `the local AWS has no service "${signingName ?? 's3'}" with paths; it has ${known}`, 404);
    }
    return api;
  }

  private addAdmin(name: string, operation: Operation): void {
    if (this.admin.has(name)) {
      throw new Error(`two services of the local AWS answer /_local/${name}`);
    }
    this.admin.set(name, operation);
  }
}

export function operationOf(api: ServiceApi, name: string): Operation {
  const operation = Object.prototype.hasOwnProperty.call(api.operations, name) ? api.operations[name] : undefined;
  if (!operation) {
    const code = api.protocol === 'json' ? 'UnknownOperationException' : 'InvalidAction';
    throw new AwsError(code, `the local AWS has no ${api.signingName}:${name}; of that service it has ${list(Object.keys(api.operations))}`);
  }
  return operation;
}

/** The service in the credential scope of the signature, wherever the client has put it. */
export function signingNameOf(request: RestRequest): string | undefined {
  const header = /Credential=([^,\s]+)/.exec(request.headers.authorization ?? '')?.[1];
  const credential = header ?? request.query.get('X-Amz-Credential') ?? undefined;
  return credential?.split('/').at(-2);
}

function list(names: Iterable<string>): string {
  return [...new Set(names)].sort().join(', ');
}
