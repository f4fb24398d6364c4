/**
 * The storm: how many halves of a minute are joined, and who counts those that are not. A denial that is not joined has no
 * cell. So that it counts once all the same when it comes again in a batch that is cut elsewhere,
 *
 * 1. what each batch does is fixed with its first attempt: rate, scopes, and the order of the batches of a minute and stream;
 * 2. a denial belongs to the first of these batches that brought it, joined or not;
 * 3. a denial that a small batch put into a cell counts by its cell: those with a few halves in the minute are on no list;
 * 4. a small batch that comes late looks at the list, and leaves alone what a batch on it brought and did not join.
 *
 * See "Storms" in `docs/counting.md` for what a small batch may count again.
 */

import pMap from 'p-map';
import { digest } from '../base/digest.js';
import { limits } from '../base/limits.js';
import { MINUTE_MS } from '../base/time.js';
import { isHostScope, knownDomain } from '../config/qualified-names.js';
import type { AccessRecord, Connection, Denial, Half } from '../model/index.js';
import { markOf } from '../ports/event-marks.js';
import type { Stores, StormStore } from '../ports/index.js';
import { cellKey, keyOf, startAttempt } from './pairing.js';
import { type BoundedLoad, connectionKey, isKeySampled, sample, samplingRate } from './sample.js';

type ByMinute<T> = ReadonlyMap<number, readonly T[]>;
type StormStores = Pick<Stores, 'storm' | 'join'>;

const NOTHING: BoundedLoad = { halves: [], unsampled: [] };

/** The batch, and since when a denial was logged that counts as prompt, in epoch milliseconds. */
interface Arrival {
  readonly batchId: string;
  readonly promptFrom: number;
}

/**
 * Which connections get a cell, and which are counted without one. A record of a connection has all that there is to know of it, so
 * each counts by itself under its own issuer, in a storm as well: only the cells, which tell repeats, are given to a sample.
 */
export interface BoundedConnections {
  readonly joined: readonly Connection[];
  /** Under the scopes that were fixed with the batch's first attempt. */
  readonly alone: readonly Connection[];
}

/** @param connections each once */
export async function boundConnections(
  connections: ByMinute<Connection>,
  { batchId, promptFrom }: Arrival,
  stores: StormStores,
): Promise<BoundedConnections> {
  const parts = await pMap(
    connections,
    async ([minute, some]): Promise<BoundedConnections> => {
      if (some.length > limits.unaskedHalvesMax) return boundMany(minute, some, batchId, stores);
      const late = some.filter(({ at }) => at < promptFrom);
      const brought = await marksAt(placesOf(minute, late), stores.storm.brought);
      const known = late.filter((one) => brought.has(markOf(connectionKey(one))));
      const leftOut = new Set(await withoutOwnCell(known, stores));
      return { joined: some.filter((one) => !leftOut.has(one)), alone: [] };
    },
    { concurrency: limits.storeConcurrencyMax },
  );
  return { joined: parts.flatMap(({ joined }) => joined), alone: parts.flatMap(({ alone }) => alone) };
}

async function boundMany(
  minute: number,
  connections: readonly Connection[],
  batchId: string,
  stores: StormStores,
): Promise<BoundedConnections> {
  const { storm } = stores;
  const load = await storm.addLoad(minute, 'connection', connections.length);
  const part = digest('part', batchId, 'connection', minute);
  const { rate, scopes, hasWords } = await storm.fixDenials(part, {
    rate: samplingRate(load),
    scopes: renamedIn(connections),
    hasWords: true,
    events: connections.map((one) => markOf(connectionKey(one))),
  });
  const foreign = await enrolledEarlier(minute, connections, part, storm);
  const ours = connections.filter((one) => !foreign.has(markOf(connectionKey(one))));
  const isIn = (one: Connection): boolean => rate >= 1 || isKeySampled(connectionKey(one), rate);
  const nameOf = fixedNames(scopes);
  const alone = ours.filter((one) => !isIn(one)).map((one) => ({ ...asFixed(one, hasWords), scope: nameOf(one) }));
  return { joined: ours.filter(isIn), alone: await withoutOwnCell(alone, stores) };
}

