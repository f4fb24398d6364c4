/** What probes showed of each domain's gateway. */

import { limits } from '../../base/limits.js';
import * as z from '../../base/zod.js';
import type { ProbedGateway } from '../../model/index.js';
import { probedKinds } from '../../model/index.js';
import type { Clock, ProbedStore } from '../../ports/index.js';
import { type ReadEach, readValue } from './items.js';
import { keys, ttl } from './keys.js';
import type { Table } from './table.js';

const probedSchema = z.object({
  domain: z.string(),
  at: z.number(),
  outcomes: z.record(
    z.enum(probedKinds),
    z.object({ outcome: z.enum(['let-in', 'refused', 'undecided']), because: z.nullable(z.string()) }),
  ),
}) satisfies z.ZodMiniType<ProbedGateway>;

export function createProbed(table: Table, clock: Clock, readEach: ReadEach): ProbedStore {
  return {
    save: async (probed) => {
      await table.update(keys.probed(probed.domain), {
        expression: 'SET #value = :value, #ttl = :ttl',
        values: { ':value': { S: JSON.stringify(probed) }, ':ttl': ttl(clock.now(), limits.rollupDaysMax) },
      });
    },
    load: async (domain) => {
      const item = await table.get(keys.probed(domain));
      const [probed] = item === null ? [] : readEach([item], (one) => readValue(one, 'value', probedSchema));
      return probed ?? null;
    },
  };
}
