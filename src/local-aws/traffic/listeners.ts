import { parseActions, toActions } from './actions';
import type { DataPlane } from './data-plane/data-plane';
import type { Directory } from './directory';
import { refusals } from './errors';
import type { Action, Listener, ListenerProtocol, LoadBalancer, Rule } from './model';
import { ID_DIGITS } from './names';
import { integer, list, text } from './wire';
import type { OperationInput } from '../core/api';
import { hexId } from '../core/names';

const DEFAULT_SSL_POLICY = 'ELBSecurityPolicy-2016-08';

/** The verbs on listeners. Clients and templates name the properties alike, so both come here as they are. */
export class Listeners {
  constructor(private readonly directory: Directory, private readonly dataPlane: DataPlane) {}

  public async create(input: OperationInput): Promise<Listener> {
    const loadBalancer = this.directory.loadBalancer(String(input.LoadBalancerArn));
    const port = portOf(input);
    const protocol = protocolOf(input);
    if (port === undefined || protocol === undefined) {
      throw refusals.validation('A port and a protocol must be specified for a listener of an application load balancer');
    }
    const action = parseActions(input.DefaultActions);
    const certificates = certificatesOf(input) ?? [];
    this.validate(loadBalancer, { port, protocol, certificates, action });
    const listener = newListener(loadBalancer, { port, protocol, certificates, action });
    listener.sslPolicy = protocol === 'HTTPS' ? text(input.SslPolicy) ?? DEFAULT_SSL_POLICY : undefined;
    this.directory.listeners.set(listener.arn, listener);
    this.directory.refreshUse();
    await this.dataPlane.serve(listener);
    return listener;
  }

  /** What is not sent stays as it is. */
  public async modify(listener: Listener, input: OperationInput): Promise<void> {
    const wanted = {
      port: portOf(input) ?? listener.port,
      protocol: protocolOf(input) ?? listener.protocol,
      certificates: certificatesOf(input) ?? listener.certificates,
      action: input.DefaultActions === undefined ? listener.defaultRule.action : parseActions(input.DefaultActions),
    };
    this.validate(listener.loadBalancer, wanted, listener);
    const isElsewhere = wanted.port !== listener.port || wanted.protocol !== listener.protocol;
    listener.port = wanted.port;
    listener.protocol = wanted.protocol;
    listener.certificates = wanted.certificates;
    listener.sslPolicy = wanted.protocol === 'HTTPS' ? text(input.SslPolicy) ?? listener.sslPolicy ?? DEFAULT_SSL_POLICY : undefined;
    listener.defaultRule.action = wanted.action;
    this.directory.refreshUse();
    if (isElsewhere) {
      await this.dataPlane.serveAnew(listener);
    }
  }

  public async delete(listener: Listener): Promise<void> {
    this.directory.listeners.delete(listener.arn);
    this.directory.refreshUse();
    await this.dataPlane.stop(listener);
  }

  public describe(listener: Listener): object {
    return {
      ListenerArn: listener.arn,
      LoadBalancerArn: listener.loadBalancer.arn,
      Port: listener.port,
      Protocol: listener.protocol,
      ...(listener.protocol === 'HTTPS'
        ? { SslPolicy: listener.sslPolicy, Certificates: listener.certificates.map((CertificateArn) => ({ CertificateArn })) }
        : {}),
      DefaultActions: toActions(listener.defaultRule.action),
    };
  }

  private validate(loadBalancer: LoadBalancer, wanted: Wanted, self?: Listener): void {
    if (this.directory.listenersOf(loadBalancer).some((other) => other !== self && other.port === wanted.port)) {
      throw refusals.duplicateListener(loadBalancer.arn);
    }
    if (wanted.protocol === 'HTTPS' && wanted.certificates.length === 0) {
      throw refusals.validation('A certificate must be specified for HTTPS listeners');
    }
    this.directory.validateTargets(wanted.action, loadBalancer);
  }
}

interface Wanted {
  readonly port: number;
  readonly protocol: ListenerProtocol;
  readonly certificates: readonly string[];
  readonly action: Action;
}

function newListener(loadBalancer: LoadBalancer, wanted: Wanted): Listener {
  const arn = `${loadBalancer.arn.replace(':loadbalancer/', ':listener/')}/${hexId(ID_DIGITS)}`;
  const listener = {
    arn,
    loadBalancer,
    port: wanted.port,
    protocol: wanted.protocol,
    sslPolicy: undefined,
    certificates: wanted.certificates,
    rules: [],
    attributes: new Map<string, string>(),
    tags: new Map<string, string>(),
  };
  const defaultRule: Rule = {
    arn: `${arn.replace(':listener/', ':listener-rule/')}/${hexId(ID_DIGITS)}`,
    get listener() {
      return complete;
    },
    priority: 'default',
    conditions: [],
    action: wanted.action,
    tags: new Map(),
  };
  const complete: Listener = Object.assign(listener, { defaultRule });
  return complete;
}

function portOf(input: OperationInput): number | undefined {
  return integer(input.Port, 'Port', 1, 65_535);
}

function protocolOf(input: OperationInput): ListenerProtocol | undefined {
  const protocol = text(input.Protocol);
  if (protocol !== undefined && protocol !== 'HTTP' && protocol !== 'HTTPS') {
    throw refusals.validation(`Protocol '${protocol}' is not supported by application load balancers; it must be HTTP or HTTPS`);
  }
  return protocol;
}

function certificatesOf(input: OperationInput): string[] | undefined {
  return input.Certificates === undefined ? undefined : list(input.Certificates).map((certificate) => String(certificate.CertificateArn));
}
