/** The pattern of the subscription filter of each log group, for everything that puts or checks filters. Pure. */

import {
  accessLogPattern,
  CONNECTION_LOG_PATTERN,
  EXECUTION_LOG_PATTERN,
  type LogKind,
} from '../logs/filter-patterns.js';
import type { FoundDomain } from '../model/account.js';

/** The filter pattern for a log group and kind of log. */
export type PatternOf = (logGroup: string, kind: LogKind) => string;

/** @param domains the domains whose stages write to the log groups */
export function patternsOf(domains: readonly FoundDomain[]): PatternOf {
  const formats = new Map<string, string[]>();
  for (const { accessLog } of domains.flatMap(({ stages }) => stages)) {
    if (accessLog === null || accessLog.logGroup === null) continue;
    formats.set(accessLog.logGroup, [...(formats.get(accessLog.logGroup) ?? []), accessLog.format]);
  }
  return (logGroup, kind) => {
    if (kind === 'execution') return EXECUTION_LOG_PATTERN;
    return kind === 'connection' ? CONNECTION_LOG_PATTERN : accessLogPattern(formats.get(logGroup) ?? []);
  };
}
