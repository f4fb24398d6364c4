/**
 * The way from a payload to grouped failures as the ingest function takes it, without its stores: decode, parse, pair,
 * group, count, all of them the product's own stages, on the payload as a whole: ingest cuts those that unpack to more than
 * `payloadPieceBytesMax` into pieces. What takes the place of the join store is a map that holds the other
 * halves, as if their log had been delivered before, so that the payload completes its requests.
 */

import { countByIssuer, countFailures } from '../../shared/count/count.js';
import { applicantsOf, groupOf, placeOf } from '../../shared/count/group.js';
import { decide, type JoinAttempt, startAttempt, unpairedFailure } from '../../shared/join/pairing.js';
import { decodeSubscription } from '../../shared/logs/decode.js';
import type { Cell, Fact, Failure, Half, HeldHalf } from '../../shared/model/index.js';
import { parse } from '../../test/support/parse.js';
import type { Payload } from '../support/payloads.js';

/** The other halves, by request id. */
export type Others = ReadonlyMap<string, HeldHalf>;

export interface Grouped {
  readonly facts: readonly Fact[];
  readonly rejected: number;
}

export function ours({ event }: Payload, others: Others): Grouped {
  const batch = decodeSubscription(event);
  if (batch.kind === 'control') throw new Error('the benchmark sends no probes');
  const { denials, accesses, rejected } = parse(batch);
  const failures = pair([...denials, ...accesses], batch.batchId, others);
  return { facts: group(failures, batch.batchId), rejected: rejected.length };
}

/** Every issuer is admitted. */
export function group(failures: readonly Failure[], batchId: string): Fact[] {
  const counts = countByIssuer(failures);
  const admitted = new Map(
    applicantsOf(counts).map(({ scope, day, issuerDns }) => [placeOf(scope, day), new Set(issuerDns)] as const),
  );
  const grouped = counts.map((count) => [groupOf(count, admitted), count] as const);
  return countFailures(grouped, batchId);
}

/**
 * Passes each half through its cell as `correlate` does, in a store that answers at once, and settles the halves that
 * stay alone.
 */
export function pair(halves: readonly Half[], batchId: string, others: Others): Failure[] {
  const cells = new Map<string, Cell>();
  const failures: Failure[] = [];
  const travel = (from: JoinAttempt): JoinAttempt | null => {
    let attempt = from;
    for (;;) {
      const outcome = decide(attempt, put(attempt, cells, others));
      if (outcome.kind === 'failure') failures.push(outcome.failure);
      if (outcome.kind !== 'move') return outcome.kind === 'waiting' ? attempt : null;
      attempt = outcome.attempt;
    }
  };
  const waiting: JoinAttempt[] = [];
  for (const half of halves) {
    const left = travel(startAttempt(half, batchId));
    if (left !== null) waiting.push(left);
  }
  for (const attempt of waiting) {
    const left = travel(attempt);
    if (left?.half.kind === 'denial') failures.push(unpairedFailure(left.half, 'unpaired'));
  }
  return failures;
}

/** The product's keys are digests of the same values, which is work for its table only. */
function keyOf({ half, cellKind }: JoinAttempt): string {
  if (cellKind === 'request') return half.requestId;
  return cellKind === 'event' ? `event ${half.eventId}` : `extended ${half.requestId} ${half.extendedRequestId}`;
}

function put(attempt: JoinAttempt, cells: Map<string, Cell>, others: Others): Cell {
  const { half, cellKind, batchId } = attempt;
  const key = keyOf(attempt);
  const cell = cells.get(key) ?? cellOf(cellKind === 'request' ? others.get(key) : undefined);
  const isTaken = half.kind === 'denial' ? cell.denial !== null : cell.access !== null;
  if (isTaken) return cell;
  const other = half.kind === 'denial' ? cell.access : cell.denial;
  const held = { half, batchId, second: other !== null };
  const filled: Cell =
    half.kind === 'denial'
      ? { denial: held as HeldHalf<typeof half>, access: cell.access, claimedBy: null }
      : { denial: cell.denial, access: held as HeldHalf<typeof half>, claimedBy: null };
  cells.set(key, filled);
  return filled;
}

function cellOf(other: HeldHalf | undefined): Cell {
  const empty: Cell = { denial: null, access: null, claimedBy: null };
  if (other === undefined) return empty;
  return other.half.kind === 'denial'
    ? { ...empty, denial: other as HeldHalf<typeof other.half> }
    : { ...empty, access: other as HeldHalf<typeof other.half> };
}
