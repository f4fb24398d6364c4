/** Notes when lines of a domain were read that are no refusals. Called when a batch has such lines. */

import pMap from 'p-map';
import { getOrInsert } from '../base/get-or-insert.js';
import { limits } from '../base/limits.js';
import { pulseOf } from '../base/time.js';
import type { HeardLine } from '../model/index.js';
import type { World } from '../ports/index.js';

export async function notePulses(lines: readonly HeardLine[], { stores }: World): Promise<void> {
  const byScope = new Map<string, Set<number>>();
  for (const { scope, at } of lines) getOrInsert(byScope, scope, () => new Set<number>()).add(pulseOf(at));
  await pMap(byScope, ([scope, pulses]) => stores.pulses.note(scope, [...pulses]), {
    concurrency: limits.storeConcurrencyMax,
  });
}
