/** Builds a report from the gathered data. Pure: the same data gives the same report, byte for byte. */

import { limits } from '../base/limits.js';
import { compareTexts } from '../base/text.js';
import { DAY_MS, MINUTE_MS } from '../base/time.js';
import { refusedOf } from '../diagnosis/refused.js';
import { groupId } from '../model/group-id.js';
import type {
  ClientTally,
  Diagnosis,
  EndedIncident,
  ForbiddenFact,
  GroupKey,
  Incident,
  Owner,
} from '../model/index.js';
import type { ForbiddenCause, ReasonId } from '../model/reasons.js';
import { isNamed, ownerOf } from '../x509/names.js';
import { doorsOf, FIRST_DOOR } from './doors.js';
import type { Folded, GroupSeries } from './fold.js';
import { incidentsOf } from './incidents.js';
import { daysOf, type Period, stretchOf } from './period.js';
import type { GapId, Report } from './schema.js';

/** Details of one refused client from the failure records, which roll-ups do not contain. */
export interface ClientDetail {
  readonly subjectDn: string;
  readonly serialNumber: string;
  readonly issuerDn: string;
  readonly scope: string;
  readonly reason: string;
  readonly door?: string | undefined;
  readonly words?: string | undefined;
  readonly sourceIps: readonly string[];
  readonly userAgents: readonly string[];
  readonly firstAt: number;
  readonly lastAt: number;
}

export type Verdict = NonNullable<Report['actions'][number]['verdict']>;
export type Gap = Report['gaps'][number];

export interface ReportParts {
  readonly period: Period;
  readonly generatedAt: number;
  readonly partner: string | null;
  readonly folded: Folded;
  readonly ended: readonly EndedIncident[];
  readonly firing: readonly Incident[];
  /** Null if not known, or not for the reader of this report. */
  readonly forbidden: readonly ForbiddenFact[] | null;
  readonly details: readonly ClientDetail[] | null;
  readonly shares?: Report['shares'];
  readonly expiring: Report['expiring'];
  readonly sunset: Report['sunset'];
  readonly silences: Report['silences'];
  readonly pipeline: Report['pipeline'];
  readonly verdictOf: (
    group: Omit<GroupKey, 'scope'>,
  ) => { readonly shown: Verdict; readonly diagnosis: Diagnosis } | null;
  /** Whom the settings name as responsible for all of the groups, whose most refused client has the subject. */
  readonly contactOf: (groups: readonly GroupKey[], subjectDn: string | null) => Owner | null;
  /** The URL of the runbook page for all of the groups, which have the same issuer and reason. */
  readonly runbookUrl: (id: string, groups: readonly GroupKey[]) => string;
  /** The ids of groups that a scan consists of. */
  readonly scanners: ReadonlySet<string>;
  readonly gaps: readonly Gap[];
}

const CURRENT = limits.reportWeeksMax - 1;
const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0);
const isoTime = (at: number): string => new Date(at).toISOString();

