/**
 * The canary function: calls each domain once with a new certificate, and records the result. Ingest checks that the
 * refusal arrives.
 */

import { MtlsWatchError, messageOf } from '../../shared/base/errors.js';
import { judgeCall } from '../../shared/canary/judge-call.js';
import type { Canary } from '../../shared/config/settings.js';
import { count } from '../../shared/count/metrics.js';
import { CANARY_DN } from '../../shared/model/canary.js';
import type { Answer, Measure, Probe, ProbeOutcome } from '../../shared/model/index.js';
import type { CanaryCertificate, GatewayCall } from '../../shared/ports/gateway.js';
import type { Clock, Log, Meter, ProbeStore } from '../../shared/ports/index.js';

export interface CanaryWorld {
  readonly canaries: readonly Canary[];
  readonly clock: Clock;
  readonly probes: Pick<ProbeStore, 'save'>;
  readonly createCertificate: (dn: string, now: number) => Promise<CanaryCertificate>;
  readonly call: (call: GatewayCall, client: CanaryCertificate) => Promise<Answer>;
  readonly meter: Meter;
  readonly log: Log;
}

/** Calls all domains in parallel, independently of each other. Rejects at the end if one did not refuse as expected. */
export function createCanary(world: CanaryWorld): () => Promise<void> {
  return async () => {
    const called = await Promise.all(
      world.canaries.map(async (canary) => ({ scope: canary.domain, ...(await probe(canary, world)) })),
    );
    world.meter.record(called.flatMap(({ scope, outcome }) => measureCall(scope, outcome)));
    const troubles = called.flatMap((one) => one.troubles);
    for (const error of troubles) world.log.error(messageOf(error), { error });
    if (troubles.length > 0) {
      throw new AggregateError(
        troubles,
        `the canary has ${troubles.length} trouble(s): ${troubles.map(messageOf).join(' ')}`,
      );
    }
  };
}

interface Probed {
  /** Null if the probe could not be stored, so that the call was not made. */
  readonly outcome: ProbeOutcome | null;
  readonly troubles: readonly unknown[];
}

async function probe(
  { domain, path, connectTo }: Canary,
  { clock, probes, createCertificate, call }: CanaryWorld,
): Promise<Probed> {
  const at = clock.now();
  const stranger = await createCertificate(CANARY_DN, at);
  const { fingerprint } = stranger;
  const calling: Probe = {
    fingerprint,
    scope: domain,
    at,
    outcome: 'calling',
    requestId: null,
    extendedRequestId: null,
  };
  // Before the call, because a refusal that arrives before its probe is stored would be counted.
  const unregistered = await failureOf(probes.save(calling));
  if (unregistered !== null) return { outcome: null, troubles: [unregistered] };
  const answer = await call({ domain, path, connectTo }, stranger);
  const { outcome, trouble } = judgeCall(domain, answer);
  const { requestId, extendedRequestId } = answer.kind === 'answered' ? answer : calling;
  // The certificate is already stored, so a failure here loses only the ids.
  const unfinished = await failureOf(probes.save({ ...calling, outcome, requestId, extendedRequestId }));
  const troubles = [trouble === null ? null : new MtlsWatchError('canary-failed', trouble), unfinished];
  return { outcome, troubles: troubles.filter((one) => one !== null) };
}

async function failureOf(promise: Promise<void>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}

/** @param outcome null if the probe could not be stored */
function measureCall(scope: string, outcome: ProbeOutcome | null): Measure[] {
  const isKnown = outcome === 'refused' || outcome === 'accepted';
  return [
    count('CanaryCalls', 1, { scope }),
    count('CanaryNotRefused', outcome === 'accepted' ? 1 : 0, { scope }),
    count('CanaryFailed', isKnown ? 0 : 1, { scope }),
  ];
}
