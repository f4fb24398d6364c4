/**
 * Puts halves into the cells of the join store until it is known what each one means. `pairing.ts` decides; this file
 * only moves data. A batch of ordinary requests takes one round; request ids that were used twice take up to three.
 * Safe to repeat at any point and to run twice at the same time.
 */

import { chunksOf } from '../base/chunks.js';
import { digest } from '../base/digest.js';
import { getOrInsert } from '../base/get-or-insert.js';
import { limits } from '../base/limits.js';
import type { AccessRecord, Denial, Failure, Half, WaitingHalf } from '../model/index.js';
import type { JoinStore, Waiting } from '../ports/index.js';
import {
  cellKey,
  decide,
  departFromCell,
  type JoinAttempt,
  keyOf,
  type PairingOutcome,
  settledAtGateway,
  startAttempt,
} from './pairing.js';

export interface Correlated {
  /** The failures that this batch owns and counts. */
  readonly failures: readonly Failure[];
  readonly waiting: readonly WaitingHalf[];
  /** The event ids of all access records, in the order of the batch. */
  readonly records: readonly string[];
  /** How many halves another batch counted, or were delivered twice. */
  readonly counted: number;
  /** Access records that no denial can be tied to. */
  readonly unmatched: readonly AccessRecord[];
}

/** Joins the halves of one batch with what other batches brought. */
export async function correlate(halves: readonly Half[], batchId: string, join: JoinStore): Promise<Correlated> {
  const denials = new Map<string, Half>();
  const accesses = new Map<string, Half>();
  for (const half of halves) (half.kind === 'denial' ? denials : accesses).set(half.eventId, half);
  const attempts = [...denials.values(), ...accesses.values()].map((half) => startAttempt(half, batchId));
  const outcomes = await resolveAttempts(attempts, join);
  return { ...sum(outcomes, halves.length - attempts.length), records: [...accesses.keys()] };
}

export interface SettledHalves extends Pick<Correlated, 'failures' | 'unmatched'> {
  /** Records without a request id whose denial may still be waiting elsewhere; they are settled a second time. */
  readonly postponed: readonly WaitingHalf[];
}

/**
 * Settles halves whose grace period is over: a denial is counted without its client; an access record without a denial
 * was no mutual-TLS failure. The id of the list is the batch that owns what is claimed here, so a repeat counts nothing
 * twice.
 */
export async function settle(waiting: Waiting, join: JoinStore): Promise<SettledHalves> {
  const batchId = settlerOf(waiting);
  const denials = waiting.halves.filter((half) => half.kind === 'denial');
  const accesses = waiting.halves.filter((half) => half.kind === 'access');
  const cells = await join.claim(
    denials.map((half) => half.key),
    batchId,
  );
  const failures: Failure[] = [];
  const alone: Denial[] = [];
  const parted: JoinAttempt[] = [];
  for (const [index, { event }] of denials.entries()) {
    const cell = cells[index];
    if (!cell?.denial || cellKey.event(cell.denial.half.eventId) !== event) continue;
    if (cell.claimedBy === batchId) alone.push(cell.denial.half);
    else if (cell.claimedBy === null) {
      // Another client's record was put there meanwhile. `decide` knows whether it belongs to this denial.
      const outcome = decide(departFromCell(cell.denial.half, batchId), cell);
      if (outcome.kind === 'move') parted.push(outcome.attempt);
    }
  }
  const moved = await resolveAttempts(parted, join);
  const again = moved.flatMap(({ attempt, outcome }) =>
    outcome.kind === 'waiting' ? [{ key: outcome.key, half: attempt.half }] : [],
  );
  const claimed = await join.claim(
    again.map(({ key }) => key),
    batchId,
  );
  for (const [index, { half }] of again.entries()) {
    if (half.kind === 'denial' && claimed[index]?.claimedBy === batchId) alone.push(half);
  }
  for (const { attempt, outcome } of moved) {
    if (outcome.kind !== 'failure') continue;
    const { half } = attempt;
    if (half.kind === 'denial' && outcome.failure.attribution === 'unpaired') alone.push(half);
    else failures.push(outcome.failure);
  }
  for (const failure of await settleAlone(alone, batchId, join)) failures.push(failure);
  return { failures, ...(await unmatchedOf(accesses, waiting, join)) };
}

/** Settles claimed denials: with the client of a record that waits under the extended id, or without a client. */
async function settleAlone(denials: readonly Denial[], batchId: string, join: JoinStore): Promise<Failure[]> {
  const tied = denials.filter(({ extendedRequestId }) => extendedRequestId !== null);
  const cells = await join.put(
    tied.map((half) => ({ key: cellKey.gateway(half.extendedRequestId ?? ''), half, batchId })),
  );
  const nowhere = { denial: null, access: null, claimedBy: null };
  return denials.map((half) => settledAtGateway(half, cells[tied.indexOf(half)] ?? nowhere));
}

/**
 * The lists of a batch's waiting halves.
 * Denials: the list's id is derived from the content. A retry of the batch that finds fewer of them waiting makes a
 * list of its own and never takes a denial from a list that is being settled.
 * Records: the list's id is derived from the place in the batch, so every retry lists a record under the same id. No
 * claim says that a record was reported; under one id it is reported once, because facts only grow.
 */
