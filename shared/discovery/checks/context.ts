/** The input of the checks, and the commands that several of them share. */

import { digest } from '../../base/digest.js';
import { type LogKind, SYSTEM_FIELDS } from '../../logs/filter-patterns.js';
import type { FoundAccount, FoundStage } from '../../model/account.js';
import type { Coverage, FilterTarget, FoundMail, FoundWatch } from '../../ports/watch.js';
import { patternsOf } from '../log-patterns.js';
import { aws, partitionOf } from '../shell.js';

export interface Expectations {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The deployed stack; null where there is none. */
  readonly watch: FoundWatch | null;
  /** The stack's name, after which its subscription filters are named. */
  readonly stackName: string;
  /** Settings to use instead of the deployed ones; null for the deployed ones. */
  readonly coverage: Coverage | null;
  /** The contents of the truststores by address; those that were not read are absent. */
  readonly truststores: ReadonlyMap<string, TruststoreContents>;
  /** What came of fetching each page of the runbooks, by its address; null where none was fetched. */
  readonly pages: ReadonlyMap<string, PageAnswer> | null;
  /** What SES says of the report's mail; null where nobody is mailed, or nobody asked. */
  readonly mail: FoundMail | null;
}

/** What was read of a truststore, or why it could not be read. */
export type TruststoreContents =
  /** `errors`: why parts of it are not read, or why API Gateway rejects it. */
  | { readonly kind: 'read'; readonly certificates: number; readonly errors: readonly string[] }
  | { readonly kind: 'unreadable'; readonly why: string };

/** What came of fetching a page. */
export type PageAnswer =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'unreachable'; readonly why: string };

export interface Context extends Expectations {
  readonly found: FoundAccount;
  /** The destination of subscription filters; null if not known. */
  readonly target: FilterTarget | null;
}

/** `orders (a1b2c3/prod)`. */
export function stageName({ apiName, apiId, stage }: FoundStage): string {
  return `${apiName} (${apiId}/${stage})`;
}

export function createLogGroup(name: string, { found }: Context): string {
  return aws('logs', 'create-log-group', found, { 'log-group-name': name });
}

export function filterName(kind: LogKind, { stackName }: Context): string {
  return `${stackName}-${kind}`;
}

/**
 * Commands that subscribe ingest, or the central account, to a log group. The permission comes first, because
 * CloudWatch Logs calls the function when the filter is put.
 * @returns an empty list if the destination is not known
 */
export function subscribe(logGroup: string, kind: LogKind, context: Context): string[] {
  return [...allowLogs(logGroup, context), ...putFilter(logGroup, kind, filterName(kind, context), context)];
}

function allowLogs(logGroup: string, { found, target }: Context): string[] {
  if (target?.kind !== 'function') return [];
  const { accountId, region } = found;
  return [
    aws('lambda', 'add-permission', found, {
      'function-name': target.arn,
      // The id is the same for each run, so that AWS rejects a second permission for the same group.
      'statement-id': `mtls-watch-${digest(logGroup)}`,
      action: 'lambda:InvokeFunction',
      principal: 'logs.amazonaws.com',
      'source-arn': `arn:${partitionOf(region)}:logs:${region}:${accountId}:log-group:${logGroup}:*`,
      'source-account': accountId,
    }),
  ];
}

/** Replaces the group's filter of that name, if there is one. */
export function putFilter(logGroup: string, kind: LogKind, name: string, context: Context): string[] {
  const { found, target, coverage, watch } = context;
  if (target === null) return [];
  const areAccountsApart = target.kind === 'function' && ((coverage ?? watch?.coverage)?.central ?? null) !== null;
  return [
    aws('logs', 'put-subscription-filter', found, {
      'log-group-name': logGroup,
      'filter-name': name,
      'filter-pattern': patternsOf(found.domains)(logGroup, kind),
      'destination-arn': target.arn,
      ...(areAccountsApart && { 'emit-system-fields': SYSTEM_FIELDS }),
      ...(target.kind === 'destination' && target.roleArn !== null ? { 'role-arn': target.roleArn } : {}),
    }),
  ];
}
