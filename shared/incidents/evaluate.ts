/**
 * Evaluates groups whose facts changed or whose incident fires: updates the detector's memory, runs the detection, and
 * stores the transition together with its notice. When another invocation stored its transition first, this one's
 * condition fails, and nothing is left to do.
 */

import { getOrInsert } from '../base/get-or-insert.js';
import { lazily } from '../base/lazily.js';
import { limits } from '../base/limits.js';
import { mapAtOnce } from '../base/map-at-once.js';
import { MINUTE_MS, minuteOf } from '../base/time.js';
import { clientCountOf } from '../count/distinct.js';
import { dirtyHours, type MinuteSpan, type Written } from '../count/record.js';
import { heldUp, withAllRefused } from '../detect/all-refused.js';
import { policyFor } from '../detect/detect.js';
import type { Detection } from '../detect/detection.js';
import { groupId } from '../model/group-id.js';
import type { AllRefused, Fact, GroupKey, Incident, Severity } from '../model/index.js';
import { severities } from '../model/notices.js';
import type { World } from '../ports/index.js';
import {
  detectGroup,
  hasOneIssuer,
  type Judged,
  type KnownGroup,
  type Looks,
  loadDetectorState,
  scopesOf,
} from './assess.js';
import { advance, delay, firstMinuteOf, type IncidentChange, isCovered, isNamed, placeOf, raise } from './incident.js';
import { applySilences, deferredNotice } from './muting.js';
import { severityFor, worse } from './severity.js';

const loadScopes = lazily(() => import('./evaluate-scopes.js'));
const loadAnnounce = lazily(() => import('./announce.js'));
const loadOneCause = lazily(() => import('./one-cause.js'));

/** Groups all of whose calls are refused, by id. */
type AllRefusedById = ReadonlyMap<string, { readonly run: AllRefused }>;

const longAgo: Written = { facts: Promise.resolve(), rest: async () => {} };

/** How groups are evaluated. */
export interface Evaluating {
  /**
   * `calm` skips groups that fire already. The sweep evaluates those every minute; evaluating them with every batch as well would
   * make a storm read all its facts again and again.
   */
  readonly which?: 'all' | 'calm';
  /** Resolves when the counts of the groups are in the stores. */
  readonly written?: Written | undefined;
  readonly allRefused?: AllRefusedById;
  readonly looks?: Looks;
}

/**
 * Evaluates each group on its own. Incidents of whole scopes are left to `evaluateScopes`, with one exception: where a
 * group begins to fire while others of its scope fail, the incident of the scope is evaluated first, because it may
 * cover them together.
 * @returns whether a notice was put in the outbox
 */
export async function evaluate(
  groups: readonly GroupKey[],
  world: World,
  { written = longAgo, ...rest }: Evaluating = {},
): Promise<boolean> {
  const pending = await assessAll(groups, world, { written, ...rest });
  const beginning = pending.filter(isBeginning);
  if (beginning.length === 0) return storeAll(pending, world);
  const firing = await world.stores.incidents.firing(limits.firingPerSweepMax);
  const later = new Set([...(await tellTogether(beginning, firing, world, written.spans)), ...twinsIn(beginning)]);
  let told = await storeOnce(
    pending.filter((one) => !later.has(one)),
    firing,
    world,
  );
  const isThere = { ...longAgo, ...(written.spans === undefined ? {} : { spans: written.spans }) };
  for (let left = worstFirst([...later]); left.length > 0; ) {
    // One incident of an issuer after the other, because the first may stand for those that share its cause.
    const twins = twinsIn(left);
    const round = left.filter((one) => !twins.has(one)).map(({ group }) => group);
    const again = await assessAll(round, world, { ...rest, written: isThere });
    told = (await storeOnce(again, await world.stores.incidents.firing(limits.firingPerSweepMax), world)) || told;
    left = left.filter((one) => twins.has(one));
  }
  return told || later.size > 0;
}

function isBeginning({ change }: Pending): boolean {
  return change.notice === 'spike' && change.next.state === 'firing';
}

function worstFirst(beginning: readonly Pending[]): Pending[] {
  return [...beginning].sort(
    (a, b) => severities.indexOf(b.change.next.severity) - severities.indexOf(a.change.next.severity),
  );
}

/** Those that begin beside another of their scope and issuer, which is at least as severe. */
function twinsIn(beginning: readonly Pending[]): ReadonlySet<Pending> {
  const seen = new Set<string>();
  return new Set(
    worstFirst(beginning).filter(({ group: { scope, issuerDn, isUnverified, door } }) => {
      const key = JSON.stringify([scope, issuerDn, isUnverified, door]);
      return seen.has(key) || !seen.add(key);
    }),
  );
}

/** Stores changes; a beginning whose cause is told already is stored without its notice. */
async function storeOnce(pending: readonly Pending[], firing: readonly Incident[], world: World): Promise<boolean> {
  const { toldOnce } = await loadOneCause();
  // A late notice of one that fires was asked about before.
  const once = async (one: Pending): Promise<Pending> =>
    isBeginning(one) && one.before?.state !== 'firing' ? toldOnce(one, firing, world) : one;
  return storeAll(await mapAtOnce(pending, limits.storeConcurrencyMax, once), world);
}

