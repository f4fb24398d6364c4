/**
 * Incidents and the notices of their transitions. An incident is one item; a notice that was not sent yet is one more,
 * under a key of its own, so that finding none costs one small query. The notice counts once the incident's own item
 * lists it, and that happens in the very write that changes the incident:
 *
 *     lay the notice out ----> transition, which lists the notice ----> published ----> strike it off the list ----> take it away
 *            |                     (the one atomic step)
 *            +--> lost against another transition, or crashed: not on the list, so nobody publishes it
 *
 * An incident that is over is kept for 13 months in an item of its own, which two items cannot be in one atomic step
 * either. Here it is the other way round: the write that resolves the incident adds the record to the incident's own item,
 * and from there it is copied, before it is struck off:
 *
 *     transition to resolved, which holds the record ----> copied under its end ----> struck off
 *            |                                                  |
 *            +--> crashed: whoever next lists what fires        +--> crashed: copied again, the same item
 *                 finds the record and copies it
 *
 * A notice on the list was laid out before, so it is always found. One that is not on the list of an incident which has
 * reached its version was cleared, or never came to be: it is taken away by whoever meets it. All who try one transition at
 * the same time lay out a notice of the same id, each under a key of its own moment: the list names the key, so that only
 * the winner's is on it.
 */

import { limits } from '../../base/limits.js';
import { HOUR_MS } from '../../base/time.js';
import * as z from '../../base/zod.js';
import { groupId } from '../../model/group-id.js';
import type { EndedIncident, Incident, Notice } from '../../model/index.js';
import { endedOf, isEnd, lastEnds } from '../../ports/ended.js';
import type { Clock, IncidentStore, Outbox } from '../../ports/index.js';
import { inSendingOrder, inTryingOrder, type PendingNotice } from '../../ports/outbox-order.js';
import { inParallel } from './failures.js';
import { groupSchema, numberOf, type ReadEach, readValue, textOf } from './items.js';
import { endOf, keys, ordered, ttl, weekOfHour } from './keys.js';
import { attributesOf, type Item, type Table } from './table.js';

const incidentSchema = z.object({
  incidentId: z.string(),
  group: groupSchema,
  state: z.enum(['firing', 'known', 'resolved']),
  version: z.int().check(z.positive()),
  since: z.number(),
  lastNoticeAt: z.number(),
  calmSince: z.nullable(z.number()),
  noticedCount: z.number(),
  severity: z.enum(['low', 'medium', 'high', 'critical']),
  flaps: z.int().check(z.nonnegative()),
  announced: z.boolean(),
  severityAtFirst: z.enum(['low', 'medium', 'high', 'critical']),
  acknowledged: z.boolean(),
  heldBack: z.boolean(),
  // An incident that an older build stored has none of these.
  repeats: z.withDefault(z.int().check(z.nonnegative()), 0),
  steadyAt: z.withDefault(z.nullable(z.number()), null),
  lagMinutes: z.withDefault(z.number(), 0),
  usualDay: z.withDefault(z.number(), 0),
  isStranger: z.withDefault(z.boolean(), false),
  members: z.withDefault(z.array(z.string()), []),
  known: z.withDefault(
    z.nullable(
      z.object({
        incidentId: z.string(),
        since: z.number(),
        severity: z.enum(['low', 'medium', 'high', 'critical']),
        severityAtFirst: z.enum(['low', 'medium', 'high', 'critical']),
        acknowledged: z.boolean(),
        remindedAt: z.number(),
        reminders: z.int().check(z.nonnegative()),
      }),
    ),
    null,
  ),
}) satisfies z.ZodMiniType<Incident>;

/** As much as is needed to send it; whoever publishes it reads the rest, one notice at a time. */
const noticeSchema = z.looseObject({ noticeId: z.string(), incidentId: z.string(), at: z.string(), kind: z.string() });

const endedSchema = z.object({
  incidentId: z.string(),
  group: groupSchema,
  severity: z.enum(['low', 'medium', 'high', 'critical']),
  since: z.number(),
  firstFailureAt: z.nullable(z.number()),
  calmAt: z.number(),
  endedAt: z.number(),
  count: z.nullable(z.number()),
  flaps: z.int().check(z.nonnegative()),
  announced: z.boolean(),
}) satisfies z.ZodMiniType<EndedIncident>;

/** Nobody has made a transition since the caller looked. */
const IS_NEW = 'attribute_not_exists(#version)';
const IS_NEXT = '#version = :before';

const IS_KNOWN = 'attribute_exists(#version)';

/** The notice was not cleared, and nobody has it in hand. */
const IS_FREE = 'attribute_exists(#pk) AND (attribute_not_exists(#takenUntil) OR #takenUntil <= :now)';

const IS_IN_NO_HANDS = 'attribute_not_exists(#takenUntil) OR #takenUntil <= :now';

/** An update would make an item of a notice that was cleared meanwhile. */
const IS_LAID = 'attribute_exists(#pk)';

/** No notice lies there. */
const IS_VACANT = { expression: 'attribute_not_exists(#pk)' };

/** A notice as it lies in the outbox. */
interface Laid extends PendingNotice {
  readonly sk: string;
  /** Somebody had it in hand before. */
  readonly isTried: boolean;
}