export function waitingLists(batchId: string, { waiting, records }: Correlated, dueAt: number): Waiting[] {
  const size = limits.waitingPerListMax;
  if (waiting.length === 0) return [];
  const denials = waiting.filter(({ kind }) => kind === 'denial');
  const ofRecord = new Map(waiting.filter(({ kind }) => kind === 'access').map((half) => [half.event, half]));
  const lists = [
    ...chunksOf(denials, size).map((halves) => ({
      id: digest('waiting', batchId, ...halves.map(({ key, event }) => `${key} ${event}`)),
      halves,
    })),
    ...chunksOf(records, size).map((eventIds, place) => ({
      id: digest('waiting', batchId, 'records', place),
      halves: eventIds.flatMap((eventId) => ofRecord.get(cellKey.event(eventId)) ?? []),
    })),
  ];
  return lists.filter(({ halves }) => halves.length > 0).map((list) => ({ ...list, batchId, dueAt }));
}

/** The batch id under which a list of waiting halves is settled. */
export function settlerOf(waiting: Waiting): string {
  return `settle-${waiting.id}`;
}

/** Access records still without a denial. Only the list of the batch that first held a record reports it. */
async function unmatchedOf(
  accesses: readonly WaitingHalf[],
  waiting: Waiting,
  join: JoinStore,
): Promise<Omit<SettledHalves, 'failures'>> {
  const cells = await join.read(accesses.map((half) => half.key));
  const unmatched: AccessRecord[] = [];
  const postponed: WaitingHalf[] = [];
  for (const [index, { access, denial }] of cells.entries()) {
    const listed = accesses[index];
    if (access === null || denial !== null || access.batchId !== waiting.batchId) continue;
    if (listed === undefined || cellKey.event(access.half.eventId) !== listed.event) continue;
    // Its denial comes to this cell only after it has waited in its own cell for as long.
    if (access.half.requestId === '' && !isPostponed(waiting)) postponed.push(listed);
    else unmatched.push(access.half);
  }
  return { unmatched, postponed };
}

const POSTPONED = 'again-';

const isPostponed = ({ id }: Waiting): boolean => id.startsWith(POSTPONED);

/**
 * The list under which halves are settled a second time; null where there are none. Its id is derived, so a repeat
 * makes the same list.
 */
export function postponedList({ id, batchId }: Waiting, halves: readonly WaitingHalf[], dueAt: number): Waiting | null {
  return halves.length === 0 ? null : { id: `${POSTPONED}${id}`, batchId, dueAt, halves };
}

interface Arrival {
  readonly attempt: JoinAttempt;
  readonly outcome: PairingOutcome;
}

async function resolveAttempts(departing: readonly JoinAttempt[], join: JoinStore): Promise<Arrival[]> {
  const arrivals: Arrival[] = [];
  let attempts = departing;
  while (attempts.length > 0) {
    // A half that is carried along must be in the cell first; otherwise the half that carries it would not find it.
    const carried = attempts.flatMap((attempt) =>
      attempt.cellKind === 'extended' && attempt.carried !== null
        ? [{ key: keyOf(attempt), half: attempt.carried.half, batchId: attempt.carried.batchId }]
        : [],
    );
    if (carried.length > 0) await join.put(carried);
    const keys = keysOf(attempts);
    const cells = await join.put(
      attempts.map(({ half, batchId }, index) => ({ key: keys[index] as string, half, batchId })),
    );
    const next: JoinAttempt[] = [];
    for (const [index, attempt] of attempts.entries()) {
      const cell = cells[index];
      if (cell === undefined) throw new Error('a join store returns a cell for every write');
      const outcome = decide(attempt, cell);
      if (outcome.kind === 'move') next.push(outcome.attempt);
      else arrivals.push({ attempt, outcome });
    }
    attempts = next;
  }
  return arrivals;
}

/** The halves of a request have one key. */
function keysOf(attempts: readonly JoinAttempt[]): string[] {
  const ofRequest = new Map<string, string>();
  return attempts.map((attempt) =>
    attempt.cellKind === 'request'
      ? getOrInsert(ofRequest, attempt.half.requestId, () => keyOf(attempt))
      : keyOf(attempt),
  );
}

function sum(arrivals: readonly Arrival[], duplicates: number): Omit<Correlated, 'records'> {
  const failures: Failure[] = [];
  const waiting: WaitingHalf[] = [];
  const unmatched: AccessRecord[] = [];
  let counted = duplicates;
  for (const { attempt, outcome } of arrivals) {
    const { half } = attempt;
    if (outcome.kind === 'failure') failures.push(outcome.failure);
    else if (outcome.kind === 'waiting')
      waiting.push({ key: outcome.key, kind: half.kind, event: cellKey.event(half.eventId) });
    else if (outcome.kind === 'counted') counted++;
    else if (outcome.kind === 'unmatched' && half.kind === 'access') unmatched.push(half);
  }
  return { failures, waiting, counted, unmatched };
}