export function buildReport(parts: ReportParts): Report {
  const { period, folded, partner } = parts;
  const current = folded.series.filter(({ lastAt }) => Number.isFinite(lastAt));
  const byId = new Map(current.map((one) => [groupId(one.group), one]));
  const issuers = issuersOf(folded, parts.scanners);
  const shown = issuers.filter(({ lastSeen }) => lastSeen !== null).slice(0, limits.reportIssuersMax);
  const leftOut = issuers.filter(({ lastSeen }) => lastSeen !== null).slice(limits.reportIssuersMax);
  return {
    type: 'report',
    version: 1,
    period: { label: period.label, from: isoTime(period.from), to: isoTime(period.to) },
    generatedAt: isoTime(parts.generatedAt),
    partner,
    totals: {
      ...trendOf(folded.series, folded.knownFrom),
      unattributed: sumOf(current.map((one) => one.unattributed)),
      inferred: sumOf(current.map((one) => one.inferred)),
      issuers: new Set(current.map(({ group }) => group.issuerDn).filter(isNamed)).size,
      scopes: new Set(current.map(({ group }) => group.scope)).size,
    },
    doors: doorsOf({
      series: folded.series,
      incidents: [...parts.ended, ...parts.firing.filter(({ since }) => since < period.to)].map(({ group }) => group),
      forbidden: parts.forbidden,
      period,
      trendOf: (series) => trendOf(series, folded.knownFrom),
    }),
    days: daysOf(period).map((date, day) => ({
      date,
      failures: sumOf(current.map(({ days }) => days[day] ?? 0)),
      reasons: byReason(current, ({ days }) => days[day] ?? 0),
    })),
    actions: actionsOf(current, parts),
    strangers: strangersOf(current, parts.scanners),
    issuers: shown.map(({ stretchesAgo: _, lastSeen, ...issuer }) => ({ ...issuer, lastSeen: lastSeen ?? '' })),
    issuersLeftOut: { issuers: leftOut.length, failures: sumOf(leftOut.map(({ failures }) => failures)) },
    shares: parts.shares ?? null,
    clients: clientsOf(current, parts.details),
    incidents: incidentsOf(parts).map((one) => ({ ...one, ...refusedIn(one, byId, parts) })),
    newIssuers: newIssuersOf(issuers, folded.knownFrom),
    vanishedIssuers: issuers
      .filter(({ lastSeen, issuerDn }) => lastSeen === null && isNamed(issuerDn))
      .map(({ issuerDn, stretches, stretchesAgo }) => ({
        issuerDn,
        lastFailures: stretches[CURRENT - stretchesAgo] ?? 0,
        stretchesAgo,
      }))
      .filter(({ lastFailures }) => lastFailures > 0)
      .sort((a, b) => a.stretchesAgo - b.stretchesAgo || b.lastFailures - a.lastFailures)
      .slice(0, limits.reportIssuersMax),
    expiring: parts.expiring,
    sunset: parts.sunset,
    otherForbidden: parts.forbidden === null ? null : forbiddenOf(parts.forbidden, period),
    silences: parts.silences,
    pipeline: parts.pipeline,
    gaps: [...parts.gaps],
    groups: current
      .map((one) => ({
        ...one.group,
        ...trendOf([one], folded.knownFrom),
        unattributed: one.unattributed,
        inferred: one.inferred,
        firstSeen: isoTime(one.firstAt),
        lastSeen: isoTime(one.lastAt),
      }))
      .sort((a, b) => b.failures - a.failures || compareTexts(JSON.stringify(a), JSON.stringify(b)))
      .slice(0, limits.reportCsvRowsMax),
  };
}

function trendOf(series: readonly GroupSeries[], knownFrom: number) {
  const sums = Array.from({ length: limits.reportWeeksMax }, (_, n) =>
    sumOf(series.map((one) => one.stretches[n] ?? 0)),
  );
  const stretches = sums.map((sum, n) => (n < knownFrom ? null : sum));
  const four = stretches.slice(CURRENT - 4, CURRENT).filter((n) => n !== null);
  return { failures: sums[CURRENT] ?? 0, before: stretches[CURRENT - 1] ?? null, median4: median(four), stretches };
}

function median(numbers: readonly number[]): number | null {
  const sorted = [...numbers].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

function byReason(series: readonly GroupSeries[], of: (one: GroupSeries) => number): Partial<Record<ReasonId, number>> {
  const sums = new Map<ReasonId, number>();
  for (const one of series) {
    const n = of(one);
    if (n !== 0) sums.set(one.group.reason, (sums.get(one.group.reason) ?? 0) + n);
  }
  return Object.fromEntries([...sums].sort(([a], [b]) => compareTexts(a, b)));
}

function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [item]);
    else known.push(item);
  }
  return [...groups.values()];
}

const distinct = (texts: readonly string[]): string[] => [...new Set(texts)].sort(compareTexts);

function issuersOf({ series, knownFrom }: Folded, scanners: ReadonlySet<string>) {
  return groupedBy(series, ({ group }) => group.issuerDn)
    .map((ofIssuer) => {
      const issuerDn = ofIssuer[0]?.group.issuerDn ?? '';
      const current = ofIssuer.filter(({ lastAt }) => Number.isFinite(lastAt));
      const trend = trendOf(ofIssuer, knownFrom);
      const latest = trend.stretches.findLastIndex((n) => (n ?? 0) > 0);
      return {
        issuerDn,
        owner: ownerOf(issuerDn),
        ...(current.length > 0 &&
          current.every((one) => isOfStrangers(one, scanners)) && { isStranger: true as const }),
        ...trend,
        reasons: byReason(current, (one) => one.stretches[CURRENT] ?? 0),
        scopes: distinct(current.map(({ group }) => group.scope)),
        firstSeen: current.length === 0 ? '' : isoTime(Math.min(...current.map(({ firstAt }) => firstAt))),
        lastSeen: current.length === 0 ? null : isoTime(Math.max(...current.map(({ lastAt }) => lastAt))),
        stretchesAgo: CURRENT - latest,
      };
    })
    .sort((a, b) => b.failures - a.failures || compareTexts(a.issuerDn, b.issuerDn));
}

