/**
 * Evaluates the scopes in which several groups fail together. Called by the sweep, and by `evaluate` when a group
 * begins to fire in a scope where others fail. The module is loaded only when it is called.
 */

import { lazily } from '../base/lazily.js';
import { limits } from '../base/limits.js';
import { mapAtOnce } from '../base/map-at-once.js';
import { hourOf, MINUTES_PER_HOUR, minuteOf } from '../base/time.js';
import type { MinuteSpan } from '../count/record.js';
import { policyFor } from '../detect/detect.js';
import { trustedIssuers, unlessUnreadable } from '../diagnosis/diagnosis.js';
import { groupId } from '../model/group-id.js';
import { type Fact, type GroupKey, type Incident, OTHER_ISSUERS, SEVERAL_STRANGERS } from '../model/index.js';
import type { DirtyHour, World } from '../ports/index.js';
import { impactOf } from './announce.js';
import { detectGroup, hasOneIssuer, type Looks, loadDetectorState } from './assess.js';
import { advance, type IncidentChange, JOIN_MS, join, placeOf, scopeGroups } from './incident.js';
import { applySilences, deferredNotice } from './muting.js';
import { type Member, partnersTogether, type ScopeDetection, strangersTogether } from './scope-incident.js';
import { severityFor } from './severity.js';

const NO_SPANS: ReadonlyMap<string, MinuteSpan> = new Map();

const loadAnnounce = lazily(() => import('./announce.js'));

export interface EvaluatingScopes {
  /** The scopes at their doors to look at, as `placeOf` names them; default: all. */
  readonly only?: ReadonlySet<string>;
  /** The minutes of new facts by group id, which may have come late. */
  readonly spans?: ReadonlyMap<string, MinuteSpan> | undefined;
  readonly looks?: Looks;
}

/**
 * Makes one incident for a scope whose groups fail together, instead of one for each group.
 * @param open the hours that `dirtyHours` lists: the groups with facts in the last one or two hours
 */
export async function evaluateScopes(
  firing: readonly Incident[],
  open: readonly DirtyHour[],
  world: World,
  { only, spans = NO_SPANS, looks }: EvaluatingScopes = {},
): Promise<void> {
  const hour = hourOf(minuteOf(world.clock.now()));
  const byScope = new Map<string, Map<string, GroupKey>>();
  const active = open.filter((one) => one.hour >= hour - 1 || spans.has(groupId(one.group))).map(({ group }) => group);
  const fires = firing.filter(({ state }) => state === 'firing').map(({ group }) => group);
  for (const group of [...active, ...fires]) {
    const place = placeOf(group);
    if (only !== undefined && !only.has(place)) continue;
    const groups = byScope.get(place) ?? new Map<string, GroupKey>();
    byScope.set(place, groups.set(groupId(group), group));
  }
  for (const groups of byScope.values()) {
    const [first] = groups.values();
    const members = [...groups.values()].filter(hasOneIssuer);
    const isKnown = members.length < groups.size;
    if (first === undefined || (!isKnown && members.length < limits.groupsTogetherMin)) continue;
    await evaluateScope(first, members, world, { spans, looks });
  }
}

interface Looking {
  readonly spans: ReadonlyMap<string, MinuteSpan>;
  readonly looks: Looks | undefined;
}

interface SeenMember extends Member {
  readonly facts: readonly Fact[];
}

