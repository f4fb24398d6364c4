/**
 * Stores what was counted: admits the issuers, makes facts of the failures, puts them, and marks the hours whose
 * roll-up has to be made again. The same failures of the same batch give the same facts, so writing twice changes
 * nothing.
 */

import { randomUUID } from 'node:crypto';
import pMap from 'p-map';
import { lazily } from '../base/lazily.js';
import { limits } from '../base/limits.js';
import { oneByOne } from '../base/one-by-one.js';
import { dayOf, hourOf, MINUTES_PER_HOUR, minuteOf } from '../base/time.js';
import { issuerOf } from '../join/pairing.js';
import { groupId } from '../model/group-id.js';
import {
  type AccessRecord,
  type Fact,
  type Failure,
  type ForbiddenFact,
  type GroupKey,
  type HeardLine,
  UNKNOWN_ISSUER,
} from '../model/index.js';
import type { DirtyHour, DirtyMark, FactIntent, World } from '../ports/index.js';
import { admitScopes, scopePlaces } from './bound-scopes.js';
import { type Count, countByIssuer, countFailures, countForbidden, type ForbiddenAt } from './count.js';
import { type Applicants, applicantsOf, groupOf, placeOf } from './group.js';
import { rollUp } from './rollup.js';

const loadDiagnosis = lazily(() => import('../diagnosis/diagnosis.js'));

const loadWords = lazily(() => import('./words.js'));
const loadPulses = lazily(() => import('./pulses.js'));
/** Those of 403s that may be refused certificates: they come and go with the refusals. */
const REFUSAL_CAUSES: ReadonlySet<ForbiddenFact['cause']> = new Set(['unmatched', 'certificate-not-logged']);

const NO_HOURS: ReadonlySet<number> = new Set();

/** What one batch owns, or one list that was settled. */
export interface CountedBatch {
  readonly batchId: string;
  readonly failures: readonly Failure[];
  readonly forbidden: readonly ForbiddenAt[];
  /** Lines of domains that are no refusals, beside those of `forbidden`. */
  readonly heard?: readonly HeardLine[];
}

export interface Recorded {
  readonly facts: readonly Fact[];
  readonly forbidden: readonly ForbiddenFact[];
}

/**
 * Looks at the groups whose counts grew. Called while the facts are being written, so that reads which do not depend on
 * them run at the same time.
 */
export type OnGroupsGrown = (grown: readonly GroupKey[], written: Written) => Promise<unknown>;

export const ignoreGroups: OnGroupsGrown = async () => {};

export async function recordCounts(
  { batchId, failures: found, forbidden: others, heard = [] }: CountedBatch,
  world: World,
  look: OnGroupsGrown = ignoreGroups,
): Promise<Recorded> {
  const boundScope = await admitScopes(found, [...others, ...heard], world);
  const failures = found.some(({ words }) => words)
    ? await (await loadWords()).admitWords(found, boundScope, world)
    : found;
  const { grouped, expected } = await group(failures.map(boundScope), batchId, world);
  const facts = countFailures(grouped, batchId);
  const forbidden = countForbidden(others.map(boundScope), batchId);
  const counted = world.stores.facts.put(facts, forbidden);
  const unexpected = facts.filter((fact) => !expected.has(nameOf(fact)));
  const marked = counted.then(() => markHours(unexpected, world));
  // In a storm the unknown issuers hold what is taken off them again when the sample is joined: the sweep looks at them then.
  const isSampled = failures.some(({ weight, attribution }) => weight !== 1 || attribution === 'not-sampled');
  const grown = facts.map(({ group }) => group).filter(({ issuerDn }) => !(isSampled && issuerDn === UNKNOWN_ISSUER));
  const lines: readonly HeardLine[] = [...others.filter(({ cause }) => !REFUSAL_CAUSES.has(cause)), ...heard];
  const noted =
    lines.length === 0 ? null : loadPulses().then(({ notePulses }) => notePulses(lines.map(boundScope), world));
  await Promise.all([marked, noted, look(grown, { facts: counted, rest: () => marked, spans: spansOf(facts) })]);
  world.failureLog?.record(failures, batchId);
  return { facts, forbidden };
}

/**
 * The mark is written after the facts and has a new token, so that a roll-up never misses facts whose mark it removes.
 */
