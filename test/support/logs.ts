/** Builders of log events in the shapes of `shared/logs/parse*.ts`, for tests. */

import { gzipSync } from 'node:zlib';
import { batchOf } from '../../shared/logs/decode.js';
import type { LogBatch, LogEvent } from '../../shared/model/index.js';

export const EXECUTION_GROUP = 'API-Gateway-Execution-Logs_abc123/prod';
export const ACCESS_GROUP = '/aws/apigateway/access';
export const T0 = Date.UTC(2026, 10, 20, 9, 0, 0);

/** A refused request as both logs would tell it. */
export interface Refusal {
  readonly n: number;
  readonly at?: number;
  readonly requestId?: string;
  readonly extendedRequestId?: string;
  readonly reason?: string;
  readonly issuerDn?: string;
  readonly subjectDn?: string;
}

const full = (refusal: Refusal): Required<Refusal> => ({
  at: T0 + refusal.n * 10,
  requestId: uuid(refusal.n),
  extendedRequestId: `Ext${refusal.n}FEwPEFhg=`,
  reason: 'Could not find issuer for certificate',
  issuerDn: 'C=US,O=Acme,CN=Acme CA',
  subjectDn: `C=US,O=Acme,CN=client-${refusal.n}`,
  ...refusal,
});

export function uuid(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

/** The documented three lines as events of their own. */
export function denialAsLines(refusal: Refusal): LogEvent[] {
  return linesOf(refusal, `(${full(refusal).requestId}) `);
}

/** The same without the request id in front: only the last line names it. */
export function denialAsBareLines(refusal: Refusal): LogEvent[] {
  return linesOf(refusal, '');
}

function linesOf(refusal: Refusal, bracket: string): LogEvent[] {
  const { n, at, requestId, extendedRequestId, reason } = full(refusal);
  return [
    { id: eventId(n, 0), timestamp: at, message: `${bracket}Extended Request Id: ${extendedRequestId}` },
    { id: eventId(n, 1), timestamp: at, message: `${bracket}Access denied. Reason: ${reason}` },
    { id: eventId(n, 2), timestamp: at, message: `${bracket}ForbiddenException Forbidden: ${requestId}` },
  ];
}

/** The documented three lines as one event. */
export function denialAsOneEvent(
  refusal: Refusal,
  { eol = '\n', prefix = 'first' as 'none' | 'first' | 'each' } = {},
): LogEvent {
  const { n, at, requestId } = full(refusal);
  const bracket = `(${requestId}) `;
  const lines = denialAsLines(refusal).map((event, index) => {
    const bare = event.message.slice(bracket.length);
    return prefix === 'each' || (prefix === 'first' && index === 0) ? bracket + bare : bare;
  });
  return { id: eventId(n, 1), timestamp: at, message: lines.join(eol) };
}

/** The fields of the recommended access-log format, refused. */
export function accessFieldsOf(refusal: Refusal): Record<string, string> {
  const { n, at, requestId, extendedRequestId, issuerDn, subjectDn } = full(refusal);
  return {
    accountId: '123456789012',
    apiId: 'abc123',
    domainName: 'api.bank.example',
    domainPrefix: 'api',
    'error.message': 'Forbidden',
    'error.responseType': 'ACCESS_DENIED',
    extendedRequestId,
    httpMethod: 'POST',
    'identity.sourceIp': '203.0.113.7',
    'identity.clientCert.clientCertPem': '-',
    'identity.clientCert.subjectDN': subjectDn,
    'identity.clientCert.issuerDN': issuerDn,
    'identity.clientCert.serialNumber': String(n),
    'identity.clientCert.validity.notBefore': 'Aug  5 00:28:21 2020 GMT',
    'identity.clientCert.validity.notAfter': 'Aug  5 00:28:21 2120 GMT',
    'identity.userAgent': 'curl/8.5.0',
    path: '/prod/orders',
    protocol: 'HTTP/1.1',
    requestId,
    requestTime: '20/Nov/2026:09:00:00 +0000',
    requestTimeEpoch: String(at),
    stage: 'prod',
    responseLatency: '3',
    responseLength: '23',
    status: '403',
  };
}

export function accessEvent(refusal: Refusal, changes: Record<string, unknown> = {}): LogEvent {
  const { n, at } = full(refusal);
  return { id: eventId(n, 7), timestamp: at, message: JSON.stringify({ ...accessFieldsOf(refusal), ...changes }) };
}

/** CloudWatch's ids have 56 digits and grow within a stream. */
function eventId(n: number, part: number): string {
  return `36${String(n * 10 + part).padStart(54, '0')}`;
}

export function executionBatch(events: readonly LogEvent[], logGroup = EXECUTION_GROUP): LogBatch {
  return batchOf({ owner: '123456789012', logGroup, logStream: 'stream-1', events, malformed: [] });
}

export function accessBatch(events: readonly LogEvent[]): LogBatch {
  return executionBatch(events, ACCESS_GROUP);
}

export function subscriptionPayload(batch: LogBatch): object {
  return {
    messageType: 'DATA_MESSAGE',
    owner: batch.owner,
    logGroup: batch.logGroup,
    logStream: batch.logStream,
    subscriptionFilters: ['mtls-watch'],
    logEvents: batch.events,
  };
}

export function subscriptionEvent(payload: unknown): { awslogs: { data: string } } {
  return { awslogs: { data: gzipSync(JSON.stringify(payload)).toString('base64') } };
}