async function evaluateScope(
  place: Pick<GroupKey, 'scope' | 'door'>,
  groups: readonly GroupKey[],
  world: World,
  { spans, looks }: Looking,
): Promise<void> {
  const now = world.clock.now();
  // Where the truststore cannot be read, nobody is called a stranger.
  const trusted = await unlessUnreadable(trustedIssuers(place.scope, world), () => new Set<string>());
  const lookAt = (group: GroupKey) => look(group, trusted, world, { span: spans.get(groupId(group)), looks });
  const seen = await mapAtOnce(groups, limits.storeConcurrencyMax, lookAt);
  const members = seen.filter(({ since, facts }) => since !== null || facts.length > 0);
  for (const group of scopeGroups(place)) {
    const before = await world.stores.incidents.load(group);
    const policy = policyFor(group, world.config.detection);
    const isOfStrangers = group.issuerDn === SEVERAL_STRANGERS;
    const ofKind = members.filter(({ isClaimed }) => isClaimed === group.isUnverified);
    const scopeDetection = isOfStrangers
      ? strangersTogether(members, now, policy)
      : partnersTogether(ofKind, before, now, policy);
    // Each partner was already calm for long enough before its own incident ended.
    const ownPolicy = isOfStrangers ? policy : { ...policy, resolveMinutes: 0 };
    const own = changeOf(before, scopeDetection, group, now, ownPolicy);
    await store({ before, own, scopeDetection, members }, world);
  }
}

function changeOf(
  before: Incident | null,
  { detection, severity, members, isNews }: ScopeDetection,
  group: GroupKey,
  now: number,
  policy: ReturnType<typeof policyFor>,
): IncidentChange | null {
  if (before?.state === 'firing' && isNews && now >= before.lastNoticeAt) {
    return now - before.lastNoticeAt < JOIN_MS ? null : join(before, detection, now, { severity, members });
  }
  const own = advance(before, detection, group, now, policy, severity);
  return own?.notice === 'spike' ? { ...own, next: { ...own.next, members } } : own;
}

interface ScopeChange {
  readonly before: Incident | null;
  readonly own: IncidentChange | null;
  readonly scopeDetection: ScopeDetection;
  readonly members: readonly SeenMember[];
}

async function store({ before, own, scopeDetection, members }: ScopeChange, world: World): Promise<void> {
  const { detection, groups } = scopeDetection;
  const told = own?.notice === 'spike' || own?.next.announced === true;
  const change =
    own === null
      ? await deferredNotice(before, detection, false, world)
      : await applySilences(told ? own : { ...own, notice: null }, before, world);
  if (change === null) return;
  const factsOf = new Map(members.map(({ group, facts }) => [groupId(group), facts]));
  const facts = groups.flatMap((group) => factsOf.get(groupId(group)) ?? []);
  const { storeTransition } = await loadAnnounce();
  const shown = groups.slice(0, limits.groupsPerScopeIncidentMax);
  await storeTransition({ change, before, detection, facts, recentFacts: facts, groups: shown }, world);
}

async function look(
  group: GroupKey,
  trusted: ReadonlySet<string>,
  world: World,
  { span, looks }: { readonly span: MinuteSpan | undefined; readonly looks: Looks | undefined },
): Promise<SeenMember> {
  const now = world.clock.now();
  const policy = policyFor(group, world.config.detection);
  const { incident, history } = await loadDetectorState(group, world);
  const { detection, facts } = await detectGroup(group, history, now, world, { incident, span, looks });
  const recent = facts.filter((fact) => fact.minute > minuteOf(now) - MINUTES_PER_HOUR);
  const isTrusted = trusted.size === 0 ? null : trusted.has(group.issuerDn);
  const one = { group, detection, facts: recent, isTrusted };
  if (incident?.state === 'firing') {
    const { since, severity, isStranger, isClaimed } = incident;
    return { ...one, since, severity, isStranger, ...(isClaimed && { isClaimed }) };
  }
  const isOpening = advance(incident, detection, group, now, policy)?.notice === 'spike';
  const since = isOpening ? now : null;
  if (recent.length === 0 || (!isOpening && detection.numbers.surprise < 1)) {
    const isStranger = group.issuerDn === OTHER_ISSUERS || isTrusted === false;
    return { ...one, since, severity: 'low', isStranger, ...(group.isUnverified && { isClaimed: true }) };
  }
  const impact = await impactOf(group, detection, recent, world);
  const { isStranger, isClaimed } = impact;
  return { ...one, since, severity: severityFor(impact, policy), isStranger, ...(isClaimed && { isClaimed }) };
}
