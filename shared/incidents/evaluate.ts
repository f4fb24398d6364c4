/**
 * Looks at groups whose facts changed or whose incident fires: brings the detector's memory up to date, asks for a
 * verdict, and stores the transition together with its notice. Another invocation that was first makes this one's
 * transition fail its condition; then there is nothing left to do.
 */

import pMap from 'p-map';
import { groupId } from '../base/digest.js';
import { lazy } from '../base/lazy.js';
import { limits } from '../base/limits.js';
import { minuteOf } from '../count/count.js';
import { openHours } from '../count/record.js';
import { MINUTES_PER_HOUR } from '../count/rollup.js';
import { detect, type History, learnAll, policyFor, type Verdict } from '../detect/detect.js';
import { type Fact, type GroupKey, type Incident, SEVERAL_ISSUERS } from '../model/index.js';
import type { World } from '../ports/index.js';
import { advance, type Change, coveredByScope, scopeGroup } from './incident.js';
import { lateAnnouncement, unlessSilenced } from './muting.js';

/** When what a delivery brought is in the stores. */
export interface Written {
  readonly facts: Promise<unknown>;
  /** Waits for the marks of their hours and the clients' certificates: who is told of a group is told of those as well. */
  readonly rest: () => Promise<unknown>;
}

const longAgo: Written = { facts: Promise.resolve(), rest: async () => {} };

/**
 * Every group on its own. Scopes' own incidents among them are left to `evaluateScopes`, but for one case: when several
 * groups begin to fire at once, their scope's incident comes before the rest, or a storm's first batch would page for each.
 * @param which `calm` passes those over that fire: the sweep looks at them every minute, and looking at them with every
 *   batch too would make a storm read all its facts again and again
 * @param written when what the groups grew by is in the stores
 * @returns whether a notice was put in the outbox
 */
export async function evaluate(
  groups: readonly GroupKey[],
  world: World,
  which: 'all' | 'calm' = 'all',
  written: Written = longAgo,
): Promise<boolean> {
  const distinct = new Map(groups.filter(isOne).map((group) => [groupId(group), group] as const));
  const concurrency = { concurrency: limits.storeConcurrencyMax };
  // Asked all at once, so that a store can read them together.
  const [known] = await Promise.all([
    Promise.all([...distinct.values()].map((group) => rememberedWithScope(group, world))),
    written.facts,
  ]);
  const changes = await pMap(known, (one) => assess(one, which, world), concurrency);
  const pending = changes.filter((change) => change !== null);
  if (pending.length > 0) await written.rest();
  const spikes = pending.filter(({ change }) => change.notice === 'spike');
  const held = new Set(spikes.slice(limits.groupsTogetherMin));
  const told = await pMap(
    pending.filter((change) => !held.has(change)),
    (change) => store(change, world),
    concurrency,
  );
  if (held.size === 0) return told.some(Boolean);
  const [{ evaluateScopes }, firing, open] = await Promise.all([
    lazy.scopes(),
    world.stores.incidents.firing(limits.firingPerSweepMax),
    openHours(world),
  ]);
  await evaluateScopes(firing, open, world);
  await evaluate(
    [...held].map(({ group }) => group),
    world,
    which,
  );
  return true;
}

/** No scope's own incident. */
export function isOne(group: GroupKey): boolean {
  return group.issuerDn !== SEVERAL_ISSUERS;
}

/** A change of a group's incident that is not stored yet. */
interface Pending {
  readonly group: GroupKey;
  readonly change: Change;
  readonly before: Incident | null;
  readonly verdict: Verdict;
  readonly facts: readonly Fact[];
}

