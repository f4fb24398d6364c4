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
  const { issuerDn, reason, isUnverified, door, words } = group;
  const appended = [isUnverified ? 1 : 0, door ?? '', words ?? ''];
  while (appended.length > 0 && !appended.at(-1)) appended.pop();
  return JSON.stringify([issuerDn, reason, minute, batchId, requests, ...appended]);
}

const text = z.optional(z.string());

const expectedSchema = z.tuple(
  [z.string(), z.enum(reasonIds), z.number(), z.string(), z.number(), z.optional(z.unknown()), text, text],
  z.unknown(),
);

export function expectedOf(item: Item): FactIntent[] {
  const texts = item.expected?.SS ?? [];
  if (texts.length === 0) return [];
  const scope = readValue(item, 'scope', z.string());
  return texts.map((text) => {
    const values = readValue({ ...item, expected: { S: text } }, 'expected', expectedSchema);
    const [issuerDn, reason, minute, batchId, requests, unverified, door, words] = values;
    const group = {
      ...{ scope, issuerDn, reason },
      ...(unverified === 1 && { isUnverified: true as const }),
      ...(door && { door }),
      ...(words && { words }),
    };
    return { group, minute, batchId, requests };
  });
}

/** The key of the item in which a fact is expected. */
export function expectingKey({ group, minute }: FactIntent): Key {
  return keys.issuers(group.scope, dayOfMinute(minute));
}
