/** The load of a storm. Only large batches update it, so one item for each minute is enough. */

import { limits } from '../../base/limits.js';
import * as z from '../../base/zod.js';
import type { Clock, StormStore } from '../../ports/index.js';
import { numberOf, readValue } from './items.js';
import { keys, ttl } from './keys.js';
import type { Table } from './table.js';

export function createStorm(table: Table, clock: Clock): StormStore {
  const expiry = () => ttl(clock.now(), limits.cellDaysMax);
  return {
    addLoad: async (minute, kind, halves) => {
      const { item } = await table.update(keys.load(minute, kind), {
        expression: 'ADD #halves :halves SET #ttl = :ttl',
        values: { ':halves': { N: String(halves) }, ':ttl': expiry() },
      });
      return numberOf(item, 'halves');
    },
    fixRate: async (batchId, rate) => {
      const { item } = await table.update(keys.rate(batchId), {
        expression: 'SET #rate = if_not_exists(#rate, :rate), #ttl = :ttl',
        values: { ':rate': { N: String(rate) }, ':ttl': expiry() },
      });
      return numberOf(item, 'rate');
    },
    fixScopes: async (batchId, scopes) => {
      const { item } = await table.update(keys.rate(batchId), {
        expression: 'SET #scopes = if_not_exists(#scopes, :scopes), #ttl = :ttl',
        values: { ':scopes': { S: JSON.stringify(scopes) }, ':ttl': expiry() },
      });
      return readValue(item, 'scopes', z.record(z.string(), z.string()));
    },
  };
}
