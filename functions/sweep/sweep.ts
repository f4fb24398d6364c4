/** The sweep function. */

import { lazily } from '../../shared/base/lazily.js';
import type { AskInsights } from '../../shared/calls/count-calls.js';
import { withLogGroups } from '../../shared/config/settings.js';
import { count, measureFailures, measureSightings, seconds } from '../../shared/count/metrics.js';
import { withInventory } from '../../shared/discovery/known-world.js';
import type { Measure } from '../../shared/model/index.js';
import { type Swept, sweep } from '../../shared/pipeline.js';
import type { Wired } from '../wiring/wiring.js';

const loadLookUp = lazily(() => import('../../shared/calls/look-up.js'));

/** @param ask absent where no access log may be queried */
export function createSweep({ meter, ...wired }: Wired, ask?: AskInsights): (event?: unknown) => Promise<void> {
  const inWorld = withInventory(wired);
  const againAt = new Map<string, number>();
  return async (event) => {
    const swept = await inWorld(async (known) => {
      if (ask === undefined || known.config.successes === null) return sweep(known);
      const world = { ...known, config: withLogGroups(known.config, event) };
      const { lookUpIn } = await loadLookUp();
      return sweep({ ...world, calls: { lookUp: lookUpIn(world, ask), againAt } });
    });
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
