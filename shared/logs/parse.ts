/**
 * From a batch to what it says: denials, access records of possible mutual-TLS failures, other 403s, rejects. The kind
 * of each record is told by its content, never by the log group's name, for vended logs go wherever a team sends them.
 * One broken record never costs its neighbours: it is counted with a reason, and reading goes on.
 */

import { digest } from '../base/digest.js';
import { limits } from '../base/limits.js';
import { memoize } from '../base/memoize.js';
import { clean } from '../base/text.js';
import { accountId, inAccount, settingFor } from '../config/qualified-names.js';
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
import { type AccessFields, accessFields, isPlainSuccess, readJsonObject } from './parse-access.js';
import { apiOfLogGroup, apiOfText, type ExecutionEvent, readExecutionEvent } from './parse-denial.js';
import { serialFromText, timeFromText } from './parse-values.js';

/** Names of custom domains by `apiId/stage` or `apiId`, from the configuration. */
export type DomainsByApi = Readonly<Record<string, string>>;

interface ParsedSoFar {
  readonly denials: Denial[];
  readonly accesses: AccessRecord[];
  readonly otherForbidden: OtherForbidden[];
  readonly rejected: Rejected[];
  readonly certificates: Map<string, string>;
  passed: number;
}

/** Where events come from, and how the things that they name are called. */
interface LogSource {
  /** Before each name, where accounts are told apart; else ''. */
  readonly account: string;
  /** Before each event's id: CloudWatch's are unique within their stream. */
  readonly stream: string;
  readonly logGroup: string;
  readonly domains: DomainsByApi;
}

/**
 * Reads every event of a batch. Pure, never throws; the order of the events in the batch does not matter.
 * @param byAccount whether scopes, APIs and request ids get their account in front
 */
export function parse(batch: LogBatch, domains: DomainsByApi = {}, byAccount = false): Parsed {
  const found: ParsedSoFar = {
    denials: [],
    accesses: [],
    otherForbidden: [],
    rejected: [...batch.malformed],
    certificates: new Map(),
    passed: 0,
  };
  for (const [source, events] of sourcesOf(batch, domains, byAccount)) {
    const lines: ExecutionLine[] = [];
    const origin = originOf(apiOfLogGroup(batch.logGroup), source);
    for (const event of events) {
      const message = event.message.trimStart();
      if (message.startsWith('{')) readJson(event, message, source, found, lines);
      else if (message.startsWith('arn:')) {
        readText(event, message, originOf(apiOfText(message, batch.logGroup), source), found, lines);
      } else readText(event, message, origin, found, lines);
    }
    for (const denial of denialsOf(lines, source)) found.denials.push(denial);
  }
  return found;
}

/** 66 bits, to tell streams apart whose events have one id: a half is to stay within half a kilobyte. */
const STREAM_CHARS = 11;

/** A log group has events of one account, a centralised one of several, even in one batch. */
function sourcesOf(batch: LogBatch, domains: DomainsByApi, byAccount: boolean): [LogSource, readonly LogEvent[]][] {
  const { logStream, events } = batch;
  const sourceOf = (account: string): LogSource => {
    const logGroup = inAccount(account, batch.logGroup);
    return { account, stream: digest(logGroup, logStream).slice(0, STREAM_CHARS), logGroup, domains };
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

/** One event of the execution log that is part of a denial. */
interface ExecutionLine {
  readonly event: LogEvent;
  readonly said: ExecutionEvent;
  readonly origin: Origin;
}

function readText(event: LogEvent, message: string, origin: Origin, found: ParsedSoFar, lines: ExecutionLine[]): void {
  const said = readExecutionEvent(message);
  if (said === null) found.passed++;
  else lines.push({ event, said, origin });
}

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
  const record = readJsonObject(message);
  if (record === null) {
    found.rejected.push(reject(event, 'broken-access-record', 'looks like JSON and is none'));
    return;
  }
  const payload = record.payload;
  if (typeof payload === 'string' && typeof record.resource_arn === 'string') {
    const api = { apiId: shortText(record.api_id, 64), stage: shortText(record.stage, 128) };
    readText(event, payload.trimStart(), originOf(api, source), found, lines);
    return;
  }
  readAccess(event, accessFields(record), source, found);
}

function readAccess(event: LogEvent, fields: AccessFields, source: LogSource, found: ParsedSoFar): void {
  const { status, errorMessage = null, errorResponseType = null, requestId } = fields;
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
  if (requestId === undefined) {
    found.rejected.push(reject(event, 'access-record-without-request-id', 'a 403 without requestId cannot be joined'));
    return;
  }
  const identity = identityOf(fields);
  if (identity.fingerprint !== null && identity.pem !== null) {
    found.certificates.set(identity.fingerprint, identity.pem);
  }
  found.accesses.push({
    kind: 'access',
    eventId: idOf(event, source),
    at: event.timestamp,
    requestId: inAccount(source.account, requestId),
    extendedRequestId: fields.extendedRequestId ?? null,
    api,
    scope,
    client: hasCertificateFields(fields) ? clientOf(identity, fields) : null,
    rate: 1,
  });
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

function shortText(value: unknown, charsMax: number): string | null {
  return typeof value === 'string' && value !== '' && value !== '-' ? clean(value, charsMax) : null;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
