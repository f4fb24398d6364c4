/** The incidents of the report's period, those that are over and those that go on. Pure. */

import { limits } from '../base/limits.js';
import { compareTexts } from '../base/text.js';
import { HOUR_MS } from '../base/time.js';
import { groupId } from '../model/group-id.js';
import { type EndedIncident, type Incident, SEVERAL_STRANGERS } from '../model/index.js';
import type { Folded, GroupSeries } from './fold.js';
import type { Period } from './period.js';
import type { Report } from './schema.js';

interface IncidentParts {
  readonly ended: readonly EndedIncident[];
  readonly firing: readonly Incident[];
  readonly folded: Folded;
  readonly period: Period;
}

const CURRENT = limits.reportWeeksMax - 1;
const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0);
const isoTime = (at: number): string => new Date(at).toISOString();

/**
 * A scanner's refusals are of hundreds of groups, which come and go: its incident knows those of its worst window only. Here they
 * are found again: the groups at its domain and door that began and ended with it, were never seen before, and had no incident of
 * their own.
 */
function scannedIn({ group, since, endedAt }: EndedIncident, { folded, ended, firing }: IncidentParts): GroupSeries[] {
  if (group.issuerDn !== SEVERAL_STRANGERS) return [];
  const own = new Set([...ended, ...firing].map((one) => groupId(one.group)));
  return folded.series.filter(
    (one) =>
      one.group.scope === group.scope &&
      one.group.door === group.door &&
      one.firstAt >= since - HOUR_MS &&
      one.lastAt <= endedAt &&
      sumOf(one.stretches.slice(0, CURRENT)) === 0 &&
      !own.has(groupId(one.group)),
  );
}

/** An incident that is over, with the first and the number of its refusals; null where no notice told them. */
function wholeOf(ended: EndedIncident, parts: IncidentParts) {
  const scanned = scannedIn(ended, parts);
  const { firstFailureAt, count } = ended;
  return {
    firstAt: firstFailureAt && Math.min(firstFailureAt, ...scanned.map(({ firstAt }) => firstAt)),
    failures: count && Math.max(count, sumOf(scanned.map(({ stretches }) => stretches[CURRENT] ?? 0))),
  };
}

export function incidentsOf(parts: IncidentParts): Report['incidents'] {
  const { ended, firing, period } = parts;
  const over = ended.map((one) => {
    const { firstAt, failures } = wholeOf(one, parts);
    return {
      ...common(one),
      firstFailureAt: firstAt === null ? null : isoTime(firstAt),
      calmAt: isoTime(one.calmAt),
      resolvedAt: isoTime(one.endedAt),
      secondsToDetect: firstAt === null ? null : Math.max(0, one.since - firstAt) / 1000,
      secondsToResolve: (one.calmAt - (firstAt ?? one.since)) / 1000,
      failures,
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
