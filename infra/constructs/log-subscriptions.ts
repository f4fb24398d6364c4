/** Subscribes the ingest function to the gateway's log groups, and makes those that are asked for ahead of the gateway. */

import { Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnPermission, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, type ILogGroup, LogGroup, SubscriptionFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Config } from '../../shared/config.js';
import { ACCESS_LOG_PATTERN, EXECUTION_LOG_PATTERN } from '../../shared/filter-patterns.js';
import { identityOf } from '../references.js';

export interface LogSubscriptionsProps {
  readonly ingest: IFunction;
  readonly executionLogGroups: Config['executionLogGroups'];
  readonly accessLogGroups: Config['accessLogGroups'];
  /** For the groups that are made here. */
  readonly logRetentionDays: number;
}

export type LogKind = 'execution' | 'access';

const PATTERNS: Readonly<Record<LogKind, string>> = { execution: EXECUTION_LOG_PATTERN, access: ACCESS_LOG_PATTERN };

export class LogSubscriptions extends Construct {
  private readonly ingest: IFunction;
  /** The permission to call ingest, by log group: one, also where a group holds both kinds of log. */
  private readonly permissions = new Map<string, CfnPermission>();
  private readonly filters = new Map<string, SubscriptionFilter>();

  constructor(scope: Construct, id: string, props: LogSubscriptionsProps) {
    super(scope, id);
    this.ingest = props.ingest;
    const groups = [...props.executionLogGroups, ...props.accessLogGroups];
    // Made if either entry asks for it.
    const created = new Set(groups.filter(({ create }) => create).map(({ name }) => name));
    const logGroups = new Map<string, ILogGroup>();
    for (const name of new Set(groups.map((group) => group.name))) {
      const room = this.room(constructId(name));
      const logGroup = created.has(name)
        ? new LogGroup(room, 'LogGroup', { logGroupName: name, retention: props.logRetentionDays })
        : LogGroup.fromLogGroupName(room, 'LogGroup', name);
      logGroups.set(name, logGroup);
    }
    const subscribe = (kind: LogKind, wanted: Config['accessLogGroups']): void => {
      for (const { name } of wanted) {
        const logGroup = logGroups.get(name);
        if (logGroup !== undefined) this.add(kind, logGroup, name);
      }
    };
    subscribe('execution', props.executionLogGroups);
    subscribe('access', props.accessLogGroups);
  }

  /**
   * Subscribes to a log group; once, however often it is asked for.
   * @param id tells this log group from all others
   * @returns the filter, for what must not begin before it is there
   */
  add(kind: LogKind, logGroup: ILogGroup, id: string): SubscriptionFilter {
    const key = `${kind} ${identityOf(logGroup.logGroupName)}`;
    const known = this.filters.get(key);
    if (known !== undefined) return known;
    const filter = new SubscriptionFilter(this.room(kind), constructId(id), {
      logGroup,
      // Named after the stack, so that an operator sees whose filter takes one of the few places of a log group.
      filterName: `${Stack.of(this).stackName}-${kind}`,
      filterPattern: FilterPattern.literal(PATTERNS[kind]),
      destination: { bind: () => ({ arn: this.ingest.functionArn }) },
    });
    // CloudWatch Logs tries the function out when the filter is made.
    filter.node.addDependency(this.permission(logGroup, id));
    this.filters.set(key, filter);
    return filter;
  }

  get isEmpty(): boolean {
    return this.filters.size === 0;
  }

  private permission(logGroup: ILogGroup, id: string): CfnPermission {
    const identity = identityOf(logGroup.logGroupName);
    const known = this.permissions.get(identity);
    if (known !== undefined) return known;
    const permission = new CfnPermission(this.room(constructId(id)), 'MayInvokeIngest', {
      action: 'lambda:InvokeFunction',
      functionName: this.ingest.functionArn,
      principal: new ServicePrincipal('logs.amazonaws.com').service,
      sourceAccount: Stack.of(this).account,
      sourceArn: logGroup.logGroupArn,
    });
    this.permissions.set(identity, permission);
    return permission;
  }

  private room(id: string): Construct {
    const known = this.node.tryFindChild(id);
    return known instanceof Construct ? known : new Construct(this, id);
  }
}

/** A slash separates the parts of a construct's path. No name that CloudWatch takes has a colon. */
function constructId(name: string): string {
  return name.replaceAll('/', ':');
}
