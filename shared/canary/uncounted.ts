/** Keeps the canary's refusals out of the counts, where there is a canary. The work is in `exclude.ts`. */

import { lazily } from '../base/lazily.js';
import type { Parsed, Sighting } from '../model/index.js';
import type { World } from '../ports/index.js';
import type { Uncounted } from './exclude.js';

/** Most installations have no canary, and their cold starts need not load this. */
const load = lazily(() => import('./exclude.js'));

/** Removes the canary from what is read from the access log alone: the other 403s, and the certificates to keep. */
export async function excludeCanaryRecords(parsed: Parsed, world: World): Promise<Parsed> {
  return world.config.canaries.length === 0 ? parsed : (await load()).excludeCanaryRecords(parsed, world);
}

/** @returns the failures to count, and the probes that were recognised */
export async function separateCanaryFailures(
  found: Uncounted,
  world: World,
): Promise<Uncounted & { readonly sightings: readonly Sighting[] }> {
  return world.config.canaries.length === 0
    ? { ...found, sightings: [] }
    : (await load()).separateCanaryFailures(found, world);
}
