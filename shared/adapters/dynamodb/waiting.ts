/**
 * Lists of halves within their grace period, in the order in which they become due. A repeated batch saves the same
 * list with a later time; both are settled under one id, so the second settling counts nothing.
 */

import { limits } from '../../base/limits.js';
import * as z from '../../base/zod.js';
import type { WaitingHalf } from '../../model/index.js';
import type { Clock, Waiting, WaitingStore } from '../../ports/index.js';
import { inParallel } from './failures.js';
import { numberOf, type ReadEach, readValue, textOf } from './items.js';
import { endOf, keys, ordered, shards, ttl } from './keys.js';
import { attributesOf, type Item, type Table } from './table.js';

/** `d` or `a` and the cell's key, then the digest of the event's id, for each half: about 50 bytes each. */
const halvesSchema = z.pipe(
  z.array(z.tuple([z.string().check(z.regex(/^[da]/)), z.string()], z.unknown())),
  z.transform((pairs) => pairs.map(([key, event]): WaitingHalf => ({ key: key.slice(1), kind: kindOf(key), event }))),
);

const kindOf = (key: string): WaitingHalf['kind'] => (key.startsWith('d') ? 'denial' : 'access');

export function createWaiting(table: Table, clock: Clock, readEach: ReadEach): WaitingStore {
  return {
    save: ({ id, batchId, dueAt, halves }) =>
      table.putAll([
        {
          ...attributesOf(keys.waiting(id, dueAt)),
          id: { S: id },
          batchId: { S: batchId },
          dueAt: { N: String(dueAt) },
          halves: { S: JSON.stringify(halves.map(({ key, kind, event }) => [kind.slice(0, 1) + key, event])) },
          ttl: ttl(clock.now(), limits.waitingDaysMax),
        },
      ]),
    due: async (now, limit) => {
      const to = endOf(ordered(now));
      const lists = await inParallel(shards('waiting'), async (pk) => {
        const readable: Waiting[] = [];
        for await (const page of table.pages({ pk, to }, limit)) {
          readable.push(...readEach(page, waitingOf));
          if (readable.length >= limit) break;
        }
        return readable;
      });
      return lists
        .flat()
        .sort((a, b) => a.dueAt - b.dueAt)
        .slice(0, limit);
    },
    remove: async ({ id, dueAt }) => {
      await table.remove(keys.waiting(id, dueAt));
    },
  };
}

function waitingOf(item: Item): Waiting {
  return {
    id: textOf(item, 'id'),
    batchId: textOf(item, 'batchId'),
    dueAt: numberOf(item, 'dueAt'),
    halves: readValue(item, 'halves', halvesSchema),
  };
}
