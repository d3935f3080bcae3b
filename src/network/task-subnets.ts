import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { refuse } from '../validation';

/** Where tasks run: private subnets with a way out, unless told otherwise. */
export function taskSubnets(vpc: ec2.IVpc, given: { taskSubnets?: ec2.SubnetSelection; assignPublicIp: boolean }): ec2.SelectedSubnets {
  const subnets = vpc.selectSubnets(given.taskSubnets ?? { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS });
  if (subnets.hasPublic && !given.assignPublicIp) {
    refuse({
      prop: 'taskSubnets',
      got: 'public subnets without assignPublicIp',
      allowed: 'a task in a public subnet reaches its image by a public IP address alone',
      instead: 'pass assignPublicIp: true, or private subnets with egress',
    });
  }
  return subnets;
}
