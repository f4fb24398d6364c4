/**
 * Rejects records that are older than the stores remember. Nobody can know whether such a record was counted before,
 * and reporting it is better than counting it twice or losing it silently.
 */

import { DAY_MS } from '../base/time.js';
import type { Parsed, Rejected } from '../model/index.js';
import type { World } from '../ports/index.js';

/** Halves and other 403s of a batch that are too old become rejects; everything else stays unchanged. */
export function refuseTooOld(parsed: Parsed, { stores, clock }: Pick<World, 'stores' | 'clock'>): Parsed {
  const { countableDays } = stores;
  const now = clock.now();
  const oldest = now - countableDays * DAY_MS;
  const isInTime = ({ at }: { readonly at: number }): boolean => at >= oldest;
  const { denials, accesses, connections, otherForbidden } = parsed;
  const all = [...denials, ...accesses, ...connections, ...otherForbidden];
  if (all.every(isInTime)) return parsed;
  const refused = all
    .filter((one) => !isInTime(one))
    .map(({ eventId, at }): Rejected => {
      const age = ((now - at) / DAY_MS).toFixed(1);
      const detail = `of ${new Date(at).toISOString()}, ${age} days ago: what was counted is known for ${countableDays} days`;
      return { kind: 'rejected', eventId, code: 'too-old', detail };
    });
  return {
    ...parsed,
    denials: denials.filter(isInTime),
    accesses: accesses.filter(isInTime),
    connections: connections.filter(isInTime),
    otherForbidden: otherForbidden.filter(isInTime),
    rejected: [...parsed.rejected, ...refused],
  };
}
