/**
 * The metrics of one delivery, and of what the sweep settles. Pure. The dimensions are the scope and the reason, never
 * the issuer: every combination is a metric that is paid for, and clients choose the issuer. Who failed is in the
 * alert, the table and the failure records. Of a reason without a name the kind of sentence is told by its hash, for as many
 * kinds as a scope and day count by themselves.
 * A failure is measured by the function that counts it: by ingest when its halves met, by the sweep when one came
 * alone. A delivery that is repeated may be measured twice; the table counts once, and reports are made from the table.
 */

import { reasonName } from '../model/group-id.js';
import type { Fact, ForbiddenFact, LogBatch, Measure, Parsed, Sighting } from '../model/index.js';
import type { ForbiddenCause } from '../model/reasons.js';

export interface IngestedDelivery {
  readonly batch: LogBatch;
  readonly parsed: Parsed;
  /** Halves that another delivery had counted before. */
  readonly counted: number;
  readonly facts: readonly Fact[];
  readonly forbidden: readonly ForbiddenFact[];
  readonly sightings: readonly Sighting[];
}

/** Causes that no record names: what is left where no denial came. */
const UNEXPLAINED: ReadonlySet<ForbiddenCause> = new Set(['unmatched', 'certificate-not-logged']);

/** @param now when the delivery was handled, in milliseconds; gives its lag */
export function measure(
  { batch, parsed, counted, facts, forbidden, sightings }: IngestedDelivery,
  now: number,
): Measure[] {
  const newest = batch.events.reduce((latest, event) => Math.max(latest, event.timestamp), 0);
  const others = sumBy(
    forbidden.filter(({ cause }) => !UNEXPLAINED.has(cause)),
    ({ scope, cause }) => [scope, cause],
    (fact) => fact.count,
  );
  return [
    count('EventsRead', batch.events.length + batch.malformed.length),
    count('RecordsRejected', parsed.rejected.length),
    // A metric is paid for from its first value on, and most formats have none.
    ...(parsed.recovered > 0 ? [count('RecordsRecovered', parsed.recovered)] : []),
    count('HalvesDeliveredAgain', counted),
    ...(newest === 0 ? [] : [seconds('DeliveryLag', Math.max(0, (now - newest) / 1000))]),
    ...measureFailures(facts),
    ...others.map(([[scope, cause], n]) => count('OtherForbidden', n, { scope, cause })),
    ...measureSightings(sightings),
  ];
}

export function measureFailures(facts: readonly Fact[]): Measure[] {
  const failures = sumBy(
    facts,
    ({ group }) => [group.scope, reasonName(group)],
    (fact) => fact.count,
  );
  return failures.map(([[scope, reason], n]) => count('Failures', n, { scope, reason }));
}

/**
 * Measures how far the canary's refusals came, from the call to the table. A refusal of which one half is missing shows
 * that this half of the way is cut.
 */
export function measureSightings(sightings: readonly Sighting[]): Measure[] {
  return sightings.map(({ probe: { scope, at }, seenAt, isWhole }) =>
    isWhole
      ? seconds('CanaryRoundTrip', Math.max(0, (seenAt - at) / 1000), { scope })
      : count('CanaryHalfSeen', 1, { scope }),
  );
}

export function count(name: string, value: number, dimensions: Measure['dimensions'] = {}): Measure {
  return { name, unit: 'Count', value, dimensions };
}

export function seconds(name: string, value: number, dimensions: Measure['dimensions'] = {}): Measure {
  return { name, unit: 'Seconds', value, dimensions };
}

type Pair = readonly [string, string];

function sumBy<T>(
  items: readonly T[],
  keyOf: (item: T) => Pair,
  amountOf: (item: T) => number,
): (readonly [Pair, number])[] {
  const sums = new Map<string, readonly [Pair, number]>();
  for (const item of items) {
    const key = keyOf(item);
    const name = JSON.stringify(key);
    sums.set(name, [key, (sums.get(name)?.[1] ?? 0) + amountOf(item)]);
  }
  return [...sums.values()];
}
