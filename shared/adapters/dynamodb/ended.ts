/**
 * The records of incidents that are over (`incidents.ts`). Loaded when the first one ends, or is asked for.
 */

import { HOUR_MS } from '../../base/time.js';
import * as z from '../../base/zod.js';
import type { EndedIncident, Incident, Notice } from '../../model/index.js';
import { severities } from '../../model/notices.js';
import { endedOf, lastEnds } from '../../ports/ended.js';
import { groupSchema, type ReadEach, readValue, reasonSchema, textOf } from './items.js';
import { endOf, keys, ordered, ttl, weekOfHour } from './keys.js';
import { INCIDENT_EXISTS } from './outbox.js';
import { attributesOf, type Item, type Table } from './table.js';

const endedSchema = z.object({
  incidentId: z.string(),
  group: groupSchema,
  severity: z.enum(severities),
  since: z.number(),
  firstFailureAt: z.nullable(z.number()),
  calmAt: z.number(),
  endedAt: z.number(),
  count: z.nullable(z.number()),
  reasons: z.optional(z.array(z.object({ reason: reasonSchema, count: z.number() }))),
  flaps: z.int().check(z.nonnegative()),
  announced: z.boolean(),
  heldBack: z.withDefault(z.boolean(), false),
}) satisfies z.ZodMiniType<EndedIncident>;

/** The record that goes into the item of the incident, in the write that ends it. */
export function recordOf(next: Incident, notice: Notice | null): string {
  return JSON.stringify(endedOf(next, notice));
}

/** As `IncidentStore.ended`. */
export async function readEnded(
  table: Table,
  readEach: ReadEach,
  from: number,
  to: number,
  limit: number,
): Promise<readonly EndedIncident[]> {
  const ended: EndedIncident[] = [];
  const last = weekOfHour(Math.floor((to - 1) / HOUR_MS));
  for (let week = weekOfHour(Math.floor(from / HOUR_MS)); week <= last && ended.length < limit; week++) {
    const range = { from: ordered(from), to: endOf(ordered(to - 1)) };
    const items = await table.query({ pk: keys.endedPk(week), ...range }, limit - ended.length);
    ended.push(...readEach(items, (item) => readValue(item, 'value', endedSchema)));
  }
  return lastEnds(ended);
}

/** Copies the ends that the incident's item still contains to the archive, then removes them from the item. */
export async function archiveEnded(item: Item, table: Table, days: number): Promise<void> {
  const records = item.ended?.SS ?? [];
  if (records.length === 0) return;
  await table.putAll(
    records.map((text) => {
      const one = readValue({ ...item, ended: { S: text } }, 'ended', endedSchema);
      return {
        ...attributesOf(keys.ended(one.incidentId, one.endedAt)),
        value: { S: text },
        ttl: ttl(one.endedAt, days),
      };
    }),
  );
  const strike = { expression: 'DELETE #ended :ended', values: { ':ended': { SS: records } } };
  await table.update({ pk: textOf(item, 'pk'), sk: textOf(item, 'sk') }, strike, INCIDENT_EXISTS);
}
