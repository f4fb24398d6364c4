/**
 * Expected facts, stored as a set of texts in the item of the admitted issuers, together with the scope, because the
 * item's key contains only a digest of it.
 */

import { dayOfMinute } from '../../base/time.js';
import * as z from '../../base/zod.js';
import { reasonIds } from '../../model/reasons.js';
import type { FactIntent } from '../../ports/index.js';
import { readValue } from './items.js';
import { keys } from './keys.js';
import type { Item, Key } from './table.js';

export function encodeExpected({ group, minute, batchId, requests }: FactIntent): string {
  const unverified = group.isUnverified ? [1] : [];
  return JSON.stringify([group.issuerDn, group.reason, minute, batchId, requests, ...unverified]);
}

const expectedSchema = z.tuple(
  [z.string(), z.enum(reasonIds), z.number(), z.string(), z.number(), z.optional(z.unknown())],
  z.unknown(),
);

export function expectedOf(item: Item): FactIntent[] {
  const texts = item.expected?.SS ?? [];
  if (texts.length === 0) return [];
  const scope = readValue(item, 'scope', z.string());
  return texts.map((text) => {
    const values = readValue({ ...item, expected: { S: text } }, 'expected', expectedSchema);
    const [issuerDn, reason, minute, batchId, requests, unverified] = values;
    const group = { scope, issuerDn, reason, ...(unverified === 1 && { isUnverified: true as const }) };
    return { group, minute, batchId, requests };
  });
}

/** The key of the item in which a fact is expected. */
export function expectingKey({ group, minute }: FactIntent): Key {
  return keys.issuers(group.scope, dayOfMinute(minute));
}
