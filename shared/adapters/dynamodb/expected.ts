/**
 * Facts that their batch has said will come, as they stand in the item of the admitted issuers: a set of texts beside the
 * issuers, and the scope, which the item's key holds as a digest only.
 */

import { dayOfMinute } from '../../base/time.js';
import * as z from '../../base/zod.js';
import { reasonIds } from '../../model/reasons.js';
import type { FactIntent } from '../../ports/index.js';
import { readValue } from './items.js';
import { keys } from './keys.js';
import type { Item, Key } from './table.js';

export function encodeExpected({ group, minute, batchId, requests }: FactIntent): string {
  return JSON.stringify([group.issuerDn, group.reason, minute, batchId, requests]);
}

const expectedSchema = z.tuple([z.string(), z.enum(reasonIds), z.number(), z.string(), z.number()], z.unknown());

export function expectedOf(item: Item): FactIntent[] {
  const texts = item.expected?.SS ?? [];
  if (texts.length === 0) return [];
  const scope = readValue(item, 'scope', z.string());
  return texts.map((text) => {
    const values = readValue({ ...item, expected: { S: text } }, 'expected', expectedSchema);
    const [issuerDn, reason, minute, batchId, requests] = values;
    return { group: { scope, issuerDn, reason }, minute, batchId, requests };
  });
}

/** Where a fact is expected. */
export function expectingKey({ group, minute }: FactIntent): Key {
  return keys.issuers(group.scope, dayOfMinute(minute));
}
