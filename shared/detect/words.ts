/** Why a page was sent, or not, in a sentence. */

import { MINUTE_MS } from '../base/time.js';
import type { DetectionPolicy } from '../config/settings.js';
import { type Detection, type DetectionNumbers, ONE_IN_MAX } from './detection.js';
import { alikeBefore } from './habits.js';
import { type DetectorParameters, type State, shapeOf } from './state.js';
import type { WindowSurprise } from './windows.js';

/** Such as "; much like Sunday 2026-11-22 about 03:00 UTC, 39 in 5 minutes". */
export function alikeInWords(
  state: State,
  settings: DetectorParameters,
  step: number,
  { peak }: WindowSurprise,
): string {
  const alike = alikeBefore(state, step, peak);
  if (alike === null) return '';
  const at = new Date(alike.step * MINUTE_MS);
  const { binSteps } = shapeOf(settings);
  const day = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'][at.getUTCDay()];
  const [date, time = ''] = at.toISOString().split('T');
  return `; much like ${day} ${date} about ${time.slice(0, 5)} UTC, ${amount(Math.round(alike.perStep * binSteps))} in ${minutes(binSteps)}`;
}

export function inWords(kind: Detection['kind'], n: DetectionNumbers, policy: DetectionPolicy): string {
  const seen = `${amount(n.count)} refused in ${minutes(n.windowMinutes)}; usually ${amount(n.expected)}`;
  const chance = `chance about 1 in ${roundWords(n.oneIn)}`;
  if (kind === 'spike') return `${seen}; ${chance}`;
  if (kind === 'over')
    return `${seen}; ${chance}; stopped since: ${amount(n.recent)} in ${minutes(policy.windowMinutes)}`;
  if (n.count > n.expected && n.count < policy.floor) return `${seen}; under the floor of ${policy.floor}`;
  if (kind === 'elevated') return `${seen}; above the usual, but no spike by itself`;
  return `${seen}; nothing unusual`;
}

export function minutes(n: number): string {
  return n === 1 ? '1 minute' : `${n} minutes`;
}

/** Formats a count with at most two decimals, and with none from 10 on. */
export function amount(n: number): string {
  if (n >= 10 || Number.isInteger(n)) return String(Math.round(n));
  return n < 0.01 ? 'almost none' : String(Number(n.toPrecision(n < 0.1 ? 1 : 2)));
}

/** 12,345,678 as "10 million": one digit, because only the order of magnitude is known. */
function roundWords(n: number): string {
  if (n >= ONE_IN_MAX) return 'a trillion or more';
  const rounded = Number(Math.max(1, n).toPrecision(1));
  for (const [size, name] of [
    [1e9, 'billion'],
    [1e6, 'million'],
  ] as const) {
    if (rounded >= size) return `${rounded / size} ${name}`;
  }
  // Formatted by hand: the first use of a locale costs a new container tens of milliseconds.
  return rounded < 1_000 ? String(rounded) : `${rounded / 1_000},000`;
}
