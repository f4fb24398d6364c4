import type { Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';

/** With which CloudWatch Logs shows that a member's account may send the log events of these log groups. */
export function senderRole(stack: Stack, logGroupArns: string[]): Role {
  const { partition, region, account } = stack;
  return new Role(stack, 'SenderRole', {
    description: 'mtls-watch: CloudWatch Logs sends log events of this account to the central one',
    assumedBy: new ServicePrincipal('logs.amazonaws.com', {
      conditions: { StringLike: { 'aws:SourceArn': `arn:${partition}:logs:${region}:${account}:*` } },
    }),
    inlinePolicies: {
      sender: new PolicyDocument({
        statements: [new PolicyStatement({ actions: ['logs:PutLogEvents'], resources: logGroupArns })],
      }),
    },
  });
}
