/**
 * Looks at groups whose facts changed or whose incident fires: brings the detector's memory up to date, asks for a
 * verdict, and stores the transition together with its notice. Another invocation that was first makes this one's
 * transition fail its condition; then there is nothing left to do.
 */

import pMap from 'p-map';
import { lazily } from '../base/lazily.js';
import { limits } from '../base/limits.js';
import { dirtyHours, type Written } from '../count/record.js';
import { type Detection, policyFor } from '../detect/detect.js';
import { groupId } from '../model/group-id.js';
import type { Fact, GroupKey, Incident } from '../model/index.js';
import type { World } from '../ports/index.js';
import { type DetectorStateWithScope, detectGroup, hasOneIssuer, loadWithScope } from './assess.js';
import { advance, coveredByScope, type IncidentChange } from './incident.js';
import { applySilences, deferredNotice } from './muting.js';

const loadScopes = lazily(() => import('./evaluate-scopes.js'));
const loadAnnounce = lazily(() => import('./announce.js'));

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
  const distinct = new Map(groups.filter(hasOneIssuer).map((group) => [groupId(group), group] as const));
  const concurrency = { concurrency: limits.storeConcurrencyMax };
  // Asked all at once, so that a store can read them together.
  const [known] = await Promise.all([
    Promise.all([...distinct.values()].map((group) => loadWithScope(group, world))),
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
    loadScopes(),
    world.stores.incidents.firing(limits.firingPerSweepMax),
    dirtyHours(world),
  ]);
  await evaluateScopes(firing, open, world);
  await evaluate(
    [...held].map(({ group }) => group),
    world,
    which,
  );
  return true;
}

/** A change of a group's incident that is not stored yet. */
interface Pending {
  readonly group: GroupKey;
  readonly change: IncidentChange;
  readonly before: Incident | null;
  readonly detection: Detection;
  readonly facts: readonly Fact[];
}

/** @param known read while the facts were being written; the facts are read here */
async function assess(known: DetectorStateWithScope, which: 'all' | 'calm', world: World): Promise<Pending | null> {
  const { group, ofScope } = known;
  const { stores, clock, config } = world;
  const policy = policyFor(group, config.detection);
  const isLeft = (one: Incident | null): boolean => which === 'calm' && one?.state === 'firing';
  // What fired may have been resolved meanwhile, without the facts that are there now.
  const incident = isLeft(known.incident) ? await stores.incidents.load(group) : known.incident;
  if (isLeft(incident)) return null;
  const now = clock.now();
  const { detection, facts } = await detectGroup(group, known.history, now, world);
  const ofOwn = advance(incident, detection, group, now, policy);
  const isCovered = (one: Incident): boolean => coveredByScope(one, ofScope);
  if (ofOwn === null || ofOwn.notice === null) {
    const late = await deferredNotice(incident, detection, incident !== null && isCovered(incident), world);
    if (late !== null) {
      // What the group's own course changes without a notice is not lost for it.
      const { lastNoticeAt, announced, heldBack } = late.next;
      const next = ofOwn === null ? late.next : { ...ofOwn.next, lastNoticeAt, announced, heldBack };
      return { group, before: incident, detection, facts, change: { ...late, next } };
    }
    if (ofOwn === null) return null;
  }
  // Who was not told of an incident, because its scope's tells it, is not told of its course or end either.
  const announced = ofOwn.notice === 'spike' ? !isCovered(ofOwn.next) : ofOwn.next.announced;
  const notice = announced ? ofOwn.notice : null;
  const change = await applySilences({ ...ofOwn, notice, next: { ...ofOwn.next, announced } }, world);
  return { group, before: incident, detection, facts, change };
}

/** @returns whether there is a notice of it */
async function store({ change, before, detection, facts: recentFacts }: Pending, world: World): Promise<boolean> {
  const { storeTransition, factsOf } = await loadAnnounce();
  const isTold = change.notice !== null;
  const facts = isTold ? await factsOf(change.next, recentFacts, world.clock.now(), world) : [];
  await storeTransition({ change, before, detection, facts, recentFacts, groups: [] }, world);
  return isTold;
}
