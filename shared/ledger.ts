/**
 * Writes down what was counted: admits the issuers, makes facts of the failures, puts them, and marks the hours whose
 * roll-up has to be made again. The same failures of the same batch give the same facts, so writing twice changes nothing.
 */

import { randomUUID } from 'node:crypto';
import pMap from 'p-map';
import { groupId } from './digest.js';
import type { Written } from './evaluate.js';
import { lazy } from './lazy.js';
import { limits } from './limits.js';
import type { AccessRecord, Fact, Failure, GroupKey, OtherForbidden } from './model.js';
import type { OpenHour, World } from './ports/index.js';
import { type Count, countByIssuer, countFailures, countForbidden, minuteOf } from './stages/count.js';
import { type Applicants, applicantsOf, dayOf, groupOf, placeOf } from './stages/group.js';
import { hourOf, MINUTES_PER_HOUR, rollUp } from './stages/rollup.js';

/** What one batch owns, or one list that was settled. */
export interface Counted {
  readonly batchId: string;
  readonly failures: readonly Failure[];
  readonly forbidden: readonly Pick<OtherForbidden, 'at' | 'cause' | 'scope'>[];
}

/**
 * Looks at the groups that grew. Called while they are being written down, so that what does not depend on it can be read
 * meanwhile.
 */
export type Look = (grown: readonly GroupKey[], written: Written) => Promise<unknown>;

export const lookAway: Look = async () => {};

export async function writeDown(
  { batchId, failures, forbidden }: Counted,
  world: World,
  look: Look = lookAway,
): Promise<readonly Fact[]> {
  const facts = countFailures(await group(failures, world), batchId);
  const counted = world.stores.facts.put(facts, countForbidden(forbidden, batchId));
  const marked = counted.then(() => markHours(facts, world));
  const grown = facts.map((fact) => fact.group);
  await Promise.all([marked, look(grown, { facts: counted, rest: () => marked })]);
  world.failureLog?.record(failures, batchId);
  return facts;
}

/** The mark comes after the facts and is new, so that a roll-up never misses facts whose mark it removes. */
async function markHours(facts: readonly Fact[], { stores }: World): Promise<void> {
  const stamp = randomUUID();
  const hours = facts.map((fact): OpenHour => ({ group: fact.group, hour: hourOf(fact.minute), stamp }));
  const distinct = new Map(hours.map((open) => [`${open.hour} ${groupId(open.group)}`, open] as const));
  await stores.rollups.mark([...distinct.values()]);
}

async function group(failures: readonly Failure[], world: World): Promise<(readonly [GroupKey, Count])[]> {
  const counts = countByIssuer(failures);
  const admissions = await pMap(
    applicantsOf(counts),
    async (applicants) => [placeOf(applicants.scope, applicants.day), await admit(applicants, world)] as const,
    { concurrency: limits.storeConcurrencyMax },
  );
  const admitted = new Map(admissions);
  return counts.map((count) => [groupOf(count, admitted), count] as const);
}

/** Ahead of the failures: the issuers of a batch's records are asked for admission as soon as they are joined. */
export async function lookUpAdmitted(accesses: readonly AccessRecord[], { stores }: World): Promise<void> {
  const places = new Map(accesses.map(({ scope, at }) => [placeOf(scope, dayOf(at)), { scope, day: dayOf(at) }]));
  await pMap(places.values(), ({ scope, day }) => stores.groups.admit(scope, day, []), {
    concurrency: limits.storeConcurrencyMax,
  });
}

/** Issuers of the truststore have places of their own, which names made up at random cannot take. */
async function admit({ scope, day, issuerDns }: Applicants, world: World): Promise<ReadonlySet<string>> {
  const inside = await world.stores.groups.admit(scope, day, issuerDns);
  const outside = issuerDns.filter((issuerDn) => !inside.has(issuerDn));
  if (outside.length === 0) return inside;
  const { trustedIssuers } = await lazy.diagnosis();
  const trusted = await trustedIssuers(scope, world);
  const known = outside.filter((issuerDn) => trusted.has(issuerDn));
  if (known.length === 0) return inside;
  return new Set([...inside, ...(await world.stores.groups.admit(`truststore of ${scope}`, day, known))]);
}

/** 403s with a certificate that no denial came for. */
export function unmatched(accesses: readonly { readonly scope: string; readonly at: number }[]): Counted['forbidden'] {
  return accesses.map(({ scope, at }) => ({ scope, at, cause: 'unmatched' as const }));
}

/** Sums up the hours that are over; a fact that comes later marks its hour again. Returns how many were summed up. */
export async function closeHours({ stores, clock }: World): Promise<number> {
  const lastClosed = hourOf(minuteOf(clock.now()) - limits.lateMinutes) - 1;
  const hours = await stores.rollups.open(lastClosed, limits.rollupsPerSweepMax);
  for (const open of hours) {
    const from = open.hour * MINUTES_PER_HOUR;
    const rollup = rollUp(
      open.group,
      open.hour,
      await stores.facts.window(open.group, from, from + MINUTES_PER_HOUR - 1),
    );
    if (rollup !== null) await stores.rollups.close(open, rollup);
  }
  return hours.length;
}
