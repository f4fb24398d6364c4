/** What was expected, in words: no mistake in settings, requests or stored records is answered in the terms of a library. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as classic from 'zod';
import { createOperator } from '../../functions/operator/operator.js';
import { readValue } from '../../shared/adapters/dynamodb/items.js';
import { createMemoryStores } from '../../shared/adapters/memory/index.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import * as z from '../../shared/base/zod.js';
import { parseConfig } from '../../shared/config/settings.js';

const RAW =
  /Invalid|Too (?:small|big)|Unrecognized|received|must match|undefined|NaN|→|✖|\bstring\b|\brecord\b|expected array/;

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | false;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
}
const settings: Node = JSON.parse(readFileSync('docs/schemas/settings.schema.json', 'utf8'));
const WRONG = [null, true, 'x y', '', 'x'.repeat(600), -1, 0.5, 1e12, [], [[]], {}, { 'no such key': 1 }];

/** Every place of the settings with each of the wrong values; a value may be right there. */
function* mistakes(node: Node, path: readonly string[] = []): Generator<readonly [string, unknown]> {
  for (const wrong of WRONG) yield [path.join('.'), wrong];
  for (const one of [...(node.anyOf ?? []), ...(node.oneOf ?? [])]) yield* mistakes(one, path);
  for (const [key, inner] of Object.entries(node.properties ?? {})) {
    for (const [name, value] of mistakes(inner, [...path, key])) yield [name, { [key]: value }];
  }
  if (node.items !== undefined) {
    for (const [name, value] of mistakes(node.items, [...path, '0'])) yield [name, [value]];
  }
  if (node.additionalProperties) {
    const key = 'api.example.com';
    for (const [name, value] of mistakes(node.additionalProperties, [...path, key])) yield [name, { [key]: value }];
  }
}

function messageOf(value: unknown): string[] {
  try {
    parseConfig(value, 'the file');
    return [];
  } catch (error) {
    if (!(error instanceof MtlsWatchError)) throw error;
    return error.message.split('\n').slice(1);
  }
}

it('every mistake in every setting says where, what was given, and what was expected', () => {
  const lines = new Set([...mistakes(settings)].flatMap(([, value]) => messageOf(value)));
  expect(lines.size).toBeGreaterThan(500);
  const bad = [...lines].filter((line) => {
    const [, expected = ''] =
      /^ {2}\S[^\n]*?: got [^\n]*?; ((?:expected|there is no|this|a ) ?[^\n]+)$/.exec(line) ?? [];
    return expected === '' || RAW.test(expected);
  });
  expect(bad).toEqual([]);
});

describe('each kind of failure', () => {
  const lineOf = (schema: z.core.$ZodType, value: unknown): string => {
    const result = z.parseInWords(schema, value);
    return result.success ? 'taken' : z.issuesText(result.error.issues);
  };

  it.each<[z.core.$ZodType, unknown, string]>([
    [z.string(), 5, 'the value: expected a text'],
    [z.number(), 'x', 'the value: expected a number'],
    [z.int(), 'x', 'the value: expected a number'],
    [z.int(), 0.5, 'the value: expected a whole number'],
    [z.boolean(), 'yes', 'the value: expected true or false'],
    [z.array(z.string()), {}, 'the value: expected a list'],
    [z.object({ a: z.string() }), [], 'the value: expected an object'],
    [z.object({ a: z.string() }), {}, 'a: expected a text'],
    [z.record(z.string(), z.number()), 5, 'the value: expected an object'],
    [z.enum(['a', 'b']), 'c', 'the value: expected one of "a", "b"'],
    [z.literal('a'), 'c', 'the value: expected "a"'],
    [z.string().check(z.minLength(2)), 'a', 'the value: expected at least 2 characters'],
    [z.string().check(z.maxLength(2)), 'abc', 'the value: expected at most 2 characters'],
    [z.array(z.int()).check(z.minLength(1)), [], 'the value: expected at least 1 entries'],
    [z.number().check(z.positive()), 0, 'the value: expected more than 0'],
    [z.number().check(z.maximum(3)), 4, 'the value: expected at most 3'],
    [z.strictObject({ a: z.int() }), { a: 1, b: 2 }, 'the value: expected no "b": there is no such key'],
    [z.union([z.string(), z.int()]), true, 'the value: expected one of the documented forms'],
    [z.string().check(z.regex(/a/)), 'b', 'the value: expected another form'],
    [z.string().check(z.regex(/a/, 'expected an a')), 'b', 'the value: expected an a'],
    [classic.object({ a: classic.object({ b: classic.string() }) }), { a: { b: 5 } }, 'a.b: expected a text'],
  ])('%#', (schema, value, line) => {
    expect(lineOf(schema, value)).toBe(line);
  });
});

it('stored records that are damaged', () => {
  const item = { pk: { S: 'incident' }, sk: { S: 'x' }, value: { S: '{"a":5,"b":[]}' } };
  const read = () => readValue(item, 'value', z.object({ a: z.string(), b: z.int() }));
  expect(read).toThrow(/a: expected a text; b: expected a number/);
});

it.each([
  [null],
  ['silence'],
  [{}],
  [{ verb: 'dance' }],
  [{ verb: 'silence', incident: 5, for: '2h' }],
  [{ verb: 'acknowledge', by: 'x'.repeat(9_000) }],
])('requests to the operator function: %j', async (event) => {
  const operator = createOperator({ stores: createMemoryStores(), clock: { now: () => 0 }, audit: () => undefined });
  const { ok, message } = await operator(event);
  expect([ok, message]).toEqual([false, expect.stringContaining('expected')]);
  expect(message).not.toMatch(RAW);
});
