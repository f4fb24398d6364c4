/**
 * Reads the execution log's side of a refusal. AWS documents three lines,
 *
 *     Extended Request Id: {extendedRequestId}
 *     Access denied. Reason: {reason}
 *     ForbiddenException Forbidden: {requestId}
 *
 * and nobody has shown whether they arrive as one event or as three, so both are read, each line with or without the
 * bracketed request id in front, bare or as the `payload` of a vended record.
 *
 * A request body can hold any text, line breaks included, and an execution log at level INFO prints bodies. So a line
 * counts only where the event *begins* with one of the three, never where one stands somewhere inside.
 */

import { limits } from '../base/limits.js';
import { memoize } from '../base/memoize.js';
import { clean } from '../base/text.js';
import type { ApiRef } from '../model/index.js';
import { type ReasonId, reasonIdOf } from '../model/reasons.js';

const EXTENDED_ID = 'Extended Request Id: ';
const DENIED = 'Access denied. Reason: ';
const FORBIDDEN = 'ForbiddenException Forbidden: ';

/** What one event of the execution log says. A field is null where the event does not say it. */
export interface ExecutionEvent {
  readonly requestId: string | null;
  readonly extendedRequestId: string | null;
  /** Null when the event is one of the lines around a denial. */
  readonly reason: Reason | null;
}

export interface Reason {
  readonly id: ReasonId;
  /** The gateway's words, cleaned and cut. */
  readonly text: string;
}

/** Lines are cut at 1,024 bytes in the managed log group; three of them fit easily. */
const CHARS_READ_MAX = 8_192;

/** The gateway's sentence. An event that contains it is counted, or reported as one that cannot be read. */
export const SENTENCE = 'Access denied. Reason:';

/** Whether a text contains one of the three lines anywhere. */
export function holdsDenialLine(text: string): boolean {
  return text.includes(DENIED) || text.includes(EXTENDED_ID) || text.includes(FORBIDDEN);
}

/**
 * Whether an event is a line of an execution log, but none of a denial's: it begins with the request id in brackets.
 */
export function isExecutionLine(message: string): boolean {
  const bracketed = bracketedId(message, 0);
  return bracketed !== null && !message.startsWith(SENTENCE, bracketed.length + BRACKETS);
}

/** @returns null when the event is not one of the lines of a denial */
export function readExecutionEvent(message: string): ExecutionEvent | null {
  const text = message.slice(0, CHARS_READ_MAX);
  let requestId: string | null = null;
  let extendedRequestId: string | null = null;
  let reason: Reason | null = null;
  let from = 0;
  do {
    const newline = text.indexOf('\n', from);
    const end = newline < 0 ? text.length : newline;
    const bracketed = bracketedId(text, from);
    const start = bracketed === null ? from : from + BRACKETS + bracketed.length;
    if (text.startsWith(DENIED, start)) reason ??= reasonOf(text.slice(start + DENIED.length, end));
    else if (text.startsWith(EXTENDED_ID, start)) extendedRequestId ??= id(text.slice(start + EXTENDED_ID.length, end));
    else if (text.startsWith(FORBIDDEN, start)) requestId ??= id(text.slice(start + FORBIDDEN.length, end));
    else if (from === 0) return null;
    requestId = bracketed ?? requestId;
    from = end + 1;
  } while (from <= text.length);
  return { requestId, extendedRequestId, reason };
}

/** Memoised, because the gateway writes the same few sentences over and over. */
const reasonOf = memoize(
  { entriesMax: limits.reasonsRememberedMax, keyCharsMax: 2 * limits.reasonCharsMax },
  (words: string) => words,
  (words): Reason => {
    const text = clean(words.trim(), limits.reasonCharsMax);
    return { id: reasonIdOf(text), text };
  },
);

const OPEN = 0x28;
const CLOSE = 0x29;
const SPACE = 0x20;
const TILDE = 0x7e;
/** How many characters `(` and `) ` add around an id. */
const BRACKETS = 3;

/** The request id in brackets at the beginning of the line that starts at `from`; null where there is none. */
function bracketedId(text: string, from: number): string | null {
  if (text.charCodeAt(from) !== OPEN) return null;
  for (let at = from + 1; at <= from + 1 + limits.requestIdCharsMax && at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === CLOSE) {
      return at > from + 1 && text.charCodeAt(at + 1) === SPACE ? text.slice(from + 1, at) : null;
    }
    if (code === OPEN || code <= SPACE || (code > TILDE && /\s/.test(text.charAt(at)))) return null;
  }
  return null;
}

function id(text: string): string | null {
  const trimmed = text.trim();
  return trimmed === '' || trimmed === '-' ? null : clean(trimmed, limits.requestIdCharsMax);
}

const MANAGED_GROUP = 'API-Gateway-Execution-Logs_';

/** The API and stage in the name of a managed log group, `API-Gateway-Execution-Logs_{apiId}/{stage}`. */
export function apiOfLogGroup(logGroup: string): ApiRef {
  const at = logGroup.lastIndexOf(MANAGED_GROUP);
  const match =
    at < 0 ? null : /^([A-Za-z0-9]{1,64})\/([\w$-]{1,128})$/.exec(logGroup.slice(at + MANAGED_GROUP.length));
  return { apiId: match?.[1] ?? null, stage: match?.[2] ?? null };
}
