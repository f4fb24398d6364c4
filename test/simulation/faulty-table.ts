/**
 * DynamoDB as one invocation meets it: the adapter that is shipped, on a table whose every item is written and every read
 * made through the invocation's `Disk`. So it may die between any two items of one call of a store, and what lives in the
 * table for a time only is gone when its time is over.
 */

import { accessSchema, denialSchema } from '../../shared/adapters/dynamodb/halves.js';
import { createStoresOn } from '../../shared/adapters/dynamodb/index.js';
import type { Condition, Item, Key, Table } from '../../shared/adapters/dynamodb/table.js';
import * as z from '../../shared/base/zod.js';
import type { Cell, Half, HeldHalf, Incident, Notice } from '../../shared/model/index.js';
import type { Clock, Stores } from '../../shared/ports/index.js';
import type { MemoryTable } from '../support/memory-table.js';
import type { Disk, Write } from './disk.js';
import type { Witness } from './oracle.js';

/** The stores of a container, which one invocation after the other has. */
export function storesOnFaultyTable(table: MemoryTable, clock: Clock, diskOf: () => Disk, witness: Witness): Stores {
  const stores = createStoresOn(faultyTable(table, diskOf, witness), clock);
  return {
    ...stores,
    waiting: {
      ...stores.waiting,
      save: (waiting) => {
        witness.list(waiting.halves.length);
        return stores.waiting.save(waiting);
      },
    },
    facts: {
      ...stores.facts,
      put: (facts, forbidden) => {
        for (const { group } of facts) witness.fact(group);
        return stores.facts.put(facts, forbidden);
      },
    },
    history: {
      ...stores.history,
      save: (group, history) => {
        witness.history(history);
        return stores.history.save(group, history);
      },
    },
  };
}

function faultyTable(table: MemoryTable, diskOf: () => Disk, witness: Witness): Table {
  return {
    get: (key) => diskOf().read(`get ${key.pk}`, () => table.get(key)),
    getAll: (keys) => (keys.length === 0 ? Promise.resolve([]) : diskOf().read('get all', () => table.getAll(keys))),
    async *pages(range, size) {
      const pages = await diskOf().read(`pages ${range.pk}`, async () => {
        const all: Item[][] = [];
        for await (const page of table.pages(range, size)) all.push(page);
        return all;
      });
      yield* pages;
    },
    query: (range, limit) => diskOf().read(`query ${range.pk}`, () => table.query(range, limit)),
    put: (item, condition) =>
      diskOf().write(
        writeOf(PUTS, keyOf(item)),
        () => nameOf(keyOf(item)),
        () => table.put(item, condition),
      ),
    putAll: async (items) => {
      await Promise.all(
        items.map((item) =>
          diskOf().write(
            writeOf(PUTS, keyOf(item)),
            () => (item.pk?.S?.startsWith('sent#') ? noticeIdIn(keyOf(item)) : nameOf(keyOf(item))),
            () => table.putAll([item]),
          ),
        ),
      );
    },
    update: (key, update, condition) =>
      diskOf().write(
        updateOf(key, update),
        () => labelOf(key, update),
        async () => {
          const before = await table.get(key);
          const result = await table.update(key, update, condition);
          await tell(witness, table, { key, update, before: before ?? {}, ...result });
          return result;
        },
      ),
    remove: (key, condition) =>
      diskOf().write(
        writeOf(REMOVES, key),
        () => nameOf(key),
        () => table.remove(key, condition),
      ),
  };
}

const PUTS: Readonly<Record<string, Write>> = {
  certificate: 'certificates.save',
  ended: 'incidents.keep-ended',
  fact: 'facts.put',
  forbidden: 'facts.put-forbidden',
  groups: 'rollups.index',
  history: 'history.save',
  mark: 'rollups.mark',
  outbox: 'outbox.lay',
  rollup: 'rollups.close',
  scopes: 'facts.index',
  sent: 'outbox.keep-sent',
  waiting: 'waiting.save',
};

const REMOVES: Readonly<Record<string, Write>> = {
  mark: 'rollups.unmark',
  outbox: 'outbox.take-away',
  waiting: 'waiting.remove',
};

