/**
 * What an account needs whose logs a central account watches: subscription filters towards the destination there, and the
 * role by which CloudWatch Logs sees that this account may subscribe. No table, topic or function, and no asset, so that
 * its template can be deployed as it is, to a whole organization.
 */

import {
  ArnFormat,
  BootstraplessSynthesizer,
  CfnOutput,
  CfnParameter,
  Stack,
  type StackProps,
  Validations,
} from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { MemberConfig } from '../shared/config/member-settings.js';
import { configuredLogGroups } from '../shared/config/settings.js';
import { LogSubscriptions } from './constructs/log-subscriptions.js';
import { senderRole } from './constructs/sender-role.js';

export interface MemberStackProps extends StackProps {
  readonly config: MemberConfig;
}

export class MemberStack extends Stack {
  constructor(scope: Construct, id: string, { config, ...props }: MemberStackProps) {
    super(scope, id, { ...props, synthesizer: new BootstraplessSynthesizer() });
    const destination = new CfnParameter(this, 'CentralDestinationArn', {
      description: "The output DestinationArn of the central account's stack in this Region",
      default: config.centralDestinationArn,
      allowedPattern: 'arn:aws[a-z-]*:logs:[a-z0-9-]+:\\d{12}:destination:[^:*]+',
    });
    const role = this.senderRole(configuredLogGroups(config));
    // The role for putting a filter again by hand, as `mtls-watch doctor --fix` prints it.
    new CfnOutput(this, 'SenderRoleArn', { value: role.roleArn });
    new LogSubscriptions(this, 'Subscriptions', {
      ...config,
      target: { kind: 'destination', arn: destination.valueAsString, role },
    });
  }

  /**
   * Needed if the destination's policy names an organization, and harmless if it names accounts ("Step 2: (Only if
   * using an organization) Create an IAM role" in the CloudWatch Logs user guide).
   */
  private senderRole(logGroups: readonly string[]): Role {
    const names = [...new Set(logGroups)];
    const arn = (resourceName: string) =>
      this.formatArn({
        service: 'logs',
        resource: 'log-group',
        resourceName,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
    const role = senderRole(
      this,
      names.map((name) => arn(`${name}:*`)),
    );
    const place = 'arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>';
    Validations.of(role).acknowledge(
      ...names.map((name) => ({
        id: `AwsSolutions-IAM5[Resource::${place}:log-group:${name}:*]`,
        reason: 'The wildcard stands for the streams of the log group that is named.',
      })),
    );
    return role;
  }
}
