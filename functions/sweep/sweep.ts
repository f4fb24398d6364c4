/** The sweep function. */

import { count, measureFailures, measureSightings, seconds } from '../../shared/count/metrics.js';
import { withInventory } from '../../shared/discovery/known-world.js';
import type { Measure } from '../../shared/model/index.js';
import { type Swept, sweep } from '../../shared/pipeline.js';
import type { Wired } from '../wiring/wiring.js';

export function createSweep({ meter, ...wired }: Wired): () => Promise<void> {
  const inWorld = withInventory(wired);
  return async () => {
    const swept = await inWorld(sweep);
    meter.record(measureSweep(swept));
    if (swept.failures.length > 0) {
      throw new AggregateError(
        swept.failures,
        `${swept.failures.length} step(s) of the sweep failed; the next run repeats them`,
      );
    }
  };
}

export function measureSweep(swept: Swept): Measure[] {
  return [
    count('HalvesSettled', swept.halvesSettled),
    count('HoursRolledUp', swept.hoursRolledUp),
    count('IncidentsFiring', swept.firing),
    count('NoticesPending', swept.pending),
    seconds('OldestNoticePending', swept.oldestPendingMs / 1000),
    ...measureFailures(swept.facts),
    ...measureSightings(swept.sightings),
  ];
}
