/** Reads a batch: each event by the first door that takes it. */

import type { LogBatch, LogEvent, Parsed } from '../model/index.js';
import type { ReadSettings } from './door.js';
import { doors } from './doors.js';

/** @throws where a module of a door cannot be loaded: the batch fails, and is delivered again */
export async function readDelivery(batch: LogBatch, settings: ReadSettings): Promise<Parsed> {
  const [gateway, ...others] = [...doors].reverse();
  if (gateway === undefined) throw new Error('no door is registered');
  const parts: Parsed[] = [];
  let left = batch.events;
  for (const door of others.reverse()) {
    const mayHold = (event: LogEvent) => !event.isPlainSuccess && door.mayHold(event.message);
    if (!left.some(mayHold)) continue;
    const own: LogEvent[] = [];
    const rest: LogEvent[] = [];
    for (const event of left) (mayHold(event) ? own : rest).push(event);
    const { parsed, declined } = await door.read({ ...batch, events: own, malformed: [] }, settings);
    parts.push(parsed);
    left = [...rest, ...declined];
  }
  if (parts.length > 0 && left.length + batch.malformed.length === 0) return merged(parts);
  // The last one gets the batch itself where no other door took anything, as nearly always.
  const { parsed } = await gateway.read(left === batch.events ? batch : { ...batch, events: left }, settings);
  return parts.length === 0 ? parsed : merged([...parts, parsed]);
}

/** What several batches say, as if it had come in one. */
export function merged(parts: readonly Parsed[]): Parsed {
  return {
    denials: parts.flatMap(({ denials }) => denials),
    accesses: parts.flatMap(({ accesses }) => accesses),
    connections: parts.flatMap(({ connections }) => connections),
    otherForbidden: parts.flatMap(({ otherForbidden }) => otherForbidden),
    rejected: parts.flatMap(({ rejected }) => rejected),
    certificates: new Map(parts.flatMap(({ certificates }) => [...certificates])),
    heard: parts.flatMap(({ heard }) => heard),
    passed: parts.reduce((sum, { passed }) => sum + passed, 0),
    recovered: parts.reduce((sum, { recovered }) => sum + recovered, 0),
  };
}
