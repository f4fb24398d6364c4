/**
 * What a whole scope's incident refused from its first failure to its end. Its groups come and go, so they are looked up when it
 * ends. Loaded only then.
 */

import pMap from 'p-map';
import { limits } from '../base/limits.js';
import { hourOf, MINUTES_PER_HOUR, minuteOf } from '../base/time.js';
import { trustedIssuers, unlessUnreadable } from '../diagnosis/diagnosis.js';
import { groupId } from '../model/group-id.js';
import { type Fact, type GroupKey, type Incident, OTHER_ISSUERS, SEVERAL_STRANGERS } from '../model/index.js';
import type { World } from '../ports/index.js';
import { firstMinuteOf, isFull, isMember, placeOf } from './incident.js';

export interface ScopeTotal {
  readonly count: number;
  /** The first failure, in milliseconds since the epoch. */
  readonly firstAt: number;
}

/** The sum and the first failure of each minute: facts with their clients would be too many to keep. */
type Minutes = Map<number, { count: number; firstAt: number }>;

/**
 * The failures of the groups that the incident names, or of all strangers of its scope and door. It begins where the failures
 * that led to its notice began: after a quiet as long as the detector's window, and at most an hour before the minutes in which
 * it was seen.
 */
export async function scopeTotal(incident: Incident, world: World): Promise<ScopeTotal> {
  const { stores, clock, config } = world;
  const seen = firstMinuteOf(incident, config.detection);
  const span = { from: seen - MINUTES_PER_HOUR, to: minuteOf(clock.now()) };
  const groups = await groupsOf(incident, span, world);
  const minutes: Minutes = new Map();
  await pMap(groups, async (group) => addTo(minutes, await stores.facts.window(group, span.from, span.to)), {
    concurrency: limits.storeConcurrencyMax,
  });
  const from = beginningOf(minutes, seen, config.detection.windowMinutes);
  let [count, firstAt] = [0, incident.since];
  for (const [minute, sum] of minutes) {
    if (minute < from) continue;
    count += sum.count;
    firstAt = Math.min(firstAt, sum.firstAt);
  }
  // In a storm the facts of unknown issuers may subtract more than a minute had.
  return { count: Math.max(0, count), firstAt };
}

async function groupsOf(
  incident: Incident,
  { from, to }: { readonly from: number; readonly to: number },
  world: World,
): Promise<readonly GroupKey[]> {
  const { scope, door, issuerDn } = incident.group;
  const { rollups, incidents } = world.stores;
  const [rolledUp, open] = await Promise.all([
    rollups.groups(hourOf(from), hourOf(to), limits.reportGroupsMax),
    rollups.open(hourOf(to), limits.reportGroupsMax),
  ]);
  const place = placeOf({ scope, ...(door !== undefined && { door }) });
  const here = [...rolledUp, ...open.map(({ group }) => group)].filter((group) => placeOf(group) === place);
  const distinct = new Map(here.map((group) => [groupId(group), group] as const));
  if (issuerDn !== SEVERAL_STRANGERS && !isFull(incident)) {
    return incident.members.flatMap((id) => distinct.get(id) ?? []);
  }
  const named = new Set(incident.members);
  const trusted = await unlessUnreadable(trustedIssuers(scope, world), () => new Set<string>());
  const isIn = async (group: GroupKey): Promise<boolean> => {
    if (issuerDn === SEVERAL_STRANGERS) return isOfStrangers(group, trusted, world);
    if (named.has(groupId(group))) return true;
    const own = await incidents.load(group);
    return own !== null && isMember(own, incident);
  };
  const found = await pMap(distinct.values(), async (group) => ((await isIn(group)) ? [group] : []), {
    concurrency: limits.storeConcurrencyMax,
  });
  return found.flat();
}

/** As `strangersTogether` tells them: where the truststore says nothing, those that never had an incident as a partner. */
async function isOfStrangers(group: GroupKey, trusted: ReadonlySet<string>, { stores }: World): Promise<boolean> {
  if (group.issuerDn === OTHER_ISSUERS) return true;
  if (group.isUnverified || trusted.has(group.issuerDn)) return false;
  const own = await stores.incidents.load(group);
  return own === null || own.isStranger;
}

function addTo(minutes: Minutes, facts: readonly Fact[]): void {
  for (const { minute, count, firstAt } of facts) {
    const sum = minutes.get(minute) ?? { count: 0, firstAt };
    minutes.set(minute, { count: sum.count + count, firstAt: Math.min(sum.firstAt, firstAt) });
  }
}

function beginningOf(minutes: Minutes, seen: number, windowMinutes: number): number {
  let first = seen;
  const before = [...minutes.keys()].filter((minute) => minute < first).sort((a, b) => b - a);
  for (const minute of before) {
    if (first - minute > windowMinutes) break;
    first = minute;
  }
  return first;
}
