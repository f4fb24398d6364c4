/** The CDK app: `cdk.json` runs it for `cdk synth` and `cdk deploy`. */

import { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { MtlsWatchError } from '../shared/base/errors.js';
import { bundle } from './build/bundle.js';
import { readConfig, readMemberConfig } from './config.js';
import { MemberStack } from './member-stack.js';
import { MtlsWatchStack } from './stack.js';

try {
  const app = new App();
  const member = readMemberConfig(app.node);
  if (member === null) {
    new MtlsWatchStack(app, 'MtlsWatch', {
      stackName: 'mtls-watch',
      description: 'Tells which client certificates API Gateway refuses, why, and what to change',
      config: readConfig(app.node),
      code: (name) => Code.fromAsset(bundle(name).folder),
    });
  } else {
    new MemberStack(app, 'MtlsWatchMember', {
      stackName: 'mtls-watch-member',
      description: 'Sends what API Gateway logs of refused client certificates to mtls-watch in the central account',
      config: member,
    });
  }
  app.synth();
} catch (error) {
  if (!(error instanceof MtlsWatchError)) throw error;
  // An invalid setting is a user's mistake, so the message is printed without a stack trace.
  console.error(`\n${error.message}\n`);
  process.exitCode = 1;
}
