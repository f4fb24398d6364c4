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
 *
 * `outbox.ts` is what happens to a notice between being laid out and being taken away.
 */

import { lazily } from '../../base/lazily.js';
import { limits } from '../../base/limits.js';
import * as z from '../../base/zod.js';
import { groupId } from '../../model/group-id.js';
import { type Incident, isEnd, type Notice } from '../../model/index.js';
import { severities } from '../../model/notices.js';
import type { Clock, IncidentStore } from '../../ports/index.js';
import { inParallel } from './failures.js';
import { groupSchema, type ReadEach, readValue } from './items.js';
import { keys, ttl } from './keys.js';
import { layOut } from './outbox.js';
import type { Condition, Item, Table } from './table.js';

const refusedSchema = z.object({
  party: z.enum(['client', 'issuer']),
  client: z.nullable(z.string()),
  others: z.number(),
  issuer: z.nullable(z.string()),
  isProven: z.boolean(),
});

const natural = z.int().check(z.nonnegative());
const orZero = z.withDefault(z.number(), 0);

const incidentSchema = z.object({
  incidentId: z.string(),
  group: groupSchema,
  state: z.enum(['firing', 'known', 'resolved']),
  version: z.int().check(z.positive()),
  since: z.number(),
  lastNoticeAt: z.number(),
  calmSince: z.nullable(z.number()),
  noticedCount: z.number(),
  severity: z.enum(severities),
  flaps: natural,
  announced: z.boolean(),
  severityAtFirst: z.enum(severities),
  acknowledged: z.boolean(),
  acknowledgedBy: z.optional(z.string()),
  heldBack: z.boolean(),
  // Incidents stored by an older version have none of these fields.
  seenMinutes: orZero,
  pauseMinutes: orZero,
  repeats: z.withDefault(natural, 0),
  steadyAt: z.withDefault(z.nullable(z.number()), null),
  lagMinutes: orZero,
  usualDay: orZero,
  isStranger: z.withDefault(z.boolean(), false),
  isClaimed: z.optional(z.literal(true)),
  allRefused: z.optional(z.object({ refused: z.number(), since: z.number(), letInAt: z.number() })),
  members: z.withDefault(z.array(z.string()), []),
  told: z.withDefault(z.nullable(z.object({ refused: z.optional(refusedSchema), cause: z.nullish(z.string()) })), null),
  known: z.withDefault(
    z.nullable(
      z.object({
        incidentId: z.string(),
        since: z.number(),
        severity: z.enum(severities),
        severityAtFirst: z.enum(severities),
        acknowledged: z.boolean(),
        remindedAt: z.number(),
        reminders: natural,
      }),
    ),
    null,
  ),
}) satisfies z.ZodMiniType<Incident>;

/** No other invocation has made a transition since the caller read the incident. */
const IS_NEW = 'attribute_not_exists(#version)';
const IS_NEXT = '#version = :before';

const loadEnded = lazily(() => import('./ended.js'));

export function createIncidents(table: Table, clock: Clock, days: number, readEach: ReadEach): IncidentStore {
  return {
    load: async (group) => {
      const item = await table.get(keys.incident(groupId(group)));
      return item === null ? null : readValue(item, 'value', incidentSchema);
    },
    transition: async (next, notice) => {
      const id = groupId(next.group);
      const expiry = ttl(clock.now(), limits.incidentDaysMax);
      if (notice !== null) await layOut(table, notice, id, next.version, expiry);
      const condition = next.version > 1 ? IS_NEXT : IS_NEW;
      const ended = isEnd(next) ? (await loadEnded()).recordOf(next, notice) : null;
      const { stored, item } = await table.update(
        keys.incident(id),
        transitionTo(next, notice, ended, expiry),
        condition,
      );
      if (stored) await archive(item, table, days);
      return stored;
    },
    firing: async (limit) => {
      const filter = {
        expression: '#state = :firing OR #state = :known OR attribute_exists(#ended)',
        values: { ':firing': { S: 'firing' }, ':known': { S: 'known' } },
      };
      const firing: Incident[] = [];
      for await (const page of table.pages({ pk: keys.incidentPk, filter })) {
        await inParallel(page, (item) => archive(item, table, days));
        const incidents = readEach(page, (item) => readValue(item, 'value', incidentSchema));
        firing.push(...incidents.filter(({ state }) => state !== 'resolved'));
        if (firing.length >= limit) break;
      }
      return firing.slice(0, limit);
    },
    ended: async (...asked) => (await loadEnded()).readEnded(table, readEach, ...asked),
  };
}

/** The atomic step: the new state of the incident, its notice in the list, and its record if it ended. */
function transitionTo(next: Incident, notice: Notice | null, ended: string | null, expiry: Item[string]): Condition {
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
  if (ended !== null) {
    values[':ended'] = { SS: [ended] };
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
  return { expression, values };
}

async function archive(item: Item, table: Table, days: number): Promise<void> {
  if (item.ended !== undefined) await (await loadEnded()).archiveEnded(item, table, days);
}
