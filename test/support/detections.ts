/** What the detector says, for tests of what is made of it. */

import type { Detection, DetectionNumbers } from '../../shared/detect/detection.js';

export function numbers(changes: Partial<DetectionNumbers> = {}): DetectionNumbers {
  const count = changes.count ?? 0;
  return {
    count,
    windowMinutes: 5,
    expected: 0.4,
    oneIn: 1e6,
    recent: count,
    shortestMinutes: null,
    isSteady: false,
    lateMinutes: 0,
    standingMinutes: 0,
    elevation: 9,
    surprise: 0,
    lastHour: count,
    course: {
      day: count,
      hours: count > 0 ? 1 : 0,
      usualDay: 0,
      usualHours: 0,
      quietMinutes: 0,
      steadyMinutes: null,
      isFew: false,
      lastingMinutes: null,
      isSteadyByItself: false,
      isUnderWay: false,
      isLull: true,
      missing: 0,
      isGone: false,
    },
    ...changes,
  };
}

export function detection(
  kind: Detection['kind'],
  recent = 0,
  shortestMinutes: number | null = kind === 'spike' ? 1 : null,
  changes: Partial<DetectionNumbers> = {},
): Detection {
  return {
    kind,
    because: `${recent} refused in 5 minutes`,
    numbers: numbers({ count: recent, recent, shortestMinutes, ...changes }),
  };
}