/** Changes whose scope's incident may cover them, after that incident was evaluated. */
async function tellTogether(
  beginning: readonly Pending[],
  firing: readonly Incident[],
  world: World,
  spans: Written['spans'],
): Promise<ReadonlySet<Pending>> {
  const open = await dirtyHours(world);
  const active = new Map<string, Set<string>>();
  for (const { group } of [...open, ...firing.filter(({ state }) => state === 'firing')]) {
    getOrInsert(active, placeOf(group), () => new Set<string>()).add(groupId(group));
  }
  const isAlone = ({ group }: Pending): boolean => (active.get(placeOf(group))?.size ?? 0) < limits.groupsTogetherMin;
  const held = beginning.filter((one) => !isAlone(one));
  if (held.length === 0) return new Set();
  const { evaluateScopes } = await loadScopes();
  await evaluateScopes(firing, open, world, { only: new Set(held.map(({ group }) => placeOf(group))), spans });
  return new Set(held);
}

async function assessAll(
  groups: readonly GroupKey[],
  world: World,
  { which = 'all', written, allRefused, looks }: Evaluating & { readonly written: Written },
): Promise<readonly Pending[]> {
  const distinct = new Map(groups.filter(hasOneIssuer).map((group) => [groupId(group), group] as const));
  // All are requested at once, so that a store can read them in one batch.
  const [known] = await Promise.all([
    Promise.all([...distinct.values()].map(async (group) => ({ group, ...(await loadDetectorState(group, world)) }))),
    written.facts,
  ]);
  const assessOne = (one: KnownGroup) => {
    const id = groupId(one.group);
    return assess(one, which, world, { span: written.spans?.get(id), run: allRefused?.get(id)?.run, looks });
  };
  const changes = await mapAtOnce(known, limits.storeConcurrencyMax, assessOne);
  const pending = changes.filter((change) => change !== null);
  if (pending.length > 0) await written.rest();
  return pending;
}

/** @returns whether any of the changes has a notice */
async function storeAll(pending: readonly Pending[], world: World): Promise<boolean> {
  const told = await mapAtOnce(pending, limits.storeConcurrencyMax, (one) => store(one, world));
  return told.some(Boolean);
}

/** A change of a group's incident that is not stored yet. */
interface Pending {
  readonly group: GroupKey;
  readonly change: IncidentChange;
  readonly before: Incident | null;
  /** Null where nothing was looked at; then the change has no notice. */
  readonly detection: Detection | null;
  readonly facts: readonly Fact[];
}

interface Assessing {
  readonly span: MinuteSpan | undefined;
  readonly run: AllRefused | undefined;
  readonly looks: Looks | undefined;
}

/** @param known was read while the facts were being written; the facts are read here */
async function assess(
  known: KnownGroup,
  which: 'all' | 'calm',
  world: World,
  { span, run, looks }: Assessing,
): Promise<Pending | null> {
  const { group } = known;
  const { stores, clock, config } = world;
  const policy = policyFor(group, config.detection);
  const isLeft = (one: Incident | null): boolean => which === 'calm' && one?.state === 'firing';
  // An incident that fired may have been resolved meanwhile, without the facts that are there now.
  const incident = isLeft(known.incident) ? await stores.incidents.load(group) : known.incident;
  const now = clock.now();
  if (incident !== null && isLeft(incident)) return later(incident, span, now);
  const looking = { span, incident, looks };
  const { detection: counted, facts } = await detectGroup(group, known.history, now, world, looking);
  const detection = run === undefined ? heldUp(counted, incident) : withAllRefused(counted, run, now);
  const own = noteRun(advance(incident, detection, group, now, policy), run);
  const seen = { incident, detection, facts, now };
  const change = own?.notice === 'spike' ? await begin(own, seen, world) : await goOn(own, seen, world);
  return change === null ? null : { group, before: incident, detection, facts, change };
}

/** The incident keeps why it was told, for its notice and for how long it goes on. */
function noteRun(own: IncidentChange | null, run: AllRefused | undefined): IncidentChange | null {
  return own?.notice === 'spike' && run !== undefined ? { ...own, next: { ...own.next, allRefused: run } } : own;
}

/** The sweep evaluates a firing incident; a batch shows how late its log comes, and that its end must wait so much longer. */
function later(incident: Incident, span: MinuteSpan | undefined, now: number): Pending | null {
  const change = span === undefined ? null : delay(incident, minuteOf(now) - span.to);
  return change === null ? null : { group: incident.group, before: incident, detection: null, facts: [], change };
}

interface SeenNow extends Judged {
  readonly incident: Incident | null;
  readonly now: number;
}

