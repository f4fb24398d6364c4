/**
 * The canary function: calls each domain once with a new certificate, and records the result. Ingest checks that the
 * refusal arrives.
 */

import { MtlsWatchError, messageOf } from '../../shared/base/errors.js';
import { type CallingWorld, callOnce } from '../../shared/canary/call.js';
import type { Canary } from '../../shared/config/settings.js';
import { count } from '../../shared/count/metrics.js';
import { CANARY_DN } from '../../shared/model/canary.js';
import type { Measure, ProbeOutcome } from '../../shared/model/index.js';
import type { CanaryCertificate } from '../../shared/ports/gateway.js';
import type { Log, Meter } from '../../shared/ports/index.js';

export interface CanaryWorld extends CallingWorld {
  readonly canaries: readonly Canary[];
  readonly createCertificate: (dn: string, now: number) => Promise<CanaryCertificate>;
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

async function probe(target: Canary, world: CanaryWorld): Promise<Probed> {
  const stranger = await world.createCertificate(CANARY_DN, world.clock.now());
  const { outcome, trouble, failures } = await callOnce(target, stranger, world);
  return {
    outcome,
    troubles: [...(trouble === null ? [] : [new MtlsWatchError('canary-failed', trouble)]), ...failures],
  };
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
