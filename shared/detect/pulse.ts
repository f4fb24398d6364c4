/**
 * Whether the logs of a domain arrive. Subscription filters hold successes back, so that a domain without a line is as a rule one
 * where nothing is refused. Where other lines come regularly (the canary's calls, other 403s, successes where they are streamed) it
 * shows when none does: then nobody knows whether something was refused. Lines of refusals themselves are no measure, because they
 * end with their cause. Pure.
 */

import { MINUTES_PER_DAY, PULSE_MINUTES } from '../base/time.js';

const DAY = MINUTES_PER_DAY / PULSE_MINUTES;
/** Lines are regular when over a day none of the pauses between them was longer: two hours. */
const PAUSE_MAX = 24;
/** A pause is a gap when it is so much longer than twice the longest usual one: a delivery may take a few minutes. */
const SLACK = 3;
/** A gap of more than two days is taken for a calm: the lines that were regular may have ended for good. */
const GAP_MAX = 2 * DAY;
/** A delivery that has stood still for six hours is lost: Lambda retries it no longer. */
const STANDING_MAX = DAY / 4;

export interface Pulse {
  /** Whether nobody knows what the minute held. Depends on nothing that came after it. */
  readonly isUnknown: (minute: number) => boolean;
  /**
   * The minute up to which the domain's logs have arrived for certain; null where it is not known or the delivery does not stand
   * still.
   */
  readonly arrivedThrough: number | null;
}

interface Gap {
  /** The first and the last span in which a line was missing. */
  readonly from: number;
  readonly to: number;
}

/** @param pulses the spans with lines, ascending, of at least a day before the minutes in question; `minute` is the present */
export function readPulse(pulses: readonly number[], minute: number): Pulse {
  const now = Math.floor(minute / PULSE_MINUTES);
  const gaps: Gap[] = [];
  /** Pauses that were usual, by the span that ended them. */
  const pauses: { readonly at: number; readonly length: number }[] = [];
  let arrivedThrough: number | null = null;
  for (const [i, last] of pulses.entries()) {
    const isLast = i === pulses.length - 1;
    const next = pulses[i + 1] ?? now + 1;
    const length = next - last - 1;
    const usual = usualPause(pauses, pulses[0] ?? last, last);
    const from = usual === null ? null : last + 2 * usual + SLACK + 1;
    const isGap = from !== null && from < next;
    if (isGap) gaps.push({ from, to: Math.min(next - 1, last + GAP_MAX) });
    if (!isGap && length > 0) pauses.push({ at: next, length });
    // Where a line is due in every span, its absence shows at once.
    const isStanding = isGap || (usual === 0 && length > 0);
    if (isLast && isStanding && length <= STANDING_MAX) arrivedThrough = (last + 1) * PULSE_MINUTES - 1;
  }
  return {
    isUnknown: (at) => {
      // Asked for every minute of the months that a group may have been quiet, so no closure is made.
      const pulse = Math.floor(at / PULSE_MINUTES);
      for (let i = 0; i < gaps.length; i++) {
        const gap = gaps[i];
        if (gap !== undefined && gap.from <= pulse && pulse <= gap.to) return true;
      }
      return false;
    },
    arrivedThrough,
  };
}

/** The longest pause of the day up to `last`; null where lines are not regular, or not seen for a day. */
function usualPause(
  pauses: readonly { readonly at: number; readonly length: number }[],
  first: number,
  last: number,
): number | null {
  if (first > last - DAY + PAUSE_MAX) return null;
  let longest = 0;
  for (const { at, length } of pauses) if (at > last - DAY) longest = Math.max(longest, length);
  return longest > PAUSE_MAX ? null : longest;
}
