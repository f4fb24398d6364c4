/** The weekly report on whatever world it is wired to: what the stores know, details from Insights, delivered once. */

import pMap from 'p-map';
import { MtlsWatchError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { DAY_MS, hourOf, minuteOf } from '../base/time.js';
import type { Calls } from '../calls/calls.js';
import { type AskInsights, countCalls } from '../calls/count-calls.js';
import { ACCOUNT_BLANK, truststoreUri } from '../config/qualified-names.js';
import { unlessUnreadable } from '../diagnosis/diagnosis.js';
import type { World } from '../ports/index.js';
import { parseTruststore } from '../x509/truststore.js';
import { type ClientDetail, type Gap, gap } from './build.js';
import { deliverReport, type ReportDelivered, type ReportDelivery } from './deliver.js';
import { mergeDetails } from './details.js';
import { expiringInPast, sunsetOf } from './expiring.js';
import { gatherReport } from './gather.js';
import { lastWeek, type Period } from './period.js';
import type { Report } from './schema.js';
import { gapsOfCalls } from './shares.js';

type Rows = readonly Readonly<Record<string, string>>[];

export interface ReportWorld {
  readonly world: World;
  readonly delivery: ReportDelivery;
  /** The ingest function's log. @throws MtlsWatchError `insights-unavailable` */
  readonly query: (
    query: string,
    from: number,
    to: number,
  ) => Promise<{ readonly rows: Rows; readonly isCut: boolean }>;
  /** Any log group that the settings let the report query; left out where they let it query none. */
  readonly ask?: AskInsights;
}

export function createWeeklyReport(to: ReportWorld): () => Promise<ReportDelivered> {
  return () => {
    const { clock, config } = to.world;
    const period = lastWeek(clock.now(), config.report?.timeZone);
    return deliverReport(period.label, () => makeReport(period, to), to.delivery);
  };
}

async function makeReport(period: Period, to: ReportWorld): Promise<Report> {
  const { world, delivery } = to;
  const gaps: Gap[] = [];
  const certificates = await certificatesOf(period, world, gaps);
  // One query after the other: the account's are shared with people who look for something.
  const details = await detailsOf(period, to, gaps);
  const pipeline = await pipelineOf(period, to, gaps);
  const calls = await callsOf(period, world, to.ask, gaps);
  return gatherReport(
    {
      period,
      partner: null,
      language: delivery.language,
      generatedAt: world.clock.now(),
      details,
      calls,
      ...certificates,
      pipeline,
      gaps,
    },
    world,
  );
}

/** Records are written when logs were delivered, up to a day after the refusal. */
const DELIVERY_MS_MAX = DAY_MS;

/** Those who only use an issuer's name may use its clients' names and serial numbers too: theirs are no details of a client. */
const detailsQuery = ({ from, to }: Period): string =>
  [
    'fields failureId, at',
    `filter type = "failure" and subjectDn != "" and not ispresent(isUnverified) and at >= ${from} and at < ${to}`,
    'stats count_distinct(failureId) as failures, min(at) as firstAt, max(at) as lastAt by subjectDn, serialNumber, issuerDn, scope, reason, words, door, sourceIp, userAgent',
    'sort failures desc',
  ].join(' | ');

const PIPELINE_QUERY =
  'filter ispresent(EventsRead) | stats sum(EventsRead) as events, sum(RecordsRejected) as rejected, sum(HalvesDeliveredAgain) as duplicates, max(DeliveryLag) as lag';

async function detailsOf(period: Period, { query }: ReportWorld, gaps: Gap[]): Promise<ClientDetail[] | null> {
  return unlessUnavailable(gaps, 'details-unavailable', async () => {
    const { rows, isCut } = await query(detailsQuery(period), period.from, period.to + DELIVERY_MS_MAX);
    if (isCut) gaps.push(gap('details-cut'));
    return mergeDetails(
      rows.map((row) => ({
        subjectDn: row.subjectDn ?? '',
        serialNumber: row.serialNumber ?? '',
        issuerDn: row.issuerDn ?? '',
        scope: row.scope ?? '',
        reason: row.reason ?? '',
        door: row.door === '' ? undefined : row.door,
        words: row.words === '' ? undefined : row.words,
        sourceIps: [row.sourceIp ?? ''],
        userAgents: [row.userAgent ?? ''],
        firstAt: Number(row.firstAt),
        lastAt: Number(row.lastAt),
      })),
    );
  });
}

async function pipelineOf(period: Period, { query }: ReportWorld, gaps: Gap[]): Promise<Report['pipeline']> {
  return unlessUnavailable(gaps, 'pipeline-unknown', async () => {
    const { rows } = await query(PIPELINE_QUERY, period.from, period.to);
    const numberOf = (field: string): number | null => {
      const text = rows[0]?.[field] ?? '';
      return text === '' || Number.isNaN(Number(text)) ? null : Number(text);
    };
    return {
      events: numberOf('events'),
      rejected: numberOf('rejected'),
      duplicates: numberOf('duplicates'),
      lagSeconds: numberOf('lag'),
    };
  });
}

/** @returns null where the settings do not ask for it */
export async function callsOf(
  period: Period,
  world: Omit<World, 'publisher'>,
  ask: AskInsights | undefined,
  gaps: Gap[],
): Promise<readonly Calls[] | null> {
  const { successes, central } = world.config;
  if (successes === null || ask === undefined) return null;
  const { calls, uncounted, partly } = await countCalls(period, world, ask);
  gaps.push(...gapsOfCalls(uncounted, partly), ...(central === null ? [] : [gap('successes-elsewhere')]));
  return calls;
}

/** Insights costs the report what it would have told, never the report. */
async function unlessUnavailable<T>(gaps: Gap[], id: Gap['id'], read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof MtlsWatchError) || error.code !== 'insights-unavailable') throw error;
    gaps.push(gap(id, error.message));
    return null;
  }
}

