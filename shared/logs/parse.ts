/**
 * Reads a batch: denials, access records of possible mutual-TLS failures, other 403s, and rejects. The kind of each
 * record is recognised by its content, never by the name of the log group, because teams send vended logs to any group.
 * A broken record does not affect the others: it is counted with a reason, and reading goes on.
 */

import { digest } from '../base/digest.js';
import { limits } from '../base/limits.js';
import { memoize } from '../base/memoize.js';
import { clean } from '../base/text.js';
import { accountId, bareName, inAccount, settingFor } from '../config/qualified-names.js';
import { CANARY_DN } from '../model/canary.js';
import type {
  AccessRecord,
  ApiRef,
  Client,
  Denial,
  LogBatch,
  LogEvent,
  OtherForbidden,
  Parsed,
  Rejected,
} from '../model/index.js';
import { certificateFromLoggedPem } from '../x509/certificate.js';
import { canonicalDn } from '../x509/dn.js';
import { pemOf } from '../x509/pem.js';
import { forbiddenCause } from './forbidden.js';
import { type AccessFields, isPlainSuccess, readJsonObject, readRecord } from './parse-access.js';
import {
  apiOfLogGroup,
  type ExecutionEvent,
  holdsDenialLine,
  isExecutionLine,
  readExecutionEvent,
  SENTENCE,
} from './parse-denial.js';
import { serialFromText, timeFromText } from './parse-values.js';
import { type FormatsByLogGroup, formatOfGroup, type ReadRecord, type RecordFormat } from './record-format.js';
import { isForbiddenRecord, labelledFields } from './text-record.js';
import { vendedJson, vendedText } from './vended.js';

/** Custom domains by `apiId/stage` or `apiId`, from the settings. */
export type DomainsByApi = Readonly<Record<string, string>>;

interface ParsedSoFar {
  readonly denials: Denial[];
  readonly accesses: AccessRecord[];
  readonly otherForbidden: OtherForbidden[];
  readonly rejected: Rejected[];
  readonly certificates: Map<string, string>;
  passed: number;
  recovered: number;
}

/** Where events come from, and how the names in them are qualified. */
interface LogSource {
  /** What is put in front of each name where accounts are told apart; otherwise ''. */
  readonly account: string;
  /** What is put in front of each event id: CloudWatch's event ids are unique only within their stream. */
  readonly stream: string;
  readonly logGroup: string;
  readonly domains: DomainsByApi;
  /** The APIs and stages that `domains` names, without accounts. */
  readonly places: () => ReadonlySet<string>;
  /** The format of the log group's access log; null where it is not known, or the group holds no access log. */
  readonly format: RecordFormat | null;
  /** Whether API Gateway itself creates and writes the log group: then it holds an execution log and nothing else. */
  readonly isManaged: boolean;
}

/**
 * Reads every event of a batch. Pure; never throws. The order of the events in the batch does not matter.
 * @param byAccount whether scopes, APIs and request ids get their account in front
 */
export function parse(
  batch: LogBatch,
  domains: DomainsByApi = {},
  byAccount = false,
  formats: FormatsByLogGroup = {},
): Parsed {
  const found: ParsedSoFar = {
    denials: [],
    accesses: [],
    otherForbidden: [],
    rejected: [...batch.malformed],
    certificates: new Map(),
    passed: 0,
    recovered: 0,
  };
  for (const [source, events] of sourcesOf(batch, domains, byAccount, formats)) {
    const lines: ExecutionLine[] = [];
    const origin = originOf(apiOfLogGroup(batch.logGroup), source);
    for (const event of events) {
      const message = event.message.trimStart();
      if (message.startsWith('{')) readJson(event, message, source, found, lines);
      else readText(event, message, origin, source, found, lines);
    }
    for (const denial of denialsOf(lines, source)) found.denials.push(denial);
  }
  return found;
}

/**
 * 66 bits, which tell apart streams whose events have the same id. Short, because a half must stay below half a
 * kilobyte.
 */
const STREAM_CHARS = 11;

/**
 * The sources of a batch's events. A log group has events of one account; a centralised log group has events of
 * several, even in one batch.
 */
