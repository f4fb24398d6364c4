/** How cdk-nag spells the ARNs in the ids of its findings, for the rules that are set aside with a reason. */

import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** The id of the finding that a statement's resource holds a wildcard. */
export function wildcardFinding(scope: Construct, arn: string): string {
  const { partition, region, account } = Stack.of(scope);
  const names = { Partition: partition, Region: region, AccountId: account };
  const shown = Object.entries(names).reduce(
    (text, [name, value]) => (Token.isUnresolved(value) ? text.replaceAll(value, `<AWS::${name}>`) : text),
    arn,
  );
  return `AwsSolutions-IAM5[Resource::${shown}]`;
}
