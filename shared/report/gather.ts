/** Reads the data of a report from the stores and the truststores, within bounds, and records what is missing. */

import pMap from 'p-map';
import { getOrInsert } from '../base/get-or-insert.js';
import { limits } from '../base/limits.js';
import { DAY_MS, HOUR_MS, MINUTES_PER_HOUR } from '../base/time.js';
import type { Calls } from '../calls/calls.js';
import { ownerIn } from '../config/owners.js';
import { runbookPage, runbookUrl } from '../config/runbooks.js';
import type { Config } from '../config/settings.js';
import { rollUp } from '../count/rollup.js';
import { diagnosisOfGroup, trustedIssuers, unlessUnreadable } from '../diagnosis/diagnosis.js';
import { issuerText, nameWords, placeText, reasonText } from '../messages/names.js';
import { groupId, reasonName } from '../model/group-id.js';
import type { ClientTally, EndedIncident, GroupKey, Owner, Rollup, Silence } from '../model/index.js';
import { plain } from '../model/phrases.js';
import type { World } from '../ports/index.js';
import { buildReport, type ClientDetail, type Gap, gap, type ReportParts } from './build.js';
import { type Folded, foldRollups } from './fold.js';
import type { Language } from './messages/types.js';
import {
  isClientOf,
  isIssuerOf,
  mayConcern,
  nobodyFound,
  organizationsFound,
  type Partner,
  partnerName,
  theirPart,
} from './partner.js';
import { comparedFrom, type Period } from './period.js';
import type { Report } from './schema.js';
import { sharesOf } from './shares.js';
import { scannersIn, scansIn } from './strangers.js';
import { verdictIn } from './verdict.js';

export interface Gathering {
  readonly period: Period;
  readonly partner: Partner | null;
  readonly language: Language;
  readonly generatedAt: number;
  /** Data from outside of the stores; null if it could not be read, with the reason in `gaps`. */
  readonly details: readonly ClientDetail[] | null;
  /** The calls of the period by scope and issuer; left out, or null, where nobody counted them. */
  readonly calls?: readonly Calls[] | null;
  readonly expiring: Report['expiring'];
  readonly sunset: Report['sunset'];
  readonly pipeline: Report['pipeline'];
  readonly gaps: readonly Gap[];
  /** Is told which organizations the report is narrowed to, where it is narrowed to one by a part of its name. */
  readonly onOrganizations?: (names: readonly string[]) => void;
}

function isCertificateOf(
  partner: Partner | null,
  one: Pick<NonNullable<Report['expiring']>[number], 'kind' | 'subjectDn' | 'issuerDn'>,
): boolean {
  return one.kind === 'ca' ? isIssuerOf(partner, one.subjectDn) : isClientOf(partner, one);
}

/** @throws MtlsWatchError `not-found` where nothing is the partner's */
export async function gatherReport(gathering: Gathering, world: World): Promise<Report> {
  const { period, partner } = gathering;
  const { stores, config } = world;
  const gaps: Gap[] = [...gathering.gaps];
  const expiring = gathering.expiring?.filter((one) => isCertificateOf(partner, one)) ?? null;
  const sunset = gathering.sunset?.filter((one) => isCertificateOf(partner, one)) ?? null;
  const { folded, groups, subjects, whole } = await foldGroups(period, partner, world, gaps);
  const isEmpty = folded.series.length === 0 && !expiring?.length && !sunset?.length;
  if (partner !== null && isEmpty) throw nobodyFound(partner, groups, subjects);
  const certificates = [...(expiring ?? []), ...(sunset ?? [])].map(({ subjectDn }) => subjectDn);
  const dns = [...groups.map(({ issuerDn }) => issuerDn), ...subjects, ...certificates];
  const organizations = organizationsFound(partner, dns);
  gathering.onOrganizations?.(organizations);
  // An incident of a CA that signs for others too tells of them as well, unless nobody else was refused.
  const isTheirs = ({ group, reasons = [] }: Pick<EndedIncident, 'group' | 'reasons'>): boolean =>
    isIssuerOf(partner, group.issuerDn) || (reasons.length <= 1 && whole.has(groupId(group)));
  const [ended, firing] = await Promise.all([
    stores.incidents.ended(period.from, period.to, limits.reportIncidentsMax),
    stores.incidents.firing(limits.reportIncidentsMax),
  ]);
  if (ended.length >= limits.reportIncidentsMax) gaps.push(gap('incidents-cut'));
  const forbidden = partner === null ? await forbiddenOf(period, gathering.generatedAt, world, gaps) : null;
  const verdicts = await verdictsOf(folded, partner, world, gaps);
  const current = folded.series.filter(({ lastAt }) => Number.isFinite(lastAt));
  if (config.successes !== null && current.some(({ group }) => group.door !== undefined))
    gaps.push(gap('successes-connections'));
  if (partner !== null) gaps.push(gap('narrowed'));
  const scanners = partner === null ? await scannersOf(folded, { ended, firing }, world) : new Set<string>();
  const partners = current.filter(({ group }) => !scanners.has(groupId(group)));
  return buildReport({
    period,
    generatedAt: gathering.generatedAt,
    partner: partner === null ? null : partnerName(partner, organizations),
    folded,
    ended: ended.filter(isTheirs),
    firing: firing.filter(({ group }) => isTheirs({ group })),
    forbidden,
    details: gathering.details,
    shares: sharesOf(partners, gathering.calls ?? null, partner),
    expiring,
    sunset,
    silences:
      partner === null ? silencesIn(period, await world.stores.silences.list(), folded, gathering.language) : null,
    pipeline: partner === null ? gathering.pipeline : null,
    scanners,
    contactOf: (groups, subjectDn) => contactOfAll(config, groups, subjectDn),
    verdictOf: (group) => verdicts.get(verdictKey(group)) ?? null,
    runbookUrl: (id, groups) => runbookUrlOfAll({ ...config, language: gathering.language }, groups, id),
    gaps,
  });
}

