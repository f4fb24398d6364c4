/** Patterns of API Gateway's log lines, and of the times in them. */

/** `(request id) text`: a line of an execution log. */
export const PREFIXED_LINE = /^\([\w-]{1,128}\) /;
/** The lines of a failure, for events that were written without a request id in front. */
export const TEMPLATE_LINES = [
  /^Extended Request Id:/,
  /^Access denied\. Reason:/,
  /^ForbiddenException Forbidden:/,
] as const;
const RECORD = /^\s{0,64}(?:\{\s{0,64}["}]|arn:aws[\w-]{0,20}:apigateway:)/;

/** Whether a text begins like a line of an execution log, or like a JSON record. */
export function looksLikeEvent(text: string): boolean {
  return PREFIXED_LINE.test(text) || RECORD.test(text) || TEMPLATE_LINES.some((shape) => shape.test(text));
}

/** A date and time in a line, with or without a zone: ISO 8601, also with a space in the middle. */
const STAMP = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?(?: ?(Z|UTC|GMT|[+-]\d\d:?\d\d)(?![\w:]))?/;
const EPOCH = /^1\d{9}(?:\d{3}|\.\d{1,9})?(?![\w.:-])/;

export interface Stamp {
  /** Milliseconds since the epoch; NaN for a date that does not exist. */
  readonly at: number;
  readonly length: number;
  /** Whether it has an offset such as `+00:00`. */
  readonly hasOffset: boolean;
}

/** The time at the beginning of a text. Without a zone it is UTC, as in all tools for CloudWatch Logs. */
export function stampAt(text: string): Stamp | null {
  const match = STAMP.exec(text);
  if (match !== null) {
    const [all, day, time, fraction = '', zone = 'Z'] = match;
    const hasOffset = zone.startsWith('+') || zone.startsWith('-');
    const offset = !hasOffset ? 'Z' : zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
    const at = Date.parse(`${day}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}${offset}`);
    return { at, length: all.length, hasOffset };
  }
  const digits = EPOCH.exec(text)?.[0];
  return digits === undefined ? null : { at: fromEpoch(Number(digits)), length: digits.length, hasOffset: false };
}

/**
 * Seconds, microseconds and nanoseconds are distinguished by their magnitude; smaller values than all of these are
 * milliseconds.
 */
export function fromEpoch(value: number): number {
  if (value >= 1e9 && value < 1e11) return Math.round(value * 1000);
  if (value >= 1e17) return Math.floor(value / 1e6);
  return value >= 1e14 ? Math.floor(value / 1000) : value;
}

const CLF_TIME = /(?<![\w/])(\d{1,2})\/([A-Z][a-z]{2})\/([12]\d{3}):(\d\d:\d\d:\d\d) ([+-][01]\d[0-5]\d)/;

/** The first time in Common Log Format in a text, as in `$context.requestTime`; null if there is none. */
export function clfTimeIn(text: string): number | null {
  const [, ...parts] = CLF_TIME.exec(text) ?? [];
  // With spaces between its parts it is a date of mail, which JavaScript reads.
  const at = Date.parse(parts.join(' '));
  return Number.isNaN(at) ? null : at;
}