/**
 * What the settings name otherwise than the record does. Clients choose host names, so of those under a wildcard domain there is the
 * domain alone, and beside it the names below it that are domains of their own.
 */
function renamedIn(connections: readonly Connection[]): Record<string, string> {
  const names: Record<string, string> = {};
  for (const { called = '', scope } of connections) {
    if (called !== scope && called !== '') names[isHostScope(called) ? scope : called] = scope;
  }
  const domains = new Set(Object.keys(names));
  for (const { called = '', scope } of connections) {
    if (called === scope && isHostScope(called) && knownDomain(called, domains) !== null) names[called] = scope;
  }
  return names;
}

function fixedNames(names: Readonly<Record<string, string>>): (connection: Connection) => string {
  const domains = new Set(Object.keys(names).filter(isHostScope));
  return ({ called, scope }) => {
    if (called === undefined) return scope;
    return isHostScope(called) ? (knownDomain(called, domains) ?? called) : (names[called] ?? called);
  };
}

/** Whoever put it into its cell, it counts by its cell. */
async function withoutOwnCell(connections: readonly Connection[], { join }: StormStores): Promise<Connection[]> {
  if (connections.length === 0) return [];
  const cells = await join.read(connections.map(connectionKey));
  return connections.filter((_, index) => cells[index]?.access == null);
}

export async function boundLoad(
  denials: ByMinute<Denial>,
  accesses: ByMinute<AccessRecord>,
  { batchId, promptFrom }: Arrival,
  stores: StormStores,
): Promise<BoundedLoad> {
  const [ofDenials, ofAccesses] = await Promise.all([
    eachMinute(denials, async (minute, halves) => {
      if (halves.length > limits.unaskedHalvesMax) return boundDenials(minute, halves, batchId, stores);
      return { ...NOTHING, halves: await withoutLeftOut(minute, halves, promptFrom, stores) };
    }),
    eachMinute(accesses, (minute, halves) => boundAccesses(minute, halves, batchId, stores)),
  ]);
  const parts = [...ofDenials, ...ofAccesses];
  return { halves: parts.flatMap(({ halves }) => halves), unsampled: parts.flatMap(({ unsampled }) => unsampled) };
}

function eachMinute<T>(
  minutes: ByMinute<T>,
  bound: (minute: number, halves: readonly T[]) => Promise<BoundedLoad>,
): Promise<BoundedLoad[]> {
  return pMap(minutes, ([minute, halves]) => bound(minute, halves), { concurrency: limits.storeConcurrencyMax });
}

/** What a batch brought of one kind in one minute is fixed on its own: a batch may reach over minutes. */
const partOf = (batchId: string, kind: Half['kind'], minute: number): string => digest('part', batchId, kind, minute);

async function boundAccesses(
  minute: number,
  accesses: readonly AccessRecord[],
  batchId: string,
  { storm }: StormStores,
): Promise<BoundedLoad> {
  if (accesses.length <= limits.unaskedHalvesMax) return { ...NOTHING, halves: accesses };
  const load = await storm.addLoad(minute, 'access', accesses.length);
  const rate = await storm.fixRate(partOf(batchId, 'access', minute), samplingRate(load));
  return { ...NOTHING, halves: sample(accesses, rate).joined };
}

/**
 * A batch is on the list also where all of it is joined: it may die before it does so, and be repeated after another batch
 * left the same events out.
 */
