/** The incidents of the report's period, those that are over and those that go on. Pure. */

import { compareTexts } from '../base/text.js';
import type { EndedIncident, Incident } from '../model/index.js';
import type { Period } from './period.js';
import type { Report } from './schema.js';

interface IncidentParts {
  readonly ended: readonly EndedIncident[];
  readonly firing: readonly Incident[];
  readonly period: Period;
}

const isoTime = (at: number): string => new Date(at).toISOString();

export function incidentsOf({ ended, firing, period }: IncidentParts): Report['incidents'] {
  const over = ended.map((one) => {
    const firstAt = one.firstFailureAt;
    return {
      ...common(one),
      firstFailureAt: firstAt === null ? null : isoTime(firstAt),
      calmAt: isoTime(one.calmAt),
      resolvedAt: isoTime(one.endedAt),
      secondsToDetect: firstAt === null ? null : Math.max(0, one.since - firstAt) / 1000,
      secondsToResolve: (one.calmAt - (firstAt ?? one.since)) / 1000,
      failures: one.count,
      reasons: (one.reasons ?? []).map(({ reason, count }) => ({ reason, failures: count })),
    };
  });
  const open = firing
    .filter(({ since }) => since < period.to)
    .map((one) => ({
      ...common(one),
      firstFailureAt: null,
      calmAt: null,
      resolvedAt: null,
      secondsToDetect: null,
      secondsToResolve: null,
      failures: null,
      reasons: [],
    }));
  // One that people were told of comes before those that it stood for.
  return [...open, ...over].sort(
    (a, b) =>
      compareTexts(a.noticedAt, b.noticedAt) ||
      Number(a.firstFailureAt === null) - Number(b.firstFailureAt === null) ||
      compareTexts(a.incidentId, b.incidentId),
  );
}

function common({ incidentId, group, severity, since, flaps, announced, heldBack }: EndedIncident | Incident) {
  const isUntold = heldBack === true && !announced;
  return { incidentId, ...group, severity, noticedAt: isoTime(since), heldBack: isUntold, comebacks: flaps };
}
