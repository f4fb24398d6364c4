/**
 * Filter patterns: which log lines CloudWatch Logs sends to the ingest function. A subscription costs money for every
 * event that it lets through, and the busiest APIs are the healthy ones, so no pattern lets successful requests
 * through. The patterns only save work: parsing recognises every line by its content and skips what it does not need.
 * Grammar: "Filter pattern syntax" in the CloudWatch Logs user guide. A pattern has at most 1,024 characters.
 */

import { type Token, tokensOf } from './template.js';

/**
 * Lets through the line that names the reason, alone or in an event of several lines, with or without the request id in
 * front, bare or inside the JSON of vended execution logs: a quoted phrase is searched for anywhere in the event, JSON
 * or not.
 * Holds back everything else that the gateway writes about a request, some 20 lines for a successful one at level INFO.
 * This includes the two lines around the reason where they are events of their own. `Extended Request Id: …` precedes
 * every request, refused or not, so letting it through would stream a line for each request. `ForbiddenException
 * Forbidden: …` also follows other causes of a 403 and says nothing that the line of the reason does not. The cost: a
 * denial that is written as separate events can be joined by its request id only.
 */
export const EXECUTION_LOG_PATTERN = '"Access denied. Reason:"';

/**
 * Lets through the records of requests that were answered with 403, whatever the cause: only together with the
 * execution log can a refused certificate be told from other causes, and the other causes are counted as well.
 * The pattern is a regular expression over the text, not a selector such as `{ $.status = "403" }`, because a selector
 * skips every event that is not strict JSON. A record is not strict JSON where the line breaks of the certificate are
 * raw, and a client can break it with a quote in its user agent; its refusals would then be counted without an issuer.
 * The expression reads: a key that starts or ends with `status` (`status`, `Status`, `statusCode`, `http_status`,
 * `response.status`), then one to eight characters that are neither letters, digits nor underscores (such as `":"`, `":
 * `, `=`, or `\":\"` in escaped JSON), then 403. Only letters, digits and the documented operators are used;
 * parentheses and quotes are not allowed there.
 * Holds back successful requests, unless their path or user agent contains something like `status/403`, and the records
 * of formats without a status. Keys that end in `status` but are not the request's (`integration.status`,
 * `authorizer.status`) can let additional records through; they never hold one back.
 */
export const ACCESS_LOG_PATTERN = '%[Ss]tatus[A-Za-z_]*\\W{1,8}403%';
const USUAL = ACCESS_LOG_PATTERN.slice(1, -1);

/**
 * What a filter adds to each event where accounts are told apart: who wrote it, and the log group that a centralised event was
 * copied from, because the name of the copy need not contain the API.
 */
export const SYSTEM_FIELDS: readonly string[] = ['@aws.account', '@aws.region', '@source.log'];

/**
 * The pattern for an access log whose formats are known. The usual expression does not find the status of every format:
 * the status may have another key, or no key because the format is not JSON. For such a format an expression is added,
 * made of the texts directly before and after the status. A format without a status is recognised by its error message.
 * A format with neither adds nothing, and `doctor` reports it.
 * @param formats those of the stages that write to the log group
 */
export function accessLogPattern(formats: readonly string[]): string {
  const own = [...new Set(formats.flatMap((format) => expressionOf(format) ?? []))].sort();
  const pattern = `%${[USUAL, ...own].join('|')}%`;
  return own.length === 0 || pattern.length > PATTERN_CHARS_MAX ? ACCESS_LOG_PATTERN : pattern;
}

/**
 * For a search in a log group whose format nobody knows: every event with 403 as a word, or with the gateway's message. Too
 * broad for a subscription, which costs by the event.
 */
export const ANY_FORBIDDEN_PATTERN = '%^403\\W|\\W403\\W|\\W403$|Forbidden%';

/** Whether a filter's pattern lets through all that the expected one would; it may have been made for more formats. */
export function isPatternFor(pattern: string, expected: string): boolean {
  return pattern === expected || (expected === ACCESS_LOG_PATTERN && pattern.startsWith(`%${USUAL}|`));
}

const PATTERN_CHARS_MAX = 1_024;
/** How much of the text before a value is used; enough to tell it from others. */
const TEXT_BEFORE_CHARS = 16;
const TEXT_BEHIND_CHARS = 3;

/** What `USUAL` finds. As one expression of JavaScript it would take quadratic time. */
function isFoundAsUsual(record: string): boolean {
  const before = record.split(/\W{1,8}403/).slice(0, -1);
  return before.some((text) => /[Ss]tatus/.test(text.split(/[^A-Za-z_]/).at(-1) ?? ''));
}

/** Null where the usual expression finds the 403s of the format. */
function expressionOf(format: string): string | null {
  const tokens = tokensOf(format);
  const values: Readonly<Record<string, string>> = { status: '403' };
  const record = tokens.map((token) => (token.kind === 'text' ? token.text : (values[token.name] ?? '-'))).join('');
  if (isFoundAsUsual(record)) return null;
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

/**
 * Letters and digits stand for themselves; every other character becomes a wildcard for a character that is neither.
 */
function escaped(text: string): string {
  return text.replace(/\W/g, '\\W');
}

/**
 * Connections that failed, in the connection logs of CloudFront and of load balancers, in every form of their records: the
 * status is `Failed:` and a code. A quoted phrase is searched for anywhere in the event.
 */
export const CONNECTION_LOG_PATTERN = '"Failed"';

export const logKinds = ['execution', 'access', 'connection'] as const;

/** The two logs of a stage of API Gateway, and the one log of every other front door. */
export type LogKind = (typeof logKinds)[number];
