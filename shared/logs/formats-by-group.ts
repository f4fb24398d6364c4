/** The access-log format of a log group's records, as it was set or discovered. */

import { settingFor } from '../config/qualified-names.js';

/** The access-log formats of stages, by the log group that they write to; `*` stands for every other group. */
export type FormatsByLogGroup = Readonly<Record<string, string>>;

/** @param logGroup with its account in front where accounts are told apart */
export function templateOfGroup(formats: FormatsByLogGroup, logGroup: string): string | undefined {
  return settingFor(formats, logGroup) ?? formats['*'];
}
