/** Other 403s have no cell: each fact names its events, so that one that comes again in another batch counts once. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStoresOn } from '../../shared/adapters/dynamodb/index.js';
import { createMemoryStores } from '../../shared/adapters/memory/index.js';
import { limits } from '../../shared/base/limits.js';
import type { LogEvent } from '../../shared/model/index.js';
import { ingest } from '../../shared/pipeline.js';
import type { Stores } from '../../shared/ports/index.js';
import { accessBatch, accessEvent, T0 } from '../support/logs.js';
import { createMemoryTable } from '../support/memory-table.js';
import { testWorld } from '../support/world.js';

const CAUSES = [
  ['waf', { 'error.message': 'Forbidden', 'error.responseType': 'WAF_FILTERED' }],
  ['invalid-api-key', { 'error.message': 'Forbidden', 'error.responseType': 'INVALID_API_KEY' }],
] as const;

/** Refused by turns for two causes, in two domains, three a second. */
const eventsOf = (count: number): LogEvent[] =>
  Array.from({ length: count }, (_, n) =>
    accessEvent(
      { n, at: T0 + n * 333 },
      { ...CAUSES[n % 2]?.[1], domainName: n % 3 === 0 ? 'pay.bank.example' : 'api.bank.example' },
    ),
  );

async function countedOf({ facts }: Stores): Promise<Record<string, number>> {
  const day = Math.floor(T0 / 86_400_000);
  const sums: Record<string, number> = {};
  for (const { cause, count } of await facts.forbidden(day, day + 1, 10_000)) sums[cause] = (sums[cause] ?? 0) + count;
  return sums;
}

describe.each(['memory', 'DynamoDB'] as const)('other 403s on %s', (kind) => {
  const worldNow = () => {
    const clock = { now: () => T0 + 600_000 };
    const stores = kind === 'memory' ? createMemoryStores() : createStoresOn(createMemoryTable(clock), clock);
    return { ...testWorld(), stores, clock };
  };

  it('count once each, however their log is cut and however often it comes', async () => {
    const events = eventsOf(200);
    const piece = fc.tuple(fc.nat(events.length - 1), fc.integer({ min: 1, max: 60 }));
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 10 }), async (pieces) => {
        const world = worldNow();
        for (let from = 0; from < events.length; from += 50) {
          await ingest(accessBatch(events.slice(from, from + 50)), world);
        }
        for (const [from, length] of pieces) await ingest(accessBatch(events.slice(from, from + length)), world);
        expect(await countedOf(world.stores)).toEqual({ waf: 100, 'invalid-api-key': 100 });
      }),
      { numRuns: 20 },
    );
  });

  it('count per batch where one has more of a domain, cause and minute than a fact names', async () => {
    const world = worldNow();
    const many = Array.from({ length: limits.forbiddenEventsMax + 1 }, (_, n) =>
      accessEvent({ n, at: T0 }, { ...CAUSES[0][1] }),
    );
    await ingest(accessBatch(many), world);
    await ingest(accessBatch(many), world);
    expect(await countedOf(world.stores)).toEqual({ waf: many.length });
    await ingest(accessBatch(many.slice(1)), world);
    expect(await countedOf(world.stores)).toEqual({ waf: 2 * many.length - 1 });
  });
});
