/** The reconcile function: reconciles, writes metrics, and fails at the end if anything failed. */

import { withLogGroups } from '../../shared/config/settings.js';
import { count } from '../../shared/count/metrics.js';
import { type Reconciled, type ReconcileWorld, reconcile } from '../../shared/discovery/reconcile.js';
import type { Meter } from '../../shared/ports/index.js';

export interface WiredReconciler {
  readonly world: ReconcileWorld;
  readonly meter: Meter;
}

/** What was done, for a person who calls the function by hand. */
export type ReconcileOutcome = Pick<Reconciled, 'filtersPut' | 'filtersRemoved' | 'filtersUnmet'> & {
  readonly silentLogGroups: readonly string[];
};

/** @returns a function that takes the event of a call, which may name log groups in addition to the settings */
export function createReconciler({ world, meter }: WiredReconciler): (event?: unknown) => Promise<ReconcileOutcome> {
  return async (event) => {
    const config = withLogGroups(world.config, event);
    const { filtersPut, filtersRemoved, filtersUnmet, found, watched, silent, wrong, failures } = await reconcile({
      ...world,
      config,
    });
    meter.record([
      count('FiltersPut', filtersPut),
      count('FiltersRemoved', filtersRemoved),
      count('FiltersUnmet', filtersUnmet),
      count('SilentLogGroups', silent.length),
      ...(found === null ? [] : [count('DomainsFound', watched.length), count('DoctorChecksFailed', wrong.length)]),
    ]);
    if (failures.length > 0) {
      throw new AggregateError(failures, `${failures.length} step(s) failed; the next run repeats them`);
    }
    return { filtersPut, filtersRemoved, filtersUnmet, silentLogGroups: silent.map(({ name }) => name) };
  };
}
