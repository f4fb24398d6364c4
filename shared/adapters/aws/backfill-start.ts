/** Starts the state machine of a backfill by the event that its rule waits for. Needs `events:PutEvents` on the default bus. */

import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { BackfillStart } from '../../ports/backfill.js';

/**
 * @param bucket that of the stack: the rule of another stack in the account waits for another one
 * @throws errors of AWS
 */
export async function startBackfill(
  bucket: string,
  start: BackfillStart,
  client: Pick<EventBridgeClient, 'send'> = new EventBridgeClient({}),
): Promise<void> {
  const entry = { Source: 'mtls-watch', DetailType: 'Backfill', Detail: JSON.stringify({ ...start, bucket }) };
  const { FailedEntryCount = 0, Entries = [] } = await client.send(new PutEventsCommand({ Entries: [entry] }));
  if (FailedEntryCount > 0) throw new Error(`EventBridge refused the event: ${Entries[0]?.ErrorMessage ?? ''}`);
}
