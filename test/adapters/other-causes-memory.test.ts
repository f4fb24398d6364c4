/** A report reads other causes of two weeks: what it keeps of them must not grow with the marks of their events. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { createFacts } from '../../shared/adapters/dynamodb/facts.js';
import { keys } from '../../shared/adapters/dynamodb/keys.js';
import { attributesOf, type Item, type Table } from '../../shared/adapters/dynamodb/table.js';
import { limits } from '../../shared/base/limits.js';
import { EVENT_MARK_CHARS } from '../../shared/ports/stores.js';
import { CLOCK } from '../contract/containers.js';
import { createMemoryTable } from '../support/memory-table.js';

const DAY = 20_000;
const SCOPE = 'api.bank.example';
const FACTS_PER_PAGE = 100;
const PAGES = 100;
/** Measured: 275. With the marks of the whole day it is 4,400, with the items that hold them 1,800. */
const BYTES_PER_FACT_MAX = 500;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

function usedBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Each fact names as many events as one may, none of which comes twice. */
function pageOf(page: number): Item[] {
  return Array.from({ length: FACTS_PER_PAGE }, (_, index) => {
    const n = page * FACTS_PER_PAGE + index;
    const marks = Array.from({ length: limits.forbiddenEventsMax }, (_, event) =>
      String(n * limits.forbiddenEventsMax + event).padStart(EVENT_MARK_CHARS, 'm'),
    );
    const minute = DAY * 1440 + Math.floor(n / 10);
    return {
      ...attributesOf(keys.forbidden(SCOPE, 'waf', minute, String(n).padStart(32, 'b'))),
      requests: { N: String(limits.forbiddenEventsMax) },
      value: { S: JSON.stringify([SCOPE, limits.forbiddenEventsMax]) },
      events: { S: marks.join('') },
    };
  });
}

it('a day of other causes takes a few hundred bytes for each fact while it is read', async () => {
  const inMemory = createMemoryTable(CLOCK);
  await inMemory.putAll([{ ...attributesOf(keys.scope(SCOPE, DAY)), value: { S: JSON.stringify(SCOPE) } }]);
  let atEnd = Number.NaN;
  const before = usedBytes();
  const table: Table = {
    ...inMemory,
    async *pages({ pk }) {
      expect(pk).toBe(keys.forbiddenPk(SCOPE, DAY));
      for (let page = 0; page < PAGES; page++) yield pageOf(page);
      atEnd = usedBytes();
    },
  };
  const facts = await createFacts(table, CLOCK).forbidden(DAY, DAY, limits.reportForbiddenMax);
  expect(facts).toHaveLength(PAGES * FACTS_PER_PAGE);
  expect(facts.every(({ count }) => count === limits.forbiddenEventsMax)).toBe(true);
  const bytes = (atEnd - before) / facts.length;
  expect(bytes).toBeLessThan(BYTES_PER_FACT_MAX);
});
