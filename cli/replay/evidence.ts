/**
 * Whether the logs contained anything to judge. "No incidents" is only an answer for logs in which a refusal would have
 * been seen; other logs, or logs in an unknown format, contain no refusals either.
 */

import { DAY_MS } from '../../shared/base/time.js';
import { type RecordFormat, recordFormat } from '../../shared/logs/record-format.js';
import type { LogEvent, Parsed } from '../../shared/model/index.js';
import type { ReplaySummary } from '../../shared/schemas/lines.js';
import { isAccessRecord, isConnectionRecord, isExecutionLine } from '../inputs/observe.js';

export interface Evidence {
  /** Checks events until both kinds of log were seen. */
  readonly add: (events: readonly LogEvent[], parsed: Parsed) => void;
  readonly read: () => Pick<ReplaySummary, 'accessRecords' | 'executionLines' | 'connectionRecords'>;
}

/** @param formats the formats of the settings, which are needed to recognise text records */
export function evidence(formats: readonly string[]): Evidence {
  const compiled = [null, ...formats.map(recordFormat)];
  const isAccess = (event: LogEvent): boolean => compiled.some((format) => isAccessRecord(event, format));
  const seen = { accessRecords: false, executionLines: false, connectionRecords: false };
  return {
    add: (events, { accesses, otherForbidden, denials, connections }) => {
      const read = events.filter(({ isPlainSuccess }) => !isPlainSuccess);
      seen.connectionRecords ||= connections.length > 0 || read.some(isConnectionRecord);
      seen.accessRecords ||= accesses.length + otherForbidden.length > 0 || events.some(isAccess);
      seen.executionLines ||= denials.length > 0 || read.some(isExecutionLine);
    },
    read: () => ({ ...seen }),
  };
}

/** A year and a month of days, the longest period for a report. */
const DAYS_MAX = 400;

/** The days with anything to judge, for a report of a period. */
export function daysWithEvidence(): {
  add: (event: LogEvent, format: RecordFormat | null) => void;
  isAnyWithin: (from: number, to: number) => boolean;
} {
  const days = new Set<number>();
  return {
    add: (event, format) => {
      const day = Math.floor(event.timestamp / DAY_MS);
      if (days.has(day) || days.size >= DAYS_MAX) return;
      if (isAccessRecord(event, format) || isExecutionLine(event) || isConnectionRecord(event)) days.add(day);
    },
    isAnyWithin: (from, to) => [...days].some((day) => day * DAY_MS < to && (day + 1) * DAY_MS > from),
  };
}
