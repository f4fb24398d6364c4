/**
 * Which part of an event a named value is: columns of a table, fields of a query's result, keys of a JSON object. Every tool has its
 * own names for them, and people rename them. `@ptr` of Logs Insights is none: the same event has another in every query.
 */

import { commandLimits } from '../../shared/base/command-limits.js';
import { memoize } from '../../shared/base/memoize.js';

const NAME_CHARS_MAX = 64;

export type Role = 'message' | 'time' | 'group' | 'stream' | 'id' | 'owner';

const ROLE_BY_NAME: Readonly<Record<string, Role>> = {
  '@message': 'message',
  message: 'message',
  msg: 'message',
  logmessage: 'message',
  rawmessage: 'message',
  eventmessage: 'message',
  logevent: 'message',
  '@timestamp': 'time',
  timestamp: 'time',
  timestamputc: 'time',
  time: 'time',
  timeutc: 'time',
  datetime: 'time',
  eventtime: 'time',
  eventtimestamp: 'time',
  ts: 'time',
  '@log': 'group',
  '@loggroup': 'group',
  loggroup: 'group',
  loggroupname: 'group',
  loggroupidentifier: 'group',
  loggrouparn: 'group',
  '@logstream': 'stream',
  logstream: 'stream',
  logstreamname: 'stream',
  stream: 'stream',
  id: 'id',
  eventid: 'id',
  owner: 'owner',
  '@aws.account': 'owner',
};

/** `Log Stream`, `log_stream` and `logStreamName` are the same; null for names that are no part of an event. */
export const roleOf: (name: string) => Role | null = memoize(
  { entriesMax: commandLimits.inputColumnsRememberedMax, keyCharsMax: NAME_CHARS_MAX },
  (name: string) => name,
  (name) => {
    const plain = name.length > NAME_CHARS_MAX ? '' : name.toLowerCase().replace(/[\s_()-]/g, '');
    return Object.hasOwn(ROLE_BY_NAME, plain) ? (ROLE_BY_NAME[plain] ?? null) : null;
  },
);

/** The first value of each role. */
export function partsOf(named: object): Partial<Record<Role, unknown>> {
  const parts: Partial<Record<Role, unknown>> = {};
  for (const [name, value] of Object.entries(named)) {
    const role = roleOf(name);
    if (role !== null) parts[role] ??= value;
  }
  return parts;
}
