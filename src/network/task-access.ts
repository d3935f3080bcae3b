import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';

export interface TaskAccessProps {
  readonly vpc: ec2.IVpc;
  readonly loadBalancerSecurityGroups: ec2.ISecurityGroup[];
  readonly taskSecurityGroups?: ec2.ISecurityGroup[];
  readonly containerPort: number;
}

/**
 * Who reaches the tasks: the load balancer, on the container port, and nobody else.
 *
 * The rules are resources of the service's own stack, on whichever stack the load balancer's security group is, so that
 * two stacks never depend on each other.
 */
export class TaskAccess extends Construct {
  public readonly securityGroups: ec2.ISecurityGroup[];

  constructor(scope: Construct, id: string, props: TaskAccessProps) {
    super(scope, id);
    this.securityGroups = props.taskSecurityGroups ?? [
      new ec2.SecurityGroup(this, 'SecurityGroup', { vpc: props.vpc, description: 'Tasks: reached from the load balancer alone' }),
    ];
    props.loadBalancerSecurityGroups.forEach((from, i) => this.securityGroups.forEach((to, j) => {
      this.allow(from, to, props.containerPort, `${suffix(i)}${suffix(j)}`);
    }));
  }

  private allow(loadBalancer: ec2.ISecurityGroup, task: ec2.ISecurityGroup, port: number, suffixOfId: string): void {
    const rule = { ipProtocol: ec2.Protocol.TCP, fromPort: port, toPort: port };
    new ec2.CfnSecurityGroupIngress(this, `FromLoadBalancer${suffixOfId}`, {
      ...rule,
      groupId: task.securityGroupId,
      sourceSecurityGroupId: loadBalancer.securityGroupId,
      description: 'Load balancer to tasks',
    });
    if (!loadBalancer.allowAllOutbound) {
      new ec2.CfnSecurityGroupEgress(this, `ToTasks${suffixOfId}`, {
        ...rule,
        groupId: loadBalancer.securityGroupId,
        destinationSecurityGroupId: task.securityGroupId,
        description: 'Load balancer to tasks',
      });
    }
  }
}

function suffix(index: number): string {
  return index === 0 ? '' : String(index + 1);
}
