/**
 * Decides which subscription filters to put and to remove, so that every log of the discovered stages is subscribed and
 * no other. `shared/discovery/reconcile.ts` carries it out. Pure. A filter belongs to mtls-watch if its name begins with the
 * stack's name and it sends to the stack's ingest function, or, in an account that sends to a central one, to any destination; no
 * other filter is ever changed, even if it is in the way.
 */

import { limits } from '../base/limits.js';
import { regionOf } from '../base/regions.js';
import { HOUR_MS } from '../base/time.js';
import { type LogKind, logKinds } from '../logs/filter-patterns.js';
import type { FoundAccount, FoundDomain, FoundDoor, FoundFilter, FoundLogGroup } from '../model/account.js';
import { type PatternOf, patternsOf } from './log-patterns.js';

/** Domains to watch: exact names, `*.example.com` for all names below it, `*` for all. `deny` takes precedence. */
export interface DomainPolicy {
  /** Empty for all. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/** How filters of this stack are recognised. */
export interface OwnFilters {
  /** The ingest function, or the destination of the central account. */
  readonly destinationArn: string;
  /** The stack's own filters are named `<stack>-execution` and `<stack>-access`. */
  readonly stackName: string;
}

export interface Surroundings {
  readonly found: FoundAccount;
  /** The current state of log groups that were subscribed before and may be missing in `found`. */
  readonly remembered: readonly FoundLogGroup[];
  readonly policy: DomainPolicy;
  readonly own: OwnFilters;
}

interface About {
  readonly logGroup: string;
  readonly log: LogKind;
  /** The custom domains and other front doors whose requests are in the log, in order. */
  readonly domains: readonly string[];
}

export type Action =
  | (About & {
      readonly kind: 'put';
      readonly filterName: string;
      readonly pattern: string;
      readonly because: 'missing' | 'outdated';
    })
  | {
      readonly kind: 'remove';
      readonly logGroup: string;
      readonly filterName: string;
      /** No watched stage writes to the log group, or the stack's own filter has the same purpose. */
      readonly because: 'unused' | 'doubled';
    }
  /**
   * Not removed although unused, because a part of the account could not be read and may contain a stage that uses it.
   */
  | { readonly kind: 'hold'; readonly logGroup: string; readonly filterName: string }
  /** Cannot be subscribed: other filters have taken the places of the log group, or the filter's name. */
  | (About & {
      readonly kind: 'unmet';
      readonly takenBy: readonly string[];
      /** Why, where no filter that was seen is in the way. */
      readonly said?: string;
    })
  /** The log group does not exist yet. */
  | (About & { readonly kind: 'wait' })
  /** Named in the settings, but the stack's filter was removed. */
  | {
      readonly kind: 'lost';
      readonly logGroup: string;
      readonly log: LogKind;
      /** No filter delivers the log as it was written, or it does not tell which account and log group wrote it. */
      readonly because: 'missing' | 'origin-untold';
    };

/** In the order of execution: filters are removed from a log group before new ones are put. */
export function planSubscriptions({ found, remembered, policy, own }: Surroundings): Action[] {
  const wishes = wishesOf(watchedDomains(found.domains, policy), watchedDoors(found.doors, policy), found.region);
  const groups = new Map([...remembered.map((group) => [group.name, group] as const), ...found.logGroups]);
  const isWhole = isSeenWhole(found);
  const patternOf = patternsOf(found.domains);
  return [...groups.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((group) => planGroup(group, wishes.get(group.name) ?? NO_WISHES, own, isWhole, patternOf));
}

export function watchedDomains<T extends Pick<FoundDomain, 'name'>>(domains: readonly T[], policy: DomainPolicy): T[] {
  const matches = (name: string, patterns: readonly string[]) => patterns.some((pattern) => covers(pattern, name));
  return domains.filter(
    ({ name }) => (policy.allow.length === 0 || matches(name, policy.allow)) && !matches(name, policy.deny),
  );
}

/** A door is watched under any of its names, and not watched if one of them is denied. */
export function watchedDoors(doors: readonly FoundDoor[], { allow, deny }: DomainPolicy): FoundDoor[] {
  return doors.filter(({ id, hosts }) => {
    const isNamed = (patterns: readonly string[]) =>
      patterns.some((pattern) => [id, ...hosts].some((name) => covers(pattern, name)));
    return (allow.length === 0 || isNamed(allow)) && !isNamed(deny);
  });
}

function covers(pattern: string, name: string): boolean {
  const [wanted, given] = [pattern.toLowerCase(), name.toLowerCase()];
  if (wanted === '*' || wanted === given) return true;
  return wanted.startsWith('*.') && given.endsWith(wanted.slice(1));
}

/** False if there may be a stage that was not found. */
export function isSeenWhole({ unreadable, domains, doors }: FoundAccount): boolean {
  const isUnknown = domains.some(({ stages }) => stages.some(({ executionLog }) => executionLog.kind === 'unknown'));
  const isHidden = doors.some(({ connectionLogs }) => connectionLogs === null);
  return !isUnknown && !isHidden && unreadable.every(({ isDetail }) => isDetail === true);
}

/** The names by which the discovered filters differ from the stack's own and from all others. */
export function filterNameOf(stackName: string, log: LogKind): string {
  return `${prefixOf(stackName)}${log}`;
}

const prefixOf = (stackName: string): string => `${stackName}-discovered-`;

/** The domains that need a log of a group, by its kind. */
type Wishes = ReadonlyMap<LogKind, ReadonlySet<string>>;

const NO_WISHES: Wishes = new Map();

function wishesOf(domains: readonly FoundDomain[], doors: readonly FoundDoor[], region: string): Map<string, Wishes> {
  const wishes = new Map<string, Map<LogKind, Set<string>>>();
  const wish = (logGroup: string | null, log: LogKind, domain: string): void => {
    if (logGroup === null) return;
    const ofGroup = wishes.get(logGroup) ?? new Map<LogKind, Set<string>>();
    wishes.set(logGroup, ofGroup);
    ofGroup.set(log, (ofGroup.get(log) ?? new Set()).add(domain));
  };
  for (const { name, stages } of domains) {
    for (const { executionLog, accessLog } of stages) {
      if (executionLog.kind === 'managed' || executionLog.kind === 'vended')
        wish(executionLog.logGroup, 'execution', name);
      if (accessLog !== null) wish(accessLog.logGroup, 'access', name);
    }
  }
  for (const { name, connectionLogs } of doors) {
    for (const { logGroup, destinationArn } of connectionLogs ?? []) {
      // A filter leads to a function of its own Region.
      if (regionOf(destinationArn) === region) wish(logGroup, 'connection', name);
    }
  }
  return wishes;
}

function planGroup(
  { name, exists, filters, logClass }: FoundLogGroup,
  wishes: Wishes,
  own: OwnFilters,
  isWhole: boolean,
  patternOf: PatternOf,
): Action[] {
  // If only one place is free, the execution log gets it: without it, no refusal of a REST API is known.
  const wanted = logKinds.flatMap((log): About[] => {
    const domains = wishes.get(log);
    return domains === undefined ? [] : [{ logGroup: name, log, domains: [...domains].sort() }];
  });
  if (!exists) return wanted.map((about) => ({ kind: 'wait', ...about }));
  if (logClass !== undefined && logClass !== 'STANDARD') {
    return wanted.map((about) => ({
      kind: 'unmet',
      ...about,
      takenBy: [],
      said: `its class ${logClass} takes no filters`,
    }));
  }
  // A log group whose filters cannot be read is reported as such, and not changed.
  if (filters === null) return [];
  const ours = filters.filter((filter) => isOurs(filter, own));
  const needed = wanted.filter(({ log }) => !isCovered(log, filters, own, patternOf(name, log)));
  const names = new Set(needed.map(({ log }) => filterNameOf(own.stackName, log)));
  const removals = ours
    .filter((filter) => !names.has(filter.name))
    .map((filter) => removalOf(name, filter, wanted, own, isWhole));

  const gone = new Set(removals.flatMap((action) => (action.kind === 'remove' ? [action.filterName] : [])));
  const staying = filters.filter((filter) => !gone.has(filter.name));
  let taken = staying.length;
  const puts = needed.flatMap((about): Action[] => {
    const filterName = filterNameOf(own.stackName, about.log);
    const pattern = patternOf(name, about.log);
    const there = ours.find((filter) => filter.name === filterName);
    if (there !== undefined) {
      return there.pattern === pattern && leadsTo(there, own) && there.isOnTransformed !== true
        ? []
        : [{ kind: 'put', ...about, filterName, pattern, because: 'outdated' }];
    }
    // Putting a filter changes the one that has the name, whoever made it.
    const namesake = staying.find((filter) => filter.name === filterName);
    if (namesake !== undefined || taken >= limits.filtersPerLogGroupMax) {
      const inTheWay = namesake === undefined ? staying.filter((filter) => !isOurs(filter, own)) : [namesake];
      return [{ kind: 'unmet', ...about, takenBy: inTheWay.map((filter) => filter.name) }];
    }
    taken++;
    return [{ kind: 'put', ...about, filterName, pattern, because: 'missing' }];
  });
  return [...removals, ...puts];
}

/**
 * Whether a filter is ours to change: it is named as the reconciler names them, and sends to us; or, where we send to a central
 * account, to any destination, because ours may have been another before.
 */
export function isOurs(
  { name, destinationArn }: FoundFilter,
  { destinationArn: ours, stackName }: OwnFilters,
): boolean {
  const isToUs = destinationArn === ours || [destinationArn, ours].every(isLogsDestination);
  return isToUs && name.startsWith(prefixOf(stackName));
}

/** As `arn:aws:logs:region:account:destination:NAME`. */
const isLogsDestination = (arn: string): boolean => arn.includes(':destination:');

/** Whether the stack's filter, or one made by hand, already sends this log to ingest. */
function isCovered(log: LogKind, filters: readonly FoundFilter[], own: OwnFilters, pattern: string): boolean {
  return filters.some(
    (filter) =>
      leadsTo(filter, own) &&
      !isOurs(filter, own) &&
      // It would deliver what a transformer makes of the lines.
      filter.isOnTransformed !== true &&
      (filter.pattern === pattern || filter.name === `${own.stackName}-${log}`),
  );
}

/** For log groups whose stages are not discovered. */
const usual = patternsOf([]);

/**
 * @param groups the current state of log groups
 * @param configured the log groups of the settings, which have a filter of the stack
 * @param fields the system fields that the filters have to emit
 */
export function lostFilters(
  groups: readonly FoundLogGroup[],
  configured: Readonly<Record<LogKind, readonly { readonly name: string }[]>>,
  own: OwnFilters,
  fields: readonly string[],
): Action[] {
  const emits = ({ systemFields = [] }: FoundFilter): boolean => fields.every((field) => systemFields.includes(field));
  return groups.flatMap(({ name: logGroup, exists, filters }) =>
    logKinds.flatMap((log): Action[] => {
      const isAsked = exists && configured[log].some(({ name }) => name === logGroup);
      if (!isAsked || filters === null) return [];
      const covers = (among: readonly FoundFilter[]) => isCovered(log, among, own, usual(logGroup, log));
      if (covers(filters.filter(emits))) return [];
      return [{ kind: 'lost', logGroup, log, because: covers(filters) ? 'origin-untold' : 'missing' }];
    }),
  );
}

function removalOf(
  logGroup: string,
  { name: filterName }: FoundFilter,
  wanted: readonly About[],
  own: OwnFilters,
  isWhole: boolean,
): Action {
  if (wanted.some(({ log }) => filterNameOf(own.stackName, log) === filterName))
    return { kind: 'remove', logGroup, filterName, because: 'doubled' };
  return isWhole ? { kind: 'remove', logGroup, filterName, because: 'unused' } : { kind: 'hold', logGroup, filterName };
}

/**
 * The log groups that had events before and have had none for the given time. Execution logs at level ERROR or below
 * are left out, because they have no events while no request fails.
 * @param now milliseconds since the epoch
 */
export function silentGroups(
  groups: readonly FoundLogGroup[],
  domains: readonly FoundDomain[],
  now: number,
  silentAfterHours: number,
): FoundLogGroup[] {
  const logs = domains.flatMap(({ stages }) => stages);
  const accessed = new Set(logs.flatMap(({ accessLog }) => accessLog?.logGroup ?? []));
  const quiet = new Set(
    logs.flatMap(({ executionLog: log }) =>
      (log.kind === 'managed' || log.kind === 'vended') && log.level !== 'INFO' ? (log.logGroup ?? []) : [],
    ),
  );
  return groups.filter(
    ({ name, lastEventAt }) =>
      lastEventAt !== null &&
      now - lastEventAt > silentAfterHours * HOUR_MS &&
      (accessed.has(name) || !quiet.has(name)),
  );
}

/** The log groups with a filter that sends to ingest. */
export function subscribedGroups(groups: readonly FoundLogGroup[], own: OwnFilters): FoundLogGroup[] {
  return groups.filter(({ filters }) => filters?.some((filter) => leadsTo(filter, own)));
}

/** True also if the filter names a version or an alias of the function. */
function leadsTo({ destinationArn }: FoundFilter, { destinationArn: ours }: OwnFilters): boolean {
  return destinationArn === ours || destinationArn.startsWith(`${ours}:`);
}
