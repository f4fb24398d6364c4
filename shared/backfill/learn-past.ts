/**
 * Lets the detector know the past: the minutes that were counted from exports become the beginning of what it remembers of a group,
 * as if they had been delivered at their time.
 *
 *     exported minutes + delivered ones since --closed one after the other--> the group's history
 *
 * Each group is a single write, and one whose history knows the exported minutes is left alone. So it may be repeated, and break off
 * anywhere.
 */

import pMap from 'p-map';
import { backfillLimits } from '../base/backfill-limits.js';
import { getOrInsert } from '../base/get-or-insert.js';
import { compareTexts } from '../base/text.js';
import { hourOf, MINUTES_PER_DAY } from '../base/time.js';
import type { Config } from '../config/settings.js';
import { type History, learnAll, policyFor, type Step } from '../detect/detect.js';
import { trustedIssuers, unlessUnreadable } from '../diagnosis/diagnosis.js';
import { groupId } from '../model/group-id.js';
import type { GroupKey } from '../model/index.js';
import type { PastMinutes } from '../ports/backfill.js';
import type { World } from '../ports/index.js';

export interface Learning {
  /** Groups whose history now begins earlier, or goes further. */
  readonly learned: number;
  /** Groups beyond the bound: those of issuers that no truststore holds, and of them those that were refused in the fewest hours. */
  readonly leftOut: number;
}

type PastWorld = Pick<World, 'config' | 'truststores'> & {
  readonly stores: Pick<World['stores'], 'facts' | 'history'>;
};

interface PastGroup {
  readonly group: GroupKey;
  /** Failures by minute since the epoch. */
  readonly counts: Map<number, number>;
}

/**
 * @param days UTC days since the epoch that have minutes
 * @param minutesOf the minutes of a day, in the hours that are counted from exports
 */
export async function learnPast(
  days: readonly number[],
  minutesOf: (day: number) => AsyncIterable<PastMinutes>,
  world: PastWorld,
): Promise<Learning> {
  const groups = await readMinutes(days, minutesOf);
  const hoursOf = ({ counts }: PastGroup): number => new Set([...counts.keys()].map(hourOf)).size;
  const isPartner = await partnersAmong(groups.values(), world);
  // Whoever connects can make up as many names as he likes, and come in as many hours.
  const ranked = [...groups]
    .map(([id, past]) => ({ id, past, hours: hoursOf(past), rank: isPartner(past.group) ? 0 : 1 }))
    .sort((a, b) => a.rank - b.rank || b.hours - a.hours || compareTexts(a.id, b.id));
  const chosen = ranked.slice(0, backfillLimits.learnedGroupsMax).map(({ past }) => past);
  const learned = new Set<PastGroup>();
  // An invocation that had loaded a history before may have stored it after; the second round finds those.
  for (let round = 0; round < 2; round++) {
    await pMap(
      chosen,
      async (past) => {
        if (await learnGroup(past, world)) learned.add(past);
      },
      { concurrency: backfillLimits.learnedTogetherMax },
    );
  }
  return { learned: learned.size, leftOut: ranked.length - chosen.length };
}

/** Tells the groups whose issuer is in the truststore of its domain, or was within the last week, and is no mere claim. */
async function partnersAmong(groups: Iterable<PastGroup>, world: PastWorld): Promise<(group: GroupKey) => boolean> {
  const scopes = new Set([...groups].map(({ group }) => group.scope));
  const trusted = new Map<string, ReadonlySet<string>>();
  for (const scope of scopes) {
    trusted.set(scope, await unlessUnreadable(trustedIssuers(scope, world), () => new Set<string>()));
  }
  return ({ scope, issuerDn, isUnverified }) => !isUnverified && trusted.get(scope)?.has(issuerDn) === true;
}

/** The latest day first, because the latest weeks count most where not all fit. */
async function readMinutes(
  days: readonly number[],
  minutesOf: (day: number) => AsyncIterable<PastMinutes>,
): Promise<ReadonlyMap<string, PastGroup>> {
  const groups = new Map<string, PastGroup>();
  let minutes = 0;
  for (const day of [...days].sort((a, b) => b - a)) {
    if (minutes > backfillLimits.learnedMinutesMax) break;
    for await (const { group, counts } of minutesOf(day)) {
      const past = getOrInsert(groups, groupId(group), () => ({ group, counts: new Map() }));
      for (const [minute, count] of counts) past.counts.set(minute, count);
      minutes += counts.length;
    }
  }
  return groups;
}

async function learnGroup(past: PastGroup, { config, stores }: PastWorld): Promise<boolean> {
  const { group, counts } = past;
  const known = (await stores.history.load(group)) as History | null;
  const plan = planOf(known, counts);
  if (plan === null) return false;
  const { base, from, end } = plan;
  const delivered = known === null ? [] : await stores.facts.window(group, from, end);
  const merged = new Map(counts);
  for (const { minute, count } of addedUp(delivered)) merged.set(minute, Math.max(count, merged.get(minute) ?? 0));
  await stores.history.save(group, learnAll(base, stepsOf(merged, from, end), policyOf(group, config)));
  return true;
}

const policyOf = (group: GroupKey, { detection }: Config) => policyFor(group, detection);

/** Pure. @returns what is to be learned after which history; null where the history knows the exported minutes */
function planOf(
  known: History | null,
  counts: ReadonlyMap<number, number>,
): { readonly base: History | null; readonly from: number; readonly end: number } | null {
  const minutes = [...counts.keys()];
  const last = minutes.reduce((most, minute) => Math.max(most, minute), 0);
  const first = minutes.reduce((least, minute) => Math.min(least, minute), last);
  if (known === null) return { base: null, from: Math.max(first, last - WINDOW + 1), end: last };
  const end = Math.max(last, known.lastStep);
  const earliest = Math.max(first, end - WINDOW + 1);
  // All that was learned from deliveries is learned again behind the past: facts are kept for longer than these weeks.
  if (earliest < known.firstStep && end - known.firstStep < WINDOW) return { base: null, from: earliest, end };
  return last > known.lastStep ? { base: known, from: known.lastStep + 1, end } : null;
}

const WINDOW = backfillLimits.learnedDays * MINUTES_PER_DAY;

/** As the detector adds the facts of a minute up. */
function addedUp(facts: readonly { readonly minute: number; readonly count: number }[]): PastCount[] {
  const sums = new Map<number, number>();
  for (const { minute, count } of facts) sums.set(minute, (sums.get(minute) ?? 0) + Math.max(0, count));
  return [...sums].map(([minute, count]) => ({ minute, count }));
}

interface PastCount {
  readonly minute: number;
  readonly count: number;
}

function stepsOf(counts: ReadonlyMap<number, number>, from: number, end: number): Step[] {
  const steps = [...counts]
    .filter(([minute]) => from <= minute && minute <= end)
    .map(([step, count]) => ({ step, count }))
    .sort((a, b) => a.step - b.step);
  if (steps.at(-1)?.step !== end) steps.push({ step: end, count: 0 });
  return steps;
}