/** Whom an incident affects decides at once how severe it is, and so whether the incident of its scope can cover it. */
async function begin(
  own: IncidentChange,
  { incident, detection, facts, now }: SeenNow,
  world: World,
): Promise<IncidentChange> {
  const { group } = own.next;
  const { impactOf } = await loadAnnounce();
  const impact = await impactOf(group, detection, facts, world);
  const severity = severityFor(impact, policyFor(group, world.config.detection));
  const { isStranger, isClaimed } = impact;
  const kind = { isStranger, ...(isClaimed && { isClaimed }) };
  const judged = { ...own.next, severity, severityAtFirst: severity, ...kind };
  // Where the scope's incident covers the beginning, the later notices of this incident are left out as well.
  const announced = !isCovered(judged, await scopesOf(group, world), now);
  return applySilences({ ...own, notice: announced ? 'spike' : null, next: { ...judged, announced } }, incident, world);
}

async function goOn(own: IncidentChange | null, seen: SeenNow, world: World): Promise<IncidentChange | null> {
  const { incident, detection, now } = seen;
  if (own !== null && own.next.state !== 'firing') {
    if (own.next.announced) return applySilences(own, incident, world);
    return (await beforeItEnds(seen, world)) ?? { ...own, notice: null };
  }
  if (incident?.state !== 'firing') return own;
  const isTold = own !== null && own.notice !== null;
  // An incident that was announced by itself has no further notices once its scope's incident names it.
  const isAsked = isTold || !incident.announced;
  const covered =
    isAsked &&
    (isCovered(incident, await scopesOf(incident.group, world), now) || (await isToldByTwin(incident, seen, world)));
  if (isTold) return applySilences(incident.announced && !covered ? own : { ...own, notice: null }, incident, world);
  const late = await deferredNotice(incident, detection, covered, world);
  if (late !== null) {
    // The deferred notice must not lose what changes in the group's own incident without a notice.
    const { lastNoticeAt, announced, heldBack } = late.next;
    return { ...late, next: own === null ? late.next : { ...own.next, lastNoticeAt, announced, heldBack } };
  }
  return (await worsened(seen, world)) ?? own;
}

/**
 * The incident of a scope collects the groups that join it for some minutes. When the sweep failed meanwhile, a group's own
 * incident may be about to end without that anybody was told of it: then it is told now, and ends with the next sweep.
 */
async function beforeItEnds({ incident, detection, now }: SeenNow, world: World): Promise<IncidentChange | null> {
  if (incident?.state !== 'firing' || incident.heldBack) return null;
  // With a cause and without a notice of its own, it was told by another incident of that cause.
  if (incident.told !== null || isNamed(incident, await scopesOf(incident.group, world))) return null;
  const next = { ...incident, version: incident.version + 1, lastNoticeAt: now, announced: true };
  const because = `it failed for ${Math.round((now - incident.since) / MINUTE_MS)} minutes, and is told late; ${detection.because}`;
  return applySilences({ next, notice: 'spike', because }, incident, world);
}

async function isToldByTwin(incident: Incident, seen: Judged, world: World): Promise<boolean> {
  if (incident.announced || incident.told === null) return false;
  return (await loadOneCause()).isToldByTwin(incident, seen, world);
}

/** The first notice is sent before the first window is full, so the full severity shows only later. This raises it. */
async function worsened({ incident, detection, facts, now }: SeenNow, world: World): Promise<IncidentChange | null> {
  if (incident === null || detection.kind !== 'spike') return null;
  if (!incident.announced || incident.isStranger || incident.acknowledged) return null;
  const policy = policyFor(incident.group, world.config.detection);
  if (now - incident.lastNoticeAt < policy.windowMinutes * MINUTE_MS) return null;
  const isWorse = (severity: Severity): boolean => worse(incident.severity, severity) !== incident.severity;
  const since = firstMinuteOf(incident, policy);
  const own = facts.filter((fact) => fact.minute >= since);
  const least = {
    group: incident.group,
    numbers: detection.numbers,
    clients: clientCountOf(own),
    issuerTrusted: null,
    isClaimed: false,
    // As bad as it may be: then it is no stranger.
    isOrganisationKnown: true,
    scopeShare: null,
  };
  if (!isWorse(severityFor(least, policy))) return null;
  const { impactOf, scopeShareOf } = await loadAnnounce();
  const impact = await impactOf(incident.group, detection, own, world);
  const scopeShare = await scopeShareOf(incident.group, facts, now, world);
  const severity = severityFor({ ...impact, scopeShare }, policy);
  return isWorse(severity) ? applySilences(raise(incident, detection, now, severity), incident, world) : null;
}

/** @returns whether the change has a notice */
async function store({ change, before, detection, facts: recentFacts }: Pending, world: World): Promise<boolean> {
  if (detection === null) {
    await world.stores.incidents.transition(change.next, null);
    return false;
  }
  const { storeTransition, factsOf } = await loadAnnounce();
  const isTold = change.notice !== null;
  const facts = isTold ? await factsOf(change.next, recentFacts, world.clock.now(), world) : [];
  await storeTransition({ change, before, detection, facts, recentFacts, groups: [] }, world);
  return isTold;
}
