/** Who called, as a record of an access log or of a connection log tells it. Pure. */

import { observedConnection } from '../../shared/doors/connection-logs.js';
import { hasCertificateFields, identityOf } from '../../shared/logs/client-identity.js';
import { forbiddenCause } from '../../shared/logs/forbidden.js';
import { fieldsOfRecord } from '../../shared/logs/read-record.js';
import type { RecordFormat } from '../../shared/logs/record-format.js';
import { isVendedLine } from '../../shared/logs/vended-line.js';
import type { LogEvent } from '../../shared/model/index.js';
import type { ObservedClient } from '../../shared/x509/observed.js';

/** Why a request gives no client certificate: the log lacks it, or the client presented none. */
export type Unjudged = 'without-certificate' | 'none-presented' | 'unreadable' | 'damaged';

export type Observed = ObservedClient | { readonly unjudged: Unjudged };

/**
 * The client certificate of a request; null for events that are not an access record, or have no client certificate.
 */
export function observedOf(event: LogEvent, format: RecordFormat | null = null): ObservedClient | null {
  const observed = observe(event, format);
  return observed === null || 'unjudged' in observed ? null : observed;
}

/** Whether the event is a readable access record, of an accepted or a refused request. */
export function isAccessRecord(event: LogEvent, format: RecordFormat | null = null): boolean {
  const observed = isConnectionRecord(event) ? null : observe(event, format);
  return observed !== null && !('unjudged' in observed && observed.unjudged === 'unreadable');
}

/** Whether the event is the record of a connection at a door that needs no other log. */
export function isConnectionRecord({ message }: LogEvent): boolean {
  return observedConnection(message) !== null;
}

/** Whether the event is a line of an execution log, in the managed or in a vended format. */
export function isExecutionLine({ message }: LogEvent): boolean {
  return EXECUTION_LINE.test(message) || VENDED_LINE.test(message);
}

/** Lines of the execution log, which contain no client certificate. */
const EXECUTION_LINE = /^\s{0,8}(?:\([\w-]{1,128}\) |Extended Request Id: )|Access denied\. Reason: /;
const VENDED_LINE = /"payload": ?"\([\w-]{1,128}\) /;

/** Null for events that are not an access record, such as a line of the execution log. */
export function observe({ message, timestamp }: LogEvent, format: RecordFormat | null = null): Observed | null {
  const text = message.trimStart();
  // A line in the log's own format is a record, even if text from a client in it looks like something else.
  const isText = !text.startsWith('{') && (format === null || format.isJson);
  if (text === '' || (isText && EXECUTION_LINE.test(text))) return null;
  if (format === null && isVendedLine(text)) return null;
  const connection = observedConnection(text);
  if (connection !== null) {
    const { client, scope, outcome } = connection;
    if (outcome === 'failed') return null;
    if (client === null || client.serialNumber + client.subjectDn === '') return { unjudged: 'none-presented' };
    const { subjectDn, issuerDn, serialNumber, notBefore, notAfter } = client;
    const named = { subjectDn, issuerDn, serialNumber, notBefore, notAfter };
    return { at: timestamp, count: 1, refused: outcome === 'refused', scope, pem: null, isConnection: true, ...named };
  }
  const fields = fieldsOfRecord(text, format);
  if (!fields) return { unjudged: 'unreadable' };
  const { status, errorMessage = null, errorResponseType = null, domainName, apiId } = fields;
  if (!hasCertificateFields(fields)) return /^\d{3}$/.test(status ?? '') ? { unjudged: 'without-certificate' } : null;
  const { subjectDn, issuerDn, serialNumber, notBefore, notAfter, pem } = identityOf(fields);
  const named = { subjectDn, issuerDn, serialNumber, notBefore, notAfter, pem };
  // A 403 with another cause, such as an authorizer's, means that the certificate was accepted.
  const refused = status === '403' && forbiddenCause(errorMessage, errorResponseType) === null;
  const scope = domainName ?? apiId ?? 'unknown';
  const place = { domainName: domainName ?? null, apiId: apiId ?? null, stage: fields.stage ?? null };
  return { at: timestamp, count: 1, refused, scope, place, isForbidden: status === '403', ...named };
}
