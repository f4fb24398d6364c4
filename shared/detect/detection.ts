/** What the detector is asked, and what it answers. */

import type { Course } from './course.js';

/** Counts of the steps after `history.lastStep`, oldest first. The last one is the current, unfinished step. */
export interface Window {
  readonly step: number;
  readonly counts: readonly number[];
}

export interface DetectionNumbers {
  /** Failures in the most significant window. */
  readonly count: number;
  readonly windowMinutes: number;
  /** How many failures that window usually holds. */
  readonly expected: number;
  /** A window like this comes by chance once in this many minutes; at most 1e12. */
  readonly oneIn: number;
  /** Failures in the last `policy.windowMinutes`, which escalation compares. */
  readonly recent: number;
  /**
   * The shortest window, in minutes, that is a spike by itself; null where there is none. Failures before it play no
   * part.
   */
  readonly shortestMinutes: number | null;
  /** Whether it is a spike because refusals come hour after hour, although no window of an hour shows it. */
  readonly isSteady: boolean;
  /** -log10 of the chance of this many failures by the model alone, whatever the floor is. */
  readonly surprise: number;
  /** How much later than usual the log came, in minutes; 0 where it came in time. */
  readonly lateMinutes: number;
  /** For how many minutes the domain's logs have been standing still; 0 where they do not, or nobody knows. */
  readonly standingMinutes: number;
  /**
   * -log10 of the chance of the least likely of the windows that show that failures go on; 0 where none is above its
   * expectation.
   */
  readonly elevation: number;
  /** Failures of the last hour. */
  readonly lastHour: number;
  /** The last 24 hours, and what is usual for 24 hours. */
  readonly course: Course;
}

/**
 * spike     more failures than chance explains, and they go on
 * over      a spike within the last hour that has stopped
 * elevated  no spike, but the last minutes are above the usual: enough to keep an incident open
 * quiet     nothing
 */
export interface Detection {
  readonly kind: 'spike' | 'over' | 'elevated' | 'quiet';
  readonly because: string;
  readonly numbers: DetectionNumbers;
}

/** The rarest that `oneIn` says. */
export const ONE_IN_MAX = 1e12;
