/** The halves from the other log that were stored before a payload, so that the payload completes its requests. */

import { decodeSubscription } from '../../shared/logs/decode.js';
import type { HeldHalf } from '../../shared/model/index.js';
import type { Issued } from '../../test/support/certificates.js';
import { parse } from '../../test/support/parse.js';
import { accessRecord, clientOf, denialBlocks, type Payload, payloadOf, type Request } from '../support/payloads.js';
import type { Others } from './ours.js';

export function othersOf(payload: Payload, all: readonly Request[], clients: readonly Issued[]): Others {
  const halves = [
    ...halvesOf(payloadOf('', 'API-Gateway-Execution-Logs_uwe3g5jm54/prod', denialBlocks(all))),
    ...halvesOf(
      payloadOf(
        '',
        '/aws/apigateway/partners-access',
        all.map((request) => accessRecord(request, clientOf(request.n, clients))),
      ),
    ),
  ];
  const own = new Set(halvesOf(payload).map(({ kind, requestId }) => `${kind} ${requestId}`));
  const others = new Map<string, HeldHalf>();
  for (const half of halves) {
    const twin = half.kind === 'denial' ? 'access' : 'denial';
    if (own.has(`${half.kind} ${half.requestId}`) || !own.has(`${twin} ${half.requestId}`)) continue;
    others.set(half.requestId, { half, batchId: 'the other log', second: false } as HeldHalf);
  }
  return others;
}

function halvesOf({ event }: Payload) {
  const batch = decodeSubscription(event);
  if (batch.kind === 'control') throw new Error('the benchmark sends no probes');
  const { denials, accesses } = parse(batch);
  return [...denials, ...accesses];
}
