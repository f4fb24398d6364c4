/**
 * From a batch to what it says: denials, access records of possible mutual-TLS failures, other 403s, rejects. The kind
 * of each record is told by its content, never by the log group's name, for vended logs go wherever a team sends them.
 * One broken record never costs its neighbours: it is counted with a reason, and reading goes on.
 */

import { digest } from '../digest.js';
import { limits } from '../limits.js';
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
} from '../model.js';
import { reasonIdOf } from '../reasons.js';
import { clean } from '../text.js';
import { certificateFromLoggedPem } from '../x509/certificate.js';
import { canonicalDn } from '../x509/dn.js';
import { pemOf } from '../x509/pem.js';
import { forbiddenCause } from './forbidden.js';
import { type AccessFields, accessFields, readJsonObject } from './parse-access.js';
import { apiOfText, type ExecutionEvent, readExecutionEvent } from './parse-denial.js';
import { serialFromText, timeFromText } from './parse-values.js';
import { CANARY_DN } from './recognise.js';
import { remember } from './remember.js';

/** Names of custom domains by `apiId/stage` or `apiId`, from the configuration. */
export type DomainsByApi = Readonly<Record<string, string>>;

interface Found {
  readonly denials: Denial[];
  readonly accesses: AccessRecord[];
  readonly otherForbidden: OtherForbidden[];
  readonly rejected: Rejected[];
  readonly certificates: Map<string, string>;
  passed: number;
}

/** Reads every event of a batch. Pure, never throws; the order of the events in the batch does not matter. */
export function parse(batch: LogBatch, domains: DomainsByApi = {}): Parsed {
  const found: Found = {
    denials: [],
    accesses: [],
    otherForbidden: [],
    rejected: [...batch.malformed],
    certificates: new Map(),
    passed: 0,
  };
  const lines: ExecutionLine[] = [];
  for (const event of batch.events) {
    const message = event.message.trimStart();
    if (message.startsWith('{')) readJson(event, message, batch, domains, found, lines);
    else readText(event, message, apiOfText(message, batch.logGroup), found, lines);
  }
  found.denials.push(...denialsOf(lines, batch, domains));
  return found;
}

/** One event of the execution log that is part of a denial. */
interface ExecutionLine {
  readonly event: LogEvent;
  readonly said: ExecutionEvent;
  readonly api: ApiRef;
}

function readText(event: LogEvent, message: string, api: ApiRef, found: Found, lines: ExecutionLine[]): void {
  const said = readExecutionEvent(message);
  if (said === null) found.passed++;
  else lines.push({ event, said, api });
}

function readJson(
  event: LogEvent,
  message: string,
  batch: LogBatch,
  domains: DomainsByApi,
  found: Found,
  lines: ExecutionLine[],
): void {
  const record = readJsonObject(message);
  if (record === null) {
    found.rejected.push(reject(batch, event, 'broken-access-record', 'looks like JSON and is none'));
    return;
  }
  const payload = record.payload;
  if (typeof payload === 'string' && typeof record.resource_arn === 'string') {
    const api = { apiId: shortText(record.api_id, 64), stage: shortText(record.stage, 128) };
    readText(event, payload.trimStart(), api, found, lines);
    return;
  }
  readAccess(event, accessFields(record), batch, domains, found);
}

function readAccess(event: LogEvent, fields: AccessFields, batch: LogBatch, domains: DomainsByApi, found: Found): void {
  const { status, errorMessage = null, errorResponseType = null, requestId } = fields;
  // Formats without a status are read by their error; a record with neither is a success or no access record at all.
  if (status === undefined ? errorMessage === null : status !== '403') {
    found.passed++;
    return;
  }
  const api = { apiId: fields.apiId ?? null, stage: fields.stage ?? null };
  const scope = fields.domainName ?? scopeOf(api, batch, domains);
  const cause = forbiddenCause(errorMessage, errorResponseType);
  if (cause !== null) {
    if (status === undefined) found.passed++;
    else
      found.otherForbidden.push({
        kind: 'other-forbidden',
        eventId: identityOfEvent(batch, event),
        at: event.timestamp,
        cause,
        scope,
        ...canaryMark(fields),
      });
    return;
  }
  if (requestId === undefined) {
    found.rejected.push(
      reject(batch, event, 'access-record-without-request-id', 'a 403 without requestId cannot be joined'),
    );
    return;
  }
  const { pem, ...client } = clientOf(fields);
  if (client.fingerprint !== null && pem !== null) found.certificates.set(client.fingerprint, pem);
  found.accesses.push({
    kind: 'access',
    eventId: identityOfEvent(batch, event),
    at: event.timestamp,
    requestId,
    extendedRequestId: fields.extendedRequestId ?? null,
    api,
    scope,
    client: hasCertificateFields(fields) ? client : null,
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

/** Who called: from the certificate itself where the log holds a readable one, else from the fields beside it. */
function clientOf(fields: AccessFields): Client & { readonly pem: string | null } {
  return { ...identityOf(fields), sourceIp: fields.sourceIp ?? '', userAgent: fields.userAgent ?? '' };
}

export type Identity = Omit<Client, 'sourceIp' | 'userAgent'> & { readonly pem: string | null };

/** Clients call again and again with one certificate: what it says is worked out once. */
export const identityOf = remember(
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
function denialsOf(lines: ExecutionLine[], batch: LogBatch, domains: DomainsByApi): Denial[] {
  const inOrder = [...lines].sort((a, b) => a.event.timestamp - b.event.timestamp || compare(a.event.id, b.event.id));
  const extendedIds = new Map<string, string>();
  const denials: { -readonly [K in keyof Denial]: Denial[K] }[] = [];
  let awaitingId: (typeof denials)[number] | null = null;
  for (const { event, said, api } of inOrder) {
    const key = said.requestId ?? '';
    if (said.reasonText === null) {
      if (said.extendedRequestId !== null) extendedIds.set(key, said.extendedRequestId);
      else if (awaitingId !== null && said.requestId !== null) {
        awaitingId.requestId = said.requestId;
        awaitingId.isIdBorrowed = true;
      }
      if (said.extendedRequestId === null) awaitingId = null;
      continue;
    }
    const denial: (typeof denials)[number] = {
      kind: 'denial',
      eventId: identityOfEvent(batch, event),
      at: event.timestamp,
      requestId: key,
      extendedRequestId: said.extendedRequestId ?? extendedIds.get(key) ?? null,
      reason: reasonIdOf(said.reasonText),
      reasonText: said.reasonText,
      api,
      scope: scopeOf(api, batch, domains),
      rate: 1,
    };
    extendedIds.delete(key);
    denials.push(denial);
    awaitingId = said.requestId === null ? denial : null;
  }
  return denials;
}

function scopeOf(api: ApiRef, batch: LogBatch, domains: DomainsByApi): string {
  if (api.apiId === null) return clean(batch.logGroup, limits.scopeCharsMax);
  const place = api.stage === null ? api.apiId : `${api.apiId}/${api.stage}`;
  return domains[place] ?? domains[api.apiId] ?? place;
}

function reject(batch: LogBatch, event: LogEvent, code: Rejected['code'], detail: string): Rejected {
  return { kind: 'rejected', eventId: identityOfEvent(batch, event), code, detail };
}

/** CloudWatch's ids are unique within a stream; a digest with the stream's name is unique everywhere, and short. */
function identityOfEvent(batch: LogBatch, event: LogEvent): string {
  return digest(batch.logGroup, batch.logStream, event.id);
}

function shortText(value: unknown, charsMax: number): string | null {
  return typeof value === 'string' && value !== '' && value !== '-' ? clean(value, charsMax) : null;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
