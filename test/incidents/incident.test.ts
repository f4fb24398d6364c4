import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectionSchema } from '../../shared/config/settings.js';
import type { Detection } from '../../shared/detect/detect.js';
import { advance, coveredByScope, incidentIdOf, noticeIdOf, scopeGroup } from '../../shared/incidents/incident.js';
import { type Member, scopeDetection } from '../../shared/incidents/scope-incident.js';
import type { GroupKey, Incident, NoticeKind } from '../../shared/model/index.js';
import { SEVERAL_ISSUERS } from '../../shared/model/index.js';

const policy = detectionSchema.parse({});
const group: GroupKey = { scope: 'api.example.com', issuerDn: 'CN=A', reason: 'issuer-not-found' };
const START = Date.UTC(2026, 0, 5, 9);
const MINUTE = 60_000;

function verdict(
  kind: Detection['kind'],
  recent = 0,
  shortestMinutes: number | null = kind === 'spike' ? 1 : null,
): Detection {
  const numbers = { count: recent, windowMinutes: 5, expected: 0.4, oneIn: 1e6, recent, shortestMinutes };
  return { kind, because: `${recent} refused in 5 minutes`, numbers };
}

/** Feeds one verdict a minute and tells the notices as `minute kind`. */
function play(verdicts: readonly Detection[], from: Incident | null = null, first = 0) {
  let current = from;
  const notices: string[] = [];
  const ids = new Set<string>();
  for (const [i, v] of verdicts.entries()) {
    const change = advance(current, v, group, START + (first + i) * MINUTE, policy);
    if (change === null) continue;
    expect(change.next.version).toBe((current?.version ?? 0) + 1);
    current = change.next;
    if (change.notice === null) continue;
    notices.push(`${first + i} ${change.notice}`);
    expect(ids.has(noticeIdOf(change.next))).toBe(false);
    ids.add(noticeIdOf(change.next));
  }
  return { current, notices };
}

const times = (n: number, v: Detection): Detection[] => Array.from({ length: n }, () => v);

describe('advance', () => {
  it('gives one spike and one resolve for an incident, after the calm that the policy asks for', () => {
    const { notices, current } = play([...times(8, verdict('spike', 20)), ...times(30, verdict('quiet'))]);
    expect(notices).toEqual(['0 spike', '18 resolved']);
    expect(current).toMatchObject({ state: 'resolved', flaps: 0 });
  });

  it('does not resolve while the group is still above the usual, nor restart the calm for nothing', () => {
    const { notices } = play([
      verdict('spike', 20),
      ...times(40, verdict('elevated', 6)),
      ...times(12, verdict('over')),
    ]);
    expect(notices).toEqual(['0 spike', '51 resolved']);
  });

  it('repeats after the interval and escalates by the factor, but not while the first window fills', () => {
    const { notices } = play([
      verdict('spike', 10),
      verdict('spike', 60),
      ...times(8, verdict('spike', 100)),
      verdict('spike', 399),
      verdict('spike', 400),
      ...times(300, verdict('spike', 400)),
    ]);
    expect(notices).toEqual(['0 spike', '11 escalated', '251 ongoing']);
  });

  it('cannot be opened again by what was counted before its resolve', () => {
    const { current } = play([verdict('spike', 50), ...times(12, verdict('over'))]);
    expect(current?.state).toBe('resolved');
    expect(play(times(17, verdict('over', 0, 30)), current, 13).notices).toEqual([]);
    expect(play([verdict('spike', 30, 2)], current, 30).notices).toEqual(['30 spike']);
  });

  it('takes a quick comeback for the same incident and waits longer each time it flaps', () => {
    const cycle = [...times(5, verdict('spike', 20)), ...times(25, verdict('quiet'))];
    const { notices, current } = play([...cycle, ...cycle, ...cycle, ...cycle, ...times(100, verdict('quiet'))]);
    expect(notices).toEqual(['0 spike', '15 resolved', '30 spike', '55 resolved', '60 spike', '135 resolved']);
    expect(current?.incidentId).toBe(incidentIdOf(group, START));
    expect(current?.since).toBe(START);
  });

  it('takes a late comeback for another incident', () => {
    const { notices, current } = play([verdict('spike', 20), ...times(90, verdict('quiet')), verdict('spike', 20)]);
    expect(notices).toEqual(['0 spike', '11 resolved', '91 spike']);
    expect(current?.incidentId).toBe(incidentIdOf(group, START + 91 * MINUTE));
    expect(current?.flaps).toBe(0);
  });

  it('ignores a verdict older than its last notice', () => {
    const { current } = play([verdict('spike', 20)], null, 10);
    expect(advance(current, verdict('quiet'), group, START, policy)).toBeNull();
  });

  it('alternates spikes and resolves, and always resolves in the end, whatever comes', () => {
    const kinds = fc.constantFrom<Detection['kind']>('spike', 'over', 'elevated', 'quiet');
    fc.assert(
      fc.property(fc.array(fc.tuple(kinds, fc.nat(500)), { maxLength: 200 }), (steps) => {
        const { notices } = play([...steps.map(([kind, n]) => verdict(kind, n)), ...times(100, verdict('quiet'))]);
        let open = false;
        for (const notice of notices) {
          const kind = notice.split(' ')[1] as NoticeKind;
          if (kind === 'spike') expect(open).toBe(false);
          else expect(open).toBe(true);
          open = kind !== 'resolved';
        }
        expect(open).toBe(false);
      }),
    );
  });

  it('opens with the severity that it is given', () => {
    expect(advance(null, verdict('spike', 5000), group, START, policy, 'critical')?.next.severity).toBe('critical');
  });
});

