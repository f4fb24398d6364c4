/** One call with a certificate that must not be counted when it is refused: noted before it, completed after it. */

import type { Answer, Probe, ProbeOutcome } from '../model/index.js';
import type { CanaryCertificate, GatewayCall } from '../ports/gateway.js';
import type { Clock, ProbeStore } from '../ports/index.js';
import { judgeCall } from './judge-call.js';

export interface CallingWorld {
  readonly clock: Clock;
  readonly probes: Pick<ProbeStore, 'save'>;
  readonly call: (call: GatewayCall, client: CanaryCertificate) => Promise<Answer>;
}

export interface Called {
  /** Null if the probe could not be stored, so that the call was not made. */
  readonly outcome: ProbeOutcome | null;
  /** What is wrong with the answer, of a certificate that must be refused; null if nothing is. */
  readonly trouble: string | null;
  /** What the store failed with. */
  readonly failures: readonly unknown[];
}

/** Never rejects. @param client with a key that was made for this call */
export async function callOnce(
  { domain, path, connectTo }: GatewayCall,
  client: CanaryCertificate,
  { clock, probes, call }: CallingWorld,
): Promise<Called> {
  const calling: Probe = {
    fingerprint: client.fingerprint,
    scope: domain,
    at: clock.now(),
    outcome: 'calling',
    requestId: null,
    extendedRequestId: null,
  };
  // Before the call, because a refusal that arrives before its probe is stored would be counted.
  const unregistered = await failuresOf(probes.save(calling));
  if (unregistered.length > 0) return { outcome: null, trouble: null, failures: unregistered };
  const answer = await call({ domain, path, connectTo }, client);
  const { outcome, trouble } = judgeCall(domain, answer);
  const { requestId, extendedRequestId } = answer.kind === 'answered' ? answer : calling;
  // The certificate is already stored, so a failure here loses only the ids.
  const failures = await failuresOf(probes.save({ ...calling, outcome, requestId, extendedRequestId }));
  return { outcome, trouble, failures };
}

async function failuresOf(promise: Promise<void>): Promise<unknown[]> {
  return promise.then(
    () => [],
    (error: unknown) => [error],
  );
}
