/**
 * Counts the calls of a span of time in the access logs, one query for each log group. What cannot be counted costs the caller that
 * count, and nothing else.
 */

import pMap from 'p-map';
import { MtlsWatchError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import type { Config } from '../config/settings.js';
import { templateOfGroup } from '../logs/formats-by-group.js';
import type { Clock, World } from '../ports/index.js';
import { areWhole, type Calls, scopeOfCall, sumCalls } from './calls.js';
import { callCounts, callsQuery } from './query.js';

/** Asks Logs Insights. @throws MtlsWatchError `insights-unavailable` */
export type AskInsights = (
  logGroup: string,
  query: string,
  from: number,
  to: number,
  rowsMax: number,
) => Promise<{ readonly rows: readonly Readonly<Record<string, string>>[]; readonly isCut: boolean }>;

type UncountedBecause =
  /** Its format names no issuer, or no status. */
  | 'format'
  /** Its records are not as its format says, or the format is not known. */
  | 'unreadable'
  /** Logs Insights did not answer, or may not be asked. */
  | 'unavailable'
  /** There are more domains and issuers than one query tells: those with fewest calls are left out. */
  | 'cut'
  /** There are more log groups, or their queries take longer, than is allowed. */
  | 'too-many';

export interface UncountedLog {
  readonly logGroup: string;
  readonly because: UncountedBecause;
  /** What AWS said; otherwise empty. */
  readonly said: string;
}

interface CountedLogs {
  readonly calls: readonly Calls[];
  readonly uncounted: readonly UncountedLog[];
}

export interface CountedCalls extends CountedLogs {
  /** Whether all calls of a scope are among those that were counted; `calls` are of such scopes only. */
  readonly isWhole: (scope: string) => boolean;
  /** The other scopes, of which some calls were found. */
  readonly partly: readonly string[];
}

type CallsWorld = Pick<World, 'config' | 'deployment'> & { readonly clock: Clock };

/**
 * The calls that the access logs of this account hold.
 * @param from milliseconds since the epoch; `to` is exclusive
 * @param msMax after which no further query begins
 */
export async function countCalls(
  { from, to }: { readonly from: number; readonly to: number },
  world: CallsWorld,
  ask: AskInsights,
  msMax: number = limits.callQueriesMsMax,
): Promise<CountedCalls> {
  const { config, clock } = world;
  const names = [...new Set(config.accessLogGroups.map(({ name }) => name))];
  const until = clock.now() + msMax;
  const counted = await pMap(
    names,
    (logGroup, index) =>
      index >= limits.callLogGroupsMax || clock.now() >= until
        ? { calls: [], uncounted: [{ logGroup, because: 'too-many' as const, said: '' }] }
        : countOne(logGroup, { from, to }, world, ask),
    { concurrency: limits.callQueriesAtOnceMax },
  );
  const uncounted = counted.flatMap((one) => one.uncounted);
  // A query that was cut off has the calls of those whom it tells of.
  const missing = uncounted.filter(({ because }) => because !== 'cut').map(({ logGroup }) => logGroup);
  const isWhole = areWhole(missing, config);
  const calls = sumCalls(counted.flatMap((one) => one.calls));
  const partly = new Set(calls.map(({ scope }) => scope).filter((scope) => !isWhole(scope)));
  return { calls: calls.filter(({ scope }) => !partly.has(scope)), uncounted, isWhole, partly: [...partly] };
}

async function countOne(
  logGroup: string,
  { from, to }: { readonly from: number; readonly to: number },
  { config, deployment }: CallsWorld,
  ask: AskInsights,
): Promise<CountedLogs> {
  const failed = (because: UncountedLog['because'], said = ''): CountedLogs => ({
    calls: [],
    uncounted: [{ logGroup, because, said }],
  });
  const query = callsQuery(templateOfGroup(config.accessLogFormats, logGroup));
  if (query === null) return failed('format');
  try {
    const { rows, isCut } = await ask(logGroup, query, from, to, limits.callRowsMax);
    const counts = callCounts(rows);
    if (counts === null) return failed('unreadable');
    const source = { account: accountIn(config, deployment), logGroup };
    // Of whom only refusals are among the rows that were kept, nobody knows whether others were let in.
    const known = isCut ? counts.filter(({ letIn }) => letIn > 0) : counts;
    const calls = known.map((one) => ({ ...one, scope: scopeOfCall(one, source, config) }));
    return { calls, uncounted: isCut ? [{ logGroup, because: 'cut', said: '' }] : [] };
  } catch (error) {
    if (!(error instanceof MtlsWatchError) || error.code !== 'insights-unavailable') throw error;
    return failed('unavailable', error.message);
  }
}

function accountIn({ central }: Config, deployment: World['deployment']): string {
  return central === null ? '' : (deployment?.accountId ?? '');
}
