/**
 * The notices that wait to be sent, one item each. `incidents.ts` says when one is laid out and what makes it count; here it
 * is found, taken in hand and taken away.
 */

import { limits } from '../../base/limits.js';
import * as z from '../../base/zod.js';
import type { Notice } from '../../model/index.js';
import type { Outbox } from '../../ports/index.js';
import { inSendingOrder, inTryingOrder, type PendingNotice } from '../../ports/outbox-order.js';
import { inParallel } from './failures.js';
import { numberOf, type ReadEach, readValue, textOf } from './items.js';
import { keys, ttl } from './keys.js';
import { attributesOf, type Item, type Table } from './table.js';

/** The attributes needed to order and claim a notice; the publisher reads the rest, one notice at a time. */
const noticeSchema = z.looseObject({ noticeId: z.string(), incidentId: z.string(), at: z.string(), kind: z.string() });

/** Prevents an update from creating an incident. */
export const INCIDENT_EXISTS = 'attribute_exists(#version)';

/** The notice is still in the outbox, and nobody has claimed it. */
const IS_FREE = 'attribute_exists(#pk) AND (attribute_not_exists(#takenUntil) OR #takenUntil <= :now)';

const IS_IN_NO_HANDS = 'attribute_not_exists(#takenUntil) OR #takenUntil <= :now';

/** Prevents an update from creating an item for a notice that was cleared in the meantime. */
const IS_LAID = 'attribute_exists(#pk)';

/** There is no notice with this key. */
const IS_VACANT = { expression: 'attribute_not_exists(#pk)' };

/** A notice in the outbox. */
interface Laid extends PendingNotice {
  readonly sk: string;
  /** Whether it was claimed before. */
  readonly isTried: boolean;
}

/** Does nothing if there is one already: it may be that of a successful transition, and claimed. */
export async function layOut(
  table: Table,
  notice: Notice,
  group: string,
  version: number,
  expiry: Item[string],
): Promise<void> {
  const item = {
    ...attributesOf(keys.outbox(notice.at, notice.noticeId)),
    group: { S: group },
    version: { N: String(version) },
    value: { S: JSON.stringify(notice) },
    ttl: expiry,
  };
  await table.put(item, IS_VACANT);
}

export function createOutbox(table: Table, readEach: ReadEach): Outbox {
  /** The keys of the pending notices, so that clearing one needs no search. */
  let known = new Map<string, Laid>();

  const find = async (noticeId: string): Promise<Laid | undefined> => {
    const laid = allLaid(await table.query({ pk: keys.outboxPk }));
    const listed = await listedOf(
      laid.filter(({ notice }) => notice.noticeId === noticeId),
      table,
    );
    return listed[0];
  };

  const allLaid = (items: readonly Item[]): Laid[] =>
    readEach(items, (item) => ({
      sk: textOf(item, 'sk'),
      groupId: textOf(item, 'group'),
      version: numberOf(item, 'version'),
      notice: readValue(item, 'value', noticeSchema) as unknown as Notice,
      isTried: item.takenUntil !== undefined,
    }));

  return {
    due: async (now, limit) => {
      const filter = { expression: IS_IN_NO_HANDS, values: { ':now': { N: String(now) } } };
      const due: Laid[] = [];
      for await (const page of table.pages({ pk: keys.outboxPk, filter })) {
        due.push(...(await listedOf(allLaid(page), table)));
        if (due.length >= limits.noticesLookedAtMax) break;
      }
      known = new Map(due.map((laid) => [laid.notice.noticeId, laid]));
      return inTryingOrder(await firstOnes(due, table))
        .slice(0, limit)
        .map(({ notice }) => notice);
    },
    putOff: async (noticeId, until) => {
      const laid = known.get(noticeId) ?? (await find(noticeId));
      if (laid === undefined) return;
      const putOff = { expression: 'SET #takenUntil = :until', values: { ':until': { N: String(until) } } };
      await table.update({ pk: keys.outboxPk, sk: laid.sk }, putOff, IS_LAID);
    },
    pending: async (limit) => {
      const pending: Laid[] = [];
      for await (const page of table.pages({ pk: keys.outboxPk }, limit)) {
        pending.push(...(await listedOf(allLaid(page), table)));
        if (pending.length >= limit) break;
      }
      known = new Map(pending.map((laid) => [laid.notice.noticeId, laid]));
      return inSendingOrder(pending)
        .slice(0, limit)
        .map(({ notice }) => notice);
    },
    take: async (noticeId, now, until) => {
      const laid = known.get(noticeId) ?? (await find(noticeId));
      if (laid === undefined) return false;
      const values = { ':now': { N: String(now) }, ':until': { N: String(until) } };
      const take = { expression: 'SET #takenUntil = :until', values };
      return (await table.update({ pk: keys.outboxPk, sk: laid.sk }, take, IS_FREE)).stored;
    },
    clear: async (noticeId) => {
      const laid = known.get(noticeId) ?? (await find(noticeId));
      if (laid === undefined) return;
      await strike(laid, table);
      known.delete(noticeId);
    },
    sent: (incidentId) => sentOf(incidentId, table, readEach),
  };
}

