/** Starts the state machine of a backfill by the event that its rule waits for. Needs `events:PutEvents` on the default bus. */

import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';

export interface BackfillStart {
  readonly bucket: string;
  readonly run: string;
  /** Hours since the epoch, the last one exclusive. */
  readonly from: number;
  readonly to: number;
  /** How many objects may stay unread. */
  readonly tolerated: number;
}

/** @throws errors of AWS */
export async function startBackfill(
  start: BackfillStart,
  client: Pick<EventBridgeClient, 'send'> = new EventBridgeClient({}),
): Promise<void> {
  const entry = { Source: 'mtls-watch', DetailType: 'Backfill', Detail: JSON.stringify(start) };
  const { FailedEntryCount = 0, Entries = [] } = await client.send(new PutEventsCommand({ Entries: [entry] }));
  if (FailedEntryCount > 0) throw new Error(`EventBridge refused the event: ${Entries[0]?.ErrorMessage ?? ''}`);
}
