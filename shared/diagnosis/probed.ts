/**
 * What probes showed of the gateway of a scope, for the domains that have a canary. Remembered for a minute, because a
 * batch may look at a thousand certificates of one domain.
 */

import { MINUTE_MS } from '../base/time.js';
import { isNamed } from '../config/qualified-names.js';
import type { ProbedGateway } from '../model/index.js';
import type { ProbedStore, World } from '../ports/index.js';

interface Remembered {
  readonly until: number;
  readonly probed: Promise<ProbedGateway | null>;
}

/** By domain; the settings bound how many domains have a canary. */
const byStore = new WeakMap<ProbedStore, Map<string, Remembered>>();

/** @returns null where no probe called the domain, or it has no canary */
export async function probedOf(scope: string, { config, stores, clock }: World): Promise<ProbedGateway | null> {
  const domain = config.canaries.find((canary) => isNamed(canary.domain, scope))?.domain;
  if (domain === undefined) return null;
  const known = byStore.get(stores.probed) ?? new Map<string, Remembered>();
  byStore.set(stores.probed, known);
  const now = clock.now();
  const last = known.get(domain);
  if (last !== undefined && now < last.until) return last.probed;
  const probed = stores.probed.load(domain);
  known.set(domain, { until: now + MINUTE_MS, probed });
  // A failure is not remembered: the next one who asks tries again.
  probed.catch(() => known.delete(domain));
  return probed;
}
