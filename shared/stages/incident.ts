/** Turns verdicts into the life of an incident. Pure. */

import type { DetectionPolicy } from '../config.js';
import { digest, groupId } from '../digest.js';
import type { GroupKey, Incident, NoticeKind, Severity } from '../model.js';
import type { Verdict } from './detect.js';

export interface Transition {
  readonly next: Incident;
  /** What to tell, or null for a change that nobody needs to hear of. */
  readonly kind: NoticeKind | null;
  readonly because: string;
}

const MINUTE_MS = 60_000;

export function nextIncident(
  current: Incident | null,
  verdict: Verdict,
  group: GroupKey,
  now: number,
  policy: DetectionPolicy,
  severity: Severity,
): Transition | null {
  const { count } = verdict.numbers;
  const version = (current?.version ?? 0) + 1;
  if (current === null || current.state === 'resolved') {
    if (verdict.kind !== 'spike') return null;
    const next: Incident = {
      incidentId: digest('incident', groupId(group), now),
      group,
      state: 'firing',
      version,
      since: now,
      lastNoticeAt: now,
      calmSince: null,
      noticedCount: count,
      severity,
    };
    return { next, kind: 'spike', because: verdict.because };
  }
  const same = { ...current, version };
  if (verdict.kind === 'quiet') {
    if (current.calmSince === null) return { next: { ...same, calmSince: now }, kind: null, because: verdict.because };
    if (now - current.calmSince < policy.resolveMinutes * MINUTE_MS) return null;
    return { next: { ...same, state: 'resolved', lastNoticeAt: now }, kind: 'resolved', because: verdict.because };
  }
  if (count >= current.noticedCount * policy.escalateFactor) {
    const next = { ...same, calmSince: null, lastNoticeAt: now, noticedCount: count };
    return { next, kind: 'escalated', because: verdict.because };
  }
  if (now - current.lastNoticeAt >= policy.repeatMinutes * MINUTE_MS) {
    return { next: { ...same, calmSince: null, lastNoticeAt: now }, kind: 'ongoing', because: verdict.because };
  }
  return current.calmSince === null
    ? null
    : { next: { ...same, calmSince: null }, kind: null, because: verdict.because };
}
