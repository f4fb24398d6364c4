/**
 * Who counts an hour, and the roll-ups of those that are counted from exports.
 *
 * The sweep lists the marks, then reads who counts their hours, and then writes; here the owner is written first, and then
 * it is read what deliveries left. So of a sweep that did not know the owner there is a mark, or the roll-up that it wrote.
 */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import pMap from 'p-map';
import { MtlsWatchError } from '../../base/errors.js';
import { limits } from '../../base/limits.js';
import { HOUR_MS } from '../../base/time.js';
import { groupId } from '../../model/group-id.js';
import type { Rollup } from '../../model/index.js';
import type { RollupStore } from '../../ports/index.js';
import type { PastHours } from '../../ports/past-hours.js';
import { keys, ttl } from './keys.js';
import { indexItem, rollupItem } from './rollups.js';
import { attributesOf, createTable, type Table } from './table.js';

export function createDynamoPastHours(
  client: DynamoDBClient,
  tableName: string,
  rollups: RollupStore,
  days: number,
): PastHours {
  return createPastHours(createTable(client, tableName), rollups, days);
}

/**
 * @param rollups those of the same table
 * @param days how long roll-ups are kept, from their hour on
 */
export function createPastHours(table: Table, rollups: RollupStore, days: number): PastHours {
  const rollupsIn = async (hours: ReadonlySet<number>): Promise<Rollup[]> => {
    const [from, to] = [Math.min(...hours), Math.max(...hours)];
    const groups = await rollups.groups(from, to, Number.POSITIVE_INFINITY);
    const loaded = await pMap(groups, (group) => rollups.load(group, from, to), {
      concurrency: limits.storeConcurrencyMax,
    });
    return loaded.flat().filter(({ hour }) => hours.has(hour));
  };
  /** Those of the hours in which deliveries counted, or are about to. */
  const delivered = async (hours: ReadonlySet<number>): Promise<ReadonlySet<number>> => {
    const open = await rollups.open(Math.max(...hours), Number.POSITIVE_INFINITY);
    const summed = await rollupsIn(hours);
    return new Set([...open, ...summed].map(({ hour }) => hour).filter((hour) => hours.has(hour)));
  };
  return {
    take: async (hours) => {
      if (hours.length === 0) return new Set();
      const counted = await rollups.counted(Math.min(...hours), Math.max(...hours));
      const ours = new Set(hours.filter((hour) => counted.has(hour)));
      const free = new Set(hours.filter((hour) => !ours.has(hour)));
      if (free.size === 0) return ours;
      const theirs = await delivered(free);
      const taken = new Set([...free].filter((hour) => !theirs.has(hour)));
      if (taken.size === 0) return ours;
      const items = [...taken].map((hour) => ({ ...attributesOf(keys.counted(hour)), ttl: ttl(hour * HOUR_MS, days) }));
      await table.putAll(items);
      const busy = await delivered(taken);
      if (busy.size > 0) {
        const [first = 0] = busy;
        const name = new Date(first * HOUR_MS).toISOString();
        throw new MtlsWatchError('store-unavailable', `deliveries count in the hour of ${name} at this moment`, {
          retryable: true,
        });
      }
      return new Set([...ours, ...taken]);
    },
    replace: async (hours, wanted) => {
      if (hours.size === 0) return;
      const nameOf = ({ group, hour }: Rollup): string => `${hour} ${groupId(group)}`;
      const names = new Set(wanted.map(nameOf));
      const stale = (await rollupsIn(hours)).filter((rollup) => !names.has(nameOf(rollup)));
      await pMap(stale, ({ group, hour }) => table.remove(keys.rollup(groupId(group), hour)), {
        concurrency: limits.storeConcurrencyMax,
      });
      const index = new Map(wanted.map(({ group, hour }) => [keyName(group, hour), indexItem(group, hour, days)]));
      // The index is written first, as by the sweep.
      await table.putAll([...index.values()]);
      await table.putAll(wanted.map((rollup) => rollupItem(rollup, days)));
    },
  };
}

function keyName(group: Rollup['group'], hour: number): string {
  const { pk, sk } = keys.indexed(groupId(group), hour);
  return `${pk} ${sk}`;
}