export async function markHours(
  facts: readonly Pick<Fact, 'group' | 'minute'>[],
  { stores }: Pick<World, 'stores'>,
): Promise<void> {
  const token = randomUUID();
  const hours = facts.map((fact): DirtyMark => ({ group: fact.group, hour: hourOf(fact.minute), token }));
  const distinct = new Map(hours.map((open) => [`${open.hour} ${groupId(open.group)}`, open] as const));
  await stores.rollups.mark([...distinct.values()]);
}

interface Grouped {
  readonly grouped: readonly (readonly [GroupKey, Count])[];
  /** Names of the facts that the stores already expect, so that their hour need not be marked. */
  readonly expected: ReadonlySet<string>;
}

async function group(failures: readonly Failure[], batchId: string, world: World): Promise<Grouped> {
  const counts = countByIssuer(failures);
  const expected = new Set<string>();
  const admissions = await pMap(
    applicantsOf(counts),
    async (applicants) => {
      const place = placeOf(applicants.scope, applicants.day);
      const only = onlyOf(applicants, counts);
      if (only !== null && (await world.stores.groups.admitWithIntent({ ...only, batchId }))) {
        expected.add(nameOf(only));
        return [place, new Set(applicants.issuerDns)] as const;
      }
      return [place, await admit(applicants, world)] as const;
    },
    { concurrency: limits.storeConcurrencyMax },
  );
  const admitted = new Map(admissions);
  return { grouped: counts.map((count) => [groupOf(count, admitted), count] as const), expected };
}

/**
 * The count of a single request; null where a scope and day have several applicants, or one applicant with several
 * counts.
 */
function onlyOf({ scope, day, issuerDns }: Applicants, counts: readonly Count[]): Count | null {
  if (issuerDns.length > 1) return null;
  const ofPlace = counts.filter(
    ({ group, firstAt }) => group.scope === scope && group.issuerDn === issuerDns[0] && dayOf(firstAt) === day,
  );
  return ofPlace.length === 1 ? (ofPlace[0] ?? null) : null;
}

/** Identifies a fact within one batch. */
function nameOf({ group, minute }: Pick<Fact, 'group' | 'minute'>): string {
  return `${minute} ${groupId(group)}`;
}

/**
 * Looks up which issuers are admitted as soon as the records are known, before the failures are. So many records that
 * they are sampled are a storm: then the issuers are admitted right away, because nearly all of these records are
 * refusals, and joining and counting need not wait for the admission.
 */
export async function prefetchAdmissions(accesses: readonly AccessRecord[], world: World): Promise<void> {
  const isStorm = accesses.length > limits.calmHalvesMax;
  const places = new Map(accesses.map(({ scope, at }) => [placeOf(scope, dayOf(at)), { scope, day: dayOf(at) }]));
  const concurrency = { concurrency: limits.storeConcurrencyMax };
  const lookedUp = [...places.values(), ...scopePlaces(accesses)];
  await pMap(lookedUp, ({ scope, day }) => world.stores.groups.admit(scope, day, []), concurrency);
  if (!isStorm) return;
  const records = accesses.map(({ scope, at, client }) => ({
    group: { scope, issuerDn: issuerOf(client) },
    requests: 1,
    firstAt: at,
  }));
  await pMap(applicantsOf(records), (applicants) => admit(applicants, world), concurrency);
}

/**
 * Issuers of the truststore have places of their own, which random names cannot take. Which issuers these are is fixed
 * by the first question of the day, so that a repeat counts in the same groups even if the truststore has changed
 * since.
 * @throws MtlsWatchError `truststore-unreadable` where this is the first question of the day and the truststore cannot
 * be read
 */
async function admit({ scope, day, issuerDns }: Applicants, world: World): Promise<ReadonlySet<string>> {
  const { groups } = world.stores;
  const inside = await groups.admit(scope, day, issuerDns);
  const outside = issuerDns.filter((issuerDn) => !inside.has(issuerDn));
  if (outside.length === 0) return inside;
  return new Set([...inside, ...(await issuersOfTruststore(scope, day, outside, world))]);
}

/**
 * Of the issuers, those that the truststore or its version before holds, as it was fixed for the scope and day.
 * @throws MtlsWatchError `truststore-unreadable`, as above
 */