/** @param known read while the facts were being written; the facts are read here */
async function assess(known: KnownWithScope, which: 'all' | 'calm', world: World): Promise<Pending | null> {
  const { group, ofScope } = known;
  const { stores, clock, config } = world;
  const policy = policyFor(group, config.detection);
  const isLeft = (one: Incident | null): boolean => which === 'calm' && one?.state === 'firing';
  // What fired may have been resolved meanwhile, without the facts that are there now.
  const incident = isLeft(known.incident) ? await stores.incidents.load(group) : known.incident;
  if (isLeft(incident)) return null;
  const now = clock.now();
  const { verdict, facts } = await judge(group, known.history, now, world);
  const ofOwn = advance(incident, verdict, group, now, policy);
  const isCovered = (one: Incident): boolean => coveredByScope(one, ofScope);
  if (ofOwn === null || ofOwn.notice === null) {
    const late = await lateAnnouncement(incident, verdict, incident !== null && isCovered(incident), world);
    if (late !== null) {
      // What the group's own course changes without a notice is not lost for it.
      const { lastNoticeAt, announced, heldBack } = late.next;
      const next = ofOwn === null ? late.next : { ...ofOwn.next, lastNoticeAt, announced, heldBack };
      return { group, before: incident, verdict, facts, change: { ...late, next } };
    }
    if (ofOwn === null) return null;
  }
  // Who was not told of an incident, because its scope's tells it, is not told of its course or end either.
  const announced = ofOwn.notice === 'spike' ? !isCovered(ofOwn.next) : ofOwn.next.announced;
  const notice = announced ? ofOwn.notice : null;
  const change = await unlessSilenced({ ...ofOwn, notice, next: { ...ofOwn.next, announced } }, world);
  return { group, before: incident, verdict, facts, change };
}

/** @returns whether there is a notice of it */
async function store({ change, before, verdict, facts: recentFacts }: Pending, world: World): Promise<boolean> {
  const { announce, factsOf } = await lazy.announce();
  const isTold = change.notice !== null;
  const facts = isTold ? await factsOf(change.next, recentFacts, world.clock.now(), world) : [];
  await announce({ change, before, verdict, facts, recentFacts, groups: [] }, world);
  return isTold;
}

interface Known {
  readonly incident: Incident | null;
  readonly history: History | null;
}

interface KnownWithScope extends Known {
  readonly group: GroupKey;
  /** The incident of the group's scope. */
  readonly ofScope: Incident | null;
}

interface Seen {
  readonly verdict: Verdict;
  /** The facts of the last hour at least. */
  readonly facts: readonly Fact[];
}

export async function remembered(group: GroupKey, { stores }: World): Promise<Known> {
  const [incident, history] = await Promise.all([stores.incidents.load(group), stores.history.load(group)]);
  return { incident, history: history as History | null };
}

/** From which minute on the facts of a group are looked at: those that were not learned yet, and the last hour. */
export function neededFrom(known: History | null, minute: number): number {
  const oldest = minute - limits.detectorLookbackMinutes;
  return Math.max(oldest, Math.min((known?.lastStep ?? oldest) + 1, minute - MINUTES_PER_HOUR));
}

async function rememberedWithScope(group: GroupKey, world: World): Promise<KnownWithScope> {
  const [known, ofScope] = await Promise.all([
    remembered(group, world),
    world.stores.incidents.load(scopeGroup(group.scope)),
  ]);
  return { group, ofScope, ...known };
}

/** The verdict on a group at this moment. Stores nothing but, now and then, what was learned. */
export async function judge(group: GroupKey, known: History | null, now: number, world: World): Promise<Seen> {
  const { stores, config } = world;
  const minute = minuteOf(now);
  const policy = policyFor(group, config.detection);
  const oldest = minute - limits.detectorLookbackMinutes;
  const facts = await stores.facts.window(group, neededFrom(known, minute), minute);

  const counts = new Map<number, number>();
  for (const fact of facts) counts.set(fact.minute, (counts.get(fact.minute) ?? 0) + Math.max(0, fact.count));
  // Minutes that are old enough to be complete are learned; the others are the window.
  const closed = minute - limits.lateMinutes;
  const steps = [...counts]
    .map(([step, count]) => ({ step, count }))
    .filter(({ step }) => step <= closed && step > (known?.lastStep ?? oldest));
  const isBehind = known !== null && known.lastStep < closed;
  if (steps.at(-1)?.step !== closed && (steps.length > 0 || isBehind)) steps.push({ step: closed, count: 0 });
  const history = steps.length === 0 ? known : learnAll(known, steps, policy);
  const first = (history?.lastStep ?? closed) + 1;
  const window = Array.from({ length: minute - first + 1 }, (_, index) => counts.get(first + index) ?? 0);
  if (history !== null && history.lastStep - (known?.lastStep ?? 0) >= limits.historySaveMinutes) {
    await stores.history.save(group, history);
  }
  return { verdict: detect(history, { step: minute, counts: window }, policy), facts };
}
