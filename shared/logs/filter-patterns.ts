/**
 * Which log lines CloudWatch Logs sends to the ingest function. A subscription is paid for by what it lets through, and
 * the busiest APIs are the healthy ones, so no pattern lets successful requests through. The patterns only save work:
 * parsing tells every line by its content and passes over what is of no use.
 *
 * Grammar: "Filter pattern syntax" in the CloudWatch Logs user guide. A pattern has at most 1,024 characters.
 */

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

export type LogKind = 'execution' | 'access';

export const PATTERN: Readonly<Record<LogKind, string>> = {
  execution: EXECUTION_LOG_PATTERN,
  access: ACCESS_LOG_PATTERN,
};
