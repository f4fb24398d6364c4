/**
 * Halves that wait for the other one: they are stored when a batch leaves them waiting, and settled when their grace
 * period is over.
 */

import pMap from 'p-map';
import { MtlsWatchError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { throwAll } from '../base/one-by-one.js';
import { MINUTE_MS } from '../base/time.js';
import { separateCanaryFailures } from '../canary/uncounted.js';
import { type Correlated, postponedList, settle, settlerOf, waitingLists } from '../join/correlate.js';
import type { Fact, Sighting } from '../model/index.js';
import type { Waiting, World } from '../ports/index.js';
import { recordCounts, unmatched } from './record.js';

export async function deferUnpaired(
  batchId: string,
  correlated: Correlated,
  { stores, clock, config }: World,
): Promise<void> {
  const dueAt = clock.now() + config.graceMinutes * MINUTE_MS;
  for (const waiting of waitingLists(batchId, correlated, dueAt)) await stores.waiting.save(waiting);
}

/** A list whose halves have been counted for good. */
export interface Settled {
  readonly halves: number;
  readonly facts: readonly Fact[];
  readonly sightings: readonly Sighting[];
}

/**
 * Counts the halves whose grace period is over, in rounds, until none is left or the time limit is reached. Lists are
 * removed only after `look` has seen the groups whose counts grew: after a crash before that, the next sweep settles
 * the lists again, counts nothing twice and looks again.
 * @param told called for each list when it is removed and so will not be settled again
 * @throws after all lists were tried, what failed (those lists stay); `sweep-behind` where lists have been due for long
 * @returns how many lists were settled
 */
export async function settleExpired(
  world: World,
  look: (counted: readonly Fact[]) => Promise<unknown> = async () => {},
  told: (settled: Settled) => void = () => {},
): Promise<number> {
  const { stores, clock } = world;
  const startedAt = clock.now();
  const failed = new Set<string>();
  const failures: unknown[] = [];
  for (let total = 0; ; ) {
    const listed = await stores.waiting.due(clock.now(), limits.settledPerRoundMax + failed.size);
    const due = listed.filter(({ id }) => !failed.has(id));
    const isLast = due.length < limits.settledPerRoundMax;
    // At the end of a replay the clock is set to the end of time, so the time limit is never reached.
    const isUp = !isLast && clock.now() - startedAt >= limits.settleMsMax;
    if (isUp) failures.push(...behindOf(due, clock.now()));
    if (due.length === 0 || isUp) {
      throwAll(failures);
      return total;
    }
    total += await settleRound(due, world, { look, told, failed, failures });
    if (isLast) {
      throwAll(failures);
      return total;
    }
  }
}

/** A sweep that cannot keep up fails, so that its alarm fires. */
function behindOf([oldest]: readonly Waiting[], now: number): MtlsWatchError[] {
  if (oldest === undefined || now - oldest.dueAt < limits.overdueMsMax) return [];
  const minutes = Math.floor((now - oldest.dueAt) / MINUTE_MS);
  const what = `halves that wait in vain have been due for ${minutes} minutes, and more of them than one sweep settles; the next sweeps go on`;
  return [new MtlsWatchError('sweep-behind', what, { retryable: true })];
}

interface Round {
  readonly look: (counted: readonly Fact[]) => Promise<unknown>;
  readonly told: (settled: Settled) => void;
  /** Lists that failed, and their errors. The lists stay stored; the other lists are settled all the same. */
  readonly failed: Set<string>;
  readonly failures: unknown[];
}

/**
 * Settles denials first: they are counted when they are settled. A list of records only says which 403s were not
 * refusals of a certificate.
 */
async function settleRound(due: readonly Waiting[], world: World, round: Round): Promise<number> {
  const { look, told, failed, failures } = round;
  const settled = new Map<string, Settled>();
  const each = (lists: readonly Waiting[], work: (waiting: Waiting) => Promise<unknown>) =>
    pMap(
      lists,
      (waiting) =>
        work(waiting).catch((error: unknown) => {
          failed.add(waiting.id);
          failures.push(error);
        }),
      { concurrency: limits.settledTogetherMax },
    );
  // By id: a batch that was delivered twice may have stored its lists twice.
  const distinct = [...new Map(due.map((waiting) => [waiting.id, waiting])).values()];
  const [denials, records] = [distinct.filter(hasDenial), distinct.filter((one) => !hasDenial(one))];
  await each([...denials, ...records], async (waiting) => settled.set(waiting.id, await settleList(waiting, world)));
  await look([...settled.values()].flatMap(({ facts }) => facts));
  await each(
    due.filter(({ id }) => settled.has(id)),
    async (waiting) => {
      await world.stores.waiting.remove(waiting);
      const list = settled.get(waiting.id);
      if (list !== undefined && settled.delete(waiting.id)) told(list);
    },
  );
  return distinct.length;
}

function hasDenial({ halves }: Waiting): boolean {
  return halves.some(({ kind }) => kind === 'denial');
}

async function settleList(waiting: Waiting, world: World): Promise<Settled> {
  const { stores, clock, config } = world;
  const settled = await settle(waiting, stores.join);
  const again = postponedList(waiting, settled.postponed, clock.now() + config.graceMinutes * MINUTE_MS);
  if (again !== null) await stores.waiting.save(again);
  const { failures, unmatched: others, sightings } = await separateCanaryFailures(settled, world);
  const { facts } = await recordCounts({ batchId: settlerOf(waiting), failures, forbidden: unmatched(others) }, world);
  return { halves: waiting.halves.length, facts, sightings };
}
