/**
 * Reads a batch: denials, access records of possible mutual-TLS failures, other 403s, and rejects. The kind of each
 * record is recognised by its content, never by the name of the log group, because teams send vended logs to any group.
 * A broken record does not affect the others: it is counted with a reason, and reading goes on.
 */

import { pulseOf } from '../base/time.js';
import { hostName, inAccount } from '../config/qualified-names.js';
import { CANARY_DN } from '../model/canary.js';
import type {
  AccessRecord,
  ApiRef,
  Denial,
  HeardLine,
  LogBatch,
  LogEvent,
  OtherForbidden,
  Parsed,
  Rejected,
} from '../model/index.js';
import type { AccessFields } from './access-fields.js';
import { clientOf, hasCertificateFields, identityOf } from './client-identity.js';
import { denialsOf, type ExecutionLine } from './denial-lines.js';
import { forbiddenCause } from './forbidden.js';
import type { FormatsByLogGroup } from './formats-by-group.js';
import {
  type DomainsByApi,
  idOf,
  type LateReaders,
  type LogSource,
  type Origin,
  originOf,
  scopeOf,
  sourcesOf,
} from './log-source.js';
import { isPlainSuccess, readJsonObject, sureFields } from './parse-access.js';
import {
  apiOfLogGroup,
  type ExecutionEvent,
  holdsDenialLine,
  isExecutionLine,
  readExecutionEvent,
  SENTENCE,
} from './parse-denial.js';
import type { ReadRecord } from './record-format.js';
import { isVendedLine } from './vended-line.js';

interface ParsedSoFar {
  readonly denials: Denial[];
  readonly accesses: AccessRecord[];
  readonly connections: readonly [];
  readonly otherForbidden: OtherForbidden[];
  readonly rejected: Rejected[];
  readonly certificates: Map<string, string>;
  readonly heard: HeardLine[];
  /** The span of the record in `heard` that was read last. */
  heardPulse: number;
  passed: number;
  recovered: number;
}

/**
 * Reads every event of a batch, in any order. Pure.
 * @param readers null where they are not loaded; see `readBatch`
 * @param byAccount whether scopes, APIs and request ids get their account in front
 * @throws LateReadersNeeded where an event needs a late reader and there is none; never with them
 */
export function parseWith(
  readers: LateReaders | null,
  batch: LogBatch,
  domains: DomainsByApi = {},
  byAccount = false,
  formats: FormatsByLogGroup = {},
): Parsed {
  const found: ParsedSoFar = {
    denials: [],
    accesses: [],
    connections: [],
    otherForbidden: [],
    rejected: [...batch.malformed],
    certificates: new Map(),
    heard: [],
    heardPulse: -1,
    passed: 0,
    recovered: 0,
  };
  for (const [source, events] of sourcesOf(readers, batch, domains, byAccount, formats)) {
    const lines: ExecutionLine[] = [];
    const origin = originOf(apiOfLogGroup(batch.logGroup), source);
    for (const event of events) {
      const isHeard = found.heardPulse === pulseOf(event.timestamp);
      if (event.isPlainSuccess && isHeard && !mayHoldStatus(event.message, source)) {
        found.passed++;
        continue;
      }
      const message = event.message.trimStart();
      if (message.startsWith('{')) readJson(event, message, source, found, lines);
      else readText(event, message, origin, source, found, lines);
    }
    for (const denial of denialsOf(lines, source)) found.denials.push(denial);
  }
  return found;
}

function readText(
  event: LogEvent,
  message: string,
  origin: Origin,
  source: LogSource,
  found: ParsedSoFar,
  lines: ExecutionLine[],
): void {
  // Text that fits the format of the group's access log is an access record, even if a client made it look like a
  // denial.
  const record = source.format === null || source.format.isJson ? null : source.format.read(message, null);
  if (record !== null) {
    readAccess(event, record, source, found);
    return;
  }
  const said = readExecutionEvent(message);
  if (said === null && isExecutionLine(message)) found.passed++;
  else if (said !== null && source.isManaged && said.reason?.id !== 'other') lines.push({ event, said, origin });
  else if (holdsDenialLine(message) && readVended(event, message, NO_API, source, lines)) return;
  else if (said !== null && (source.isManaged || isPlain(said))) lines.push({ event, said, origin });
  else readPlainRecord(event, message, source, found);
}

const NO_API: ApiRef = { apiId: null, stage: null };

/** Whether the lines contain only text of the gateway itself. */
function isPlain({ reason, requestId, extendedRequestId }: ExecutionEvent): boolean {
  const ids = [requestId, extendedRequestId].every((id) => id === null || /^[\w+/=-]*$/.test(id));
  return ids && (reason === null || reason.id !== 'other');
}

