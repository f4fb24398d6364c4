/** Durations, and the whole minutes, hours and days since the epoch (UTC) that contain a time. */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
export const MINUTES_PER_HOUR = 60;
export const MINUTES_PER_DAY = 1440;

/** @param at milliseconds since the epoch */
export function minuteOf(at: number): number {
  return Math.floor(at / MINUTE_MS);
}

/**
 * The spans of minutes, counted since the epoch, in which it is noted whether a domain's logs arrive: as long as a bin of the
 * detector.
 */
export const PULSE_MINUTES = 5;

/** @param at milliseconds since the epoch */
export function pulseOf(at: number): number {
  return Math.floor(at / (PULSE_MINUTES * MINUTE_MS));
}

/** @param minute minutes since the epoch */
export function hourOf(minute: number): number {
  return Math.floor(minute / MINUTES_PER_HOUR);
}

/** @param at milliseconds since the epoch */
export function dayOf(at: number): number {
  return Math.floor(at / DAY_MS);
}

/** @param minute minutes since the epoch */
export function dayOfMinute(minute: number): number {
  return Math.floor(minute / MINUTES_PER_DAY);
}