export function createIncidents(
  table: Table,
  clock: Clock,
  days: number,
  readEach: ReadEach,
): { incidents: IncidentStore; outbox: Outbox } {
  const incidents: IncidentStore = {
    load: async (group) => {
      const item = await table.get(keys.incident(groupId(group)));
      return item === null ? null : readValue(item, 'value', incidentSchema);
    },
    transition: async (next, notice) => {
      const id = groupId(next.group);
      const expiry = ttl(clock.now(), limits.incidentDaysMax);
      // One that lies there already may be the winner's, and in somebody's hands.
      if (notice !== null) await table.put(outboxItem(notice, id, next.version, expiry), IS_VACANT);
      const values: Item = {
        ':value': { S: JSON.stringify(next) },
        ':version': { N: String(next.version) },
        ':state': { S: next.state },
      };
      const set = ['#value = :value', '#version = :version', '#state = :state'];
      if (next.version > 1) values[':before'] = { N: String(next.version - 1) };
      const adds: string[] = [];
      if (next.state === 'resolved') {
        values[':ttl'] = expiry;
        set.push('#ttl = :ttl');
      }
      if (isEnd(next)) {
        values[':ended'] = { SS: [JSON.stringify(endedOf(next, notice))] };
        adds.push('#ended :ended');
      }
      if (notice !== null) {
        values[':notice'] = { SS: [keys.outbox(notice.at, notice.noticeId).sk] };
        adds.push('#outbox :notice');
      }
      const expression = [
        `SET ${set.join(', ')}`,
        next.state === 'resolved' ? '' : 'REMOVE #ttl',
        adds.length === 0 ? '' : `ADD ${adds.join(', ')}`,
      ].join(' ');
      const condition = next.version > 1 ? IS_NEXT : IS_NEW;
      const { stored, item } = await table.update(keys.incident(id), { expression, values }, condition);
      if (stored) await archiveEnded(item, table, days);
      return stored;
    },
    firing: async (limit) => {
      const filter = {
        expression: '#state = :firing OR #state = :known OR attribute_exists(#ended)',
        values: { ':firing': { S: 'firing' }, ':known': { S: 'known' } },
      };
      const firing: Incident[] = [];
      for await (const page of table.pages({ pk: keys.incidentPk, filter })) {
        await inParallel(page, (item) => archiveEnded(item, table, days));
        const incidents = readEach(page, (item) => readValue(item, 'value', incidentSchema));
        firing.push(...incidents.filter(({ state }) => state !== 'resolved'));
        if (firing.length >= limit) break;
      }
      return firing.slice(0, limit);
    },
    ended: async (from, to, limit) => {
      const ended: EndedIncident[] = [];
      const last = weekOfHour(Math.floor((to - 1) / HOUR_MS));
      for (let week = weekOfHour(Math.floor(from / HOUR_MS)); week <= last && ended.length < limit; week++) {
        const range = { from: ordered(from), to: endOf(ordered(to - 1)) };
        const items = await table.query({ pk: keys.endedPk(week), ...range }, limit - ended.length);
        ended.push(...readEach(items, (item) => readValue(item, 'value', endedSchema)));
      }
      return lastEnds(ended);
    },
  };
  return { incidents, outbox: createOutbox(table, readEach) };
}

/** Copies the ends that the incident's item still holds, then strikes them off. */
async function archiveEnded(item: Item, table: Table, days: number): Promise<void> {
  const records = item.ended?.SS ?? [];
  if (records.length === 0) return;
  await table.putAll(
    records.map((text) => {
      const one = readValue({ ...item, ended: { S: text } }, 'ended', endedSchema);
      return {
        ...attributesOf(keys.ended(one.incidentId, one.endedAt)),
        value: { S: text },
        ttl: ttl(one.endedAt, days),
      };
    }),
  );
  const strike = { expression: 'DELETE #ended :ended', values: { ':ended': { SS: records } } };
  await table.update({ pk: textOf(item, 'pk'), sk: textOf(item, 'sk') }, strike, IS_KNOWN);
}

function outboxItem(notice: Notice, id: string, version: number, expiry: Item[string]): Item {
  return {
    ...attributesOf(keys.outbox(notice.at, notice.noticeId)),
    group: { S: id },
    version: { N: String(version) },
    value: { S: JSON.stringify(notice) },
    ttl: expiry,
  };
}

function createOutbox(table: Table, readEach: ReadEach): Outbox {
  /** Where the notices that are pending lie, so that clearing one needs no search. */
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
      const strike = { expression: 'DELETE #outbox :notice', values: { ':notice': { SS: [laid.sk, noticeId] } } };
      await table.update(keys.incident(laid.groupId), strike, IS_KNOWN);
      await table.remove({ pk: keys.outboxPk, sk: laid.sk });
      known.delete(noticeId);
    },
  };
}

/** Those before which nothing of their incident is pending that is not among them. */
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

/** Those that their incident lists. Takes away what can no longer come to be listed. */
async function listedOf(laid: readonly Laid[], table: Table): Promise<Laid[]> {
  const items = await table.getAll([...new Set(laid.map((one) => one.groupId))].map(keys.incident));
  const byGroup = new Map(items.map((item) => [textOf(item, 'sk'), item] as const));
  const listed: Laid[] = [];
  const leftover: Laid[] = [];
  for (const one of laid) {
    const incident = byGroup.get(one.groupId);
    if (incident === undefined) continue;
    const list = incident.outbox?.SS ?? [];
    // Lists that an earlier release wrote name the notice.
    if (list.includes(one.sk) || list.includes(one.notice.noticeId)) listed.push(one);
    else if (numberOf(incident, 'version') >= one.version) leftover.push(one);
  }
  await inParallel(leftover, ({ sk }) => table.remove({ pk: keys.outboxPk, sk }));
  return listed;
}
