/**
 * Payloads as CloudWatch Logs delivers them, for the benchmarks: what the subscription filters let through, with ids as
 * random as the gateway's, so that they shrink under gzip as real ones do. Seeded, so that every run sees the same.
 */

import { gzipSync } from 'node:zlib';
import type { LogEvent } from '../../shared/model/index.js';
import { ca, type Issued, leaf } from '../../test/support/certificates.js';
import { accessFieldsOf, denialAsLines, denialAsOneEvent, T0 } from '../../test/support/logs.js';

const EXECUTION_GROUP = 'API-Gateway-Execution-Logs_uwe3g5jm54/prod';
const ACCESS_GROUP = '/aws/apigateway/partners-access';

/** The payload of a Lambda subscription. */
export interface Payload {
  readonly name: string;
  readonly events: readonly LogEvent[];
  readonly event: { readonly awslogs: { readonly data: string } };
  /** The JSON before gzip. */
  readonly unpackedBytes: number;
  readonly compressedBytes: number;
}

export function payloadOf(name: string, logGroup: string, events: readonly LogEvent[]): Payload {
  const json = JSON.stringify({
    messageType: 'DATA_MESSAGE',
    owner: '123456789012',
    logGroup,
    logStream: '072b030ba126b2f4b2374f342be9ed44',
    subscriptionFilters: ['mtls-watch'],
    logEvents: events,
  });
  const compressed = gzipSync(json);
  return {
    name,
    events,
    event: { awslogs: { data: compressed.toString('base64') } },
    unpackedBytes: Buffer.byteLength(json),
    compressedBytes: compressed.length,
  };
}

/** xorshift32: small, seeded, random enough for ids. */
export function randomFrom(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** A request in both logs; `n` counts from 0. */
export interface Request {
  readonly n: number;
  readonly at: number;
  readonly requestId: string;
  readonly extendedRequestId: string;
  readonly reason: string;
}

const REASONS = [
  'Could not find issuer for certificate',
  'Could not find issuer for certificate',
  'Client cert using an insecure Signature Algorithm',
  'self signed certificate',
];

/** About 140 requests a second, which is a storm for a custom domain. */
export function requests(count: number, seed = 1): Request[] {
  const random = randomFrom(seed);
  const hex = (digits: number) =>
    Math.floor(random() * 16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  let at = T0;
  return Array.from({ length: count }, (_, n) => {
    at += Math.floor(random() * 15);
    return {
      n,
      at,
      requestId: `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(6)}${hex(6)}`,
      extendedRequestId: `${Buffer.from(hex(8) + hex(6))
        .toString('base64')
        .slice(0, 15)}=`,
      reason: REASONS[Math.floor(random() * REASONS.length)] ?? '',
    };
  });
}

/** The line of the reason as a separate event; of three such events, the subscription filter passes only this one. */
export function denialLines(all: readonly Request[]): LogEvent[] {
  return all.flatMap((request) => denialAsLines(request).slice(1, 2));
}

/** The three lines as one event. */
export function denialBlocks(all: readonly Request[]): LogEvent[] {
  return all.map((request) => denialAsOneEvent(request));
}

/** Certificates of as many clients, under a handful of issuers. */
export function clientCertificates(count: number, key: 'rsa' | 'ec' = 'rsa'): Issued[] {
  const issuers = Array.from({ length: 5 }, (_, n) =>
    ca({ subject: `C=US,O=Partner ${n} Inc.,CN=Partner ${n} Issuing CA`, key: `${key}-${'ab'[n % 2]}` }),
  );
  return Array.from({ length: count }, (_, n) =>
    leaf({
      subject: `C=US,O=Partner ${n % 5} Inc.,OU=Integrations,CN=settlement-gateway-${n}`,
      key: `${key}-c`,
      serial: `4a${(n + 1).toString(16).padStart(14, '0')}`,
      issuer: issuers[n % 5] as Issued,
    }),
  );
}

/** Half of all requests come from one client in fifty, like clients that retry in a loop; the others call evenly. */
export function clientOf(n: number, clients: readonly Issued[]): Issued {
  const busy = Math.ceil(clients.length / 50);
  const others = clients.length - busy;
  return clients[n % 2 === 0 || others === 0 ? (n >> 1) % busy : busy + ((n >> 1) % others)] as Issued;
}

/** AWS's format with `clientCertPem`, refused. */
export function accessRecord(request: Request, client: Issued, changes: Record<string, unknown> = {}): LogEvent {
  const { certificate } = client;
  return {
    id: `37${String(request.n).padStart(54, '0')}`,
    timestamp: request.at + 3,
    message: JSON.stringify({
      ...accessFieldsOf({ ...request, issuerDn: certificate.issuerDn, subjectDn: certificate.subjectDn }),
      domainName: 'partners.bank.example',
      'identity.clientCert.clientCertPem': client.pem,
      'identity.clientCert.serialNumber': certificate.serialNumber,
      'identity.userAgent': 'Apache-HttpClient/5.3.1 (Java/21.0.2)',
      ...changes,
    }),
  };
}

/** The fields that differ in the record of a successful request. */
export const succeeded = { status: '200', 'error.message': '-', 'error.responseType': '-', responseLength: '1482' };

/** Every hundredth request is refused. */
export function mostlySuccesses(all: readonly Request[], clients: readonly Issued[]): LogEvent[] {
  return all.map((request) =>
    accessRecord(request, clientOf(request.n, clients), request.n % 100 === 0 ? {} : succeeded),
  );
}

/**
 * What somebody sends who wants to be in the way: one execution log into which all kinds went. Of every ten events two
 * are sound denials and two sound records; the others are text of no meaning, records whose certificate has raw line breaks,
 * records that were cut off, denials and records with a request id that was used before, and a field of 20 KB.
 */
export function hostile(all: readonly Request[], clients: readonly Issued[]): LogEvent[] {
  return all.map((request): LogEvent => {
    const client = clientOf(request.n, clients);
    const forged = { ...request, requestId: '00000000-0000-4000-8000-000000000000' };
    const record = (of: Request, changes?: Record<string, unknown>) => accessRecord(of, client, changes);
    const line = (of: Request) => denialAsOneEvent(of);
    const text = (message: string): LogEvent => ({ ...line(request), message });
    switch (request.n % 10) {
      case 0:
      case 1:
        return line(request);
      case 2:
      case 3:
        return record(request);
      case 4:
        return text(`(${request.requestId}) Method request body: {"a":\nAccess denied. Reason: none at all\n`);
      case 5:
        return text(record(request).message.replaceAll('\\n', '\n'));
      case 6:
        // Cut before the fields that show the refusal, so nothing of it can be used.
        return text(record(request).message.slice(0, 60));
      case 7:
        return line(forged);
      case 8:
        return record(forged);
      default:
        return record(request, { 'identity.userAgent': `\u202e${'A'.repeat(20_000)}` });
    }
  });
}

/** The payloads of the throughput table, of `count` events each. */
export function throughputPayloads(count: number, clients: readonly Issued[]): Payload[] {
  const all = requests(count);
  return [
    payloadOf('denials, a line each', EXECUTION_GROUP, denialLines(all)),
    payloadOf('denials, three lines each', EXECUTION_GROUP, denialBlocks(all)),
    payloadOf(
      'access records, all refused',
      ACCESS_GROUP,
      all.map((request) => accessRecord(request, clientOf(request.n, clients))),
    ),
    payloadOf('access records, 1 % refused', ACCESS_GROUP, mostlySuccesses(all, clients)),
    payloadOf('hostile mix', EXECUTION_GROUP, hostile(all, clients)),
  ];
}
