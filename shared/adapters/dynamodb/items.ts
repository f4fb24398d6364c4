/** Reads attributes of items. An attribute that does not have the written form is an error that names the item. */

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { MtlsWatchError, messageOf } from '../../base/errors.js';
import * as z from '../../base/zod.js';
import type { Rollup } from '../../model/index.js';
import { reasonIds } from '../../model/reasons.js';
import type { Condition, Item } from './table.js';

/** The size of an item: names and values ("DynamoDB item sizes and formats" in the Developer Guide). */
export function bytesIn(item: Item): number {
  return Object.entries(item).reduce((all, [name, value]) => all + name.length + weightOf(value), 0);
}

function weightOf(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.B !== undefined) return value.B.length;
  // One byte for two digits, and one more.
  if (value.N !== undefined) return Math.ceil(value.N.length / 2) + 1;
  return (value.SS ?? []).reduce((sum, text) => sum + Buffer.byteLength(text), 3);
}

/** The value that was stored as JSON in a text attribute. */
export function readValue<T>(item: Item, attribute: string, schema: z.core.$ZodType<T>): T {
  const text = textOf(item, attribute);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw corrupt(item, attribute, messageOf(error), error);
  }
  const result = z.parseInWords(schema, value);
  if (result.success) return result.data;
  throw corrupt(item, attribute, z.issuesText(result.error.issues), result.error);
}

export function textOf(item: Item, attribute: string): string {
  const text = item[attribute]?.S;
  if (text === undefined) throw corrupt(item, attribute, 'expected a text');
  return text;
}

export function bytesOf(item: Item, attribute: string): Uint8Array {
  const bytes = item[attribute]?.B;
  if (bytes === undefined) throw corrupt(item, attribute, 'expected bytes');
  return bytes;
}

export function numberOf(item: Item, attribute: string): number {
  const number = Number(item[attribute]?.N);
  if (Number.isNaN(number)) throw corrupt(item, attribute, 'expected a number');
  return number;
}

export function corrupt(item: Item, attribute: string, detail: string, cause?: unknown): MtlsWatchError {
  const name = `pk "${item.pk?.S ?? ''}", sk "${item.sk?.S ?? ''}"`;
  return new MtlsWatchError('wrong-shape', `the item with ${name} has an unreadable "${attribute}": ${detail}`, {
    cause,
  });
}

/**
 * Reads items one by one. An item that cannot be read is reported and left out, so that it does not affect the others.
 */
export type ReadEach = <T>(items: readonly Item[], read: (item: Item) => T) => T[];

/** @param tell receives the error that names the item */
export function readingEach(tell: (error: MtlsWatchError) => void): ReadEach {
  return (items, read) =>
    items.flatMap((item) => {
      try {
        return [read(item)];
      } catch (error) {
        if (!(error instanceof MtlsWatchError) || error.code !== 'wrong-shape') throw error;
        tell(error);
        return [];
      }
    });
}

// Objects in the table may have unknown keys, written by a later version that was rolled back.
export const reasonSchema = z.enum(reasonIds);

export const groupSchema = z.object({
  scope: z.string(),
  issuerDn: z.string(),
  reason: reasonSchema,
  isUnverified: z.optional(z.literal(true)),
  door: z.optional(z.string()),
  words: z.optional(z.string()),
});

/** The attributes that facts and roll-ups share. */
type Counts = Pick<
  Rollup,
  'requests' | 'count' | 'unattributed' | 'inferred' | 'firstAt' | 'lastAt' | 'reasonText' | 'clients' | 'clientHashes'
>;

/** `requests` is an attribute of its own, so that conditions can refer to it. */
export function countsAttributes(counts: Counts): Item {
  const { requests, count, unattributed, inferred, firstAt, lastAt, reasonText } = counts;
  const clients = counts.clients.map((client) => [
    client.subjectDn,
    client.serialNumber,
    client.fingerprint,
    client.sourceIps,
    client.count,
    ...(client.notAfter === undefined ? [] : [client.notBefore, client.notAfter]),
  ]);
  const value: unknown[] = [count, unattributed, inferred, firstAt, lastAt, reasonText, clients];
  if (counts.clientHashes !== undefined) value.push(packed(counts.clientHashes));
  return { requests: { N: String(requests) }, value: { S: JSON.stringify(value) } };
}

const time = z.optional(z.number());

const clientSchema = z.tuple(
  [z.string(), z.string(), z.nullable(z.string()), z.array(z.string()), z.number(), time, time],
  z.unknown(),
);

const countsSchema = z.tuple(
  [
    z.number(),
    z.number(),
    z.number(),
    z.number(),
    z.number(),
    z.string(),
    z.array(clientSchema),
    z.optional(z.string()),
  ],
  z.unknown(),
);

/** Numbers of 32 bits as base64, four bytes each. */
const packed = (hashes: readonly number[]): string => Buffer.from(Uint32Array.from(hashes).buffer).toString('base64');
const unpacked = (text: string): number[] => {
  const bytes = Buffer.from(text, 'base64');
  return Array.from({ length: bytes.length >> 2 }, (_, i) => bytes.readUInt32LE(4 * i));
};

export function countsOf(item: Item): Counts {
  const value = readValue(item, 'value', countsSchema);
  const [count, unattributed, inferred, firstAt, lastAt, reasonText, clients, hashes] = value;
  return {
    requests: numberOf(item, 'requests'),
    count,
    unattributed,
    inferred,
    firstAt,
    lastAt,
    reasonText,
    clients: clients.map(([subjectDn, serialNumber, fingerprint, sourceIps, times, notBefore, notAfter]) => ({
      subjectDn,
      serialNumber,
      fingerprint,
      sourceIps,
      count: times,
      ...(notBefore !== undefined && { notBefore, notAfter }),
    })),
    ...(hashes !== undefined && { clientHashes: unpacked(hashes) }),
  };
}

/**
 * Facts and roll-ups may only grow:
 *
 *     none --put--> stands for n requests --put of more than n--> stands for more
 *                        |
 *                        +--put of n or fewer: a repeat, or one who knows less; nothing changes
 */
export const isGrowth = (requests: number): Condition => ({
  expression: 'attribute_not_exists(#requests) OR #requests < :requests',
  values: { ':requests': { N: String(requests) } },
});
