/** Silences, one item each. They are few, so one query lists them all; the last write wins. */

import { limits } from '../../base/limits.js';
import * as z from '../../base/zod.js';
import type { Silence } from '../../model/index.js';
import type { SilenceStore } from '../../ports/index.js';
import { type ReadEach, readValue } from './items.js';
import { keys, ttl } from './keys.js';
import { attributesOf, type Table } from './table.js';

const silenceSchema = z.object({
  id: z.string(),
  scope: z.nullable(z.string()),
  issuerDn: z.nullable(z.string()),
  reason: z.nullable(z.string()),
  isUnverified: z.optional(z.literal(true)),
  door: z.optional(z.string()),
  startsAt: z.number(),
  endsAt: z.number(),
  window: z.nullable(z.object({ days: z.array(z.int()), fromMinute: z.int(), minutes: z.int() })),
  comment: z.string(),
  author: z.optional(z.string()),
  createdAt: z.number(),
}) satisfies z.ZodMiniType<Silence>;

export function createSilences(table: Table, readEach: ReadEach): SilenceStore {
  return {
    save: (silence) =>
      table.putAll([
        {
          ...attributesOf(keys.silence(silence.id)),
          value: { S: JSON.stringify(silence) },
          ttl: ttl(silence.endsAt, limits.keptDaysMax),
        },
      ]),
    list: async () => {
      const items = await table.query({ pk: keys.silencePk });
      return readEach(items, (item) => readValue(item, 'value', silenceSchema));
    },
  };
}
