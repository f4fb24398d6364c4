/** Subscribes the ingest function to the gateway's log groups, and makes those that are asked for ahead of the gateway. */

import { Stack } from 'aws-cdk-lib';
import { type IRole, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnPermission, type IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  type CfnSubscriptionFilter,
  FilterPattern,
  type ILogGroup,
  LogGroup,
  SubscriptionFilter,
} from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Config } from '../../shared/config.js';
import { ACCESS_LOG_PATTERN, EXECUTION_LOG_PATTERN } from '../../shared/filter-patterns.js';

/** Where the filters send what they let through. */
export type SubscriptionTarget =
  | { readonly kind: 'function'; readonly fn: IFunction; readonly emitsAccount: boolean }
  /** Of another account; `role` is by which CloudWatch Logs acts for this one. */
  | { readonly kind: 'destination'; readonly arn: string; readonly role: IRole };

export interface LogSubscriptionsProps {
  readonly target: SubscriptionTarget;
  readonly executionLogGroups: Config['executionLogGroups'];
  readonly accessLogGroups: Config['accessLogGroups'];
  /** For the groups that are made here. */
  readonly logRetentionDays: number;
}

/** A log group with the permission to call a function that its filters need to be there first. */
interface Source {
  readonly logGroup: ILogGroup;
  readonly permission: CfnPermission | null;
}

export class LogSubscriptions extends Construct {
  /** The names of the filters, which are the same in every log group. */
  readonly filterNames: readonly string[];

  constructor(scope: Construct, id: string, props: LogSubscriptionsProps) {
    super(scope, id);
    const sources = this.sources(props);
    this.filterNames = [this.filterName('execution'), this.filterName('access')];
    this.subscribe('execution', EXECUTION_LOG_PATTERN, props.executionLogGroups, sources, props.target);
    this.subscribe('access', ACCESS_LOG_PATTERN, props.accessLogGroups, sources, props.target);
  }

  /** One source for each name, also where a group holds both kinds of log; made if either entry asks for it. */
  private sources(props: LogSubscriptionsProps): Map<string, Source> {
    const groups = [...props.executionLogGroups, ...props.accessLogGroups];
    const created = new Set(groups.filter(({ create }) => create).map(({ name }) => name));
    const names = [...new Set(groups.map(({ name }) => name))];
    return new Map(names.map((name) => [name, this.source(name, created.has(name), props)]));
  }

  private source(name: string, create: boolean, { target, logRetentionDays }: LogSubscriptionsProps): Source {
    const room = new Construct(this, constructId(name));
    const logGroup = create
      ? new LogGroup(room, 'LogGroup', { logGroupName: name, retention: logRetentionDays })
      : LogGroup.fromLogGroupName(room, 'LogGroup', name);
    if (target.kind === 'destination') return { logGroup, permission: null };
    const permission = new CfnPermission(room, 'MayInvokeIngest', {
      action: 'lambda:InvokeFunction',
      functionName: target.fn.functionArn,
      principal: new ServicePrincipal('logs.amazonaws.com').service,
      sourceAccount: Stack.of(this).account,
      sourceArn: logGroup.logGroupArn,
    });
    return { logGroup, permission };
  }

  /** Named after the stack, so that an operator sees whose filter takes one of the few places of a log group. */
  private filterName(kind: 'execution' | 'access'): string {
    return `${Stack.of(this).stackName}-${kind}`;
  }

  private subscribe(
    kind: 'execution' | 'access',
    pattern: string,
    groups: Config['executionLogGroups'],
    sources: ReadonlyMap<string, Source>,
    target: SubscriptionTarget,
  ): void {
    const room = new Construct(this, kind);
    for (const { name } of groups) {
      const source = sources.get(name);
      if (!source) throw new Error(`no source was made for the log group ${name}`);
      const filter = new SubscriptionFilter(room, constructId(name), {
        logGroup: source.logGroup,
        filterName: this.filterName(kind),
        filterPattern: FilterPattern.literal(pattern),
        destination: {
          bind: () => (target.kind === 'function' ? { arn: target.fn.functionArn } : target),
        },
      });
      if (target.kind === 'function' && target.emitsAccount) emitAccount(filter);
      // CloudWatch Logs tries the function out when the filter is made.
      if (source.permission !== null) filter.node.addDependency(source.permission);
    }
  }
}

/** Each event of a centralised log group says which account wrote it; the log group's owner is this account. */
function emitAccount(filter: SubscriptionFilter): void {
  (filter.node.defaultChild as CfnSubscriptionFilter).emitSystemFields = ['@aws.account', '@aws.region'];
}

/** A slash separates the parts of a construct's path. No name that CloudWatch takes has a colon. */
function constructId(logGroupName: string): string {
  return logGroupName.replaceAll('/', ':');
}
