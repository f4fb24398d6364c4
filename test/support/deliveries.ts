/** Requests as events of two logs, and the ways in which CloudWatch Logs may cut, order and repeat them. */

import fc from 'fast-check';
import type { LogEvent } from '../../shared/model/index.js';
import { ingest } from '../../shared/pipeline.js';
import type { World } from '../../shared/ports/index.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch, type Refusal } from './logs.js';

/** An event, and the log that it belongs to. */
export interface SidedEvent {
  readonly side: typeof executionBatch | typeof accessBatch;
  readonly event: LogEvent;
}

/** A refusal as both logs tell it. */
export function sidesOf(refusal: Refusal, record: LogEvent = accessEvent(refusal)): SidedEvent[] {
  return [
    { side: executionBatch, event: denialAsOneEvent(refusal) },
    { side: accessBatch, event: record },
  ];
}

/** All of the events and some of them again, in any order, in chunks of any size up to 7. */
export function anyDeliveries(events: readonly SidedEvent[]): fc.Arbitrary<SidedEvent[][]> {
  const most = 2 * events.length;
  return fc
    .tuple(
      fc.shuffledSubarray([...events], { minLength: events.length }),
      fc.shuffledSubarray([...events]),
      fc.array(fc.integer({ min: 1, max: 7 }), { minLength: most, maxLength: most }),
    )
    .map(([all, again, sizes]) => {
      const queue = [...all, ...again];
      return sizes.map((size) => queue.splice(0, size)).filter((chunk) => chunk.length > 0);
    });
}

/** A chunk as a batch of each log that has events in it. */
export async function ingestChunk(chunk: readonly SidedEvent[], world: World): Promise<void> {
  for (const side of [executionBatch, accessBatch]) {
    const own = chunk.filter((one) => one.side === side).map(({ event }) => event);
    if (own.length > 0) await ingest(side(own), world);
  }
}
