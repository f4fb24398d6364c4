/**
 * The load of a storm, by minute; the rate of each batch in it, with what it brought; and in which order the batches of a minute
 * and stream came.
 */

import { limits } from '../../base/limits.js';
import * as z from '../../base/zod.js';
import { marksIn } from '../../ports/event-marks.js';
import type { Clock, StormStore } from '../../ports/index.js';
import { numberOf, readValue, textOf } from './items.js';
import { keys, ttl } from './keys.js';
import type { Item, Table } from './table.js';

export function createStorm(table: Table, clock: Clock): StormStore {
  const expiry = () => ttl(clock.now(), limits.cellDaysMax);
  const marksOf = async (batches: readonly string[], span: readonly [number, number]): Promise<Set<string>> => {
    const overlapping = batches.filter((one) => overlaps(one, span));
    const items = await table.getAll(overlapping.map((one) => keys.rate(one.split(' ')[0] ?? '')));
    return new Set(items.flatMap((one) => marksIn(textOf(one, 'events'))));
  };
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
    fixDenials: async (batchId, { rate, scopes, hasWords, events }) => {
      const { item } = await table.update(keys.rate(batchId), {
        expression:
          'SET #rate = if_not_exists(#rate, :rate), #scopes = if_not_exists(#scopes, :scopes), #events = :events, #ttl = :ttl',
        values: {
          ':rate': { N: String(rate) },
          ':scopes': { S: JSON.stringify({ ...scopes, ...(hasWords && { [WORDS]: '' }) }) },
          ':events': { S: events.join('') },
          ':ttl': expiry(),
        },
      });
      const { [WORDS]: words, ...fixed } = readValue(item, 'scopes', z.record(z.string(), z.string()));
      return { rate: numberOf(item, 'rate'), scopes: fixed, ...(words !== undefined && { hasWords: true }) };
    },
    enrol: async (place, batchId, span) => {
      const mine = [batchId, ...span].join(' ');
      const { item } = await table.update(
        keys.storm(place),
        {
          expression: 'SET #batches = list_append(if_not_exists(#batches, :none), :batches), #ttl = :ttl',
          values: { ':none': { L: [] }, ':batches': { L: [{ S: mine }] }, ':batch': { S: mine }, ':ttl': expiry() },
        },
        IS_NOT_ENROLLED,
      );
      const list = listOf(item);
      return marksOf(list.slice(0, list.indexOf(mine)), span);
    },
    brought: async (place, span) => {
      const item = await table.get(keys.storm(place));
      return item === null ? new Set() : marksOf(listOf(item), span);
    },
  };
}

/** Stands among the scopes, so that it is fixed with them; nothing is called like it. */
const WORDS = '';

/** A batch writes the same entry whenever it is repeated. */
const IS_NOT_ENROLLED = 'attribute_not_exists(#batches) OR NOT contains(#batches, :batch)';

const listOf = ({ batches }: Item): string[] => (batches?.L ?? []).map(({ S = '' }) => S);

function overlaps(entry: string, [from, to]: readonly [number, number]): boolean {
  const [, first, last] = entry.split(' ').map(Number);
  return first !== undefined && last !== undefined && first <= to && from <= last;
}