async function scannersOf(
  { series }: Folded,
  told: Pick<ReportParts, 'ended' | 'firing'>,
  world: World,
): Promise<ReadonlySet<string>> {
  const trusted = new Map<string, ReadonlySet<string>>();
  for (const scope of new Set(scansIn(told).map((group) => group.scope))) {
    const known = await unlessUnreadable(trustedIssuers(scope, world), () => new Set<string>());
    if (known.size > 0) trusted.set(scope, known);
  }
  return scannersIn(series, told, trusted);
}

/** An override is used only if it applies to every group, because an action may cover several domains. */
function runbookUrlOfAll(config: Config, groups: readonly GroupKey[], id: string): string {
  const [url = runbookPage(config, id), ...others] = new Set(groups.map((group) => runbookUrl(config, group, id)));
  return others.length === 0 ? url : runbookPage(config, id);
}

/** One that is responsible for a domain only is not for an action that covers others. */
function contactOfAll(config: Config, groups: readonly GroupKey[], subjectDn: string | null): Owner | null {
  const [own, ...others] = new Set(groups.map((group) => JSON.stringify(ownerIn(config, group, subjectDn))));
  return own === undefined || others.length > 0 ? null : (JSON.parse(own) as Owner | null);
}

async function foldGroups(period: Period, partner: Partner | null, { stores }: World, gaps: Gap[]) {
  const from = Math.floor(comparedFrom(period) / HOUR_MS);
  const to = period.to / HOUR_MS - 1;
  const [rolledUp, dirty] = await Promise.all([
    stores.rollups.groups(from, to, limits.reportGroupsMax),
    stores.rollups.open(to, limits.reportGroupsMax),
  ]);
  const open = dirty.filter(({ hour }) => hour >= from);
  const openHours = new Map<string, number[]>();
  for (const { group, hour } of open) getOrInsert(openHours, groupId(group), () => []).push(hour);
  const byId = new Map([...rolledUp, ...open.map(({ group }) => group)].map((group) => [groupId(group), group]));
  const groups = [...byId.values()];
  if (Math.max(groups.length, dirty.length) >= limits.reportGroupsMax)
    gaps.push(gap('groups-cut', String(groups.length)));
  const fold = foldRollups(period);
  const subjects = new Set<string>();
  /** The groups in which nobody but the partner was refused in the period. */
  const whole = new Set<string>();
  await pMap(
    [...byId].filter(([, { issuerDn }]) => mayConcern(partner, issuerDn)),
    async ([id, group]) => {
      const rollups = await hoursOf(group, openHours.get(id) ?? [], { from, to }, stores);
      const parts = rollups.map((rollup) => ({ rollup, theirs: theirPart(partner, rollup) }));
      fold.add(parts.flatMap(({ theirs }) => theirs ?? []));
      if (partner === null) return;
      const current = parts.filter(({ rollup }) => rollup.hour * HOUR_MS >= period.from);
      if (current.length > 0 && current.every(({ rollup, theirs }) => theirs?.count === rollup.count)) whole.add(id);
      for (const { clients } of rollups) for (const { subjectDn } of clients) subjects.add(subjectDn);
    },
    { concurrency: limits.storeConcurrencyMax },
  );
  return { folded: fold.result(), groups, subjects, whole };
}

