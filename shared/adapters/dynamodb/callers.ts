/**
 * Who was let in before anything was delivered, as deflated JSON in a few items. A caller is always in the same one, so no caller is
 * there twice where a replacement broke off between two items.
 */

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { digest } from '../../base/digest.js';
import { messageOf } from '../../base/errors.js';
import { getOrInsert } from '../../base/get-or-insert.js';
import * as z from '../../base/zod.js';
import type { CallerStore, Clock, PastCaller } from '../../ports/index.js';
import { bytesOf, corrupt, type ReadEach } from './items.js';
import { keys, ttl } from './keys.js';
import { attributesOf, type Item, type Table } from './table.js';

/** Characters of an item before it is deflated: some hundred callers, each with two long names. */
const CHARS_MAX = 4 * 1024 * 1024;

const callersSchema = z.array(
  z.object({
    subjectDn: z.string(),
    issuerDn: z.string(),
    serialNumber: z.string(),
    notBefore: z.nullable(z.number()),
    notAfter: z.nullable(z.number()),
    isConnection: z.boolean(),
    firstAt: z.number(),
    lastAt: z.number(),
  }),
);

/** @param days how long they are kept */
export function createCallers(table: Table, clock: Clock, readEach: ReadEach, days: number): CallerStore {
  const items = (): Promise<Item[]> => table.query({ pk: keys.callersPk });
  return {
    replace: async (callers) => {
      const parts = new Map<string, PastCaller[]>();
      for (const caller of callers) getOrInsert(parts, partOf(caller), () => []).push(caller);
      const expiry = ttl(clock.now(), days);
      await table.putAll(
        [...parts].map(([part, some]) => ({
          ...attributesOf(keys.callers(part)),
          value: { B: deflateRawSync(JSON.stringify(some)) },
          ttl: expiry,
        })),
      );
      const stale = (await items()).map((item) => item.sk?.S ?? '').filter((part) => !parts.has(part));
      for (const part of stale) await table.remove(keys.callers(part));
    },
    all: async () => readEach(await items(), callersIn).flat(),
  };
}

/** One of 64. */
function partOf({ issuerDn, serialNumber, subjectDn }: PastCaller): string {
  return digest('caller', issuerDn, serialNumber, subjectDn).slice(0, 1);
}

function callersIn(item: Item): PastCaller[] {
  let value: unknown;
  try {
    const text = inflateRawSync(bytesOf(item, 'value'), { maxOutputLength: CHARS_MAX }).toString();
    value = JSON.parse(text);
  } catch (error) {
    throw corrupt(item, 'value', messageOf(error), error);
  }
  const result = z.parseInWords(callersSchema, value);
  if (result.success) return result.data;
  throw corrupt(item, 'value', z.issuesText(result.error.issues), result.error);
}
