/**
 * A DynamoDB table in memory behind the adapter's `Table` port, on virtual time: what the stores write there expires as
 * they say it does. Reads the expressions that the adapter writes and refuses any other, so that it never guesses.
 * An item whose time is over is gone a while later, as in DynamoDB, and until then it is still read.
 */

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Condition, Item, Key, Range, Table } from '../../shared/adapters/dynamodb/table.js';

export interface MemoryTable extends Table {
  /** Everything that is there now, in no particular order. */
  items(): Item[];
  /** Puts or changes an item beside the adapter, as another release or a hand would. */
  tamper(key: Key, change: (item: Item) => Item): void;
}

export interface MemoryTableOptions {
  readonly now: () => number;
  /** How long an item outlives its time; DynamoDB says "within a few days". Default: not at all. */
  readonly lagMs?: (item: Item) => number;
}

type Row = { item: Item; goneAt: number };

export function createMemoryTable({ now, lagMs = () => 0 }: MemoryTableOptions): MemoryTable {
  /** By partition and sort key. */
  const partitions = new Map<string, Map<string, Row>>();
  const rowOf = ({ pk, sk }: Key): Row | undefined => {
    const row = partitions.get(pk)?.get(sk);
    if (row === undefined || row.goneAt > now()) return row;
    partitions.get(pk)?.delete(sk);
    return undefined;
  };
  const read = (key: Key): Item | null => {
    const row = rowOf(key);
    return row === undefined ? null : { ...row.item };
  };
  const readAll = (keys: readonly Key[]): Item[] => keys.map(read).filter((item) => item !== null);
  const store = (item: Item): void => {
    const { pk, sk } = keyOf(item);
    const rows = partitions.get(pk) ?? new Map<string, Row>();
    partitions.set(pk, rows);
    const ttl = item.ttl?.N;
    rows.set(sk, { item, goneAt: ttl === undefined ? Number.POSITIVE_INFINITY : Number(ttl) * 1000 + lagMs(item) });
  };
  const select = ({ pk, from = ' ', to = '~', filter }: Range): Item[] => {
    const sks = [...(partitions.get(pk)?.keys() ?? [])].filter((sk) => from <= sk && sk <= to).sort(compare);
    const items = readAll(sks.map((sk) => ({ pk, sk })));
    return filter === undefined ? items : items.filter((item) => holds(item, filter));
  };
  return {
    get: async (key) => read(key),
    getAll: async (keys) => readAll(keys),
    async *pages(range, size = PAGE) {
      const items = select(range);
      for (let at = 0; at === 0 || at < items.length; at += size) yield items.slice(at, at + size);
    },
    query: async (range, limit = Number.POSITIVE_INFINITY) => select(range).slice(0, limit),
    put: async (item, condition) => {
      if (!holds(read(keyOf(item)) ?? {}, condition)) return false;
      store({ ...item });
      return true;
    },
    putAll: async (items) => {
      for (const item of items) store({ ...item });
    },
    update: async (key, update, condition) => {
      const before = read(key);
      if (condition !== undefined && !holds(before ?? {}, { expression: condition, values: update.values })) {
        return { stored: false, item: before ?? {} };
      }
      const item = changed({ pk: { S: key.pk }, sk: { S: key.sk }, ...before }, update);
      store(item);
      return { stored: true, item: { ...item } };
    },
    remove: async (key, condition) => {
      if (condition !== undefined && !holds(read(key) ?? {}, condition)) return false;
      partitions.get(key.pk)?.delete(key.sk);
      return true;
    },
    items: () => [...partitions].flatMap(([pk, rows]) => readAll([...rows.keys()].map((sk) => ({ pk, sk })))),
    tamper: (key, change) => store(change(read(key) ?? { pk: { S: key.pk }, sk: { S: key.sk } })),
  };
}

const PAGE = 100;