/**
 * Reads a payload and the fields around it.
 * @param api the API of the surrounding JSON, if it names one
 */
function readVended(event: LogEvent, text: string, api: ApiRef, source: LogSource, lines: ExecutionLine[]): boolean {
  const vended = source.late().vendedText(text, source.places());
  const said = vended === null ? null : readExecutionEvent(vended.text);
  if (vended === null || said === null) return false;
  // The API in the name of the log group comes before any that the text of a record names.
  const places = [apiOfLogGroup(source.logGroup), api, vended.api, apiOfLogGroup(event.sourceLog ?? '')];
  const named = places.find(({ apiId }) => apiId !== null);
  lines.push({ event, said, origin: originOf(named ?? { apiId: null, stage: api.stage ?? vended.api.stage }, source) });
  return true;
}

/** Reads text that is not a line of an execution log: a line of another log, or an access record that is not JSON. */
function readPlainRecord(event: LogEvent, message: string, source: LogSource, found: ParsedSoFar): void {
  const fields = message.includes('403') ? source.late().labelledFields(message) : null;
  if (fields !== null && fields.status !== '403') found.passed++;
  else if (fields !== null && hasCertificateFields(fields))
    readAccess(event, { fields, isRecovered: false }, source, found);
  else if (isForbiddenRecord(message, source)) found.rejected.push(reject(event, 'unreadable-access-record', NOT_JSON));
  else if (message.includes(SENTENCE)) found.rejected.push(reject(event, 'unreadable-denial', NO_DENIAL));
  else found.passed++;
}

/** No module is loaded for a text without the digits 403. */
function isForbiddenRecord(message: string, { late }: LogSource): boolean {
  return message.includes('403') && late().isForbiddenRecord(message);
}

const NOT_JSON =
  'a 403 in plain text (Common Log Format, CSV, XML) that does not tell who called; expected JSON: set the access-log format that doctor prints, or name this one in accessLogFormats';
const NO_STATUS =
  'a 403 under a key that does not say so; expected $context.status as a value of its own: set the access-log format that doctor prints, or name this one in accessLogFormats';
const NO_DENIAL =
  'holds the sentence of a refusal in a place where the gateway writes none; expected it at the beginning of a line, or in the payload of a vended execution log';

function readJson(
  event: LogEvent,
  message: string,
  source: LogSource,
  found: ParsedSoFar,
  lines: ExecutionLine[],
): void {
  // One success of each span is read to the end, because it shows that the logs of its domain arrive.
  if (found.heardPulse === pulseOf(event.timestamp) && isPlainSuccess(message) && !mayHoldStatus(message, source)) {
    found.passed++;
    return;
  }
  if (source.format === null && isVendedLine(message) && !holdsDenialLine(message)) {
    found.passed++;
    return;
  }
  const json = readJsonObject(message);
  const record = readRecord(message, json, source);
  // A record with a status is an access record, whatever else it contains.
  if (record !== null && record.fields.status !== undefined) {
    readAccess(event, record, source, found);
    return;
  }
  const hasSentence = message.includes(SENTENCE);
  if (json !== null && (hasSentence || isWrapped(json)) && !(record !== null && isAccessRecord(record.fields))) {
    const wrapped = wrappedRecord(json);
    if (wrapped !== null) readJson(event, wrapped, source, found, lines);
    else if (readVendedJson(event, json, source, lines)) return;
    else if (hasSentence) found.rejected.push(reject(event, 'unreadable-denial', NO_DENIAL));
    else found.passed++;
    return;
  }
  if (record === null) found.rejected.push(reject(event, 'broken-access-record', 'looks like JSON and is none'));
  else if (isBlank(record.fields) && (isForbiddenRecord(message, source) || saysForbidden(record.fields, message))) {
    found.rejected.push(reject(event, 'unreadable-access-record', NO_STATUS));
  } else readAccess(event, record, source, found);
}

/** By a format of its own, a status may be part of what else would be an id (`HTTP403`), and `status` the key of something else. */
function mayHoldStatus(message: string, { format }: LogSource): boolean {
  return format !== null && message.includes('403');
}

/**
 * Does the same as the late reader of this name, which is needed only if the record's keys are not the recommended
 * ones.
 */
function readRecord(
  text: string,
  json: Record<string, unknown> | null,
  { format, late }: LogSource,
): ReadRecord | null {
  if (format !== null || json === null) return late().readRecord(text, json, format);
  const { fields, isWhole } = sureFields(json);
  if (!isWhole) late().addLikely(json, fields);
  return { fields, isRecovered: false };
}

