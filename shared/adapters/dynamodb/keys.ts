/**
 * Every key of the table in one place. Sort keys are printable ASCII and numbers in them have a fixed width, so that
 * their order is the order of time.
 *
 *     pk                      sk                    what                                          lives
 *     cell#KEY                -                     where the halves of a request meet            31 days
 *     waiting#SHARD           DUE#ID                halves to settle when their grace is over     30 days
 *     fact#GROUP              MINUTE#BATCH          failures of one batch                         61 days
 *     forbidden#SCOPE#DAY     MINUTE#CAUSE#BATCH    other 403s of one batch                       16 days
 *     scopes#DAY              SCOPE                 a scope that has other 403s that day          16 days
 *     issuers#DAY             SCOPE                 the issuers admitted, and facts expected      61 days
 *     mark#SHARD              HOUR#GROUP            an hour whose roll-up is to be made           61 days
 *     rollup#GROUP            HOUR                  failures of one hour                          `rollupDays`
 *     groups#WEEK             GROUP                 a group that has roll-ups in that week        `rollupDays`
 *     counted               HOUR                  an hour that was counted from exports         `rollupDays`
 *     pulse#SCOPE             DAY                   when other lines of a domain came             4 days
 *     history#GROUP           -                     what the detector learned                     60 days
 *     incident                GROUP                 the state of a group's incident               while firing, and 7 days
 *     ended#WEEK              ENDEDAT#INCIDENT      an incident that is over                      `rollupDays`
 *     outbox                  AT#NOTICE             a notice that is to be sent                   7 days
 *     sent#INCIDENT           AT#NOTICE             a notice that was sent                        30 days
 *     certificate#FINGERPRINT -                     a certificate                                 `certificateDays`
 *     load#MINUTE             KIND                  halves brought in a minute of a storm         31 days
 *     rate#BATCH              -                     the sampling rate of a batch                  31 days
 *     storm#PLACE             -                     batches of a storm in a minute of a stream     31 days
 *     silence                 ID                    who is not told of what, and until when       until its end, and 30 days
 *     addressKey              -                     the key of the addresses' hash                for good
 *     inventory               DOMAIN                a discovered custom domain                    until it is gone
 *     subscribed              LOGGROUP              a log group with a filter of ours             until the filter is removed
 *     probe#DAY               AT#FINGERPRINT        a call of the canary                          61 days
 *     callers                 PART                  who was let in, from exported logs              `rollupDays`
 *     probed                  DOMAIN                what probes showed of a domain's gateway      400 days
 */

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { digest } from '../../base/digest.js';
import { dayOfMinute, HOUR_MS, minuteOf } from '../../base/time.js';
import type { Key } from './table.js';

/** A minute's writes are spread over a few partitions, because one partition is limited to 1,000 writes a second. */
const SHARDS = 4;
const ALONE = '-';
const DAY_SECONDS = 86_400;
const HOURS_PER_WEEK = 168;

export const shards = (kind: 'waiting' | 'mark'): string[] =>
  Array.from({ length: SHARDS }, (_, shard) => `${kind}#${shard}`);

const shardOf = (kind: 'waiting' | 'mark', id: string): string =>
  `${kind}#${(id.codePointAt(id.length - 1) ?? 0) % SHARDS}`;

const scopeId = (scope: string): string => digest('scope', scope);

/** Wide enough for every time in milliseconds that JavaScript represents exactly. */
export const ordered = (number: number): string => String(number).padStart(16, '0');

/** Sorts after every sort key with this prefix. */
export const endOf = (prefix: string): string => `${prefix}~`;

/** The UTC days from one minute to another. */
export function daysBetween(from: number, to: number): number[] {
  const first = dayOfMinute(from);
  return Array.from({ length: Math.max(0, dayOfMinute(to) - first + 1) }, (_, index) => first + index);
}

/** Weeks of seven days, starting on Thursday like the epoch, so that an index needs no calendar. */
export const weekOfHour = (hour: number): number => Math.floor(hour / HOURS_PER_WEEK);

