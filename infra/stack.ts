/** The stack of the CDK app: everything that one account and Region needs, and what an operator asks for by name. */

import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { MtlsWatch, type MtlsWatchProps } from './mtls-watch.js';

export interface MtlsWatchStackProps extends StackProps, MtlsWatchProps {}

export class MtlsWatchStack extends Stack {
  constructor(scope: Construct, id: string, props: MtlsWatchStackProps) {
    super(scope, id, props);
    // `Default` is left out of logical ids, which are a contract: renaming one replaces state.
    const { outputs } = new MtlsWatch(this, 'Default', props);
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
