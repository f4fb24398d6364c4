/**
 * Which part of an event a named value is: columns of a table, fields of a query's result, keys of a JSON object. Every tool has its
 * own names for them, and people rename them. `@ptr` of Logs Insights is none: the same event has another in every query.
 */

import { commandLimits } from '../../shared/base/command-limits.js';
import { memoize } from '../../shared/base/memoize.js';

const NAME_CHARS_MAX = 64;

export type Role = 'message' | 'time' | 'group' | 'stream' | 'id' | 'owner';

const NAMES: Readonly<Record<Role, string>> = {
  message: '@message message msg logmessage rawmessage eventmessage logevent',
  time: '@timestamp timestamp timestamputc time timeutc datetime eventtime eventtimestamp ts',
  group: '@log @loggroup loggroup loggroupname loggroupidentifier loggrouparn',
  stream: '@logstream logstream logstreamname stream',
  id: 'id eventid',
  owner: 'owner @aws.account',
};
const ROLES = new Map(
  (Object.keys(NAMES) as Role[]).flatMap((role) => NAMES[role].split(' ').map((name) => [name, role] as const)),
);

/** `Log Stream`, `log_stream` and `logStreamName` are the same; null for names that are no part of an event. */
export const roleOf: (name: string) => Role | null = memoize(
  { entriesMax: commandLimits.inputColumnsRememberedMax, keyCharsMax: NAME_CHARS_MAX },
  (name: string) => name,
  (name) => (name.length > NAME_CHARS_MAX ? null : (ROLES.get(name.toLowerCase().replace(/[\s_()-]/g, '')) ?? null)),
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
