/** Finds the log groups to search and the patterns to use: those of the subscription filters. */

import { commandLimits } from '../../../shared/base/command-limits.js';
import { MtlsWatchError } from '../../../shared/base/errors.js';
import { regionOf } from '../../../shared/base/regions.js';
import { clean } from '../../../shared/base/text.js';
import { connectionLogs } from '../../../shared/discovery/connection-fields.js';
import { namesOfDistributions } from '../../../shared/discovery/settings.js';
import {
  ANY_FORBIDDEN_PATTERN,
  accessLogPattern,
  CONNECTION_LOG_PATTERN,
  EXECUTION_LOG_PATTERN,
  type LogKind,
} from '../../../shared/logs/filter-patterns.js';
import { type FormatsByLogGroup, templateOfGroup } from '../../../shared/logs/formats-by-group.js';
import type { FoundAccount, FoundDoor, FoundStage } from '../../../shared/model/account.js';
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
  const given = (name: string): readonly string[] => [templateOfGroup(accessLogFormats, name) ?? []].flat();
  const wanted = [
    ...logGroup.flatMap((name) => targetsOf(name, kindOf(name), purpose, given(name))),
    ...ofDomains(found, domain, purpose, given),
  ];
  const targets = [...new Map(wanted.map((target) => [JSON.stringify(target), target])).values()];
  const names = [...new Set(targets.map((target) => target.logGroup))];
  if (names.length === 0) {
    const what =
      purpose === 'clients' ? 'access or connection log that goes to a log group' : 'log that goes to a log group';
    throw new MtlsWatchError('usage', `nothing to search: expected an ${what}; mtls-watch doctor says what is set`);
  }
  if (names.length > commandLimits.liveGroupsMax) {
    throw new MtlsWatchError(
      'usage',
      `${names.length} log groups; expected at most ${commandLimits.liveGroupsMax} at once`,
    );
  }
  const groups: SearchableGroup[] = [];
  for (const name of names) {
    const group = await logs.group(name);
    if (group !== null) groups.push(searchable(group));
    // The log group of a stage that was never called may not exist yet.
    else if (logGroup.includes(name)) {
      throw new MtlsWatchError(
        'usage',
        `--log-group got ${clean(name, 512)}; expected a log group of this account and Region`,
      );
    }
  }
  const existing = new Set(groups.map(({ name }) => name));
  return { logs, groups, targets: targets.filter((target) => existing.has(target.logGroup)), ...settingsOf(found) };
}

function searchable(group: SearchableGroup): SearchableGroup {
  if (group.logClass === 'STANDARD') return group;
  throw new MtlsWatchError(
    'usage',
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

type FormatsGiven = (logGroup: string) => readonly string[];

function ofDomains(
  found: FoundAccount | null,
  names: readonly string[],
  purpose: Purpose,
  given: FormatsGiven,
): SearchTarget[] {
  const known = [
    ...(found?.domains ?? []).map((domain) => domain.name),
    ...(found?.doors ?? []).flatMap(({ id, hosts }) => [id, ...hosts]),
  ];
  const missing = names.filter((name) => !known.includes(name));
  if (missing.length > 0) {
    throw new MtlsWatchError(
      'usage',
      `--domain got ${missing.map((name) => clean(name, 80)).join(', ')}; expected a custom domain, distribution or load balancer with mutual TLS in ${found?.region} of account ${found?.accountId}`,
    );
  }
  return [
    ...(found?.domains ?? []).flatMap(({ stages }) => stages.flatMap((stage) => ofStage(stage, purpose, given))),
    ...(found?.doors ?? []).flatMap((door) => ofDoor(door, found?.region ?? '', purpose)),
  ];
}

function ofDoor({ connectionLogs: logs }: FoundDoor, region: string, purpose: Purpose): SearchTarget[] {
  return (logs ?? []).flatMap(({ logGroup, destinationArn }) =>
    logGroup === null || regionOf(destinationArn) !== region ? [] : targetsOf(logGroup, 'connection', purpose),
  );
}

function ofStage({ executionLog, accessLog }: FoundStage, purpose: Purpose, given: FormatsGiven): SearchTarget[] {
  const execution = 'logGroup' in executionLog ? executionLog.logGroup : null;
  const access = accessLog?.logGroup ?? null;
  return [
    ...(execution === null ? [] : targetsOf(execution, 'execution', purpose)),
    ...(access === null || accessLog === null
      ? []
      : targetsOf(access, 'access', purpose, [accessLog.format, ...given(access)])),
  ];
}

function settingsOf(found: FoundAccount | null): Pick<FoundLive, 'domains' | 'truststores' | 'accessLogFormats'> {
  const domains = found?.domains ?? [];
  return {
    domains: {
      ...namesOfDistributions(found?.doors ?? []),
      ...Object.fromEntries(
        domains.flatMap(({ name, stages }) => stages.map(({ apiId, stage }) => [`${apiId}/${stage}`, name])),
      ),
    },
    accessLogFormats: Object.fromEntries(
      domains.flatMap(({ stages }) =>
        stages.flatMap(({ accessLog }) =>
          accessLog === null || accessLog.logGroup === null ? [] : [[accessLog.logGroup, accessLog.format]],
        ),
      ),
    ),
    truststores: Object.fromEntries(domains.map(({ name, truststore }) => [name, truststore.uri])),
  };
}
