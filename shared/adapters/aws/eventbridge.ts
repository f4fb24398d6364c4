/** Sends an event to a bus for every notice. */

import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { MtlsWatchError, messageOf } from '../../base/errors.js';
import { eventOf } from '../../messages/event.js';
import type { Notice } from '../../model/index.js';
import type { Publisher } from '../../ports/index.js';

/** What is used of an `EventBridgeClient`. */
export type PutEvents = (
  entry: ReturnType<typeof eventOf>,
) => Promise<{ readonly FailedEntryCount?: number | undefined; readonly Entries?: { ErrorMessage?: string }[] }>;

/** @param busName the name or ARN of the bus */
export function createEventPublisher(busName: string, put: PutEvents = putWithSdk()): Publisher {
  return {
    publish: async (notice) => {
      try {
        const answer = await put(eventOf(notice, busName));
        if ((answer.FailedEntryCount ?? 0) > 0) throw new Error(answer.Entries?.[0]?.ErrorMessage ?? 'entry refused');
      } catch (error) {
        throw failed(notice, error);
      }
    },
  };
}

function putWithSdk(): PutEvents {
  const client = new EventBridgeClient({});
  return (entry) => client.send(new PutEventsCommand({ Entries: [entry] }));
}

function failed(notice: Notice, error: unknown): MtlsWatchError {
  return new MtlsWatchError(
    'publish-failed',
    `EventBridge did not take notice ${notice.noticeId}: ${messageOf(error)}`,
    {
      cause: error,
      retryable: true,
    },
  );
}
