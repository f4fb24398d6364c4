/**
 * Bounds the work in a storm. Joining costs writes for every request, so beyond a budget only a share of the requests
 * is joined. The share is chosen by a hash of the request id: both logs choose the same requests, and a sparser sample
 * is a part of a denser one. A joined request stands for 1 / rate of its kind. The denials that are not joined are
 * counted one by one without a client, so totals per reason stay exact.
 * The first 5,000 of a minute are all joined, half of the next 5,000, a quarter of the 10,000 after those, an eighth of
 * the next 20,000: the writes of a minute grow with the logarithm of the load.
 */

import { limits } from '../base/limits.js';
import type { Connection, Denial, Half } from '../model/index.js';
import { cellKey } from './pairing.js';

/**
 * @param load how many halves of one kind came in this minute, the current ones included
 * @returns the share to join: 1, 1/2, 1/4, …
 */
export function samplingRate(load: number): number {
  return load <= limits.joinedPerMinuteMax ? 1 : 2 ** -Math.ceil(Math.log2(load / limits.joinedPerMinuteMax));
}

export interface BoundedLoad {
  /** The halves to join. */
  readonly halves: readonly Half[];
  /** The denials that are counted alone in a storm. */
  readonly unsampled: readonly Denial[];
}

export interface Sampled<T extends Half> {
  readonly joined: readonly T[];
  /** The halves that are not joined. */
  readonly left: readonly T[];
}

/**
 * Splits a batch's halves of one kind. At a rate of 1 all are joined; below it, repeats of a request id are limited
 * too.
 */
export function sample<T extends Half>(halves: readonly T[], rate: number): Sampled<T> {
  if (rate >= 1) return { joined: halves, left: [] };
  const joined: T[] = [];
  const left: T[] = [];
  const seen = new Map<string, number>();
  for (const half of new Map(halves.map((one) => [one.eventId, one] as const)).values()) {
    // A record without a request id is sampled by its extended id.
    const id = half.requestId === '' ? (half.extendedRequestId ?? '') : half.requestId;
    const times = (seen.get(id) ?? 0) + 1;
    seen.set(id, times);
    const isIn = times <= limits.halvesPerRequestIdMax && isSampled(id, rate);
    if (isIn) joined.push({ ...half, rate });
    else left.push(half);
  }
  return { joined, left };
}

/** Uniform over request ids: uses the digest that also names the request's cell. */
function isSampled(requestId: string, rate: number): boolean {
  return isKeySampled(cellKey.request(requestId), rate);
}

/** Whether what has this cell is in the sample, by the first 32 bits of the digest that names the cell. */
export function isKeySampled(key: string, rate: number): boolean {
  return Buffer.from(key, 'base64url').readUInt32BE() < rate * 2 ** 32;
}

/** The cell of a connection. Without an id of the door's own, the log event is the unit, as for everything else. */
export function connectionKey({ connectionId, eventId }: Pick<Connection, 'connectionId' | 'eventId'>): string {
  return connectionId === '' ? cellKey.event(eventId) : cellKey.connection(connectionId);
}
