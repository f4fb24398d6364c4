/**
 * Two parsers for the same job, as somebody would write them who has zod at hand and no reason to count microseconds: the
 * envelope is validated, then each event by a schema, and a certificate is read by Node. One takes the envelope's schema
 * from Powertools for AWS Lambda; the other brings its own.
 */

import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { CloudWatchLogsSchema } from '@aws-lambda-powertools/parser/schemas/cloudwatch';
import * as z from 'zod';
import type { Payload } from '../support/payloads.js';
import type { Grouped } from './ours.js';
import {
  fingerprintOf,
  groupFailures,
  type RivalAccess,
  type RivalDenial,
  type RivalOthers,
} from './rival-grouping.js';

const present = z.string().transform((text) => (text === '-' ? undefined : text));

/** AWS's access-log format for mutual TLS, as far as it is needed here. */
const accessRecord = z.object({
  requestId: z.string().min(1).max(128),
  extendedRequestId: present.optional(),
  status: z.coerce.string(),
  domainName: z.string(),
  'error.message': z.string(),
  'error.responseType': z.string(),
  'identity.sourceIp': z.string(),
  'identity.clientCert.clientCertPem': present,
  'identity.clientCert.subjectDN': z.string(),
  'identity.clientCert.issuerDN': z.string(),
  'identity.clientCert.serialNumber': z.string(),
});

const denialLine = z
  .string()
  .regex(/^(?:\([^()\s]{1,128}\) )?(?:Extended Request Id: .*\r?\n)?(?:\([^()\s]{1,128}\) )?Access denied\. Reason: /)
  .transform((text) => ({
    requestId: /^\(([^()\s]{1,128})\) /.exec(text)?.[1] ?? '',
    extendedRequestId: /Extended Request Id: (.*)/.exec(text)?.[1],
    reasonText: /Access denied\. Reason: (.*)/.exec(text)?.[1] ?? '',
  }));

interface LogsData {
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly logEvents: readonly { readonly id: string; readonly timestamp: number; readonly message: string }[];
}

/** @param fingerprint reads a PEM; without a cache unless the benchmark says otherwise */
function failuresOf(data: LogsData, others: RivalOthers, fingerprint: (pem: string) => string): Grouped {
  const denials: RivalDenial[] = [];
  const accesses: RivalAccess[] = [];
  let rejected = 0;
  const api = /API-Gateway-Execution-Logs_(.+)$/.exec(data.logGroup)?.[1] ?? data.logGroup;
  for (const { timestamp, message } of data.logEvents) {
    if (!message.startsWith('{')) {
      const denial = denialLine.safeParse(message);
      if (denial.success) denials.push({ ...denial.data, at: timestamp, scope: api });
      continue;
    }
    const record = accessRecord.safeParse(jsonOf(message));
    if (!record.success) rejected++;
    else if (record.data.status === '403' && record.data['error.message'] === 'Forbidden') {
      accesses.push(accessOf(record.data, fingerprint));
    }
  }
  const hash = createHash('sha256').update(`${data.owner}\n${data.logGroup}\n${data.logStream}\n`);
  const batchId = hash
    .update(data.logEvents.map(({ id }) => id).join('\n'))
    .digest('base64url')
    .slice(0, 22);
  return groupFailures({ denials, accesses, rejected }, batchId, others);
}

function accessOf(record: z.output<typeof accessRecord>, fingerprint: (pem: string) => string): RivalAccess {
  const pem = record['identity.clientCert.clientCertPem'];
  return {
    requestId: record.requestId,
    extendedRequestId: record.extendedRequestId,
    scope: record.domainName,
    client: {
      issuerDn: record['identity.clientCert.issuerDN'],
      subjectDn: record['identity.clientCert.subjectDN'],
      serialNumber: record['identity.clientCert.serialNumber'],
      sourceIp: record['identity.sourceIp'],
      fingerprint: pem === undefined ? null : fingerprint(pem),
    },
  };
}

/** Raw line breaks inside a certificate are escaped for a second attempt; null for text that is not JSON. */
function jsonOf(text: string): unknown {
  for (const attempt of [text, text.replaceAll('\n', '\\n')]) {
    try {
      return JSON.parse(attempt);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return null;
}

const ownEnvelope = z.object({ awslogs: z.object({ data: z.string() }) });
const ownPayload = z.object({
  messageType: z.literal('DATA_MESSAGE'),
  owner: z.string(),
  logGroup: z.string(),
  logStream: z.string(),
  logEvents: z.array(z.object({ id: z.string(), timestamp: z.number(), message: z.string() })),
});

export function powertools({ event }: Payload, others: RivalOthers): Grouped {
  return failuresOf(CloudWatchLogsSchema.parse(event).awslogs.data, others, fingerprintOf);
}

export function zodPerEvent({ event }: Payload, others: RivalOthers, fingerprint = fingerprintOf): Grouped {
  const { data } = ownEnvelope.parse(event).awslogs;
  const payload = ownPayload.parse(JSON.parse(gunzipSync(Buffer.from(data, 'base64')).toString('utf8')));
  return failuresOf(payload, others, fingerprint);
}

/** The second parser with certificates cached by their text, as in the product. */
export function zodRemembering(payload: Payload, others: RivalOthers): Grouped {
  return zodPerEvent(payload, others, rememberedFingerprint);
}

const fingerprints = new Map<string, string>();

function rememberedFingerprint(pem: string): string {
  const known = fingerprints.get(pem) ?? fingerprintOf(pem);
  fingerprints.set(pem, known);
  return known;
}
