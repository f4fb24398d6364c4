/**
 * Subscribes the ingest function to the log groups of the front doors, and creates log groups ahead of them if asked to.
 */

import { Stack } from 'aws-cdk-lib';
import { type IRole, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnPermission, type IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  type CfnSubscriptionFilter,
  FilterPattern,
  type ILogGroup,
  LogGroup,
  SubscriptionFilter,
} from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Config } from '../../shared/config/settings.js';
import { patternsOf } from '../../shared/discovery/log-patterns.js';
import { accessLogPattern, type LogKind, logKinds, SYSTEM_FIELDS } from '../../shared/logs/filter-patterns.js';
import { identityOf } from '../support/references.js';

/** The destination of the filters. */
export type SubscriptionTarget =
  | { readonly kind: 'function'; readonly fn: IFunction; readonly emitsAccount: boolean }
  /** In another account; CloudWatch Logs uses `role` to act for this one. */
  | { readonly kind: 'destination'; readonly arn: string; readonly role: IRole };

export interface LogSubscriptionsProps {
  readonly target: SubscriptionTarget;
  readonly executionLogGroups: Config['executionLogGroups'];
  readonly accessLogGroups: Config['accessLogGroups'];
  readonly connectionLogGroups: Config['connectionLogGroups'];
  /**
   * By log group.
   * @default - no formats are known
   */
  readonly accessLogFormats?: Config['accessLogFormats'];
  /** For the groups that this construct creates. */
  readonly logRetentionDays: number;
  /**
   * For the groups that this construct creates.
   * @default - a key that AWS manages
   */
  readonly encryptionKey?: IKey | undefined;
}

export class LogSubscriptions extends Construct {
  /** The names of the filters, which are the same in every log group; that of connection logs only where the settings name some. */
  readonly filterNames: readonly string[];
  private readonly target: SubscriptionTarget;
  /** The permission to call ingest, one for each log group, even if a group holds both kinds of log. */
  private readonly permissions = new Map<string, CfnPermission>();
  private readonly filters = new Map<string, SubscriptionFilter>();

  constructor(scope: Construct, id: string, props: LogSubscriptionsProps) {
    super(scope, id);
    this.target = props.target;
    this.filterNames = logKinds
      .filter((kind) => kind !== 'connection' || props.connectionLogGroups.length > 0)
      .map((kind) => this.filterName(kind));
    const groups = [...props.executionLogGroups, ...props.accessLogGroups, ...props.connectionLogGroups];
    // Created if either entry asks for it.
    const created = new Set(groups.filter(({ create }) => create).map(({ name }) => name));
    const logGroups = new Map<string, ILogGroup>();
    for (const name of new Set(groups.map((group) => group.name))) {
      const room = this.room(constructId(name));
      const logGroup = created.has(name)
        ? new LogGroup(room, 'LogGroup', {
            logGroupName: name,
            retention: props.logRetentionDays,
            encryptionKey: props.encryptionKey,
          })
        : LogGroup.fromLogGroupName(room, 'LogGroup', name);
      logGroups.set(name, logGroup);
    }
    const subscribe = (kind: LogKind, wanted: Config['accessLogGroups']): void => {
      for (const { name } of wanted) {
        const logGroup = logGroups.get(name);
        const format = props.accessLogFormats?.[name] ?? props.accessLogFormats?.['*'];
        if (logGroup !== undefined) this.add(kind, logGroup, name, format);
      }
    };
    subscribe('execution', props.executionLogGroups);
    subscribe('access', props.accessLogGroups);
    subscribe('connection', props.connectionLogGroups);
  }

  /**
   * Subscribes to a log group; once, however often it is asked for.
   * @param id tells this log group from all others
   * @param format of the access log, where it is known: its 403s are let through under whatever key
   * @returns the filter, for what must not begin before it is there
   */
  add(kind: LogKind, logGroup: ILogGroup, id: string, format?: string): SubscriptionFilter {
    const { target } = this;
    const key = `${kind} ${identityOf(logGroup.logGroupName)}`;
    const known = this.filters.get(key);
    if (known !== undefined) return known;
    const filter = new SubscriptionFilter(this.room(kind), constructId(id), {
      logGroup,
      filterName: this.filterName(kind),
      filterPattern: FilterPattern.literal(
        kind === 'access' && format !== undefined ? accessLogPattern([format]) : usual('', kind),
      ),
      destination: { bind: () => (target.kind === 'function' ? { arn: target.fn.functionArn } : target) },
    });
    if (target.kind === 'function') {
      if (target.emitsAccount) emitAccount(filter);
      // CloudWatch Logs calls the function when the filter is created.
      filter.node.addDependency(this.permission(target.fn, logGroup, id));
    }
    this.filters.set(key, filter);
    return filter;
  }

  get isEmpty(): boolean {
    return this.filters.size === 0;
  }

  private permission(fn: IFunction, logGroup: ILogGroup, id: string): CfnPermission {
    const identity = identityOf(logGroup.logGroupName);
    const known = this.permissions.get(identity);
    if (known !== undefined) return known;
    const permission = new CfnPermission(this.room(constructId(id)), 'MayInvokeIngest', {
      action: 'lambda:InvokeFunction',
      functionName: fn.functionArn,
      principal: new ServicePrincipal('logs.amazonaws.com').service,
      sourceAccount: Stack.of(this).account,
      sourceArn: logGroup.logGroupArn,
    });
    this.permissions.set(identity, permission);
    return permission;
  }

  /** Named after the stack, so that an operator sees which stack uses one of the places of a log group. */
  filterName(kind: LogKind): string {
    return `${Stack.of(this).stackName}-${kind}`;
  }

  private room(id: string): Construct {
    const known = this.node.tryFindChild(id);
    return known instanceof Construct ? known : new Construct(this, id);
  }
}

const usual = patternsOf([]);

/** The owner of a centralised log group is this account, whoever wrote the events. */
function emitAccount(filter: SubscriptionFilter): void {
  (filter.node.defaultChild as CfnSubscriptionFilter).emitSystemFields = [...SYSTEM_FIELDS];
}

/** A slash separates the parts of a construct's path. CloudWatch log group names contain no colon. */
function constructId(name: string): string {
  return name.replaceAll('/', ':');
}