function sourcesOf(
  batch: LogBatch,
  domains: DomainsByApi,
  byAccount: boolean,
  formats: FormatsByLogGroup,
): [LogSource, readonly LogEvent[]][] {
  const { logStream, events } = batch;
  const isManaged = apiOfLogGroup(batch.logGroup).apiId !== null;
  let known: ReadonlySet<string> | undefined;
  const places = () => {
    known ??= new Set(Object.keys(domains).map(bareName));
    return known;
  };
  const sourceOf = (account: string): LogSource => {
    const logGroup = inAccount(account, batch.logGroup);
    return {
      account,
      stream: digest(logGroup, logStream).slice(0, STREAM_CHARS),
      logGroup,
      domains,
      places,
      format: isManaged ? null : formatOfGroup(formats, logGroup),
      isManaged,
    };
  };
  if (!byAccount) return [[sourceOf(''), events]];
  const byOwner = new Map<string, LogEvent[]>();
  for (const event of events) {
    const account = event.account ?? accountId(batch.owner);
    const own = byOwner.get(account);
    if (own === undefined) byOwner.set(account, [event]);
    else own.push(event);
  }
  return [...byOwner].map(([account, own]) => [sourceOf(account), own]);
}

/** Where the lines of an execution log come from. */
interface Origin {
  readonly api: ApiRef;
  readonly scope: string;
}

function originOf({ apiId, stage }: ApiRef, source: LogSource): Origin {
  const api = { apiId: apiId === null ? null : inAccount(source.account, apiId), stage };
  return { api, scope: scopeOf(api, source) };
}

/** One event of the execution log that is a part of a denial. */
interface ExecutionLine {
  readonly event: LogEvent;
  readonly said: ExecutionEvent;
  readonly origin: Origin;
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

/** Whether the lines can hold nothing but the gateway's own words. */
function isPlain({ reason, requestId, extendedRequestId }: ExecutionEvent): boolean {
  const ids = [requestId, extendedRequestId].every((id) => id === null || /^[\w+/=-]*$/.test(id));
  return ids && (reason === null || reason.id !== 'other');
}

/**
 * Reads a payload and the fields around it.
 * @param api that of the surrounding JSON, where it names one
 */
function readVended(event: LogEvent, text: string, api: ApiRef, source: LogSource, lines: ExecutionLine[]): boolean {
  const vended = vendedText(text, source.places());
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
  const fields = message.includes('403') ? labelledFields(message) : null;
  if (fields !== null && fields.status !== '403') found.passed++;
  else if (fields !== null && hasCertificateFields(fields))
    readAccess(event, { fields, isRecovered: false }, source, found);
  else if (isForbiddenRecord(message)) found.rejected.push(reject(event, 'unreadable-access-record', NOT_JSON));
  else if (message.includes(SENTENCE)) found.rejected.push(reject(event, 'unreadable-denial', NO_DENIAL));
  else found.passed++;
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
  if (isPlainSuccess(message)) {
    found.passed++;
    return;
  }
  const json = readJsonObject(message);
  const record = readRecord(message, json, source.format);
  // What has a status of its own is an access record, whatever else it holds.
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
  else if (isBlank(record.fields) && isForbiddenRecord(message)) {
    found.rejected.push(reject(event, 'unreadable-access-record', NO_STATUS));
  } else readAccess(event, record, source, found);
}

/** Whether a record has neither a status nor an error. */
function isBlank({ status, errorMessage }: AccessFields): boolean {
  return status === undefined && errorMessage === undefined;
}

/** Whether a record may be a vended one, or one that a transformer of CloudWatch Logs made. */
function isWrapped(json: Record<string, unknown>): boolean {
  return typeof json.payload === 'string' || typeof json['@message'] === 'string';
}

/** An access record within what a transformer made. */
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
  const vended = vendedJson(json);
  return vended !== null && readVended(event, vended.text, vended.api, source, lines);
}

/** What an access record has and a vended one has not; the API and the stage are in both. */
function isAccessRecord({ apiId, stage, ...fields }: AccessFields): boolean {
  return Object.values(fields).some((value) => value !== undefined);
}

function readAccess(event: LogEvent, { fields, isRecovered }: ReadRecord, source: LogSource, found: ParsedSoFar): void {
  const { status, errorMessage = null, errorResponseType = null, requestId, extendedRequestId } = fields;
  // Formats without a status are read by their error; a record with neither is a success or no access record at all.
  if (status === undefined ? errorMessage === null : status !== '403') {
    found.passed++;
    return;
  }
  const { api } = originOf({ apiId: fields.apiId ?? null, stage: fields.stage ?? null }, source);
  const { domainName } = fields;
  const scope = domainName === undefined ? scopeOf(api, source) : inAccount(source.account, domainName);
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
  found.accesses.push(domainName === undefined && api.apiId === null ? { ...access, isScopeGuessed: true } : access);
}