/** Its copy comes first: a crash in between sends the notice again under its id, and none is missing among those sent. */
async function strike(laid: Laid, table: Table): Promise<void> {
  const { sk, groupId, notice } = laid;
  await keepSent(laid, table);
  const listed = { expression: 'DELETE #outbox :notice', values: { ':notice': { SS: [sk, notice.noticeId] } } };
  await table.update(keys.incident(groupId), listed, INCIDENT_EXISTS);
  await table.remove({ pk: keys.outboxPk, sk });
}

async function keepSent({ sk, notice }: Laid, table: Table): Promise<void> {
  const item = attributesOf({ pk: keys.sentPk(notice.incidentId), sk });
  const expiry = ttl(Date.parse(notice.at), limits.keptDaysMax);
  await table.putAll([{ ...item, value: { S: JSON.stringify(notice) }, ttl: expiry }]);
}

async function sentOf(incidentId: string, table: Table, readEach: ReadEach): Promise<readonly Notice[]> {
  const items = await table.query({ pk: keys.sentPk(incidentId) });
  return readEach(items, (item) => readValue(item, 'value', noticeSchema) as unknown as Notice);
}

/** The notices without an earlier pending notice of their incident outside of this list. */
async function firstOnes(due: readonly Laid[], table: Table): Promise<Laid[]> {
  const there = new Set(due.map(({ sk }) => sk));
  const incidents = await table.getAll([...new Set(due.map((one) => one.groupId))].map(keys.incident));
  const absent = incidents.flatMap((item) =>
    (item.outbox?.SS ?? []).filter((sk) => sk.includes('#') && !there.has(sk)),
  );
  if (absent.length === 0) return [...due];
  const others = await table.getAll(absent.map((sk) => ({ pk: keys.outboxPk, sk })));
  return due.filter(
    ({ groupId: id, version }) =>
      !others.some((other) => textOf(other, 'group') === id && numberOf(other, 'version') < version),
  );
}

/** The notices that their incident lists. Deletes those that can no longer be listed. */
async function listedOf(laid: readonly Laid[], table: Table): Promise<Laid[]> {
  const items = await table.getAll([...new Set(laid.map((one) => one.groupId))].map(keys.incident));
  const byGroup = new Map(items.map((item) => [textOf(item, 'sk'), item] as const));
  const listed: Laid[] = [];
  const leftover: Laid[] = [];
  for (const one of laid) {
    const incident = byGroup.get(one.groupId);
    if (incident === undefined) continue;
    const list = incident.outbox?.SS ?? [];
    // Lists written by an earlier version contain the notice's id.
    if (list.includes(one.sk) || list.includes(one.notice.noticeId)) listed.push(one);
    else if (numberOf(incident, 'version') >= one.version) leftover.push(one);
  }
  await inParallel(leftover, ({ sk }) => table.remove({ pk: keys.outboxPk, sk }));
  return listed;
}
