/**
 * Where the halves of a request meet. One item per cell, one request per cell and call:
 *
 *     (no item) --put--> one half, `first` names its kind --put of the other kind--> both halves; the other is second
 *         |                     |
 *         +-------claim---------+--> claimed: `claimedBy` names a batch, for good; halves may still come, and change
 *                                    nothing that is there
 *
 * DynamoDB works out every right-hand side of an update from the item as it was before, so one unconditional update
 * decides who was first, fills the slot if it is empty, and changes nothing when it is repeated.
 */

import { limits } from '../../base/limits.js';
import type { Cell, Half, HeldHalf } from '../../model/index.js';
import type { Clock, HalfWrite, JoinStore } from '../../ports/index.js';
import { inParallel } from './failures.js';
import { accessSchema, type Brought, denialSchema, encodeHalf } from './halves.js';
import { readValue, textOf } from './items.js';
import { keys, ttl } from './keys.js';
import type { Condition, Item, Table } from './table.js';

const EMPTY: Cell = { denial: null, access: null, claimedBy: null };

/** The cell has one half or none, and is not claimed. */
const IS_CLAIMABLE =
  'attribute_not_exists(#claimedBy) AND (attribute_not_exists(#denial) OR attribute_not_exists(#access))';

export function createJoin(table: Table, clock: Clock): JoinStore {
  const expiry = () => ttl(clock.now(), limits.cellDaysMax);

  const put = async (writes: readonly HalfWrite[]): Promise<readonly Cell[]> => {
    const byKey = new Map<string, HalfWrite[]>();
    for (const write of writes) {
      const ofKey = byKey.get(write.key) ?? [];
      byKey.set(write.key, ofKey);
      // Only the first half of each kind can take the slot, so the others are not written.
      if (!ofKey.some(({ half }) => half.kind === write.half.kind)) ofKey.push(write);
    }
    const cells = await inParallel([...byKey], async ([key, ofKey]) => {
      const { item } = await table.update(keys.cell(key), fill(ofKey, expiry()));
      return [key, cellOf(item)] as const;
    });
    return inOrder(
      writes.map(({ key }) => key),
      new Map(cells),
    );
  };

  const read = async (cellKeys: readonly string[]): Promise<readonly Cell[]> => {
    const items = await table.getAll([...new Set(cellKeys)].map(keys.cell));
    return inOrder(cellKeys, new Map(items.map((item) => [keyOf(item), cellOf(item)])));
  };

  const claim = async (cellKeys: readonly string[], batchId: string): Promise<readonly Cell[]> => {
    // Nearly all cells are complete by now, and reading one costs a fifth of a failed write.
    const before = await read(cellKeys);
    const known = new Map(cellKeys.map((key, index) => [key, before[index] ?? EMPTY] as const));
    const claimable = [...known].filter(([, cell]) => !isWhole(cell) && cell.claimedBy === null);
    const cells = await inParallel(claimable, async ([key]) => {
      const update = {
        expression: 'SET #claimedBy = :batch, #ttl = :ttl',
        values: { ':batch': { S: batchId }, ':ttl': expiry() },
      };
      const { item } = await table.update(keys.cell(key), update, IS_CLAIMABLE);
      return [key, cellOf(item)] as const;
    });
    return inOrder(cellKeys, new Map([...known, ...cells]));
  };

  return { put, claim, read };
}

/** Fills the empty slots; if one update contains two halves, the earlier one comes first. */
function fill(writes: readonly HalfWrite[], expiry: Item[string]): Condition {
  const values: Item = { ':first': { S: writes[0]?.half.kind ?? '' }, ':ttl': expiry };
  const slots = writes.map(({ half, batchId }) => {
    values[`:${half.kind}`] = { S: encodeHalf(half, batchId) };
    return `#${half.kind} = if_not_exists(#${half.kind}, :${half.kind})`;
  });
  return {
    expression: `SET #first = if_not_exists(#first, :first), ${slots.join(', ')}, #ttl = :ttl`,
    values,
  };
}

function cellOf(item: Item): Cell {
  return {
    denial: item.denial === undefined ? null : held(readValue(item, 'denial', denialSchema), item),
    access: item.access === undefined ? null : held(readValue(item, 'access', accessSchema), item),
    claimedBy: item.claimedBy === undefined ? null : textOf(item, 'claimedBy'),
  };
}

function held<T extends Half>({ half, batchId }: Brought<T>, item: Item): HeldHalf<T> {
  return { half, batchId, second: textOf(item, 'first') !== half.kind };
}

function isWhole({ denial, access }: Cell): boolean {
  return denial !== null && access !== null;
}

function keyOf(item: Item): string {
  return textOf(item, 'pk').slice(keys.cell('').pk.length);
}

function inOrder(cellKeys: readonly string[], cells: ReadonlyMap<string, Cell>): readonly Cell[] {
  return cellKeys.map((key) => cells.get(key) ?? EMPTY);
}
