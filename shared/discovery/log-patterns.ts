/** The subscription filter's pattern of each log group, for all who put filters or look at them. Pure. */

import { accessLogPattern, EXECUTION_LOG_PATTERN, type LogKind } from '../logs/filter-patterns.js';
import type { FoundDomain } from '../model/account.js';

/** What a log group's filter of a kind is to let through. */
export type PatternOf = (logGroup: string, kind: LogKind) => string;

/** @param domains those whose stages write to the log groups */
export function patternsOf(domains: readonly FoundDomain[]): PatternOf {
  const formats = new Map<string, string[]>();
  for (const { accessLog } of domains.flatMap(({ stages }) => stages)) {
    if (accessLog === null || accessLog.logGroup === null) continue;
    formats.set(accessLog.logGroup, [...(formats.get(accessLog.logGroup) ?? []), accessLog.format]);
  }
  return (logGroup, kind) =>
    kind === 'execution' ? EXECUTION_LOG_PATTERN : accessLogPattern(formats.get(logGroup) ?? []);
}
