/**
 * Removes the canary's refusals from the counts; `recognize.ts` says how they are recognised. The store is queried
 * once, and only if something in the batch may be the canary's: a certificate with its name, or a denial without a
 * client. A conditional mark makes each decision permanent, so that a repeated batch removes the same requests.
 * Loaded only where the settings have a canary; see `uncounted.ts`.
 */

import { limits } from '../base/limits.js';
import type { AccessRecord, Failure, Parsed, Sighting, WatchedProbe } from '../model/index.js';
import type { World } from '../ports/index.js';
import { hasCanaryName, isSuspect, isWhole, namedInAccessLog, probeOf, withoutProbes } from './recognize.js';

export interface Uncounted {
  readonly failures: readonly Failure[];
  readonly unmatched: readonly AccessRecord[];
}

/** Removes the canary from what is read from the access log alone: the other 403s, and the certificates to keep. */
export async function excludeCanaryRecords(parsed: Parsed, world: World): Promise<Parsed> {
  const probes = await probesNear(namedInAccessLog(parsed), world);
  return probes.length === 0 ? parsed : withoutProbes(parsed, probes);
}

/** @returns the failures to count, and the probes that were recognised */
export async function separateCanaryFailures(
  found: Uncounted,
  world: World,
): Promise<Uncounted & { readonly sightings: readonly Sighting[] }> {
  const isProbed = world.config.canaries.some(({ probes }) => probes);
  const suspects = found.failures.filter((failure) => isSuspect(failure, isProbed));
  const named = found.unmatched.filter(({ client }) => hasCanaryName(client));
  const probes = await probesNear([...suspects, ...named], world);
  if (probes.length === 0) return { ...found, sightings: [] };
  const aside = new Set<Failure>();
  const sightings: Sighting[] = [];
  // In order: if two refusals match one probe, the first one gets it.
  for (const failure of suspects) {
    const probe = probeOf(failure, probes);
    if (probe === null) continue;
    const { eventId } = failure;
    const seen = probe.seen ?? (await world.stores.probes.see(probe, { eventId, at: world.clock.now() }));
    if (seen.eventId !== eventId) continue;
    aside.add(failure);
    sightings.push({ probe, seenAt: seen.at, isWhole: isWhole(failure) });
  }
  const ours = new Set(named.filter((access) => probeOf(access, probes) !== null));
  return {
    failures: found.failures.filter((failure) => !aside.has(failure)),
    unmatched: found.unmatched.filter((access) => !ours.has(access)),
    sightings,
  };
}

async function probesNear(
  suspects: readonly { readonly at: number }[],
  world: World,
): Promise<readonly WatchedProbe[]> {
  if (suspects.length === 0) return [];
  const from = suspects.reduce((first, { at }) => Math.min(first, at), Number.POSITIVE_INFINITY);
  const to = suspects.reduce((last, { at }) => Math.max(last, at), 0);
  const skew = limits.probeSkewMs;
  return world.stores.probes.between(from - skew, to + skew, limits.probesPerLookupMax);
}
