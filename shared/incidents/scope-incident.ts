/**
 * One incident for a whole scope. When many groups of one custom domain fire together the cause is common (a bad
 * truststore upload), and when hundreds of issuers fail a few times each it is a scanner: neither should page once per
 * group. The verdict goes through `advance` like a group's, under the key that `scopeGroup` of `incident.ts` gives.
 */

import { limits } from '../base/limits.js';
import { MINUTE_MS } from '../base/time.js';
import type { DetectionPolicy } from '../config/settings.js';
import { amount, type Detection } from '../detect/detect.js';
import { type GroupKey, OTHER_ISSUERS, type Severity } from '../model/index.js';

/** A group of the scope that failed in the last window. */
export interface Member {
  readonly group: GroupKey;
  readonly detection: Detection;
  /** The group's own incident, if one is firing. */
  readonly since: number | null;
}

export interface ScopeVerdict {
  readonly detection: Detection;
  readonly severity: Severity;
  /** Most failures first, at most `groupsPerScopeIncidentMax`. */
  readonly groups: readonly GroupKey[];
}

/** So many groups that fire within `TOGETHER_MINUTES` have one cause. Two may be chance, three a partner's bad day. */
const TOGETHER_GROUPS = 4;
const TOGETHER_MINUTES = 30;
/** A scanner shows many issuers, each with hardly more than one try per certificate. */
const SCANNER_ISSUERS = 30;
const SCANNER_TRIES = 3;

/** @param now milliseconds since the epoch */
export function scopeDetection(members: readonly Member[], now: number, policy: DetectionPolicy): ScopeVerdict {
  const firing = members.filter((m) => m.since !== null);
  const fresh = firing.filter((m) => m.since !== null && now - m.since <= TOGETHER_MINUTES * MINUTE_MS);
  const recent = sum(members, (m) => m.detection.numbers.recent);
  const expected = sum(members, (m) => m.detection.numbers.expected);
  const issuers = new Set(members.map((m) => m.group.issuerDn)).size;
  const folded = members.some((m) => m.group.issuerDn === OTHER_ISSUERS);
  const many = fresh.length >= TOGETHER_GROUPS;
  const scanner = issuers >= SCANNER_ISSUERS && recent >= policy.floor && (folded || recent <= SCANNER_TRIES * issuers);
  const numbers = {
    count: recent,
    windowMinutes: policy.windowMinutes,
    expected,
    oneIn: Math.max(1, ...members.map((m) => m.detection.numbers.oneIn)),
    recent,
    shortestMinutes: many || scanner ? policy.windowMinutes : null,
  };
  const groups = [...(many ? firing : members)]
    .sort((a, b) => b.detection.numbers.recent - a.detection.numbers.recent)
    .slice(0, limits.groupsPerScopeIncidentMax)
    .map((m) => m.group);
  const seen = `${amount(recent)} refused in ${policy.windowMinutes} minutes`;
  if (many && !scanner) {
    const because = `${fresh.length} groups of this domain began to fail within ${TOGETHER_MINUTES} minutes; ${seen}`;
    return { detection: { kind: 'spike', because, numbers }, severity: 'high', groups };
  }
  if (scanner) {
    const because = `${issuers} issuers failed, few times each, as a scanner does; ${seen}`;
    return { detection: { kind: 'spike', because, numbers }, severity: 'low', groups };
  }
  const kind = firing.length > 0 ? 'elevated' : 'quiet';
  return {
    detection: { kind, because: `${firing.length} groups of this domain are failing; ${seen}`, numbers },
    severity: 'low',
    groups,
  };
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
