/** How cdk-nag spells the ARNs in the ids of its findings, for the rules that are set aside with a reason. */

import { Stack, Tokenization } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** The id of the finding that a statement's resource holds a wildcard. */
export function wildcardFinding(scope: Construct, arn: string): string {
  const spelled = Tokenization.reverseString(arn)
    .mapTokens({ mapToken: (token) => spell(Stack.of(scope).resolve(token)) })
    .join({ join: (left, right) => `${left ?? ''}${right ?? ''}` });
  return `AwsSolutions-IAM5[Resource::${spelled}]`;
}

/** Of what the template says in the place of a token: a reference, or text where it is known at synth. */
function spell(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if ('Ref' in value) return `<${String(value.Ref)}>`;
  return 'Fn::GetAtt' in value && Array.isArray(value['Fn::GetAtt'])
    ? `<${value['Fn::GetAtt'].join('.')}>`
    : JSON.stringify(value);
}