/** The roll-ups of a group, and of hours with newer facts, such as the running one, the sums of their facts. */
async function hoursOf(
  group: GroupKey,
  open: readonly number[],
  { from, to }: { readonly from: number; readonly to: number },
  { rollups, facts }: World['stores'],
): Promise<Rollup[]> {
  const byHour = new Map((await rollups.load(group, from, to)).map((rollup) => [rollup.hour, rollup]));
  for (const hour of open) {
    const minute = hour * MINUTES_PER_HOUR;
    const sum = rollUp(group, hour, await facts.window(group, minute, minute + MINUTES_PER_HOUR - 1));
    // Facts of a late log may be the rest of an hour whose other facts are deleted already.
    if (sum !== null && sum.requests > (byHour.get(hour)?.requests ?? 0)) byHour.set(hour, sum);
  }
  return [...byHour.values()].sort((a, b) => a.hour - b.hour);
}

async function forbiddenOf(period: Period, now: number, { stores }: World, gaps: Gap[]) {
  if (period.from < now - limits.forbiddenDaysMax * DAY_MS) {
    gaps.push(gap('forbidden-unknown'));
    return null;
  }
  const first = Math.floor((2 * period.from - period.to) / DAY_MS);
  const facts = await stores.facts.forbidden(first, Math.ceil(period.to / DAY_MS) - 1, limits.reportForbiddenMax);
  if (facts.length >= limits.reportForbiddenMax) gaps.push(gap('forbidden-cut'));
  return facts;
}

type Found = NonNullable<ReturnType<ReportParts['verdictOf']>>;

/** The verdict on the certificate that failed most, for each issuer and reason. */
async function verdictsOf(
  { series }: Folded,
  partner: Partner | null,
  world: World,
  gaps: Gap[],
): Promise<ReadonlyMap<string, Found>> {
  const candidates = series
    .filter(
      ({ group, lastAt, clients }) =>
        Number.isFinite(lastAt) && (group.door !== undefined || clients.some(hasFingerprint)),
    )
    .sort((a, b) => (b.stretches.at(-1) ?? 0) - (a.stretches.at(-1) ?? 0))
    // A verdict from the certificate says more than one from the fields of another door's log.
    .sort((a, b) => Number(a.group.door !== undefined) - Number(b.group.door !== undefined));
  const verdicts = new Map<string, Found>();
  const unreadable = new Set<string>();
  let looked = 0;
  for (const { group, clients, lastAt } of candidates) {
    const key = verdictKey(group);
    if (verdicts.has(key) || group.reason === 'self-signed') continue;
    if (looked++ >= limits.reportVerdictsMax) {
      gaps.push(gap('verdicts-cut'));
      break;
    }
    const diagnosis = await unlessUnreadable(diagnosisOfGroup(clients, group, lastAt, group.reason, world), (why) => {
      unreadable.add(why);
      return { kind: 'none' as const, because: plain(why) };
    });
    if (diagnosis.kind !== 'made') continue;
    // Evidence may name similar CAs of other partners.
    const shown = verdictIn(diagnosis.verdict, partner === null);
    if (shown !== null) verdicts.set(key, { shown, diagnosis: diagnosis.verdict });
  }
  for (const why of unreadable) gaps.push(gap('verdicts-unavailable', why));
  return verdicts;
}

function verdictKey({ issuerDn, reason, isUnverified, words }: Omit<GroupKey, 'scope'>): string {
  return JSON.stringify([issuerDn, reason, isUnverified, words]);
}

function hasFingerprint({ fingerprint }: ClientTally): boolean {
  return fingerprint !== null;
}

/** The silences that were in force during the period, in descending order of their ends. */
function silencesIn(
  { from, to }: Period,
  silences: readonly Silence[],
  { series }: Folded,
  language: Language,
): NonNullable<Report['silences']> {
  const unnamed = series.filter(({ group }) => group.words !== undefined);
  const kinds = new Map(unnamed.map(({ group }) => [reasonName(group), reasonText(group, nameWords[language])]));
  return silences
    .filter(({ startsAt, endsAt }) => startsAt < to && endsAt > from)
    .sort((a, b) => b.endsAt - a.endsAt)
    .map(({ scope, issuerDn, reason, door, endsAt, comment }) => ({
      what: [
        door === undefined ? scope : placeText(scope ?? '*', { door }, nameWords[language]),
        issuerDn === null ? null : issuerText(issuerDn, nameWords[language]),
        reason === null ? null : (kinds.get(reason) ?? reason),
      ]
        .filter((part) => part !== null)
        .join(' · '),
      until: new Date(endsAt).toISOString(),
      because: comment,
    }));
}