describe('scopeDetection', () => {
  const member = (i: number, recent: number, since: number | null): Member => ({
    group: { ...group, issuerDn: `CN=${i}` },
    detection: verdict(since === null ? 'quiet' : 'spike', recent),
    since,
  });

  it('is one incident of the scope when many groups begin together, and ends when the last one does', () => {
    const members = Array.from({ length: 6 }, (_, i) => member(i, 20 + i, START + i * MINUTE));
    const { detection: v, severity, groups } = scopeDetection(members, START + 10 * MINUTE, policy);
    expect(v).toMatchObject({ kind: 'spike', numbers: { recent: 135 } });
    expect(severity).toBe('high');
    expect(groups[0]?.issuerDn).toBe('CN=5');
    const key = scopeGroup(group.scope);
    expect(key.issuerDn).toBe(SEVERAL_ISSUERS);
    const opened = advance(null, v, key, START + 10 * MINUTE, policy, severity);
    expect(opened?.next.severity).toBe('high');
    expect(scopeDetection([member(0, 5, START), member(1, 0, null)], START + 60 * MINUTE, policy).detection.kind).toBe(
      'elevated',
    );
    expect(scopeDetection([member(0, 0, null)], START + 60 * MINUTE, policy).detection.kind).toBe('quiet');
  });

  it('leaves a few groups, or many that began at different times, to themselves', () => {
    const few = [0, 1, 2].map((i) => member(i, 20, START));
    expect(scopeDetection(few, START, policy).detection.kind).toBe('elevated');
    const apart = Array.from({ length: 8 }, (_, i) => member(i, 20, START + i * 60 * MINUTE));
    expect(scopeDetection(apart, START + 480 * MINUTE, policy).detection.kind).toBe('elevated');
  });

  it('takes many issuers with a few failures each for a scanner, of low severity', () => {
    const members = Array.from({ length: 150 }, (_, i) => member(i, 1 + (i % 3), null));
    const { detection: v, severity, groups } = scopeDetection(members, START, policy);
    expect(v.kind).toBe('spike');
    expect(severity).toBe('low');
    expect(groups).toHaveLength(20);
  });

  it('covers the groups that begin after it', () => {
    const incident = advance(null, verdict('spike', 30), group, START, policy)!.next;
    expect(coveredByScope({ ...incident, since: START + MINUTE }, incident)).toBe(true);
    expect(coveredByScope({ ...incident, since: START - MINUTE }, incident)).toBe(false);
    expect(coveredByScope(incident, { ...incident, state: 'resolved' })).toBe(false);
  });
});
