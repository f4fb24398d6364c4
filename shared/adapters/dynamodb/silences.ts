/** Silences, each one item. They are few, so that a query lists them all; the last one to save wins. */

import * as z from 'zod';
import { limits } from '../../limits.js';
import type { Silence } from '../../model.js';
import type { SilenceStore } from '../../ports/index.js';
import { readValue } from './items.js';
import { keys, ttl } from './keys.js';
import { attributesOf, type Table } from './table.js';

const silenceSchema = z.strictObject({
  id: z.string(),
  scope: z.string().nullable(),
  issuerDn: z.string().nullable(),
  reason: z.string().nullable(),
  startsAt: z.number(),
  endsAt: z.number(),
  window: z.strictObject({ days: z.array(z.int()), fromMinute: z.int(), minutes: z.int() }).nullable(),
  comment: z.string(),
  createdAt: z.number(),
}) satisfies z.ZodType<Silence>;

export function createSilences(table: Table): SilenceStore {
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
      return items.map((item) => readValue(item, 'value', silenceSchema));
    },
  };
}
