/** The client certificates in recorded access logs, for `preflight` and `expiry`: of successes as well as refusals. */

import { forbiddenCause } from '../../shared/logs/forbidden.js';
import { hasCertificateFields, identityOf } from '../../shared/logs/parse.js';
import { fieldsOfRecord } from '../../shared/logs/parse-access.js';
import { type FormatsByLogGroup, formatOfGroup } from '../../shared/logs/record-format.js';
import type { LogEvent } from '../../shared/model/index.js';
import type { ObservedClient } from '../../shared/x509/observed.js';
import { deduplicator } from '../replay/deduplicator.js';
import { progressBar } from '../terminal/progress.js';
import type { Live } from './live/options.js';
import { readInputs } from './read.js';

/** @throws MtlsWatchError `unreadable-input`; a single file that cannot be read is told on standard error */
export async function* observeClients(
  inputs: readonly string[],
  live: Live | null = null,
  format?: string,
): AsyncGenerator<ObservedClient> {
  const formats = format === undefined ? (live?.found.accessLogFormats ?? {}) : { '*': format };
  const isNew = deduplicator();
  const bar = progressBar(process.stderr);
  for await (const item of readInputs(inputs, { stdin: process.stdin, live: live?.items ?? null })) {
    if (item.kind === 'problem') process.stderr.write(`warning: ${item.file}: ${item.detail}\n`);
    if (item.kind === 'searched') bar.searched(item.done, item.total);
    if (item.kind !== 'batch') continue;
    for (const event of item.batch.events) {
      const observed = isNew(item.batch, event.id) ? observedOf(event, item.batch.logGroup, formats) : null;
      if (observed !== null) yield observed;
    }
  }
}

/** Null for events that are no access record, or one without a client certificate. */
export function observedOf(
  { message, timestamp }: LogEvent,
  logGroup: string,
  formats: FormatsByLogGroup,
): ObservedClient | null {
  const fields = fieldsOfRecord(message, formatOfGroup(formats, logGroup));
  if (fields === null || !hasCertificateFields(fields)) return null;
  const { subjectDn, issuerDn, serialNumber, notAfter, pem } = identityOf(fields);
  const { status, errorMessage = null, errorResponseType = null, domainName, apiId } = fields;
  // A 403 with a cause of its own, such as an authorizer's, was given after the certificate was taken.
  const refused = status === '403' && forbiddenCause(errorMessage, errorResponseType) === null;
  const scope = domainName ?? apiId ?? 'unknown';
  return { at: timestamp, count: 1, refused, scope, pem, subjectDn, issuerDn, serialNumber, notAfter };
}