/** Without earlier data, no issuer counts as new. */
function newIssuersOf(issuers: ReturnType<typeof issuersOf>, knownFrom: number): Report['newIssuers'] {
  if (knownFrom === CURRENT) return [];
  return issuers
    .filter(({ issuerDn, lastSeen, stretches }) => {
      const earlier = stretches.slice(0, CURRENT).some((n) => (n ?? 0) !== 0);
      return lastSeen !== null && isNamed(issuerDn) && !earlier;
    })
    .map(({ issuerDn, failures, firstSeen }) => ({ issuerDn, failures, firstSeen }))
    .slice(0, limits.reportIssuersMax);
}

/** A self-signed certificate does not belong to a partner, and neither does one of a scan. */
function isOfStrangers({ group }: GroupSeries, scanners: ReadonlySet<string>): boolean {
  return group.reason === 'self-signed' || scanners.has(groupId(group));
}

function strangersOf(current: readonly GroupSeries[], scanners: ReadonlySet<string>): Report['strangers'] {
  const strangers = current.filter((one) => isOfStrangers(one, scanners));
  return {
    issuers: new Set(strangers.map(({ group }) => group.issuerDn)).size,
    failures: sumOf(strangers.map(({ stretches }) => stretches[CURRENT] ?? 0)),
  };
}

/** The client where its certificate is the cause and a CA vouches for its name; else the organization of the issuer. */
function nameIn([group]: readonly GroupKey[], clients: readonly ClientTally[], diagnosis: Diagnosis | null): string {
  if (group === undefined) return '';
  const { party, client, isProven } = refusedOf(group, diagnosis, clients);
  return party === 'client' && client !== null && isProven ? client : ownerOf(group.issuerDn);
}

/** The client that an incident is about, as its alert names it; nothing where it is about the issuer. */
function refusedIn(
  incident: Report['incidents'][number],
  current: ReadonlyMap<string, GroupSeries>,
  { verdictOf }: ReportParts,
): Pick<Report['incidents'][number], 'refused'> {
  const series = current.get(groupId(incident as GroupKey));
  if (series === undefined) return {};
  const diagnosis = verdictOf(series.group)?.diagnosis ?? null;
  const { party, client, isProven } = refusedOf(series.group, diagnosis, series.clients);
  return party === 'client' && client !== null && isProven ? { refused: client } : {};
}

/** Fewer refusals than this, all on one day, are taken for a single attempt and need no action. */
const ACTION_FAILURES_MIN = 3;

function actionsOf(current: readonly GroupSeries[], parts: ReportParts): Report['actions'] {
  const candidates = groupedBy(
    current.filter((one) => isNamed(one.group.issuerDn) && !isOfStrangers(one, parts.scanners)),
    ({ group }) => JSON.stringify([group.issuerDn, group.reason, group.isUnverified, group.words]),
  ).flatMap((series) => {
    const [first] = series;
    if (first === undefined) return [];
    const trend = trendOf(series, parts.folded.knownFrom);
    const days = series[0]?.days.map((_, day) => sumOf(series.map((one) => one.days[day] ?? 0))).filter((n) => n > 0);
    if (trend.failures < ACTION_FAILURES_MIN && (days?.length ?? 0) < 2) return [];
    const { scope: _, door: __, ...key } = first.group;
    const state = series.every((one) => isOver(one, parts.ended)) ? ('over' as const) : ('open' as const);
    const clients = new Set(series.flatMap((one) => one.clients.map(({ serialNumber }) => serialNumber))).size;
    const lastSeen = isoTime(Math.max(...series.map(({ lastAt }) => lastAt)));
    const scopes = distinct(series.map(({ group }) => group.scope));
    const doors = distinct(series.map(({ group }) => group.door ?? FIRST_DOOR));
    const isElsewhere = doors.some((door) => door !== FIRST_DOOR);
    const groups = series.map(({ group }) => group);
    const who = series.flatMap((one) => one.clients).sort((a, b) => b.count - a.count);
    return [{ groups, who, ...key, scopes, ...(isElsewhere && { doors }), state, ...trend, clients, lastSeen }];
  });
  return candidates
    .sort(
      (a, b) =>
        Number(a.state === 'over') - Number(b.state === 'over') ||
        b.failures - a.failures ||
        compareTexts(a.issuerDn + a.reason + a.words, b.issuerDn + b.reason + b.words),
    )
    .slice(0, limits.reportIssuersMax)
    .map(({ groups, who, ...action }, index) => {
      const found = parts.verdictOf(action);
      const verdict = found?.shown ?? null;
      const runbookUrl = parts.runbookUrl(verdict?.code ?? action.reason, groups);
      const owner = nameIn(groups, who, found?.diagnosis ?? null);
      const contact = parts.contactOf(groups, who[0]?.subjectDn ?? null);
      return { rank: index + 1, ...action, owner, contact, verdict, runbookUrl };
    });
}