async function boundDenials(
  minute: number,
  denials: readonly Denial[],
  batchId: string,
  stores: StormStores,
): Promise<BoundedLoad> {
  const { storm } = stores;
  const load = await storm.addLoad(minute, 'denial', denials.length);
  const part = partOf(batchId, 'denial', minute);
  const nameOf = ({ api }: Denial): string => `${api.apiId}/${api.stage}`;
  const { rate, scopes, hasWords } = await storm.fixDenials(part, {
    rate: samplingRate(load),
    hasWords: true,
    scopes: Object.fromEntries(denials.map((denial) => [nameOf(denial), denial.scope])),
    events: [...new Set(denials.map(({ eventId }) => markOf(eventId)))],
  });
  const foreign = await enrolledEarlier(minute, denials, part, storm);
  const { joined, left } = sample(denials, rate);
  const isOurs = ({ eventId }: Denial): boolean => foreign.size === 0 || !foreign.has(markOf(eventId));
  // A joined half is counted under the scope that is stored in its cell; the scope of the others is the one that was fixed.
  const alone = left
    .filter(isOurs)
    .map((denial) => ({ ...asFixed(denial, hasWords), scope: scopes[nameOf(denial)] ?? denial.scope }));
  return { halves: joined.filter(isOurs), unsampled: await withoutCell(alone, stores) };
}

/** A batch that an earlier release began is ended as it began. */
function asFixed<T extends Denial | Connection>({ words, ...one }: T, hasWords: true | undefined): Omit<T, 'words'> {
  return hasWords === true && words !== undefined ? { ...one, words } : one;
}

async function enrolledEarlier(
  minute: number,
  denials: readonly Logged[],
  part: string,
  storm: StormStore,
): Promise<ReadonlySet<string>> {
  return marksAt(placesOf(minute, denials), (place, span) => storm.enrol(place, part, span));
}

/**
 * Of a few denials, without those that a storm's batch brought and did not join: it counted them alone. What is in a cell counts by
 * its cell, whoever put it there.
 */
async function withoutLeftOut(
  minute: number,
  denials: readonly Denial[],
  promptFrom: number,
  stores: StormStores,
): Promise<readonly Denial[]> {
  const late = denials.filter(({ at }) => at < promptFrom);
  const brought = await marksAt(placesOf(minute, late), stores.storm.brought);
  const known = late.filter(({ eventId }) => brought.has(markOf(eventId)));
  const leftOut = new Set(known.length === 0 ? [] : await withoutCell(known, stores));
  return denials.filter((denial) => !leftOut.has(denial));
}

/** Milliseconds within the minute: the first and the last. */
type Span = readonly [number, number];

/** The ids of a stream's events begin alike. */
const STREAM_CHARS = 11;

type Logged = Pick<Denial, 'eventId' | 'at'>;

function placesOf(minute: number, denials: readonly Logged[]): ReadonlyMap<string, Span> {
  const spans = new Map<string, Span>();
  for (const { eventId, at } of denials) {
    const stream = eventId.slice(0, STREAM_CHARS);
    const within = at - minute * MINUTE_MS;
    const [from, to] = spans.get(stream) ?? [within, within];
    spans.set(stream, [Math.min(from, within), Math.max(to, within)]);
  }
  return new Map([...spans].map(([stream, span]) => [digest('place', stream, minute), span]));
}

async function marksAt(
  places: ReadonlyMap<string, Span>,
  look: (place: string, span: Span) => Promise<ReadonlySet<string>>,
): Promise<ReadonlySet<string>> {
  const marks = await pMap(places, ([place, span]) => look(place, span), { concurrency: limits.storeConcurrencyMax });
  return new Set(marks.flatMap((some) => [...some]));
}

/** Another batch, before the storm or a small one, joined those that are in a cell. */
async function withoutCell(denials: readonly Denial[], { join }: StormStores): Promise<Denial[]> {
  const keysOf = (some: readonly Denial[]) => some.map((denial) => keyOf(startAttempt(denial, '')));
  const cells = await join.read(keysOf(denials));
  const absent = denials.filter(({ eventId }, index) => cells[index]?.denial?.half.eventId !== eventId);
  // Where another denial has the slot of the request, it went on from there by the cell of its own event.
  const isTaken = new Set(denials.filter((_, index) => cells[index]?.denial != null));
  const moved = absent.filter((denial) => isTaken.has(denial));
  const further = await join.read(moved.map(({ eventId }) => cellKey.event(eventId)));
  const isThere = new Set(moved.filter((_, index) => further[index]?.denial != null));
  return absent.filter((denial) => !isThere.has(denial));
}