const scopesPk = (day: number): string => `scopes#${day}`;
const issuersPk = (day: number): string => `issuers#${day}`;
const groupsPk = (week: number): string => `groups#${week}`;
const endedPk = (week: number): string => `ended#${week}`;
const probePk = (day: number): string => `probe#${day}`;
const factPk = (groupId: string): string => `fact#${groupId}`;
const pulsesPk = (scope: string): string => `pulse#${scopeId(scope)}`;
const rollupPk = (groupId: string): string => `rollup#${groupId}`;

export const keys = {
  cell: (key: string): Key => ({ pk: `cell#${key}`, sk: ALONE }),
  waiting: (id: string, dueAt: number): Key => ({ pk: shardOf('waiting', id), sk: `${ordered(dueAt)}#${id}` }),
  factPk,
  fact: (groupId: string, minute: number, batchId: string): Key => ({
    pk: factPk(groupId),
    sk: `${ordered(minute)}#${batchId}`,
  }),
  forbidden: (scope: string, cause: string, minute: number, batchId: string): Key => ({
    pk: keys.forbiddenPk(scope, dayOfMinute(minute)),
    sk: `${ordered(minute)}#${cause}#${batchId}`,
  }),
  scopesPk,
  scope: (scope: string, day: number): Key => ({ pk: scopesPk(day), sk: scopeId(scope) }),
  forbiddenPk: (scope: string, day: number): string => `forbidden#${scopeId(scope)}#${day}`,
  issuersPk,
  issuers: (scope: string, day: number): Key => ({ pk: issuersPk(day), sk: scopeId(scope) }),
  mark: (groupId: string, hour: number): Key => ({ pk: shardOf('mark', groupId), sk: `${ordered(hour)}#${groupId}` }),
  pulsesPk,
  pulses: (scope: string, day: number): Key => ({ pk: pulsesPk(scope), sk: ordered(day) }),
  rollupPk,
  rollup: (groupId: string, hour: number): Key => ({ pk: rollupPk(groupId), sk: ordered(hour) }),
  groupsPk,
  indexed: (groupId: string, hour: number): Key => ({ pk: groupsPk(weekOfHour(hour)), sk: groupId }),
  countedPk: 'counted',
  counted: (hour: number): Key => ({ pk: 'counted', sk: ordered(hour) }),
  history: (groupId: string): Key => ({ pk: `history#${groupId}`, sk: ALONE }),
  incidentPk: 'incident',
  incident: (groupId: string): Key => ({ pk: 'incident', sk: groupId }),
  endedPk,
  ended: (incidentId: string, endedAt: number): Key => ({
    pk: endedPk(weekOfHour(Math.floor(endedAt / HOUR_MS))),
    sk: `${ordered(endedAt)}#${incidentId}`,
  }),
  outboxPk: 'outbox',
  outbox: (at: string, noticeId: string): Key => ({ pk: 'outbox', sk: `${at}#${noticeId}` }),
  sentPk: (incidentId: string): string => `sent#${incidentId}`,
  silencePk: 'silence',
  silence: (id: string): Key => ({ pk: 'silence', sk: id }),
  inventoryPk: 'inventory',
  inventory: (domain: string): Key => ({ pk: 'inventory', sk: domain }),
  subscribedPk: 'subscribed',
  subscribed: (logGroup: string): Key => ({ pk: 'subscribed', sk: logGroup }),
  probePk,
  probe: (at: number, fingerprint: string): Key => ({
    pk: probePk(dayOfMinute(minuteOf(at))),
    sk: `${ordered(at)}#${fingerprint}`,
  }),
  callersPk: 'callers',
  callers: (part: string): Key => ({ pk: 'callers', sk: part }),
  probed: (domain: string): Key => ({ pk: 'probed', sk: domain }),
  certificate: (fingerprint: string): Key => ({ pk: `certificate#${fingerprint}`, sk: ALONE }),
  addressKey: { pk: 'addressKey', sk: ALONE } as Key,
  load: (minute: number, kind: string): Key => ({ pk: `load#${minute}`, sk: kind }),
  rate: (batchId: string): Key => ({ pk: `rate#${batchId}`, sk: ALONE }),
  storm: (place: string): Key => ({ pk: `storm#${place}`, sk: ALONE }),
};

/** The TTL attribute of an item that expires so many days after a time in milliseconds. */
export function ttl(at: number, days: number): AttributeValue {
  return { N: String(Math.ceil(at / 1000) + days * DAY_SECONDS) };
}