/** Whether its incident is over and no refusals followed, apart from the minute in which the calm began. */
function isOver({ group, lastAt }: GroupSeries, ended: readonly EndedIncident[]): boolean {
  return ended.some((one) => groupId(one.group) === groupId(group) && lastAt <= one.endedAt);
}

function clientsOf(current: readonly GroupSeries[], details: readonly ClientDetail[] | null): Report['clients'] {
  const keyOf = (
    one: Pick<ClientDetail, 'subjectDn' | 'serialNumber' | 'issuerDn' | 'scope' | 'reason' | 'door' | 'words'>,
  ): string =>
    JSON.stringify([one.scope, one.issuerDn, one.reason, one.subjectDn, one.serialNumber, one.door, one.words]);
  const known = new Map((details ?? []).map((detail) => [keyOf(detail), detail] as const));
  return current
    .flatMap(({ group, clients }) => clients.map((client) => ({ ...group, client })))
    .sort((a, b) => b.client.count - a.client.count || compareTexts(a.client.subjectDn, b.client.subjectDn))
    .slice(0, limits.reportIssuersMax)
    .map(({ client, ...group }) => {
      const detail = group.isUnverified ? null : known.get(keyOf({ ...group, ...client }));
      return clientOf(group, client, detail ?? null);
    });
}

function clientOf(
  group: GroupSeries['group'],
  { subjectDn, serialNumber, count, sourceIps }: ClientTally,
  detail: ClientDetail | null,
): Report['clients'][number] {
  return {
    subjectDn,
    serialNumber,
    issuerDn: group.issuerDn,
    scope: group.scope,
    reason: group.reason,
    ...(group.isUnverified && { isUnverified: true }),
    ...(group.door !== undefined && { door: group.door }),
    ...(group.words !== undefined && { words: group.words }),
    count,
    sourceIps: [...(detail?.sourceIps ?? sourceIps)],
    userAgents: detail === null ? null : [...detail.userAgents],
    firstSeen: detail === null ? null : isoTime(detail.firstAt),
    lastSeen: detail === null ? null : isoTime(detail.lastAt),
  };
}

function forbiddenOf(facts: readonly ForbiddenFact[], period: Period): Report['otherForbidden'] {
  type Place = NonNullable<Report['otherForbidden']>[number]['scopes'][number];
  const causes = new Map<ForbiddenCause, { count: number; before: number; places: Map<string, Place> }>();
  let knewBefore = false;
  for (const { cause, scope, door, minute, count } of facts) {
    const stretch = stretchOf(period, minute * MINUTE_MS);
    if (stretch === null || stretch < CURRENT - 1) continue;
    const sum = causes.get(cause) ?? { count: 0, before: 0, places: new Map<string, Place>() };
    causes.set(cause, sum);
    if (stretch === CURRENT) {
      sum.count += count;
      const key = JSON.stringify([scope, door]);
      const known = sum.places.get(key)?.count ?? 0;
      sum.places.set(key, { scope, ...(door !== undefined && { door }), count: known + count });
    } else {
      sum.before += count;
      knewBefore = true;
    }
  }
  return [...causes]
    .map(([cause, { count, before, places }]) => ({
      cause,
      count,
      before: knewBefore ? before : null,
      scopes: [...places.values()].sort((a, b) => b.count - a.count || compareTexts(a.scope, b.scope)),
    }))
    .sort((a, b) => b.count - a.count || compareTexts(a.cause, b.cause));
}

export function gap(id: GapId, detail = ''): Gap {
  return { id, detail };
}

export { DAY_MS };
