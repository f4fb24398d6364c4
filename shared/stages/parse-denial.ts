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

import { limits } from '../limits.js';
import type { ApiRef } from '../model.js';
import { clean } from '../text.js';

const EXTENDED_ID = 'Extended Request Id: ';
const DENIED = 'Access denied. Reason: ';
const FORBIDDEN = 'ForbiddenException Forbidden: ';

/** What one execution-log event says. Each field is null where the event does not say it. */
export interface ExecutionEvent {
  readonly requestId: string | null;
  readonly extendedRequestId: string | null;
  /** The gateway's words; null when the event is one of the lines around a denial. */
  readonly reasonText: string | null;
}

/** Lines are cut at 1,024 bytes in the managed log group; three of them fit here with room. */
const CHARS_READ_MAX = 8_192;

const BRACKETED_ID = /^\(([^()\s]{1,128})\) /;
/** Vended plain text: resource ARN, time, API, stage, resource path and method stand in front of the payload. */
const VENDED_FIELDS = /^arn:aws[\w-]*:\S{1,512}[ \t]+(?:\S{1,1024}[ \t]+){5}(?=\(|[AEF])/;

/** @returns null when the event is not one of the lines of a denial */
export function readExecutionEvent(message: string): ExecutionEvent | null {
  const text = message.slice(0, CHARS_READ_MAX).replace(VENDED_FIELDS, '').trimStart();
  let requestId: string | null = null;
  let extendedRequestId: string | null = null;
  let reasonText: string | null = null;
  let isFirst = true;
  for (const raw of text.split(/\r?\n/)) {
    const bracketed = BRACKETED_ID.exec(raw);
    const line = bracketed === null ? raw : raw.slice(bracketed[0].length);
    if (line.startsWith(EXTENDED_ID)) extendedRequestId ??= id(line.slice(EXTENDED_ID.length));
    else if (line.startsWith(DENIED)) reasonText ??= clean(line.slice(DENIED.length).trim(), limits.reasonCharsMax);
    else if (line.startsWith(FORBIDDEN)) requestId ??= id(line.slice(FORBIDDEN.length));
    else if (isFirst) return null;
    requestId = bracketed?.[1] ?? requestId;
    isFirst = false;
  }
  return { requestId, extendedRequestId, reasonText };
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

const VENDED_ARN =
  /^arn:aws[\w-]{0,20}:apigateway:[^:\s]{0,40}:\d{0,12}:\/restapis\/([A-Za-z0-9]{1,64})\/stages\/([\w$-]{1,128})\s/;

/** The API and stage of a text event: named by the ARN in front of a vended record, or by the managed log group. */
export function apiOfText(message: string, logGroup: string): ApiRef {
  const match = VENDED_ARN.exec(message);
  return match === null ? apiOfLogGroup(logGroup) : { apiId: match[1] ?? null, stage: match[2] ?? null };
}
