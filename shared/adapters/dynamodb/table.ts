/**
 * One DynamoDB table with string keys `pk` and `sk`, as the stores use it: single items, failed conditions as results
 * instead of exceptions, whole batches, and operational failures distinguished from bugs. Independent of what is
 * stored.
 */

import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandOutput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { chunksOf } from '../../base/chunks.js';
import { limits } from '../../base/limits.js';
import { guarded, inParallel, unavailable } from './failures.js';

export type Item = Record<string, AttributeValue>;

/** A type, not an interface, so that it can be assigned to the SDK's record types. */
export type Key = { readonly pk: string; readonly sk: string };

/** Attributes are written `#name` in every expression, because DynamoDB reserves many words. */
export interface Condition {
  readonly expression: string;
  readonly values?: Item;
}

export interface Range {
  readonly pk: string;
  /** Both ends are inclusive. Default: everything under `pk`. */
  readonly from?: string;
  readonly to?: string;
  /** Drops items after they were read (and charged). */
  readonly filter?: Condition;
}

export interface Table {
  /**
   * Items that are requested one by one in the same turn of the event loop are read together, each key once. So a batch
   * that needs a hundred groups sends a few requests, not hundreds that wait for a connection.
   */
  get(key: Key): Promise<Item | null>;
  /** The items that exist, in no particular order. The keys must be distinct. */
  getAll(keys: readonly Key[]): Promise<Item[]>;
  /** Pages of at most `size` items, ascending by `sk`. */
  pages(range: Range, size?: number): AsyncGenerator<Item[]>;
  /** The first `limit` items, ascending by `sk`. */
  query(range: Range, limit?: number): Promise<Item[]>;
  /** @returns whether the condition held and the item was stored */
  put(item: Item, condition: Condition): Promise<boolean>;
  /** Puts without conditions, many at once. The keys must be distinct. */
  putAll(items: readonly Item[]): Promise<void>;
  /** @returns whether the condition held, and the item after the update */
  update(key: Key, update: Condition, condition?: string): Promise<{ stored: boolean; item: Item }>;
  /** @returns whether the condition held */
  remove(key: Key, condition?: Condition): Promise<boolean>;
}

export type Sleep = (ms: number) => Promise<unknown>;

const KEYS_PER_GET_MAX = 100;
const ITEMS_PER_WRITE_MAX = 25;

export function attributesOf({ pk, sk }: Key): Item {
  return { pk: { S: pk }, sk: { S: sk } };
}

export function createTable(client: DynamoDBClient, name: string, sleep: Sleep = wait): Table {
  const at: Access = { client, name, sleep };
  const getAll = async (keys: readonly Key[]): Promise<Item[]> =>
    (await inParallel(chunksOf(keys, KEYS_PER_GET_MAX), (some) => getSome(at, some))).flat();
  const get = batched(async (keys) => {
    const [key] = keys;
    if (key === undefined || keys.length > 1) return getAll(keys);
    const item = await getOne(at, key);
    return item === undefined ? [] : [item];
  });
  return {
    get,
    getAll,
    pages: (range, size) => pagesOf(at, range, size),
    query: async (range, limit = Number.POSITIVE_INFINITY) => {
      const items: Item[] = [];
      // DynamoDB applies a limit before the filter, so it is not passed on when there is a filter.
      const size = range.filter === undefined && Number.isFinite(limit) ? limit : undefined;
      for await (const page of pagesOf(at, range, size)) {
        items.push(...page);
        if (items.length >= limit) break;
      }
      return items.slice(0, limit);
    },
    putAll: async (items) => {
      await inParallel(chunksOf(items, ITEMS_PER_WRITE_MAX), (some) => putSome(at, some));
    },
    put: (item, condition) => {
      const request = new PutItemCommand({ TableName: name, Item: item, ...conditionOf(condition) });
      return unlessConditionFails(guarded(client.send(request), name));
    },
    remove: (key, condition) => {
      const request = new DeleteItemCommand({ TableName: name, Key: attributesOf(key), ...conditionOf(condition) });
      return unlessConditionFails(guarded(client.send(request), name));
    },
    update: async (key, update, condition) => {
      const request = updateOf(name, key, update, condition);
      try {
        return { stored: true, item: (await guarded(client.send(request), name)).Attributes ?? {} };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        // Local tables do not return the item with the exception.
        return { stored: false, item: error.Item ?? (await get(key)) ?? {} };
      }
    },
  };
}

interface Access {
  readonly client: DynamoDBClient;
  readonly name: string;
  readonly sleep: Sleep;
}

