/**
 * The cells where halves meet while a replay counts: bounded, and packed to a quarter of the memory. What is one request's own
 * becomes one text; what many requests have in common (client, API, reason) is kept once.
 */

import type { CellMap } from '../../shared/adapters/memory/index.js';
import { boundedMap } from '../../shared/base/bounded-map.js';
import { limits } from '../../shared/base/limits.js';
import type { AccessRecord, Cell, Denial, Half, HeldHalf } from '../../shared/model/index.js';
import { compactString } from './compact-string.js';

export interface CompactCells extends CellMap {
  readonly size: () => number;
}

/** What tells a half from the others of its kind: event id, time, request id, extended id, and the caller's address. */
type OwnFields = readonly [string, number, string | Same, string | null | Same, string?];
/** The access half's ids where they are the denial's. */
type Same = 0;
type Common<T extends Half> = Omit<T, 'eventId' | 'at' | 'requestId' | 'extendedRequestId'>;

/** Texts of their own take a header and a pointer each, so both halves share one. */
interface Packed {
  readonly own: string;
  readonly denial: Common<Denial> | null;
  readonly access: Common<AccessRecord> | null;
  readonly denialBatch: string;
  readonly accessBatch: string;
  readonly second: Half['kind'] | null;
  readonly claimedBy: string | null;
}

/** @param most cells remembered, at least */
export function compactCells(most: number): CompactCells {
  const cells = boundedMap<Packed>(most);
  const shared = createShared();
  return {
    get: (key) => {
      const packed = cells.get(key);
      return packed === undefined ? undefined : unpack(packed);
    },
    set: (key, cell) => cells.set(compactString(key), pack(cell, shared)),
    size: cells.size,
  };
}

type Share = <T extends object>(value: T) => T;

/** Keeps one of equal values. The copy is free of the texts that the first one was cut from. */
function createShared(): Share {
  const known = boundedMap<object>(limits.replaySharedMax);
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
  // The compiler does not know that the fields of `Common` and these are all of a half.
  return { half: { ...common, eventId, at, requestId, extendedRequestId } as unknown as T, batchId, second };
}

/** @param other the half whose ids need not be kept again */
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
