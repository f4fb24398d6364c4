/** Denials of the lines that an execution log has for one request, each an event or several in one. */

import type { Mutable } from '../base/mutable.js';
import { compareTexts } from '../base/text.js';
import { inAccount } from '../config/qualified-names.js';
import type { Denial, LogEvent } from '../model/index.js';
import { idOf, type LogSource, type Origin } from './log-source.js';
import type { ExecutionEvent } from './parse-denial.js';

/** One event of the execution log that is a part of a denial. */
export interface ExecutionLine {
  readonly event: LogEvent;
  readonly said: ExecutionEvent;
  readonly origin: Origin;
}

/**
 * Puts the lines of separate events together. Lines of one request share the bracketed id, and the extended id's line
 * comes right before the denial's; without brackets, the id comes in the `ForbiddenException` line right after it. Each
 * line serves one denial only, or a client that pins its request id could make two denials look like one.
 */
export function denialsOf(lines: ExecutionLine[], source: LogSource): Denial[] {
  const hasNeighbours = lines.some(({ said }) => said.reason === null);
  const inOrder = !hasNeighbours
    ? lines
    : [...lines].sort((a, b) => a.event.timestamp - b.event.timestamp || compareTexts(a.event.id, b.event.id));
  const extendedIds = new Map<string, string>();
  const denials: Mutable<Denial>[] = [];
  let awaitingId: (typeof denials)[number] | null = null;
  for (const { event, said, origin } of inOrder) {
    const key = said.requestId ?? '';
    if (said.reason === null) {
      if (said.extendedRequestId !== null) extendedIds.set(key, said.extendedRequestId);
      else if (awaitingId !== null && said.requestId !== null) {
        awaitingId.requestId = inAccount(source.account, said.requestId);
        awaitingId.isIdBorrowed = true;
      }
      if (said.extendedRequestId === null) awaitingId = null;
      continue;
    }
    const denial: (typeof denials)[number] = {
      kind: 'denial',
      eventId: idOf(event, source),
      at: event.timestamp,
      requestId: key === '' ? '' : inAccount(source.account, key),
      extendedRequestId: said.extendedRequestId ?? (hasNeighbours ? extendedIds.get(key) : null) ?? null,
      reason: said.reason.id,
      reasonText: said.reason.text,
      api: origin.api,
      scope: origin.scope,
      rate: 1,
    };
    if (hasNeighbours) extendedIds.delete(key);
    denials.push(denial);
    awaitingId = said.requestId === null ? denial : null;
  }
  return denials;
}
