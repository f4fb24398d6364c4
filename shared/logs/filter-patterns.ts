/**
 * Which log lines CloudWatch Logs sends to the ingest function. A subscription is paid for by what it lets through, and
 * the busiest APIs are the healthy ones, so no pattern lets successful requests through. The patterns only save work:
 * parsing tells every line by its content and passes over what is of no use.
 *
 * Grammar: "Filter pattern syntax" in the CloudWatch Logs user guide. A pattern has at most 1,024 characters.
 */

import { type Token, tokensOf } from './template.js';

/**
 * Lets through the line that names the reason, alone or as part of an event of several lines, with or without the
 * request id in front, bare or inside the JSON of vended execution logs: a quoted phrase is looked for anywhere in the
 * event, JSON or not.
 *
 * Keeps back everything else that the gateway writes about a request, some 20 lines for a successful one at level INFO.
 * Also kept back, where they are events of their own, are the two neighbours of the reason. `Extended Request Id: …`
 * precedes every request, refused or not, and letting it through would stream a line for each. `ForbiddenException
 * Forbidden: …` follows other causes of a 403 too and says nothing that the reason's line does not. The price: a denial
 * written as separate events has only the request id to be joined by.
 */
export const EXECUTION_LOG_PATTERN = '"Access denied. Reason:"';

/**
 * Lets through the records of requests that were answered with 403, whatever the cause: a client's certificate can only
 * be told from the other causes with the execution log at hand, and the other causes are counted as well.
 *
 * The pattern is a regular expression over the text, not a selector such as `{ $.status = "403" }`, because a
 * selector skips every event that is not strict JSON. A record is not where the certificate's line breaks are raw, and
 * a client could see to it with a quote in its user agent; its refusals would then be counted without an issuer. It reads:
 * a key that ends in or starts with `status` (`status`, `Status`, `statusCode`, `http_status`, `response.status`), then
 * one to eight characters that are neither letters, digits nor underscores (so `":"`, `": `, `=`, `\":\"` in escaped JSON), then
 * 403. Only letters, digits and the documented operators are used; parentheses and quotes are not allowed there.
 *
 * Keeps back successful requests, unless their path or user agent spells something like `status/403`, and the records of
 * formats that have no status. Two keys that end in `status` and are not the request's (`integration.status`,
 * `authorizer.status`) can let a record through too many, never one too few.
 */
export const ACCESS_LOG_PATTERN = '%[Ss]tatus[A-Za-z_]*\\W{1,8}403%';

/**
 * The pattern for an access log whose formats are known. A format that has its status under another key, or under none
 * because it is no JSON, gets an expression of its own beside the usual one: what stands in the format right before and
 * behind the status. One without a status is told by its error message; one with neither lets nothing more through, which
 * `doctor` says.
 *
 * @param formats those of the stages that write to the log group
 */
export function accessLogPattern(formats: readonly string[]): string {
  const own = [...new Set(formats.flatMap((format) => expressionOf(format) ?? []))].sort();
  const pattern = `%${[USUAL, ...own].join('|')}%`;
  return own.length === 0 || pattern.length > PATTERN_CHARS_MAX ? ACCESS_LOG_PATTERN : pattern;
}

/** Whether a filter's pattern lets through what the expected one would: it may be meant for more formats. */
export function isPatternFor(pattern: string, expected: string): boolean {
  return pattern === expected || (expected === ACCESS_LOG_PATTERN && pattern.startsWith(`%${USUAL}|`));
}

const USUAL = ACCESS_LOG_PATTERN.slice(1, -1);
const PATTERN_CHARS_MAX = 1_024;
/** Of the text before a value, enough to tell it from others. */
const TEXT_BEFORE_CHARS = 16;
const TEXT_BEHIND_CHARS = 3;

/** Null where the usual expression finds the 403s of the format. */
function expressionOf(format: string): string | null {
  const tokens = tokensOf(format);
  const values: Readonly<Record<string, string>> = { status: '403' };
  const record = tokens.map((token) => (token.kind === 'text' ? token.text : (values[token.name] ?? '-'))).join('');
  if (new RegExp(USUAL).test(record)) return null;
  const status = around(tokens, 'status');
  if (status !== null) return `${status.before}403${status.behind}`;
  const message = around(tokens, 'error.message') ?? around(tokens, 'error.messageString');
  return message === null ? null : `${message.before}\\W?Forbidden`;
}

function around(tokens: readonly Token[], variable: string): { before: string; behind: string } | null {
  const index = tokens.findIndex((token) => token.kind === 'variable' && token.name === variable);
  if (index < 0) return null;
  const [before, behind] = [tokens[index - 1], tokens[index + 1]];
  return {
    before: before?.kind === 'text' ? escaped(before.text.slice(-TEXT_BEFORE_CHARS)) : '',
    behind: behind?.kind === 'text' ? escaped(behind.text.slice(0, TEXT_BEHIND_CHARS)) : '',
  };
}

/** Letters and digits stand for themselves; every other character for any that is neither. */
function escaped(text: string): string {
  return text.replace(/\W/g, '\\W');
}

export type LogKind = 'execution' | 'access';
