/**
 * The canary's calls, under the UTC day on which they began. One item a call, and two parts of it that different
 * functions write: what the canary says of its call, as often as it likes, and who saw it first, once:
 *
 *     (no item) --save--> known --save--> known better
 *                           |
 *                           +--see--> seen by one log event, for good; whoever sees it later learns by which
 */

import { limits } from '../../base/limits.js';
import { MINUTE_MS } from '../../base/time.js';
import * as z from '../../base/zod.js';
import type { Probe, ProbeSeen, WatchedProbe } from '../../model/index.js';
import { probeOutcomes } from '../../model/index.js';
import type { Clock, ProbeStore } from '../../ports/index.js';
import { inParallel } from './failures.js';
import { numberOf, readValue, textOf } from './items.js';
import { daysBetween, endOf, keys, ordered, ttl } from './keys.js';
import type { Item, Table } from './table.js';

const probeSchema = z.object({
  fingerprint: z.string(),
  scope: z.string(),
  at: z.number(),
  outcome: z.enum(probeOutcomes),
  requestId: z.nullable(z.string()),
  extendedRequestId: z.nullable(z.string()),
}) satisfies z.ZodMiniType<Probe>;

/** The probe was not seen yet. */
const IS_UNSEEN = 'attribute_not_exists(#seenBy)';

export function createProbes(table: Table, clock: Clock): ProbeStore {
  return {
    save: async (probe) => {
      await table.update(keys.probe(probe.at, probe.fingerprint), {
        expression: 'SET #value = :value, #ttl = :ttl',
        values: { ':value': { S: JSON.stringify(probe) }, ':ttl': ttl(clock.now(), limits.factDaysMax) },
      });
    },
    between: async (from, to, limit) => {
      const days = daysBetween(Math.floor(from / MINUTE_MS), Math.floor(to / MINUTE_MS));
      const range = { from: ordered(from), to: endOf(ordered(to)) };
      const pages = await inParallel(days, (day) => table.query({ pk: keys.probePk(day), ...range }, limit));
      return pages.flat().slice(0, limit).map(watchedOf);
    },
    see: async ({ at, fingerprint }, seen) => {
      const update = {
        expression: 'SET #seenBy = :eventId, #seenAt = :at',
        values: { ':eventId': { S: seen.eventId }, ':at': { N: String(seen.at) } },
      };
      const { item } = await table.update(keys.probe(at, fingerprint), update, IS_UNSEEN);
      return seenOf(item);
    },
  };
}

function watchedOf(item: Item): WatchedProbe {
  return { ...readValue(item, 'value', probeSchema), seen: item.seenBy === undefined ? null : seenOf(item) };
}

function seenOf(item: Item): ProbeSeen {
  return { eventId: textOf(item, 'seenBy'), at: numberOf(item, 'seenAt') };
}
