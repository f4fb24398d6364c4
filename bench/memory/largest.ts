/** The largest payloads that Lambda can deliver: 1 MB of base64 from CloudWatch Logs, with any compression ratio. */

import type { LogEvent } from '../../shared/model/index.js';
import {
  accessRecord,
  clientCertificates,
  clientOf,
  denialBlocks,
  denialLines,
  type Payload,
  payloadOf,
  type Request,
  requests,
} from '../support/payloads.js';

/** An asynchronous invocation takes 1 MB ("Lambda quotas"); `{"awslogs":{"data":""}}` is part of it. */
const BASE64_BYTES_MAX = 1024 * 1024 - 64;

const EXECUTION_GROUP = 'API-Gateway-Execution-Logs_uwe3g5jm54/prod';
const ACCESS_GROUP = '/aws/apigateway/partners-access';

/** As many events as fit. */
function largest(name: string, logGroup: string, make: (all: readonly Request[]) => LogEvent[]): Payload {
  const sample = payloadOf(name, logGroup, make(requests(2_000)));
  let count = Math.floor((2_000 * BASE64_BYTES_MAX) / sample.event.awslogs.data.length);
  for (;;) {
    const payload = payloadOf(name, logGroup, make(requests(count)));
    const bytes = payload.event.awslogs.data.length;
    if (bytes <= BASE64_BYTES_MAX) return payload;
    count = Math.floor((count * BASE64_BYTES_MAX) / bytes) - 1;
  }
}

const SAME_ID = '00000000-0000-4000-8000-000000000000';

export function largestPayloads(): Payload[] {
  const clients = clientCertificates(200);
  const looping = clients.slice(0, 1);
  const records =
    (of: typeof clients, changes: Record<string, unknown> = {}) =>
    (all: readonly Request[]) =>
      all.map((request) => accessRecord(request, clientOf(request.n, of), changes));
  // Headers are at most 10,240 bytes in all (API Gateway's quotas), so a user agent of 8,000 passes.
  const dull = records(looping, { 'identity.userAgent': 'A'.repeat(8_000) });
  return [
    largest('denials, a line each', EXECUTION_GROUP, denialLines),
    largest('denials, three lines each', EXECUTION_GROUP, denialBlocks),
    largest('access records of 200 clients', ACCESS_GROUP, records(clients)),
    largest('access records of one client that loops', ACCESS_GROUP, records(looping)),
    largest('denials of one pinned request id', EXECUTION_GROUP, (all) =>
      denialLines(all.map((request) => ({ ...request, requestId: SAME_ID }))),
    ),
    largest('one client, user agents of 8,000 equal letters', ACCESS_GROUP, dull),
    largest('the same, one pinned request id', ACCESS_GROUP, (all) =>
      dull(all.map((request) => ({ ...request, requestId: SAME_ID }))),
    ),
  ];
}
