/**
 * The cells in which halves are joined while a replay counts: bounded, and packed to a quarter of the memory. The
 * values of a single request become one text; values that many requests share (client, API, reason) are stored once.
 */

import type { CellMap } from '../../shared/adapters/memory/index.js';
import { boundedMap } from '../../shared/base/bounded-map.js';
import { commandLimits } from '../../shared/base/command-limits.js';
import type { AccessRecord, Cell, Denial, Half, HeldHalf } from '../../shared/model/index.js';
import { compactString } from './compact-string.js';

export interface CompactCells extends CellMap {
  readonly size: () => number;
}

/**
 * The fields that differ between halves of a kind: event id, time, request id, extended id, and the caller's address.
 */
type OwnFields = readonly [string, number, string | Same, string | null | Same, string?];
/** Marks ids of the access half that are the same as the denial's. */
type Same = 0;
type Common<T extends Half> = Omit<T, 'eventId' | 'at' | 'requestId' | 'extendedRequestId'>;

/** Each text has a header and a pointer, so both halves share one. */
interface Packed {
  readonly own: string;
  readonly denial: Common<Denial> | null;
  readonly access: Common<AccessRecord> | null;
  readonly denialBatch: string;
  readonly accessBatch: string;
  readonly second: Half['kind'] | null;
  readonly claimedBy: string | null;
}

/** Halves of a request mostly come within a batch or two: until then a cell is not packed. About 1 KB each, and at most twice as many. */
const UNPACKED_MAX = 8_000;

/** @param most the number of cells that are kept at least */
export function compactCells(most: number): CompactCells {
  const cells = boundedMap<Packed>(most);
  const shared = createShared();
  let [recent, before] = [new Map<string, Cell>(), new Map<string, Cell>()];
  return {
    get: (key) => {
      const cell = recent.get(key) ?? before.get(key);
      const packed = cell === undefined ? cells.get(key) : undefined;
      return packed === undefined ? cell : unpack(packed);
    },
    set: (key, cell) => {
      recent.set(key, cell);
      if (recent.size < Math.min(UNPACKED_MAX, most)) return;
      for (const [name, one] of before) if (!recent.has(name)) cells.set(compactString(name), pack(one, shared));
      [recent, before] = [new Map(), recent];
    },
    size: () => cells.size() + recent.size + before.size,
  };
}

type Share = <T extends object>(value: T) => T;

/** Returns the same object for equal values. It is a copy, so that it does not keep the text from which it was cut. */
function createShared(): Share {
  const known = boundedMap<object>(commandLimits.replaySharedMax);
  return <T extends object>(value: T): T => {
    const key = JSON.stringify(value);
    const found = known.get(key);
    if (found !== undefined) return found as T;
    const copy: T = JSON.parse(key);
    known.set(key, copy);
    return copy;
  };
}

function pack({ denial, access, claimedBy }: Cell, share: Share): Packed {
  return {
    own: compactString(
      JSON.stringify([
        denial === null ? null : ownOf(denial.half, null),
        access === null ? null : ownOf(access.half, denial?.half ?? null),
      ]),
    ),
    denial: denial === null ? null : share(commonOf(denial.half)),
    access: access === null ? null : share(withoutAddress(commonOf(access.half))),
    denialBatch: denial?.batchId ?? '',
    accessBatch: access?.batchId ?? '',
    second: denial?.second === true ? 'denial' : access?.second === true ? 'access' : null,
    claimedBy,
  };
}

function unpack({ own, denial, access, denialBatch, accessBatch, second, claimedBy }: Packed): Cell {
  const [ofDenial, ofAccess]: [OwnFields | null, OwnFields | null] = JSON.parse(own);
  return {
    denial: held<Denial>(denial, ofDenial, null, denialBatch, second === 'denial'),
    access: held<AccessRecord>(withAddress(access, ofAccess), ofAccess, ofDenial, accessBatch, second === 'access'),
    claimedBy,
  };
}

function held<T extends Half>(
  common: Common<T> | null,
  own: OwnFields | null,
  other: OwnFields | null,
  batchId: string,
  second: boolean,
): HeldHalf<T> | null {
  if (common === null || own === null) return null;
  const [eventId, at] = own;
  const requestId = own[2] === 0 ? other?.[2] : own[2];
  const extendedRequestId = own[3] === 0 ? other?.[3] : own[3];
  // The compiler does not know that the fields of `Common` and these make a complete half.
  return { half: { ...common, eventId, at, requestId, extendedRequestId } as unknown as T, batchId, second };
}

/** @param other the half whose ids need not be stored again */
function ownOf(half: Half, other: Half | null): OwnFields {
  const { eventId, at, requestId, extendedRequestId } = half;
  const address = half.kind === 'access' ? half.client?.sourceIp : undefined;
  const own = [
    eventId,
    at,
    requestId === other?.requestId ? 0 : requestId,
    extendedRequestId === other?.extendedRequestId ? 0 : extendedRequestId,
  ] as const;
  return address === undefined ? own : [...own, address];
}

function commonOf<T extends Half>({ eventId, at, requestId, extendedRequestId, ...common }: T): Common<T> {
  return common;
}

function withoutAddress(access: Common<AccessRecord>): Common<AccessRecord> {
  return access.client === null ? access : { ...access, client: { ...access.client, sourceIp: '' } };
}

function withAddress(access: Common<AccessRecord> | null, own: OwnFields | null): Common<AccessRecord> | null {
  const client = access?.client ?? null;
  if (access === null || client === null) return access;
  return { ...access, client: { ...client, sourceIp: own?.[4] ?? '' } };
}
