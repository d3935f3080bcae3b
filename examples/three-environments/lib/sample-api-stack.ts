import { join } from 'node:path';
import { Stack, type StackProps } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { CheckGreen } from './check-green';
import { DeploymentEngine, FargateBlueGreenService, type ServicePreset } from 'cdk-fargate-blue-green';

const SAMPLE_API = join(__dirname, '../../sample-api');

export interface SampleApiStackProps extends StackProps {
  readonly env: { readonly account: string; readonly region: string };
  readonly preset: ServicePreset;
  /** The release, baked into the image. */
  readonly version?: string;
  /** How the release is broken, to rehearse its rollback. */
  readonly fault?: string;
  /** With it users are served over HTTPS. */
  readonly certificateArn?: string;
  /** Whether green is checked before users reach it. */
  readonly checkGreen?: boolean;
}

/** The sample API in one environment. */
export class SampleApiStack extends Stack {
  public readonly api: FargateBlueGreenService;

  constructor(scope: Construct, id: string, props: SampleApiStackProps) {
    super(scope, id, props);
    const { version, fault, certificateArn } = props;

    this.api = new FargateBlueGreenService(this, 'Api', {
      preset: props.preset,
      image: ContainerImage.fromAsset(SAMPLE_API, {
        buildArgs: { ...(version && { VERSION: version }), ...(fault && { FAULT: fault }) },
        platform: Platform.LINUX_AMD64,
      }),
      certificate: certificateArn ? Certificate.fromCertificateArn(this, 'Certificate', certificateArn) : undefined,
      deployment: DeploymentEngine.codeDeploy({
        hooks: props.checkGreen ? { afterAllowTestTraffic: new CheckGreen(this, 'CheckGreen').hook } : undefined,
      }),
    });
  }

  /**
   * Said here, since the CDK would ask the account: then nobody could synthesize, or rehearse, without credentials. Nearly
   * every region has these three.
   */
  public get availabilityZones(): string[] {
    return ['a', 'b', 'c'].map((zone) => `${this.region}${zone}`);
  }
}
