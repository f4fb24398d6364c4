/**
 * Looks at groups whose facts changed or whose incident fires: brings the detector's memory up to date, asks for a
 * verdict, and stores the transition together with its notice. Another invocation that was first makes this one's
 * transition fail its condition; then there is nothing left to do.
 */

import pMap from 'p-map';
import { groupId } from './digest.js';
import { lazy } from './lazy.js';
import { limits } from './limits.js';
import { type Fact, type GroupKey, type Incident, SEVERAL_ISSUERS } from './model.js';
import type { World } from './ports/index.js';
import { minuteOf } from './stages/count.js';
import { detect, type History, learnAll, policyFor, type Verdict } from './stages/detect.js';
import { advance, type Change } from './stages/incident.js';
import { hourOf, MINUTES_PER_HOUR } from './stages/rollup.js';
import { coveredByScope, scopeGroup, scopeVerdict } from './stages/scope-incident.js';
import { lateAnnouncement, unlessSilenced } from './withheld.js';

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
  const changes = await pMap(distinct.values(), (group) => assess(group, which, world, written.facts), concurrency);
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
  await evaluateScopes(await world.stores.incidents.firing(limits.firingPerSweepMax), world);
  await evaluate(
    [...held].map(({ group }) => group),
    world,
    which,
  );
  return true;
}

/** Groups that fail together: one incident for their scope, instead of one for each. */
export async function evaluateScopes(firing: readonly Incident[], world: World): Promise<void> {
  const { stores, clock } = world;
  const hour = hourOf(minuteOf(clock.now()));
  const marks = await stores.rollups.open(hour, limits.activeGroupsMax);
  const byScope = new Map<string, Map<string, GroupKey>>();
  const active = marks.filter((mark) => mark.hour >= hour - 1).map((mark) => mark.group);
  for (const group of [...active, ...firing.map((incident) => incident.group)]) {
    const groups = byScope.get(group.scope) ?? new Map<string, GroupKey>();
    byScope.set(group.scope, groups.set(groupId(group), group));
  }
  for (const [scope, groups] of byScope) {
    const members = [...groups.values()].filter(isOne);
    const isKnown = members.length < groups.size;
    if (isKnown || members.length >= limits.groupsTogetherMin) await evaluateScope(scope, members, world);
  }
}

function isOne(group: GroupKey): boolean {
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

async function assess(
  group: GroupKey,
  which: 'all' | 'calm',
  world: World,
  counted: Promise<unknown>,
): Promise<Pending | null> {
  const { stores, clock, config } = world;
  const policy = policyFor(group, config.detection);
  const isLeft = (one: Incident | null): boolean => which === 'calm' && one?.state === 'firing';
  const [known, ofScope] = await Promise.all([
    remembered(group, world),
    stores.incidents.load(scopeGroup(group.scope)),
    counted,
  ]);
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

async function evaluateScope(scope: string, groups: readonly GroupKey[], world: World): Promise<void> {
  const { stores, clock, config } = world;
  const now = clock.now();
  const group = scopeGroup(scope);
  const policy = policyFor(group, config.detection);
  const seen = await pMap(
    groups,
    async (one) => {
      const { incident, history } = await remembered(one, world);
      return { group: one, incident, ...(await judge(one, history, now, world)) };
    },
    {
      concurrency: limits.storeConcurrencyMax,
    },
  );
  const members = seen
    .map(({ group: one, verdict, incident, facts }) => ({
      group: one,
      verdict,
      since: incident?.state === 'firing' ? incident.since : null,
      facts: facts.filter((fact) => fact.minute > minuteOf(now) - MINUTES_PER_HOUR),
    }))
    .filter(({ since, facts }) => since !== null || facts.length > 0);
  const { verdict, severity, groups: worst } = scopeVerdict(members, now, policy);
  const before = await stores.incidents.load(group);
  const own = advance(before, verdict, group, now, policy, severity);
  const told = own?.notice === 'spike' || own?.next.announced === true;
  const change =
    own === null
      ? await lateAnnouncement(before, verdict, false, world)
      : await unlessSilenced(told ? own : { ...own, notice: null }, world);
  if (change === null) return;
  const facts = members.flatMap((member) => member.facts);
  const { announce } = await lazy.announce();
  await announce({ change, before, verdict, facts, recentFacts: facts, groups: worst }, world);
}

interface Known {
  readonly incident: Incident | null;
  readonly history: History | null;
}

interface Seen {
  readonly verdict: Verdict;
  /** The facts of the last hour at least. */
  readonly facts: readonly Fact[];
}

async function remembered(group: GroupKey, { stores }: World): Promise<Known> {
  const [incident, history] = await Promise.all([stores.incidents.load(group), stores.history.load(group)]);
  return { incident, history: history as History | null };
}

/** The verdict on a group at this moment. Stores nothing but, now and then, what was learned. */
async function judge(group: GroupKey, known: History | null, now: number, world: World): Promise<Seen> {
  const { stores, config } = world;
  const minute = minuteOf(now);
  const policy = policyFor(group, config.detection);
  const oldest = minute - limits.factMinutesMax;
  const from = Math.max(oldest, Math.min((known?.lastStep ?? oldest) + 1, minute - MINUTES_PER_HOUR));
  const facts = await stores.facts.window(group, from, minute);

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