/** Where one address stands for many accounts, the scopes of the period say for which. */
async function scopesIn({ from, to }: Period, { config, stores }: Pick<World, 'config' | 'stores'>): Promise<string[]> {
  if (!Object.values(config.truststores).some((uri) => uri.includes(ACCOUNT_BLANK))) return [];
  const groups = await stores.rollups.groups(hourOf(minuteOf(from)), hourOf(minuteOf(to)), limits.reportGroupsMax);
  return groups.map(({ scope }) => scope);
}

/**
 * What the truststores of the settings tell of CAs, and exported logs of those who were let in; null where there is neither. The gap
 * that this leaves is added.
 */
export async function certificatesOf(
  period: Period,
  { config, truststores, stores }: World,
  gaps: Gap[],
): Promise<Pick<Report, 'expiring' | 'sunset'>> {
  const callers = await stores.callers.all();
  const scopes = [...Object.keys(config.truststores), ...(await scopesIn(period, { config, stores }))];
  const uris = new Set(scopes.flatMap((scope) => truststoreUri(scope, config.truststores) ?? []));
  const parsed = await pMap(
    uris,
    (uri) =>
      unlessUnreadable(
        truststores.read(uri).then(({ text }) => parseTruststore(text)),
        (why) => {
          gaps.push(gap('verdicts-unavailable', why));
          return null;
        },
      ),
    { concurrency: limits.storeConcurrencyMax },
  );
  const readable = parsed.filter((truststore) => truststore !== null);
  const expiring = readable.length + callers.length === 0 ? null : expiringInPast(callers, readable, period.to);
  const known = callers.length === 0 ? 'expiry-without-clients' : 'expiry-of-the-past';
  gaps.push(gap(expiring === null ? 'expiry-unknown' : known));
  return { expiring, sunset: readable.length === 0 ? null : sunsetOf(null, readable, period.to) };
}
