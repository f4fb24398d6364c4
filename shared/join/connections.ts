/**
 * Connections whose one record says both who called and why. There is nothing to join, but the same record may be delivered
 * twice, in other batches, so each connection has a cell: the batch that fills it first counts it. The cell also keeps the
 * scope and the client as they were first read, so that a repeat counts in the same group whatever the settings say by then.
 */

import { getOrInsert } from '../base/get-or-insert.js';
import type { AccessRecord, Connection, Failure, ForbiddenFact } from '../model/index.js';
import type { JoinStore } from '../ports/index.js';
import { cellKey, issuerOf } from './pairing.js';

export interface ClaimedConnections {
  readonly failures: readonly Failure[];
  readonly forbidden: readonly Pick<ForbiddenFact & { readonly at: number }, 'scope' | 'door' | 'at' | 'cause'>[];
}

export async function claimConnections(
  connections: readonly Connection[],
  batchId: string,
  join: JoinStore,
): Promise<ClaimedConnections> {
  const byKey = new Map<string, Connection>();
  for (const connection of connections) getOrInsert(byKey, keyOf(connection), () => connection);
  const cells = await join.put([...byKey].map(([key, connection]) => ({ key, half: halfOf(connection), batchId })));
  const byEvent = new Map(connections.map((connection) => [connection.eventId, connection] as const));
  const owned = cells.flatMap(({ access }) => {
    const connection = access?.batchId === batchId ? byEvent.get(access.half.eventId) : undefined;
    return access === null || connection === undefined ? [] : [{ half: access.half, outcome: connection.outcome }];
  });
  return {
    failures: owned.flatMap(({ half, outcome }) => ('reason' in outcome ? [failureOf(half, outcome)] : [])),
    forbidden: owned.flatMap(({ half: { scope, at, door }, outcome }) =>
      'cause' in outcome ? [{ scope, at, ...doorIn(door), cause: outcome.cause }] : [],
    ),
  };
}

/** Without an id of the door's own, the log event is the unit, as for everything else. */
function keyOf({ connectionId, eventId }: Connection): string {
  return connectionId === '' ? cellKey.event(eventId) : cellKey.connection(connectionId);
}

function halfOf({ eventId, at, scope, client, door }: Connection): AccessRecord {
  const api = { apiId: null, stage: null };
  return { kind: 'access', eventId, at, requestId: '', extendedRequestId: null, api, scope, client, door, rate: 1 };
}

/** Cells of an earlier version lack it. */
const doorIn = (door: string | undefined) => (door === undefined ? {} : { door });

function failureOf(
  { eventId, at, scope, client, door }: AccessRecord,
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
    attribution: 'whole',
    client,
    weight: 1,
    denialScope: scope,
  };
}