/** Whether a record has neither a status nor an error. */
function isBlank({ status, errorMessage }: AccessFields): boolean {
  return status === undefined && errorMessage === undefined;
}

/** Whether a record of a client has the gateway's message or type of a refusal, under a key that nobody knows. */
function saysForbidden(fields: AccessFields, message: string): boolean {
  return hasCertificateFields(fields) && /"(?:Forbidden|ACCESS_DENIED)"/.test(message);
}

/** Whether a record may be a vended one, or one made by a log transformer of CloudWatch Logs. */
function isWrapped(json: Record<string, unknown>): boolean {
  return typeof json.payload === 'string' || typeof json['@message'] === 'string';
}

/** The access record inside the output of a log transformer. */
function wrappedRecord(json: Record<string, unknown>): string | null {
  const inner = json['@message'];
  if (typeof inner !== 'string' || !inner.trimStart().startsWith('{')) return null;
  const object = readJsonObject(inner);
  return object !== null && !isWrapped(object) ? inner.trimStart() : null;
}

function readVendedJson(
  event: LogEvent,
  json: Record<string, unknown>,
  source: LogSource,
  lines: ExecutionLine[],
): boolean {
  const vended = source.late().vendedJson(json);
  return vended !== null && readVended(event, vended.text, vended.api, source, lines);
}

/** Fields that only an access record has; vended records also have the API and the stage. */
function isAccessRecord({ apiId, stage, ...fields }: AccessFields): boolean {
  return Object.values(fields).some((value) => value !== undefined);
}

function readAccess(event: LogEvent, { fields, isRecovered }: ReadRecord, source: LogSource, found: ParsedSoFar): void {
  const { status, errorMessage = null, errorResponseType = null, requestId, extendedRequestId } = fields;
  // Formats without a status are read by their error; a record with neither is a success or no access record at all.
  if (status === undefined ? errorMessage === null : status !== '403') {
    found.passed++;
    const pulse = pulseOf(event.timestamp);
    if (status === undefined || found.heardPulse === pulse) return;
    found.heardPulse = pulse;
    found.heard.push({ scope: placeOf(fields, source).scope, at: event.timestamp });
    return;
  }
  const { api, domainName, scope } = placeOf(fields, source);
  const cause = forbiddenCause(errorMessage, errorResponseType);
  if (cause !== null) {
    if (status === undefined) found.passed++;
    else
      found.otherForbidden.push({
        kind: 'other-forbidden',
        eventId: event.id,
        at: event.timestamp,
        cause,
        scope,
        ...canaryMark(fields),
      });
    return;
  }
  if (requestId === undefined && extendedRequestId === undefined) {
    found.rejected.push(reject(event, 'access-record-without-request-id', 'a 403 without requestId cannot be joined'));
    return;
  }
  const identity = identityOf(fields);
  if (identity.fingerprint !== null && identity.pem !== null) {
    found.certificates.set(identity.fingerprint, identity.pem);
  }
  if (isRecovered) found.recovered++;
  const access: AccessRecord = {
    kind: 'access',
    eventId: idOf(event, source),
    at: event.timestamp,
    requestId: requestId === undefined ? '' : inAccount(source.account, requestId),
    extendedRequestId: extendedRequestId ?? null,
    api,
    scope,
    client: hasCertificateFields(fields) ? clientOf(identity, fields) : null,
    rate: 1,
  };
  found.accesses.push(domainName === '' && api.apiId === null ? { ...access, isScopeGuessed: true } : access);
}

function placeOf(fields: AccessFields, source: LogSource): Origin & { readonly domainName: string } {
  const { api } = originOf({ apiId: fields.apiId ?? null, stage: fields.stage ?? null }, source);
  const domainName = hostName(fields.domainName ?? '');
  return { api, domainName, scope: domainName === '' ? scopeOf(api, source) : inAccount(source.account, domainName) };
}

/**
 * Only the name is checked for all requests: reading the certificate of every request that a firewall rejects would be
 * expensive.
 */
function canaryMark(fields: AccessFields): Pick<OtherForbidden, 'fingerprint'> {
  const { fingerprint } = fields.subjectDn === CANARY_DN ? identityOf(fields) : { fingerprint: null };
  return fingerprint === null ? {} : { fingerprint };
}

function reject(event: LogEvent, code: Rejected['code'], detail: string): Rejected {
  return { kind: 'rejected', eventId: event.id, code, detail };
}
