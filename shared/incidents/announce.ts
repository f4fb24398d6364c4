/**
 * Turns a change of an incident into its notice and stores both in one step. The notice says who is affected and how
 * badly, and what the certificate and the truststore show. Called by `evaluate`.
 */

import pMap from 'p-map';
import { lazily } from '../base/lazily.js';
import { limits } from '../base/limits.js';
import { DAY_MS, dayOf, hourOf, MINUTES_PER_HOUR, minuteOf } from '../base/time.js';
import { clientCountOf } from '../count/distinct.js';
import { dirtyHours } from '../count/record.js';
import { policyFor } from '../detect/detect.js';
import type { Detection } from '../detect/detection.js';
import { diagnoseClients, presentedBefore, standingOf, surroundingsOf } from '../diagnosis/diagnosis.js';
import { groupId } from '../model/group-id.js';
import { type Fact, type GroupKey, type Incident, isSeveral, type Notice } from '../model/index.js';
import type { World } from '../ports/index.js';
import { toldWith } from './alike.js';
import { firstMinuteOf, type IncidentChange } from './incident.js';
import { clientsOf, noticeOf } from './notice.js';
import type { ScopeTotal } from './scope-total.js';
import { type Impact, isStranger, severityFor, worse } from './severity.js';

const loadScopeTotal = lazily(() => import('./scope-total.js'));

/** What a notice is made from. */
export interface Announcement {
  readonly change: IncidentChange;
  /** The incident before the change; its severity is compared. */
  readonly before: Incident | null;
  readonly detection: Detection;
  /** The facts since the incident began. */
  readonly facts: readonly Fact[];
  /** Facts that cover the last hour. */
  readonly recentFacts: readonly Fact[];
  /** For a scope's incident, the groups that fail together. */
  readonly groups: readonly GroupKey[];
}

/** Whom a group's incident affects and how badly, as far as it is known without reading a client's certificate. */
export async function impactOf(
  group: GroupKey,
  detection: Detection,
  facts: readonly Fact[],
  world: World,
): Promise<Impact & { readonly isStranger: boolean }> {
  const { issuerTrusted, isLost, isClaimed, isOrganisationKnown } = await standingOf(group, facts, world);
  const clients = clientCountOf(facts);
  const who = { group, issuerTrusted, isLost, isOrganisationKnown };
  return { ...who, isClaimed, numbers: detection.numbers, clients, scopeShare: null, isStranger: isStranger(who) };
}

/** Stores the change of an incident together with the notice about it. */
export async function storeTransition(announcement: Announcement, world: World): Promise<void> {
  const { change, before, detection, facts, recentFacts, groups } = announcement;
  const { next, notice: kind, because, isLastOfDay } = change;
  if (kind === null) {
    await world.stores.incidents.transition(next, null);
    return;
  }
  const now = world.clock.now();
  const clients = clientsOf(facts);
  const { isOrganisationKnown, isLost, isClaimed, ...diagnosed } = await diagnosedFor(
    kind,
    next.group,
    clients,
    facts,
    world,
  );
  const isJudged = kind !== 'resolved' && next.state === 'firing' && !isSeveral(next.group.issuerDn);
  const scopeShare = isJudged && kind !== 'ongoing' ? await scopeShareOf(next.group, recentFacts, now, world) : null;
  let incident = next;
  if (isJudged) {
    const impact = {
      group: next.group,
      numbers: detection.numbers,
      clients: clientCountOf(facts),
      issuerTrusted: diagnosed.issuerTrusted,
      isLost,
      isClaimed,
      isOrganisationKnown,
      scopeShare,
    };
    const own = severityFor(impact, policyFor(next.group, world.config.detection));
    const severity = kind === 'spike' ? own : worse(before?.severity ?? 'low', own);
    const severityAtFirst = kind === 'spike' ? severity : next.severityAtFirst;
    const who = { isStranger: isStranger(impact), ...(isClaimed && { isClaimed }) };
    incident = { ...next, severity, severityAtFirst, ...who };
  }
  const notice = noticeOf({
    kind,
    incident,
    because,
    detection,
    now,
    facts,
    recentFacts,
    clients,
    groups,
    scopeShare,
    diagnosed,
    whole: await wholeOf(kind, next, world),
    presentedBefore: await presentedBy(kind, next.group, facts, world),
    heldBackUntil: isLastOfDay === true ? (dayOf(now) + 1) * DAY_MS : null,
    config: world.config,
    deployment: world.deployment ?? null,
  });
  const told = { refused: notice.refused, cause: notice.cause };
  const to = minuteOf(now);
  const isOver = kind === 'resolved';
  const from = isOver ? (facts[0]?.minute ?? to) : to - notice.windowMinutes + 1;
  const others = isSeveral(next.group.issuerDn) ? [] : await toldWith(incident, told, { from, to, isOver }, world);
  const whole = others.length === 0 ? notice : { ...notice, toldWith: others };
  await world.stores.incidents.transition({ ...incident, told }, whole);
}