/** Only the name is looked at for nothing: reading a certificate for every request that a firewall stops would cost. */
function canaryMark(fields: AccessFields): Pick<OtherForbidden, 'fingerprint'> {
  const { fingerprint } = fields.subjectDn === CANARY_DN ? identityOf(fields) : { fingerprint: null };
  return fingerprint === null ? {} : { fingerprint };
}

export function hasCertificateFields({ pem, issuerDn, subjectDn }: AccessFields): boolean {
  return pem !== undefined || issuerDn !== undefined || subjectDn !== undefined;
}

function clientOf(identity: Identity, { sourceIp = '', userAgent = '' }: AccessFields): Client {
  const { subjectDn, issuerDn, serialNumber, notBefore, notAfter, fingerprint } = identity;
  return { subjectDn, issuerDn, serialNumber, notBefore, notAfter, fingerprint, sourceIp, userAgent };
}

export type Identity = Omit<Client, 'sourceIp' | 'userAgent'> & { readonly pem: string | null };

/**
 * Who called: from the certificate itself where the log holds a readable one, else from the fields beside it. Clients call
 * again and again with one certificate: what it says is worked out once.
 */
export const identityOf = memoize(
  { entriesMax: limits.certificateCacheMax, keyCharsMax: limits.certificateCacheCharsMax },
  (fields: AccessFields) =>
    fields.pem ??
    [fields.issuerDn, fields.subjectDn, fields.serialNumber, fields.notBefore, fields.notAfter].join('\n'),
  (fields): Identity => {
    const certificate = fields.pem === undefined ? null : certificateFromLoggedPem(fields.pem);
    if (certificate !== null && certificate.kind === 'certificate') {
      return {
        subjectDn: certificate.subjectDn,
        issuerDn: certificate.issuerDn,
        serialNumber: certificate.serialNumber.slice(0, limits.serialCharsMax),
        notBefore: certificate.notBefore,
        notAfter: certificate.notAfter,
        fingerprint: certificate.fingerprint,
        pem: pemOf(certificate.der),
      };
    }
    return {
      subjectDn: canonicalDn(fields.subjectDn ?? ''),
      issuerDn: canonicalDn(fields.issuerDn ?? ''),
      serialNumber: serialFromText(fields.serialNumber ?? ''),
      notBefore: timeFromText(fields.notBefore),
      notAfter: timeFromText(fields.notAfter),
      fingerprint: null,
      pem: null,
    };
  },
);

/**
 * Puts the lines of separate events together. Lines of one request share the bracketed id, and the extended id's line
 * comes right before the denial's; without brackets, the id comes in the `ForbiddenException` line right after it. Each
 * line serves one denial only, or a client that pins its request id could make two denials look like one.
 */
function denialsOf(lines: ExecutionLine[], source: LogSource): Denial[] {
  const hasNeighbours = lines.some(({ said }) => said.reason === null);
  const inOrder = !hasNeighbours
    ? lines
    : [...lines].sort((a, b) => a.event.timestamp - b.event.timestamp || compare(a.event.id, b.event.id));
  const extendedIds = new Map<string, string>();
  const denials: { -readonly [K in keyof Denial]: Denial[K] }[] = [];
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

function scopeOf(api: ApiRef, { account, logGroup, domains }: LogSource): string {
  if (api.apiId === null) return clean(logGroup, limits.scopeCharsMax);
  const place = api.stage === null ? api.apiId : `${api.apiId}/${api.stage}`;
  const domain = settingFor(domains, place) ?? settingFor(domains, api.apiId);
  return domain === undefined ? place : inAccount(account, domain);
}

/** Which event it is, among those of all streams. CloudWatch's own ids have 56 digits. */
function idOf({ id }: LogEvent, { stream }: LogSource): string {
  return stream + (id.length > limits.eventIdCharsMax ? digest(id) : id);
}

function reject(event: LogEvent, code: Rejected['code'], detail: string): Rejected {
  return { kind: 'rejected', eventId: event.id, code, detail };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
