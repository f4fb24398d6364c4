/** What must be true of notices and incidents at the end of a run. */

import { isDeepStrictEqual } from 'node:util';
import type { Incident, Notice } from '../../shared/model/index.js';
import type { Ended, Expect } from './ended.js';

/** A notice lies in the outbox for a week. */
const NOTICE_MS = 7 * 86_400_000;

export function checkNotices({ observed, delivered, ambiguous, away }: Ended, expect: Expect): void {
  const wanted = new Map<string, Notice>();
  for (const { notice } of observed.transitions) {
    if (notice === null) continue;
    expect(!wanted.has(notice.noticeId), () => `two transitions have the notice id ${notice.noticeId}`);
    wanted.set(notice.noticeId, notice);
  }
  for (const [noticeId, notice] of wanted) {
    const times = delivered.filter((one) => one.notice.noticeId === noticeId).length;
    // Nobody sends what is left behind while the sweep stays away, and nobody needs it a week later.
    const isExcused = away.from < Date.parse(notice.at) + NOTICE_MS && away.to - Date.parse(notice.at) > NOTICE_MS;
    expect(times > 0 || isExcused, () => `${notice.kind} ${noticeId} was never sent`);
    expect(times <= 1 || ambiguous.has(noticeId), () => `${notice.kind} ${noticeId} was sent ${times} times`);
  }
  const order = [...wanted.keys()];
  const seen = new Map<string, number>();
  const sent = new Set<string>();
  for (const { notice } of delivered) {
    const { noticeId, incidentId, kind } = notice;
    const at = order.indexOf(noticeId);
    const made = wanted.get(noticeId);
    expect(made !== undefined, () => `${kind} ${noticeId} was sent, and no transition made it`);
    expect(made === undefined || isDeepStrictEqual(made, notice), () => `${noticeId} was sent with two contents`);
    if (sent.has(noticeId)) continue;
    sent.add(noticeId);
    expect(at >= (seen.get(incidentId) ?? -1), () => `${kind} ${noticeId} was sent after a later one of its incident`);
    seen.set(incidentId, at);
  }
}

/**
 * Every incident is told when it begins and when it ends, and is resolved in the end. One that its scope's incident stands
 * for is named by it, unless it is a stranger's.
 */
export function checkIncidents({ observed }: Ended, expect: Expect): void {
  const states = new Map<string, Incident>();
  const untold = new Map<string, Incident>();
  const named = new Set<string>();
  for (const { next, notice } of observed.transitions) {
    const key = JSON.stringify(next.group);
    const before = states.get(key);
    states.set(key, next);
    const name = `incident ${next.incidentId} of ${key}`;
    expect(
      next.version === (before?.version ?? 0) + 1,
      () => `${name}: version ${next.version} after ${before?.version}`,
    );
    const isFiring = before?.state === 'firing';
    if (isFiring)
      expect(next.incidentId === before.incidentId, () => `${name} replaced ${before.incidentId}, which fired`);
    if (next.state === 'resolved') {
      expect(isFiring, () => `${name} was resolved and did not fire`);
      expect(
        notice === null ? !next.announced : notice.kind === 'resolved',
        () => `${name} ended, and nobody was told`,
      );
    } else if (!isFiring) {
      const isTold = notice?.kind === 'spike';
      if (!isTold) untold.set(next.incidentId, next);
      expect(isTold || !next.announced, () => `${name} began, and nobody was told`);
    }
    if (before !== undefined && isFiring && next.announced !== before.announced) {
      // When the scope's incident ends first, a group's own is told after all.
      expect(next.announced && notice?.kind === 'spike', () => `${name} was announced half way, and nobody was told`);
    }
    if (notice?.kind === 'spike') untold.delete(next.incidentId);
    for (const one of notice?.groups ?? []) named.add(JSON.stringify(one));
    expect(
      notice === null || notice.incidentId === next.incidentId,
      () => `${name}: a notice of ${notice?.incidentId}`,
    );
  }
  for (const { group, isStranger, incidentId } of untold.values()) {
    const isTold = isStranger || named.has(JSON.stringify(group));
    expect(isTold, () => `incident ${incidentId} of ${JSON.stringify(group)} was told neither by itself nor by name`);
  }
  for (const [key, { state }] of states)
    expect(state === 'resolved', () => `the incident of ${key} was never resolved`);
}
