/**
 * Hours that are counted from exports instead of from deliveries. Each hour has one owner for good, so that no request counts
 * twice however the exports overlap with what was delivered:
 *
 *     nobody's --deliveries count in it--> theirs: `take` leaves it alone
 *         |
 *         +--take--> counted from exports: the sweep makes no roll-up of it, whatever is delivered later
 */

import type { Rollup } from '../model/index.js';

export interface PastHours {
  /**
   * Takes those hours in which deliveries counted nothing.
   * @returns those that are counted from exports, the ones that were taken before among them
   * @throws MtlsWatchError `store-unavailable` (retryable) where deliveries began to count in an hour meanwhile: to be
   *   repeated after a minute, when every sweep knows whose the hour is
   */
  take(hours: readonly number[]): Promise<ReadonlySet<number>>;
  /** Makes these the roll-ups of the hours, which were taken, in place of all that they have. Safe to repeat. */
  replace(hours: ReadonlySet<number>, rollups: readonly Rollup[]): Promise<void>;
}
