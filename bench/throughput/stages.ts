/** The stages one by one, each on the output of the one before, to measure the time of each. */

import { gunzipSync } from 'node:zlib';
import { batchOf, decodeSubscription } from '../../shared/logs/decode.js';
import type { LogEvent } from '../../shared/model/index.js';
import { parse } from '../../test/support/parse.js';
import type { Payload } from '../support/payloads.js';
import { parseMessages } from './floor.js';
import { group, type Others, pair } from './ours.js';

export type Stage = 'floorPayload' | 'floorMessages' | 'decode' | 'batchId' | 'parse' | 'pair' | 'group';

export function stagesOf({ event }: Payload, others: Others): Record<Stage, () => unknown> {
  const batch = decodeSubscription(event);
  if (batch.kind === 'control') throw new Error('the benchmark sends no probes');
  const { denials, accesses } = parse(batch);
  const halves = [...denials, ...accesses];
  const pairHalves = () => pair(halves, batch.batchId, others);
  const failures = pairHalves();
  return {
    floorPayload: () => JSON.parse(gunzipSync(Buffer.from(event.awslogs.data, 'base64')).toString('utf8')),
    floorMessages: () => parseMessages(batch.events as LogEvent[]),
    decode: () => decodeSubscription(event),
    batchId: () => batchOf(batch),
    parse: () => parse(batch),
    pair: pairHalves,
    group: () => group(failures, batch.batchId),
  };
}