/** Of a single group the facts since its beginning are at hand. */
async function wholeOf(kind: Notice['kind'], incident: Incident, world: World): Promise<ScopeTotal | null> {
  if (kind !== 'resolved' || !isSeveral(incident.group.issuerDn)) return null;
  return (await loadScopeTotal()).scopeTotal(incident, world);
}

/** Whose new certificate lacks client authentication often sends none: what it sent before tells whose it is. */
async function presentedBy(kind: Notice['kind'], group: GroupKey, facts: readonly Fact[], world: World) {
  if (kind === 'resolved' || group.reason !== 'no-client-certificate') return [];
  return presentedBefore(group, facts, world);
}

const UNDIAGNOSED = {
  verdict: null,
  verdictNote: null,
  change: null,
  issuerTrusted: null,
  isLost: false,
  isClaimed: false,
  isOrganisationKnown: false,
};

async function diagnosedFor(
  kind: Notice['kind'],
  group: GroupKey,
  clients: Notice['clients'],
  facts: readonly Fact[],
  world: World,
) {
  if (kind === 'resolved') return UNDIAGNOSED;
  if (isSeveral(group.issuerDn)) return { ...UNDIAGNOSED, ...(await surroundingsOf(group, facts, world)) };
  return diagnoseClients(clients, group, facts, world);
}

/**
 * The group's share of what its scope refused in the last hour, from 0 to 1. Only the busiest groups of the scope are
 * read.
 * @returns null where nothing was refused
 */
export async function scopeShareOf(
  group: GroupKey,
  recentFacts: readonly Fact[],
  now: number,
  world: World,
): Promise<number | null> {
  const minute = minuteOf(now);
  const from = minute - MINUTES_PER_HOUR + 1;
  const sumOf = (facts: readonly Fact[]): number =>
    facts.reduce((sum, fact) => (fact.minute >= from ? sum + Math.max(0, fact.count) : sum), 0);
  const others = (await dirtyHours(world)).filter(
    (open) => open.hour >= hourOf(from) && open.group.scope === group.scope && groupId(open.group) !== groupId(group),
  );
  const distinct = [...new Map(others.map((open) => [groupId(open.group), open.group] as const)).values()];
  const sums = await pMap(
    distinct.slice(0, limits.groupsForShareMax),
    async (other) => sumOf(await world.stores.facts.window(other, from, minute)),
    { concurrency: limits.storeConcurrencyMax },
  );
  const own = sumOf(recentFacts);
  const all = sums.reduce((sum, one) => sum + one, own);
  return all === 0 ? null : own / all;
}

/** The first minute that notices of a known incident tell of: that of an hour, so that hourly sums are enough. */
export function tellingFrom(minute: number): number {
  return hourOf(minute - limits.detectorLookbackMinutes) * MINUTES_PER_HOUR;
}

/** The facts of the incident, from the window in which it was seen until now. */
export async function factsOf(
  incident: Incident,
  facts: readonly Fact[],
  now: number,
  { stores, config }: World,
): Promise<readonly Fact[]> {
  const began = firstMinuteOf(incident, config.detection);
  // A known incident may have gone on for months.
  const from = incident.known === null ? began : Math.max(began, tellingFrom(minuteOf(now)));
  const isCovered = facts[0] !== undefined && facts[0].minute <= from;
  return isCovered
    ? facts.filter((fact) => fact.minute >= from)
    : stores.facts.window(incident.group, from, minuteOf(now));
}
