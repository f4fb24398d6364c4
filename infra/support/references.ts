/** What a value of the template refers to. Names and ARNs are not known at synth; the construct behind them is. */

import { Reference, Token, Tokenization } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The resource behind a name or an ARN such as `logGroup.logGroupArn`; undefined for literals and for what was put together. */
export function targetOf(value: string | undefined): IConstruct | undefined {
  if (value === undefined || !Token.isUnresolved(value)) return undefined;
  const token = Tokenization.reverse(value, { failConcat: false });
  return Reference.isReference(token) ? token.target : undefined;
}

/** The resources behind a text that was put together, such as an ARN out of Region, account and name. */
export function targetsIn(text: string): IConstruct[] {
  return Tokenization.reverseString(text).tokens.flatMap((token) => (Reference.isReference(token) ? token.target : []));
}

/** The same for every value that means the same resource: its path, or the literal itself. */
export function identityOf(value: string): string {
  return targetOf(value)?.node.path ?? value;
}