function keyOf({ pk, sk }: Item): Key {
  return { pk: pk?.S ?? '', sk: sk?.S ?? '' };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Terms joined by AND and OR, in brackets where they are mixed, as the adapter writes them. */
function holds(item: Item, { expression, values = {} }: Condition): boolean {
  const text = expression.trim();
  const any = splitOutside(text, ' OR ');
  if (any.length > 1) return any.some((part) => holds(item, { expression: part, values }));
  const all = splitOutside(text, ' AND ');
  if (all.length > 1) return all.every((part) => holds(item, { expression: part, values }));
  if (text.startsWith('(') && text.endsWith(')')) return holds(item, { expression: text.slice(1, -1), values });
  const exists = /^attribute_(not_)?exists\(#(\w+)\)$/.exec(text);
  if (exists !== null) return (item[exists[2] ?? ''] === undefined) === (exists[1] !== undefined);
  const contained = /^(NOT )?contains\(#(\w+), (:\w+)\)$/.exec(text);
  if (contained !== null) {
    const [, not, list = '', element = ''] = contained;
    return (item[list]?.L ?? []).some((one) => one.S === values[element]?.S) === (not === undefined);
  }
  const size = /^size\(#(\w+)\) <= (:\w+)$/.exec(text);
  if (size !== null) {
    const set = item[size[1] ?? '']?.SS;
    return set !== undefined && set.length <= Number(values[size[2] ?? '']?.N);
  }
  const compared = /^#(\w+) (=|<|<=) (:\w+)$/.exec(text);
  if (compared === null) throw new Error(`the table in memory does not know the condition ${text}`);
  const [, name = '', operator, value = ''] = compared;
  const [mine, theirs] = [item[name], values[value]];
  if (mine === undefined || theirs === undefined) return false;
  if (operator === '=') return scalarOf(mine) === scalarOf(theirs);
  const [a, b] = [Number(mine.N), Number(theirs.N)];
  return operator === '<' ? a < b : a <= b;
}

function scalarOf(value: AttributeValue): string {
  return value.S === undefined ? `N ${value.N}` : `S ${value.S}`;
}

/** SET, ADD, DELETE and REMOVE; every right-hand side sees the item as it was before. */
function changed(before: Item, { expression, values = {} }: Condition): Item {
  const after = { ...before };
  for (const [, verb = '', body = ''] of expression.matchAll(
    /\b(SET|ADD|DELETE|REMOVE)\b(.*?)(?=\b(?:SET|ADD|DELETE|REMOVE)\b|$)/gs,
  )) {
    for (const clause of splitOutside(body, ',').map((one) => one.trim())) {
      if (clause !== '') apply(verb, clause, before, after, values);
    }
  }
  return after;
}

function apply(verb: string, clause: string, before: Item, after: Item, values: Item): void {
  const appended = /^#(\w+) = list_append\(if_not_exists\(#\1, (:\w+)\), (:\w+)\)$/.exec(clause);
  if (appended !== null) {
    const [, list = '', none = '', more = ''] = appended;
    after[list] = { L: [...((before[list] ?? values[none])?.L ?? []), ...(values[more]?.L ?? [])] };
    return;
  }
  const [, name = '', ifEmpty, value = ''] =
    /^#(\w+)(?: = (if_not_exists\(#\w+, )?| ?)(:\w+)?\)?$/.exec(clause) ?? fail(clause);
  const operand = values[value];
  const mine = before[name];
  if (verb === 'REMOVE') delete after[name];
  else if (operand === undefined) fail(clause);
  else if (verb === 'SET') after[name] = ifEmpty !== undefined && mine !== undefined ? mine : operand;
  else if (verb === 'ADD' && operand.N !== undefined)
    after[name] = { N: String(Number(mine?.N ?? 0) + Number(operand.N)) };
  else if (verb === 'ADD') after[name] = { SS: [...new Set([...(mine?.SS ?? []), ...(operand.SS ?? [])])] };
  else {
    const left = (mine?.SS ?? []).filter((text) => operand.SS?.includes(text) !== true);
    if (left.length > 0) after[name] = { SS: left };
    else delete after[name];
  }
}

function fail(clause: string): never {
  throw new Error(`the table in memory does not know the update ${clause}`);
}

function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')') depth--;
    else if (depth === 0 && text.startsWith(separator, at)) {
      parts.push(text.slice(from, at));
      from = at + separator.length;
    }
  }
  return [...parts, text.slice(from)];
}
