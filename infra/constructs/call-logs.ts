/**
 * The access logs whose calls a function counts: its permission to query them, and what it is told of those of watched stages. No
 * more than these: a query reads whatever the log group holds.
 */

import { Lazy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import type { Config } from '../../shared/config/settings.js';
import { wildcardFinding } from '../support/nag-names.js';
import { identityOf } from '../support/references.js';
import { logsArn } from './discovery-statements.js';

export class CallLogs {
  private readonly watched = new Map<string, ILogGroup>();
  private readonly queries: PolicyStatement;
  private readonly arns: readonly string[];

  private constructor(
    private readonly scope: Construct,
    private readonly config: Config,
    patterns: readonly string[],
  ) {
    const names = [...config.accessLogGroups.map(({ name }) => name), ...patterns];
    this.arns = [...new Set(names)].map((name) => logsArn(scope, 'log-group', name.endsWith('*') ? name : `${name}:*`));
    this.queries = new PolicyStatement({ actions: ['logs:StartQuery'] });
  }

  /** Null where the settings ask for none. */
  static of(scope: Construct, config: Config): CallLogs | null {
    return config.successes === null ? null : new CallLogs(scope, config, config.successes.logGroups);
  }

  statements(): PolicyStatement[] {
    return this.arns.length === 0
      ? []
      : [new PolicyStatement({ actions: ['logs:StartQuery'], resources: [...this.arns] })];
  }

  /** Why the statements have wildcards. @param scope holds the role that has them */
  explain(scope: Construct): void {
    for (const arn of this.arns) {
      const reason = arn.endsWith(':*')
        ? ONE_GROUP
        : 'The settings name the log groups that may be queried by how their names begin.';
      Validations.of(scope).acknowledge({ id: wildcardFinding(this.scope, arn), reason });
    }
  }

  lookAt(logGroup: ILogGroup, fn: LambdaFunction): void {
    const identity = identityOf(logGroup.logGroupName);
    if (this.watched.has(identity) || this.config.accessLogGroups.some(({ name }) => name === identity)) return;
    const { logGroupArn } = logGroup;
    const isFirst = !this.queries.hasResource;
    this.queries.addResources(logGroupArn);
    if (logGroupArn.endsWith('*')) {
      Validations.of(fn).acknowledge({ id: wildcardFinding(this.scope, logGroupArn), reason: ONE_GROUP });
    }
    // One statement for all of them, because the size of a role's policies is limited.
    if (isFirst) fn.addToRolePolicy(this.queries);
    this.watched.set(identity, logGroup);
  }

  /** The event of the schedule, in the form of settings, because Lambda's environment has no room for all names. */
  event(): ScheduleTargetInput {
    const produce = (): string | undefined => {
      if (this.watched.size === 0) return undefined;
      const accessLogGroups = [...this.watched.values()].map(({ logGroupName }) => ({ name: logGroupName }));
      return Stack.of(this.scope).toJsonString({ accessLogGroups });
    };
    return ScheduleTargetInput.fromText(Lazy.string({ produce }));
  }
}

const ONE_GROUP = 'This is how CloudWatch Logs names one log group to IAM.';
