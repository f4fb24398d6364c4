/**
 * The way from a payload to grouped failures as the ingest function takes it, without its stores: decode, parse, pair,
 * group, count, all of them the product's own stages, on the payload as a whole: ingest cuts those that unpack to more than
 * `payloadPieceBytesMax` into pieces. What takes the place of the join store is a map that holds the other
 * halves, as if their log had been delivered before, so that the payload completes its requests.
 */

import { countByIssuer, countFailures } from '../../shared/count/count.js';
import { applicantsOf, groupOf, placeOf } from '../../shared/count/group.js';
import { decide, depart, lonely, type Traveller } from '../../shared/join/pairing.js';
import { decodeSubscription } from '../../shared/logs/decode.js';
import { parse } from '../../shared/logs/parse.js';
import type { Cell, Fact, Failure, Half, Held } from '../../shared/model/index.js';
import type { Payload } from '../support/payloads.js';

/** The other halves, by request id. */
export type Others = ReadonlyMap<string, Held>;

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

/** Takes each half through its cells as `correlate` does, in a store that answers at once, and settles what waits in vain. */
export function pair(halves: readonly Half[], batchId: string, others: Others): Failure[] {
  const cells = new Map<string, Cell>();
  const failures: Failure[] = [];
  const travel = (from: Traveller): Traveller | null => {
    let traveller = from;
    for (;;) {
      const outcome = decide(traveller, put(traveller, cells, others));
      if (outcome.kind === 'failure') failures.push(outcome.failure);
      if (outcome.kind !== 'move') return outcome.kind === 'waiting' ? traveller : null;
      traveller = outcome.traveller;
    }
  };
  const waiting: Traveller[] = [];
  for (const half of halves) {
    const left = travel(depart(half, batchId));
    if (left !== null) waiting.push(left);
  }
  for (const traveller of waiting) {
    const left = travel(traveller);
    if (left?.half.kind === 'denial') failures.push(lonely(left.half, 'unpaired'));
  }
  return failures;
}

/** The product's keys are digests of the same, which is work for the sake of its table. */
function keyOf({ half, place }: Traveller): string {
  if (place === 'request') return half.requestId;
  return place === 'event' ? `event ${half.eventId}` : `extended ${half.requestId} ${half.extendedRequestId}`;
}

function put(traveller: Traveller, cells: Map<string, Cell>, others: Others): Cell {
  const { half, place, batchId } = traveller;
  const key = keyOf(traveller);
  const cell = cells.get(key) ?? cellOf(place === 'request' ? others.get(key) : undefined);
  const isTaken = half.kind === 'denial' ? cell.denial !== null : cell.access !== null;
  if (isTaken) return cell;
  const other = half.kind === 'denial' ? cell.access : cell.denial;
  const held = { half, batchId, second: other !== null };
  const filled: Cell =
    half.kind === 'denial'
      ? { denial: held as Held<typeof half>, access: cell.access, claimedBy: null }
      : { denial: cell.denial, access: held as Held<typeof half>, claimedBy: null };
  cells.set(key, filled);
  return filled;
}

function cellOf(other: Held | undefined): Cell {
  const empty: Cell = { denial: null, access: null, claimedBy: null };
  if (other === undefined) return empty;
  return other.half.kind === 'denial'
    ? { ...empty, denial: other as Held<typeof other.half> }
    : { ...empty, access: other as Held<typeof other.half> };
}