function writeOf(writes: Readonly<Record<string, Write>>, { pk }: Key): Write {
  const write = writes[pk.split('#')[0] ?? ''];
  if (write === undefined) throw new Error(`the simulation knows no such write of ${pk}`);
  return write;
}

function updateOf({ pk }: Key, { expression, values = {} }: Condition): Write {
  const kind = pk.split('#')[0];
  if (kind === 'cell') return values[':batch'] === undefined ? 'join.put' : 'join.claim';
  if (kind === 'pulse') return 'pulses.note';
  if (kind === 'load') return 'storm.add-load';
  if (kind === 'rate') return values[':scopes'] === undefined ? 'storm.fix-rate' : 'storm.fix-denials';
  if (kind === 'storm') return 'storm.enrol';
  if (kind === 'outbox') return values[':now'] === undefined ? 'outbox.put-off' : 'outbox.take';
  if (kind === 'issuers' && expression.startsWith('DELETE')) return 'rollups.strike';
  if (kind === 'issuers' && values[':trusted'] !== undefined) return 'groups.fix-trusted';
  if (kind === 'issuers') return values[':expected'] === undefined ? 'groups.admit' : 'groups.admit-expecting';
  if (kind === 'incident' && expression.startsWith('DELETE #outbox')) return 'outbox.clear';
  if (kind === 'incident' && expression.startsWith('DELETE #ended')) return 'incidents.strike-ended';
  if (kind === 'incident') return 'incidents.transition';
  throw new Error(`the simulation knows no such update of ${pk}`);
}

function keyOf({ pk, sk }: Item): Key {
  return { pk: pk?.S ?? '', sk: sk?.S ?? '' };
}

function nameOf({ pk, sk }: Key): string {
  return `${pk} ${sk}`;
}

function noticeIdIn({ sk }: Key): string {
  return sk.split('#').at(-1) ?? '';
}

/** The notice's id where one is sent, for the checkers; else what is updated. */
function labelOf(key: Key, update: Condition): string {
  const write = updateOf(key, update);
  if (write === 'outbox.take' || write === 'outbox.put-off') return noticeIdIn(key);
  if (write === 'outbox.clear') return update.values?.[':notice']?.SS?.[1] ?? '';
  return nameOf(key);
}

interface Updated {
  readonly key: Key;
  readonly update: Condition;
  readonly before: Item;
  readonly item: Item;
  readonly stored: boolean;
}

/** What an update means to the oracle, read from the item as it stands. */
async function tell(witness: Witness, table: Table, { key, update, before, item, stored }: Updated): Promise<void> {
  const values = update.values ?? {};
  const write = updateOf(key, update);
  if (write === 'join.put') {
    for (const kind of ['denial', 'access'] as const) {
      const put = values[`:${kind}`];
      const mine = put === undefined ? null : halfIn({ [kind]: put }, kind);
      if (mine !== null) witness.put(mine.half, mine.batchId, halfIn(item, kind)?.half ?? null);
    }
  } else if (write === 'join.claim') witness.claim(cellIn(before), cellIn(item), values[':batch']?.S ?? '');
  else if (write === 'storm.fix-rate' || write === 'storm.fix-denials')
    witness.rate(Number(item.rate?.N), Number(values[':rate']?.N));
  else if (write === 'outbox.take') witness.take(stored);
  else if (write === 'incidents.transition') {
    const next = JSON.parse(values[':value']?.S ?? '') as Incident;
    const [sk] = values[':notice']?.SS ?? [];
    const laid = sk === undefined ? null : await table.get({ pk: 'outbox', sk });
    witness.transition(next, laid === null ? null : (JSON.parse(laid.value?.S ?? '') as Notice), stored);
  }
}

function cellIn(item: Item): Cell {
  const claimedBy = item.claimedBy?.S ?? null;
  return {
    denial: halfIn(item, 'denial') as Cell['denial'],
    access: halfIn(item, 'access') as Cell['access'],
    claimedBy,
  };
}

function halfIn(item: Item, kind: Half['kind']): HeldHalf | null {
  const text = item[kind]?.S;
  if (text === undefined) return null;
  const { half, batchId } = z.parse<z.core.$ZodType<{ half: Half; batchId: string }>>(
    kind === 'denial' ? denialSchema : accessSchema,
    JSON.parse(text),
  );
  return { half, batchId, second: item.first?.S !== kind };
}
