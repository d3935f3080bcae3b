import type { LocalService, ServiceApi } from '../core/api';
import { hexId } from '../core/names';
import type { World } from '../core/world';

/** STS: whoever asks is the one user there is, in the one account there is; any role can be assumed. */
export class SecurityTokenService implements LocalService {
  public readonly apis: readonly ServiceApi[];
  public readonly resourceTypes = {};

  constructor(private readonly world: World) {
    this.apis = [{
      signingName: 'sts',
      protocol: 'query',
      target: '2011-06-15',
      operations: {
        GetCallerIdentity: () => ({
          UserId: 'AIDALOCALAWS',
          Account: world.account,
          Arn: `arn:${world.partition}:iam::${world.account}:user/local-aws`,
        }),
        AssumeRole: (input) => this.assumeRole(input.RoleArn, input.RoleSessionName),
      },
    }];
  }

  public async close(): Promise<void> {
    // Nothing has been started.
  }

  private assumeRole(roleArn: string, sessionName: string): object {
    const role = roleArn.split('/').at(-1);
    return {
      Credentials: {
        AccessKeyId: `ASIA${hexId(16).toUpperCase()}`,
        SecretAccessKey: hexId(40),
        SessionToken: hexId(40),
        Expiration: new Date(this.world.clock.millis() + 12 * 3600 * 1000),
      },
      AssumedRoleUser: {
        AssumedRoleId: `AROALOCALAWS:${sessionName}`,
        Arn: `arn:${this.world.partition}:sts::${this.world.account}:assumed-role/${role}/${sessionName}`,
      },
    };
  }
}