async function getOne({ client, name }: Access, key: Key): Promise<Item | undefined> {
  const request = new GetItemCommand({ TableName: name, Key: attributesOf(key), ConsistentRead: true });
  return (await guarded(client.send(request), name)).Item;
}

async function getSome({ client, name, sleep }: Access, keys: readonly Key[]): Promise<Item[]> {
  const found: Item[] = [];
  await untilNoneIsLeft(keys.map(attributesOf), sleep, name, async (left) => {
    const request = new BatchGetItemCommand({ RequestItems: { [name]: { Keys: left, ConsistentRead: true } } });
    const answer = await guarded(client.send(request), name);
    found.push(...(answer.Responses?.[name] ?? []));
    return answer.UnprocessedKeys?.[name]?.Keys ?? [];
  });
  return found;
}

function putSome({ client, name, sleep }: Access, items: readonly Item[]): Promise<void> {
  return untilNoneIsLeft(items, sleep, name, async (left) => {
    const requests = left.map((item) => ({ PutRequest: { Item: item } }));
    const request = new BatchWriteItemCommand({ RequestItems: { [name]: requests } });
    const { UnprocessedItems } = await guarded(client.send(request), name);
    return (UnprocessedItems?.[name] ?? []).flatMap(({ PutRequest }) =>
      PutRequest?.Item === undefined ? [] : [PutRequest.Item],
    );
  });
}

async function* pagesOf(
  { client, name }: Access,
  { pk, from = ' ', to = '~', filter }: Range,
  size: number | undefined,
): AsyncGenerator<Item[]> {
  // DynamoDB rejects a range that ends before it begins.
  if (to < from) return;
  let start: Item | undefined;
  do {
    const request = new QueryCommand({
      TableName: name,
      ConsistentRead: true,
      KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :from AND :to',
      FilterExpression: filter?.expression,
      ExpressionAttributeNames: namesIn('#pk #sk', filter?.expression),
      ExpressionAttributeValues: { ':pk': { S: pk }, ':from': { S: from }, ':to': { S: to }, ...filter?.values },
      ExclusiveStartKey: start,
      Limit: size,
    });
    const page: QueryCommandOutput = await guarded(client.send(request), name);
    yield page.Items ?? [];
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

function updateOf(table: string, key: Key, update: Condition, condition: string | undefined): UpdateItemCommand {
  return new UpdateItemCommand({
    TableName: table,
    Key: attributesOf(key),
    UpdateExpression: update.expression,
    ConditionExpression: condition,
    ExpressionAttributeNames: namesIn(update.expression, condition),
    ExpressionAttributeValues: update.values,
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
}

/** @param read the items of distinct keys */
function batched(read: (keys: readonly Key[]) => Promise<readonly Item[]>): Table['get'] {
  let wanted = new Map<string, Key>();
  let answer: Promise<ReadonlyMap<string, Item>> | null = null;
  const ask = async (): Promise<ReadonlyMap<string, Item>> => {
    await nextTurn();
    const keys = [...wanted.values()];
    wanted = new Map();
    answer = null;
    return new Map((await read(keys)).map((item) => [nameOf(item.pk?.S ?? '', item.sk?.S ?? ''), item] as const));
  };
  return async ({ pk, sk }) => {
    wanted.set(nameOf(pk, sk), { pk, sk });
    answer ??= ask();
    return (await answer).get(nameOf(pk, sk)) ?? null;
  };
}

/** Keys contain no line breaks. */
function nameOf(pk: string, sk: string): string {
  return `${pk}\n${sk}`;
}

function conditionOf(condition: Condition | undefined) {
  if (condition === undefined) return {};
  return {
    ConditionExpression: condition.expression,
    ExpressionAttributeNames: namesIn(condition.expression),
    ExpressionAttributeValues: condition.values,
  };
}

function namesIn(...expressions: readonly (string | undefined)[]): Record<string, string> {
  const names = expressions.flatMap((expression) => expression?.match(/#\w+/g) ?? []);
  return Object.fromEntries(names.map((name) => [name, name.slice(1)]));
}

async function unlessConditionFails(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** DynamoDB may leave a part of a batch unprocessed when it is throttled; that part is sent again after a delay. */
async function untilNoneIsLeft<T>(
  all: readonly T[],
  sleep: Sleep,
  table: string,
  attempt: (left: T[]) => Promise<T[]>,
): Promise<void> {
  let left = await attempt([...all]);
  for (let tries = 1; left.length > 0; tries++) {
    if (tries === limits.storeBatchAttemptsMax) {
      throw unavailable(
        `${left.length} of ${all.length} items of a batch were still refused at attempt ${tries}`,
        table,
      );
    }
    await sleep(limits.storeBackoffMs * 2 ** (tries - 1));
    left = await attempt(left);
  }
}
