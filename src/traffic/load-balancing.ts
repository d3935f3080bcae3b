import { Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { refuse } from '../validation';

export interface LoadBalancingProps {
  readonly vpc: ec2.IVpc;
  readonly loadBalancer?: elbv2.IApplicationLoadBalancer;
  readonly listener?: elbv2.IApplicationListener;
  readonly testListener?: elbv2.IApplicationListener;
  readonly certificate?: ICertificate;
  readonly testPort: number;
  readonly testCidrs: string[];
  readonly protection: boolean;
  readonly accessLogs: boolean;
}

const ACCESS_LOGS_KEPT = Duration.days(90);

/**
 * The load balancer and its two listeners. A listener answers 404 by itself and never forwards: traffic is led by routes
 * alone, so no update of a listener can move any.
 */
export class LoadBalancing extends Construct {
  public readonly loadBalancer: elbv2.IApplicationLoadBalancer;
  public readonly listener: elbv2.IApplicationListener;
  public readonly testListener: elbv2.IApplicationListener;
  public readonly securityGroups: ec2.ISecurityGroup[];
  public readonly url: string;
  /** Undefined for an imported listener, whose port is not known. */
  public readonly testUrl?: string;

  constructor(scope: Construct, id: string, props: LoadBalancingProps) {
    super(scope, id);
    this.loadBalancer = props.loadBalancer ?? this.newLoadBalancer(props);
    this.securityGroups = this.loadBalancer.connections.securityGroups;
    this.listener = props.listener ?? this.newProductionListener(props);
    this.testListener = props.testListener ?? this.newTestListener(props);
    this.url = this.address(this.listener) ?? `${props.certificate ? 'https' : 'http'}://${this.loadBalancer.loadBalancerDnsName}`;
    this.testUrl = this.address(this.testListener);
  }

  private address(listener: elbv2.IApplicationListener): string | undefined {
    const resource = listener.node.defaultChild;
    if (!(resource instanceof elbv2.CfnListener)) {
      return undefined;
    }
    const scheme = resource.protocol === elbv2.ApplicationProtocol.HTTPS ? 'https' : 'http';
    const port = resource.port === (scheme === 'https' ? 443 : 80) ? '' : `:${resource.port}`;
    return `${scheme}://${this.loadBalancer.loadBalancerDnsName}${port}`;
  }

  private newLoadBalancer(props: LoadBalancingProps): elbv2.ApplicationLoadBalancer {
    const loadBalancer = new elbv2.ApplicationLoadBalancer(this, 'LoadBalancer', {
      vpc: props.vpc,
      internetFacing: true,
      securityGroup: new ec2.SecurityGroup(this, 'SecurityGroup', {
        vpc: props.vpc,
        description: 'Load balancer: open to the internet on the production ports alone',
        allowAllOutbound: false,
      }),
      deletionProtection: props.protection,
      dropInvalidHeaderFields: true,
    });
    if (props.accessLogs) {
      this.logAccess(loadBalancer, props);
    }
    return loadBalancer;
  }

  private logAccess(loadBalancer: elbv2.ApplicationLoadBalancer, props: LoadBalancingProps): void {
    if (Token.isUnresolved(Stack.of(this).region)) {
      refuse({
        prop: 'preset.accessLogs',
        got: 'true in a stack without a region',
        allowed: 'access logs need a region that is known at synth, since the account that writes them depends on it',
        instead: "give the stack `env: { region: '…' }`, or leave them out with ServicePreset.prod().with({ accessLogs: false })",
      });
    }
    loadBalancer.logAccessLogs(new Bucket(this, 'AccessLogs', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [{ expiration: ACCESS_LOGS_KEPT }],
      removalPolicy: props.protection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    }));
  }

  /** Port 80 has a listener of its own either way, so that a certificate comes and goes without two listeners on one port. */
  private newProductionListener(props: LoadBalancingProps): elbv2.ApplicationListener {
    const http = this.newListener('Http', 80, { open: true, redirects: props.certificate !== undefined });
    return props.certificate ? this.newListener('Https', 443, { open: true, certificate: props.certificate }) : http;
  }

  private newTestListener(props: LoadBalancingProps): elbv2.ApplicationListener {
    const listener = this.newListener('Test', props.testPort, { open: false, certificate: props.certificate });
    for (const cidr of props.testCidrs) {
      listener.connections.allowDefaultPortFrom(ec2.Peer.ipv4(cidr), 'Test route');
    }
    return listener;
  }

  private newListener(
    id: string, port: number, { open, certificate, redirects }: { open: boolean; certificate?: ICertificate; redirects?: boolean },
  ): elbv2.ApplicationListener {
    return new elbv2.ApplicationListener(this, id, {
      loadBalancer: this.loadBalancer,
      port,
      protocol: certificate ? elbv2.ApplicationProtocol.HTTPS : elbv2.ApplicationProtocol.HTTP,
      certificates: certificate ? [certificate] : undefined,
      sslPolicy: certificate ? elbv2.SslPolicy.RECOMMENDED_TLS : undefined,
      open,
      defaultAction: redirects
        ? elbv2.ListenerAction.redirect({ protocol: 'HTTPS', port: '443', permanent: true })
        : elbv2.ListenerAction.fixedResponse(404, { contentType: 'text/plain', messageBody: 'no route leads here' }),
    });
  }
}
