/** Finds the log groups to search and the patterns to use: those of the subscription filters. */

import { commandLimits } from '../../../shared/base/command-limits.js';
import { usage } from '../../../shared/base/errors.js';
import { clean } from '../../../shared/base/text.js';
import { connectionLogs } from '../../../shared/discovery/connection-fields.js';
import { type Watched, watchedSettings } from '../../../shared/discovery/settings.js';
import {
  ANY_FORBIDDEN_PATTERN,
  accessLogPattern,
  CONNECTION_LOG_PATTERN,
  EXECUTION_LOG_PATTERN,
  type LogKind,
} from '../../../shared/logs/filter-patterns.js';
import { type FormatsByLogGroup, templateOfGroup } from '../../../shared/logs/formats-by-group.js';
import type { FoundAccount } from '../../../shared/model/account.js';
import type { LogSearch, SearchableGroup } from '../../../shared/ports/log-search.js';
import { discoveryHere } from '../../deployed/account.js';
import type { SearchTarget } from './search.js';

export interface LiveOptions {
  readonly logGroup?: readonly string[];
  readonly domain?: readonly string[];
  readonly since?: string;
  readonly from?: string;
  readonly to?: string;
  readonly state?: string;
  /** What stands for now. */
  readonly at?: string;
}

/** The options together with the access-log formats of the settings or of `--format`. */
export interface LiveSearch extends LiveOptions {
  readonly accessLogFormats?: FormatsByLogGroup;
  /** Whether `--from` and `--to` are the verb's own and hold for files too. */
  readonly hasPeriod?: boolean;
}

/** What is searched for: refused requests, or all callers. */
export type Purpose = 'refusals' | 'clients';

export interface FoundLive {
  readonly logs: LogSearch;
  readonly groups: readonly SearchableGroup[];
  readonly targets: readonly SearchTarget[];
  /** Names of custom domains by `apiId/stage` and of distributions by `distribution/ID`, and the addresses of their truststores. */
  readonly domains: Readonly<Record<string, string>>;
  readonly truststores: Readonly<Record<string, string>>;
  /** By log group, as set on the stages. */
  readonly accessLogFormats: Readonly<Record<string, string>>;
}

/** Loads the SDK only here. @throws MtlsWatchError `usage`, `logs-unavailable`, `discovery-failed` */
export async function findLive(options: LiveSearch, purpose: Purpose): Promise<FoundLive> {
  const { createLogSearch, logsClient } = await import('../../../shared/adapters/aws/log-search.js');
  // Without names, all custom domains are used.
  const isByName = options.domain === undefined && options.logGroup !== undefined;
  const found = isByName ? null : await (await discoveryHere(() => {})).discovery.find(options.domain ?? []);
  return liveIn(options, purpose, found, createLogSearch(logsClient()));
}

/** @param found the discovered domains; null if none are requested */
export async function liveIn(
  { logGroup = [], domain = [], accessLogFormats = {} }: LiveSearch,
  purpose: Purpose,
  found: FoundAccount | null,
  logs: LogSearch,
): Promise<FoundLive> {
  const watched = found === null ? null : watchedSettings(found);
  if (found !== null) refuseUnknown(domain, found);
  const given = (name: string): readonly string[] => [templateOfGroup(accessLogFormats, name) ?? []].flat();
  const wanted = [
    ...logGroup.flatMap((name) => targetsOf(name, kindOf(name), purpose, given(name))),
    ...(found === null || watched === null ? [] : targetsIn(watched, found, purpose, given)),
  ];
  const targets = [...new Map(wanted.map((target) => [JSON.stringify(target), target])).values()];
  const names = [...new Set(targets.map((target) => target.logGroup))];
  if (names.length === 0) {
    const what =
      purpose === 'clients' ? 'access or connection log that goes to a log group' : 'log that goes to a log group';
    throw usage(`nothing to search: expected an ${what}; mtls-watch doctor says what is set`);
  }
  if (names.length > commandLimits.liveGroupsMax) {
    throw usage(`${names.length} log groups; expected at most ${commandLimits.liveGroupsMax} at once`);
  }
  const groups: SearchableGroup[] = [];
  for (const name of names) {
    const group = await logs.group(name);
    if (group !== null) groups.push(searchable(group));
    // The log group of a stage that was never called may not exist yet.
    else if (logGroup.includes(name)) {
      throw usage(`--log-group got ${clean(name, 512)}; expected a log group of this account and Region`);
    }
  }
  const { domains = {}, truststores = {}, accessLogFormats: formats = {} } = watched ?? {};
  const there = targets.filter((target) => groups.some(({ name }) => name === target.logGroup));
  return { logs, groups, targets: there, domains, truststores, accessLogFormats: formats };
}

function searchable(group: SearchableGroup): SearchableGroup {
  if (group.logClass === 'STANDARD') return group;
  throw usage(
    `the log group ${clean(group.name, 512)} is of the class ${clean(group.logClass, 40)}, in which CloudWatch Logs searches with Logs Insights only; run a query there, and replay its results`,
  );
}

type Kind = LogKind | 'unknown';

function kindOf(logGroup: string): Kind {
  if (logGroup.startsWith('API-Gateway-Execution-Logs_')) return 'execution';
  const isOfDoor = Object.values(connectionLogs).some((log) => logGroup.startsWith(log.logGroup('')));
  return isOfDoor ? 'connection' : 'unknown';
}

/** A group of unknown kind is searched with the patterns of all kinds; events that several find count once. */
function targetsOf(logGroup: string, kind: Kind, purpose: Purpose, formats: readonly string[] = []): SearchTarget[] {
  if (purpose === 'clients') return kind === 'execution' ? [] : [{ logGroup, pattern: null }];
  const patterns: Readonly<Record<LogKind, string>> = {
    execution: EXECUTION_LOG_PATTERN,
    access: formats.length === 0 ? ANY_FORBIDDEN_PATTERN : accessLogPattern(formats),
    connection: CONNECTION_LOG_PATTERN,
  };
  const chosen = kind === 'unknown' ? Object.values(patterns) : [patterns[kind]];
  return chosen.map((pattern) => ({ logGroup, pattern }));
}

/** @throws MtlsWatchError `usage` for a domain that was not discovered */
function refuseUnknown(names: readonly string[], { domains, doors, region, accountId }: FoundAccount): void {
  const known = [...domains.map(({ name }) => name), ...doors.flatMap(({ id, hosts }) => [id, ...hosts])];
  const missing = names.filter((name) => !known.includes(name));
  if (missing.length === 0) return;
  throw usage(
    `--domain got ${missing.map((name) => clean(name, 80)).join(', ')}; expected a custom domain, distribution or load balancer with mutual TLS in ${region} of account ${accountId}`,
  );
}

/** What the subscription filters of these settings would be on. */
function targetsIn(
  { executionLogGroups, accessLogGroups, connectionLogGroups }: Watched,
  { domains }: FoundAccount,
  purpose: Purpose,
  given: (logGroup: string) => readonly string[],
): SearchTarget[] {
  const accessLogs = domains.flatMap(({ stages }) => stages.flatMap(({ accessLog }) => accessLog ?? []));
  const formatsOf = (name: string): string[] =>
    accessLogs.flatMap(({ logGroup, format }) => (logGroup === name ? [format] : []));
  return [
    ...executionLogGroups.flatMap(({ name }) => targetsOf(name, 'execution', purpose)),
    ...accessLogGroups.flatMap(({ name }) => targetsOf(name, 'access', purpose, [...formatsOf(name), ...given(name)])),
    ...connectionLogGroups.flatMap(({ name }) => targetsOf(name, 'connection', purpose)),
  ];
}
