/**
 * Connections whose one record says both who called and why. There is nothing to join, but the same record may be delivered
 * twice, in other batches, so each connection has a cell: the batch that fills it first counts it. The cell also keeps the
 * scope and the client as they were first read, so that a repeat counts in the same group whatever the settings say by then. In a
 * storm only a sample of the connections has cells, see `storm.ts`.
 */

import { getOrInsert } from '../base/get-or-insert.js';
import { lazily } from '../base/lazily.js';
import { limits } from '../base/limits.js';
import { minuteOf } from '../base/time.js';
import type { AccessRecord, Connection, Failure, ForbiddenFact } from '../model/index.js';
import type { Stores, World } from '../ports/index.js';
import { issuerOf } from './pairing.js';
import { connectionKey } from './sample.js';
import type { BoundedConnections } from './storm.js';

const loadStorm = lazily(() => import('./storm.js'));

export interface ClaimedConnections {
  readonly failures: readonly Failure[];
  readonly forbidden: readonly Pick<ForbiddenFact & { readonly at: number }, 'scope' | 'door' | 'at' | 'cause'>[];
}

export async function claimConnections(
  connections: readonly Connection[],
  batchId: string,
  world: ClaimWorld,
): Promise<ClaimedConnections> {
  const byKey = new Map<string, Connection>();
  for (const connection of connections) getOrInsert(byKey, connectionKey(connection), () => connection);
  const { joined, alone } = await shedConnections([...byKey.values()], batchId, world);
  const writes = joined.map((one) => ({ key: connectionKey(one), half: halfOf(one), batchId }));
  const cells = await world.stores.join.put(writes);
  const byEvent = new Map(connections.map((connection) => [connection.eventId, connection] as const));
  const owned = cells.flatMap(({ access }) => {
    const connection = access?.batchId === batchId ? byEvent.get(access.half.eventId) : undefined;
    return access === null || connection === undefined ? [] : [{ half: access.half, outcome: connection.outcome }];
  });
  const counted = [...owned, ...alone.map((one) => ({ half: halfOf(one), outcome: one.outcome }))];
  return {
    failures: counted.flatMap(({ half, outcome }) => ('reason' in outcome ? [failureOf(half, outcome)] : [])),
    forbidden: counted.flatMap(({ half: { scope, at, door }, outcome }) =>
      'cause' in outcome ? [{ scope, at, ...doorIn(door), cause: outcome.cause }] : [],
    ),
  };
}

type ClaimWorld = Pick<World, 'clock'> & { readonly stores: Pick<Stores, 'join' | 'storm'> };

/** A few that come in time have cells without a question. */
async function shedConnections(
  connections: readonly Connection[],
  batchId: string,
  { stores, clock }: ClaimWorld,
): Promise<BoundedConnections> {
  const promptFrom = clock.now() - limits.promptMs;
  const isFew = connections.length <= limits.unaskedHalvesMax;
  if (isFew && connections.every(({ at }) => at >= promptFrom)) return { joined: connections, alone: [] };
  const minutes = new Map<number, Connection[]>();
  for (const one of connections) getOrInsert(minutes, minuteOf(one.at), () => []).push(one);
  return (await loadStorm()).boundConnections(minutes, { batchId, promptFrom }, stores);
}

function halfOf({ eventId, at, scope, client, door, words }: Connection): AccessRecord {
  const own = { eventId, at, scope, client, door, ...wordsIn(words) };
  return { kind: 'access', requestId: '', extendedRequestId: null, api: { apiId: null, stage: null }, ...own, rate: 1 };
}

const wordsIn = (words: string | undefined) => (words === undefined ? {} : { words });

/** Cells of an earlier version lack it. */
const doorIn = (door: string | undefined) => (door === undefined ? {} : { door });

function failureOf(
  { eventId, at, scope, client, door, words }: AccessRecord,
  { reason, reasonText }: Pick<Failure, 'reason' | 'reasonText'>,
): Failure {
  return {
    eventId,
    requestId: '',
    extendedRequestId: null,
    at,
    scope,
    issuerDn: issuerOf(client),
    ...doorIn(door),
    reason,
    reasonText,
    ...wordsIn(words),
    attribution: 'whole',
    client,
    weight: 1,
    denialScope: scope,
  };
}