export async function issuersOfTruststore(
  scope: string,
  day: number,
  issuerDns: readonly string[],
  world: World,
): Promise<ReadonlySet<string>> {
  const { groups } = world.stores;
  const fixed = await groups.trusted(scope, day, issuerDns);
  if (fixed !== null) return fixed;
  const { trustedIssuers } = await loadDiagnosis();
  await groups.fixTrusted(scope, day, [...(await trustedIssuers(scope, world))]);
  return (await groups.trusted(scope, day, issuerDns)) ?? new Set();
}

/** 403s with a certificate for which no denial came. */
export function unmatched(
  accesses: readonly { readonly scope: string; readonly at: number }[],
): CountedBatch['forbidden'] {
  return accesses.map(({ scope, at }) => ({ scope, at, cause: 'unmatched' as const }));
}

/** The hours in which groups have new facts: those to close, and those of the groups that fail at present. */
export function dirtyHours({ stores, clock }: World): Promise<readonly DirtyHour[]> {
  return stores.rollups.open(hourOf(minuteOf(clock.now())), limits.activeGroupsMax);
}

/** Whether the hour can be closed, because hardly any further fact of it can come. */
export function isHourClosable({ hour }: DirtyHour, { clock }: World): boolean {
  return hour < hourOf(minuteOf(clock.now()) - limits.lateMinutes);
}

/**
 * Sums up the hours that are over; a fact that comes later marks its hour again. An hour of which only facts are
 * expected that have not come stays open: their batch is under way, or will be repeated. Of an hour that was counted from
 * exports only the mark is removed: its sum is complete.
 * @param listed the result of `dirtyHours`, where the caller has it
 * @returns how many hours were summed up
 */
export async function rollUpHours(world: World, listed?: readonly DirtyHour[]): Promise<number> {
  const { stores } = world;
  const open = listed ?? (await dirtyHours(world));
  const due = open.filter((one) => isHourClosable(one, world)).slice(0, limits.rollupsPerSweepMax);
  const hours = due.map(({ hour }) => hour);
  const counted = due.length === 0 ? NO_HOURS : await stores.rollups.counted(Math.min(...hours), Math.max(...hours));
  let closed = 0;
  await oneByOne(due, async (one) => {
    const from = one.hour * MINUTES_PER_HOUR;
    const facts = await stores.facts.window(one.group, from, from + MINUTES_PER_HOUR - 1);
    const expected = one.expected.filter((fact) => holds(facts, fact));
    if (one.token === null && expected.length === 0) return;
    const rollup = rollUp(one.group, one.hour, facts);
    if (rollup !== null) await stores.rollups.close({ ...one, expected }, counted.has(one.hour) ? null : rollup);
    closed++;
  });
  return closed;
}

function holds(facts: readonly Fact[], { minute, batchId, requests }: FactIntent): boolean {
  return facts.some((fact) => fact.minute === minute && fact.batchId === batchId && fact.requests >= requests);
}

/** Says when what a delivery brought is in the stores. */
export interface Written {
  readonly facts: Promise<unknown>;
  /**
   * Waits for the marks of the hours and for the clients' certificates, both of which must be stored before anybody is
   * told of a group.
   */
  readonly rest: () => Promise<unknown>;
  /**
   * The first and the last minute of the new facts, by group id. Late facts are looked at in the minutes to which they
   * belong.
   */
  readonly spans?: ReadonlyMap<string, MinuteSpan>;
}

export interface MinuteSpan {
  readonly from: number;
  readonly to: number;
}

/** For facts that are in the stores, with their marks. */
export function writtenBefore(facts: readonly Pick<Fact, 'group' | 'minute'>[]): Written {
  return { facts: Promise.resolve(), rest: async () => {}, spans: spansOf(facts) };
}

function spansOf(facts: readonly Pick<Fact, 'group' | 'minute'>[]): ReadonlyMap<string, MinuteSpan> {
  const spans = new Map<string, MinuteSpan>();
  for (const { group, minute } of facts) {
    const { from, to } = spans.get(groupId(group)) ?? { from: minute, to: minute };
    spans.set(groupId(group), { from: Math.min(from, minute), to: Math.max(to, minute) });
  }
  return spans;
}
