import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { detectionSchema } from '../../shared/config/settings.js';
import type { Detection, DetectionNumbers } from '../../shared/detect/detection.js';
import {
  advance,
  delay,
  incidentIdOf,
  isCovered,
  isNamed,
  noticeIdOf,
  scopeGroup,
  strangersGroup,
} from '../../shared/incidents/incident.js';
import { type Member, partnersTogether, strangersTogether } from '../../shared/incidents/scope-incident.js';
import { groupId } from '../../shared/model/group-id.js';
import type { GroupKey, Incident, NoticeKind } from '../../shared/model/index.js';
import { detection, numbers } from '../support/detections.js';

const policy = detectionSchema.parse({});
const group: GroupKey = { scope: 'api.example.com', issuerDn: 'CN=A', reason: 'issuer-not-found' };
const START = Date.UTC(2026, 0, 5, 9);
const MINUTE = 60_000;

/** Feeds one detection a minute and tells the notices as `minute kind`. */
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
    const { notices, current } = play([...times(8, detection('spike', 20)), ...times(30, detection('quiet'))]);
    expect(notices).toEqual(['0 spike', '18 resolved']);
    expect(current).toMatchObject({ state: 'resolved', flaps: 0 });
  });

  it('does not resolve while the group is still above the usual, nor restart the calm for nothing', () => {
    const { notices } = play([
      detection('spike', 20),
      ...times(40, detection('elevated', 6)),
      ...times(12, detection('over')),
    ]);
    expect(notices).toEqual(['0 spike', '51 resolved']);
  });

  it('an escalation takes an acknowledgement back: whoever knew of the lesser incident is reminded of the greater', () => {
    const spike = advance(null, detection('spike', 20), group, START, policy)!.next;
    const known: Incident = { ...spike, acknowledged: true, version: 2, repeats: 3 };
    const later = START + 30 * MINUTE;
    const change = advance(known, detection('spike', 20_000), group, later, policy);
    expect(change).toMatchObject({
      notice: 'escalated',
      next: { acknowledged: false, repeats: 0, lastNoticeAt: later },
    });
    // Without it nothing is repeated, and the acknowledgement stays.
    const same = advance(known, detection('spike', 20), group, later, policy);
    expect(same?.notice ?? null).toBe(null);
    expect((same?.next ?? known).acknowledged).toBe(true);
  });

  it('repeats after the interval and escalates by the factor, but not while the first window fills', () => {
    const { notices } = play([
      detection('spike', 10),
      detection('spike', 60),
      ...times(8, detection('spike', 100)),
      detection('spike', 399),
      detection('spike', 400),
      ...times(300, detection('spike', 400)),
    ]);
    expect(notices).toEqual(['0 spike', '11 escalated', '251 ongoing']);
  });

  it('cannot be opened again by what was counted before its resolve', () => {
    const { current } = play([detection('spike', 50), ...times(12, detection('over'))]);
    expect(current?.state).toBe('resolved');
    expect(play(times(17, detection('over', 0, 30)), current, 13).notices).toEqual([]);
    expect(play([detection('spike', 30, 2)], current, 30).notices).toEqual(['30 spike']);
  });

  it('takes a quick comeback for the same incident, and the next calm must be longer than the one before it', () => {
    const cycle = [...times(5, detection('spike', 20)), ...times(25, detection('quiet'))];
    const { notices, current } = play([...cycle, ...cycle, ...cycle, ...cycle, ...times(100, detection('quiet'))]);
    expect(notices).toEqual(['0 spike', '15 resolved', '30 spike', '130 resolved']);
    expect(current?.incidentId).toBe(incidentIdOf(group, START));
    expect(current?.since).toBe(START);
  });

  it('counts the window that is usual again as calm where failures never end, and none where they do', () => {
    const endingIn = (usualDay: number): readonly string[] => {
      const course = { ...numbers().course, usualDay, quietMinutes: 1 };
      return play([...times(8, detection('spike', 20)), ...times(30, detection('quiet', 3, null, { course }))]).notices;
    };
    expect(endingIn(2_000)).toEqual(['0 spike', '13 resolved']);
    expect(endingIn(10)).toEqual(['0 spike', '17 resolved']);
  });

  it('a calm that has begun is ended by what is rare, not by what comes once in ten looks', () => {
    const withOne = (elevation: number): readonly string[] =>
      play([
        ...times(8, detection('spike', 20)),
        ...times(5, detection('quiet')),
        detection('elevated', 6, null, { elevation }),
        ...times(20, detection('quiet')),
      ]).notices;
    expect(withOne(1.4)).toEqual(['0 spike', '18 resolved']);
    expect(withOne(2.6)).toEqual(['0 spike', '24 resolved']);
  });

  it('resolves with the first look that shows a calm of so long', () => {
    const course = { ...numbers().course, quietMinutes: 12 };
    const { notices } = play([
      ...times(20, detection('spike', 20)),
      detection('quiet', 0, null, { course: { ...course, quietMinutes: 8 } }),
      ...times(5, detection('quiet', 0, null, { course })),
    ]);
    expect(notices).toEqual(['0 spike', '22 resolved']);
    const late = play([...times(20, detection('spike', 20)), detection('quiet', 0, null, { course })]);
    expect(late.notices).toEqual(['0 spike', '20 resolved']);
  });

  it('takes a late comeback for another incident', () => {
    const { notices, current } = play([
      detection('spike', 20),
      ...times(90, detection('quiet')),
      detection('spike', 20),
    ]);
    expect(notices).toEqual(['0 spike', '11 resolved', '91 spike']);
    expect(current?.incidentId).toBe(incidentIdOf(group, START + 91 * MINUTE));
    expect(current?.flaps).toBe(0);
  });

  const firing = advance(null, detection('spike', 20), group, START, policy)!.next;
  const resolved: Incident = { ...firing, state: 'resolved', calmSince: START - 10 * MINUTE };
  const spikeAt = (current: Incident | null, now: number, recent = 20, shortest = 1) =>
    advance(current, detection('spike', recent, shortest), group, now, policy);

  it('escalates from the moment on in which the first window is full', () => {
    const full = START + policy.windowMinutes * MINUTE;
    expect(spikeAt(firing, full - 1, 20 * policy.escalateFactor)?.notice ?? null).toBe(null);
    expect(spikeAt(firing, full, 20 * policy.escalateFactor)?.notice).toBe('escalated');
  });

  it('comes back as the same incident until six resolve times are over', () => {
    const end = START + 6 * policy.resolveMinutes * MINUTE;
    expect(spikeAt(resolved, end)?.next.incidentId).toBe(firing.incidentId);
    expect(spikeAt(resolved, end + 1)?.next.incidentId).toBe(incidentIdOf(group, end + 1));
  });

  it('opens again for what failed since its calm began, and for nothing older', () => {
    const calm = { ...resolved, calmSince: START };
    expect(spikeAt(calm, START + 5 * MINUTE, 20, 5)?.notice).toBe('spike');
    expect(spikeAt(calm, START + 5 * MINUTE - 1, 20, 5)).toBe(null);
  });

  it('is repeated within 30 days, however often it was before', () => {
    const old = { ...firing, repeats: 40 };
    const end = START + 30 * 24 * 60 * MINUTE;
    const elevated = (now: number) => advance(old, detection('elevated', 6), group, now, policy)?.notice ?? null;
    expect([elevated(end - 1), elevated(end)]).toEqual([null, 'ongoing']);
  });

  it.each<[number, number]>([
    [0, policy.resolveMinutes],
    [15, 15 + policy.resolveMinutes],
    [7 * policy.resolveMinutes, 8 * policy.resolveMinutes],
    [1_000, 8 * policy.resolveMinutes],
  ])(
    'that paused for %d minutes before resolves after %d, and after eight resolve times at the latest',
    (pause, end) => {
      const paused: Incident = { ...firing, pauseMinutes: pause, calmSince: START };
      const quiet = (now: number) => advance(paused, detection('quiet'), group, now, policy)?.notice ?? null;
      expect([quiet(START + end * MINUTE - 1), quiet(START + end * MINUTE)]).toEqual([null, 'resolved']);
    },
  );

  it('escalates from the floor up, where it began with fewer', () => {
    const few = spikeAt(null, START, 2)!.next;
    const later = START + policy.windowMinutes * MINUTE;
    const enough = policy.floor * policy.escalateFactor;
    expect(spikeAt(few, later, enough - 1)?.notice ?? null).toBe(null);
    expect(spikeAt(few, later, enough)?.notice).toBe('escalated');
  });

  it('of few and steady refusals is told again after a week', () => {
    const steady = { isSteady: true };
    const told: Incident = { ...resolved, steadyAt: START, calmSince: START };
    const isOpened = (now: number) =>
      advance(
        told,
        detection('spike', 5, 5, { ...steady, course: { ...numbers().course, isSteadyByItself: true } }),
        group,
        now,
        policy,
      ) !== null;
    const week = START + 7 * 24 * 60 * MINUTE;
    expect([isOpened(week - 1), isOpened(week)]).toEqual([false, true]);
  });

  it.each<[number, number | null]>([
    [0, null],
    [3, null],
    [4, 5],
    [5, 5],
    [6, 10],
    [100_000, 360],
  ])('notes that its log comes %d minutes late as %j', (lag, noted) => {
    expect(delay(firing, lag)?.next.lagMinutes ?? null).toBe(noted);
    expect(noted === null ? null : delay({ ...firing, lagMinutes: noted }, lag)).toBe(null);
  });

  it.each<[string, number, number, number, number]>([
    // Few in an hour, a day old, and three times what was usual before.
    ['known', 30, 0, 10, 24 * 60],
    ['resolved', 29, 0, 10, 24 * 60],
    ['resolved', 30, 0, 10, 23 * 60 - 1],
    // From four an hour on, the last hour tells whether they go on: a quarter of the average.
    ['known', 95, 0, 10, 24 * 60],
    ['known', 96, 1, 10, 24 * 60],
    ['resolved', 96, 0.9, 10, 24 * 60],
  ])('is %s in its calm with %d in a day, %d in the last hour, %d a day before, after %d minutes', (...row) => {
    const [state, day, lastHour, usualDay, age] = row;
    const now = START + age * MINUTE;
    const calm: Incident = { ...firing, lastNoticeAt: now - 60 * MINUTE, calmSince: now - 30 * MINUTE, usualDay };
    const course = { ...numbers().course, day, hours: 24, isUnderWay: true };
    const change = advance(calm, detection('quiet', 0, null, { course, lastHour }), group, now, policy);
    expect(change?.next.state).toBe(state);
  });

  it('ignores a detection older than its last notice', () => {
    const { current } = play([detection('spike', 20)], null, 10);
    expect(advance(current, detection('quiet'), group, START, policy)).toBeNull();
  });

  it('alternates spikes and resolves, and always resolves in the end, whatever comes', () => {
    const kinds = fc.constantFrom<Detection['kind']>('spike', 'over', 'elevated', 'quiet');
    fc.assert(
      fc.property(fc.array(fc.tuple(kinds, fc.nat(500)), { maxLength: 200 }), (steps) => {
        const { notices } = play([...steps.map(([kind, n]) => detection(kind, n)), ...times(100, detection('quiet'))]);
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
    expect(advance(null, detection('spike', 5000), group, START, policy, 'critical')?.next.severity).toBe('critical');
  });
});

describe('what is known and still refused', () => {
  const DAY = 1440;
  /** Refused 40 times an hour, and taken for the usual by the detector. */
  const asEver = (changes: Partial<DetectionNumbers['course']> = {}, lastHour = 40) =>
    detection('quiet', 3, null, {
      lastHour,
      course: { ...numbers().course, day: 960, hours: 24, usualDay: 300, isUnderWay: true, ...changes },
    });
  const over = () => asEver({ isUnderWay: false, quietMinutes: 60 }, 0);

  it('is no resolve, is told in rarer and rarer reminders, and ends when what was to be expected stays away', () => {
    const gone = detection('quiet', 0, null, {
      course: { ...numbers().course, quietMinutes: 90, missing: 60, isGone: true },
    });
    const { notices, current } = play([
      ...times(2 * DAY, detection('spike', 20)),
      ...times(60 * DAY, asEver()),
      ...times(5, gone),
    ]);
    const days = notices.slice(notices.findIndex((one) => one.startsWith(`${2 * DAY + 5} `)));
    expect(days.map((one) => `${Math.round(Number(one.split(' ')[0]) / DAY)} ${one.split(' ')[1]}`)).toEqual([
      '2 ongoing',
      '3 ongoing',
      '5 ongoing',
      '9 ongoing',
      '17 ongoing',
      '33 ongoing',
      '49 ongoing',
      '62 resolved',
    ]);
    expect(notices.filter((one) => one.endsWith('resolved'))).toHaveLength(1);
    expect(current).toMatchObject({ state: 'resolved', known: null, incidentId: incidentIdOf(group, START) });
  });

  it('leaves room for another incident on top, which ends by itself', () => {
    const { notices, current } = play([
      ...times(2 * DAY, detection('spike', 20)),
      ...times(30, asEver()),
      ...times(20, detection('spike', 900)),
      ...times(30, asEver()),
    ]);
    expect(notices.slice(-2)).toEqual([`${2 * DAY + 30} spike`, `${2 * DAY + 55} resolved`]);
    expect(current).toMatchObject({ state: 'known', incidentId: incidentIdOf(group, START + (2 * DAY + 30) * MINUTE) });
    expect(current?.known?.incidentId).toBe(incidentIdOf(group, START));
  });

  it.each<[string, number, Detection]>([
    ['which is younger than a day', DAY / 2, asEver()],
    ['which stopped', 2 * DAY, over()],
    ['of a group that had as many before', 2 * DAY, asEver({ day: 2 })],
    ['of which a part is left', 2 * DAY, asEver({}, 3)],
  ])('is not an incident %s', (_what, minutes, then) => {
    const { current } = play([
      ...times(minutes, detection('spike', 20, 1, { course: { ...numbers().course, usualDay: 1 } })),
      ...times(30, then),
    ]);
    expect(current?.state).toBe('resolved');
  });
});

describe('incidents of a scope', () => {
  const member = (i: number, recent: number, since: number | null, changes: Partial<Member> = {}): Member => ({
    group: { ...group, issuerDn: `CN=${i}` },
    detection: detection(since === null ? 'quiet' : 'spike', recent),
    since,
    severity: 'medium',
    isStranger: false,
    isTrusted: null,
    ...changes,
  });
  const opened = (members: readonly Member[], now = START): Incident => {
    const { detection: v, severity, members: ids } = partnersTogether(members, null, now, policy);
    const { next } = advance(null, v, scopeGroup(group.scope), now, policy, severity)!;
    return { ...next, members: ids };
  };
  const incidentOf = (changes: Partial<Incident> = {}): Incident => ({
    ...advance(null, detection('spike', 30), group, START, policy)!.next,
    ...changes,
  });

  const full = Array.from({ length: limits.groupsPerScopeIncidentMax }, (_, n) => `another ${n}`);

  it('names each of several partners that begin together, is as severe as the worst, and ends with the last', () => {
    const members = [1, 2, 3].map((i) => member(i, 20 + i, START + i * MINUTE));
    const {
      detection: v,
      severity,
      groups,
      members: ids,
    } = partnersTogether(
      [...members.slice(0, 2), { ...members[2]!, severity: 'critical' }],
      null,
      START + 10 * MINUTE,
      policy,
    );
    expect(v).toMatchObject({ kind: 'spike', numbers: { recent: 66 } });
    expect(severity).toBe('critical');
    expect(groups.map(({ issuerDn }) => issuerDn)).toEqual(['CN=3', 'CN=2', 'CN=1']);
    expect(new Set(ids)).toEqual(new Set(members.map((one) => groupId(one.group))));
    const before = opened(members);
    const kindOf = (list: readonly Member[]) =>
      partnersTogether(list, before, START + 60 * MINUTE, policy).detection.kind;
    expect(kindOf([member(1, 5, START), member(2, 0, null)])).toBe('elevated');
    expect(kindOf([member(1, 0, null)])).toBe('quiet');
    expect(kindOf([member(1, 0, null), member(9, 50, START - 90 * MINUTE)])).toBe('quiet');
  });

  it('names those with the first notice that are about to fire as well', () => {
    const rising = member(2, 6, null, { detection: detection('elevated', 6, null, { surprise: 6 }) });
    const calm = member(4, 6, null);
    const one = [member(1, 20, START), rising, { ...rising, group: { ...group, issuerDn: 'CN=3' } }, calm];
    const { detection: v, groups } = partnersTogether(one, null, START, policy);
    expect(v.kind).toBe('spike');
    expect(groups.map(({ issuerDn }) => issuerDn)).toEqual(['CN=1', 'CN=2', 'CN=3']);
  });

  it('tells when another partner joins, or one becomes worse', () => {
    const three = [1, 2, 3].map((i) => member(i, 20, START));
    const before = opened(three);
    const at = START + 20 * MINUTE;
    expect(partnersTogether(three, before, at, policy).isNews).toBe(false);
    const joined = partnersTogether([...three, member(4, 20, at)], before, at, policy);
    expect(joined).toMatchObject({ isNews: true, detection: { kind: 'spike' } });
    expect(joined.members).toContain(groupId(member(4, 0, null).group));
    const worse = partnersTogether([...three.slice(1), { ...three[0]!, severity: 'critical' }], before, at, policy);
    expect(worse).toMatchObject({ isNews: true, severity: 'critical' });
  });

  it('tells of very many partners once, and again when they fail together another time', () => {
    const at = START + 20 * MINUTE;
    const many = [...full.keys(), 'one more'].map((i) => ({
      ...member(0, 20, START),
      group: { ...group, issuerDn: `CN=${i}` },
    }));
    const before = opened(many);
    expect(before.members).toHaveLength(limits.groupsPerScopeIncidentMax);
    const later = [...many, member(700, 20, at)];
    const seen = partnersTogether(later, before, at, policy);
    expect(seen).toMatchObject({
      isNews: false,
      detection: { kind: 'elevated', numbers: { recent: 20 * later.length } },
    });
    const again = partnersTogether(later, { ...before, state: 'resolved' }, START, policy);
    expect(again).toMatchObject({ isNews: false, detection: { kind: 'spike' } });
  });

  it('leaves two partners, or many that began at different times, to themselves', () => {
    const few = [0, 1].map((i) => member(i, 20, START));
    expect(partnersTogether(few, null, START, policy).detection.kind).toBe('quiet');
    const apart = Array.from({ length: 8 }, (_, i) => member(i, 20, START + i * 60 * MINUTE));
    expect(partnersTogether(apart, null, START + 480 * MINUTE, policy).detection.kind).toBe('quiet');
  });

  it('takes many issuers with a few failures each for a scanner, of low severity, and no partner for one of them', () => {
    const strangers = Array.from({ length: 150 }, (_, i) => member(i, 1 + (i % 3), null));
    const partner = member(200, 80, START, { severity: 'high' });
    const { detection: v, severity, groups } = strangersTogether([partner, ...strangers], START, policy);
    expect(v.kind).toBe('spike');
    expect(severity).toBe('low');
    expect(groups).toHaveLength(strangers.length);
    expect(groups.map(({ issuerDn }) => issuerDn)).not.toContain('CN=200');
    expect(strangersTogether([partner], START, policy).detection.kind).toBe('quiet');
    expect(partnersTogether([partner, ...strangers], null, START, policy).detection.kind).toBe('quiet');
  });

  it.each<[string, boolean, Partial<Incident>, Partial<Incident>]>([
    ['one that it names', true, {}, {}],
    ['one that it does not name', false, { members: [] }, {}],
    ['one that began a moment after it, and will be named', true, { members: [] }, { since: START + MINUTE }],
    ['one that is more severe', false, {}, { severity: 'critical' }],
    [
      'a partner that it does not name, because it names as many as fit',
      true,
      { members: full },
      { since: START + 600 * MINUTE },
    ],
    ['one that began long before very many did', false, { members: full }, { since: START - 60 * MINUTE }],
    ['a stranger beside very many partners', false, { members: full }, { isStranger: true }],
    ['one that only claims a name beside very many partners', false, { members: full }, { isClaimed: true }],
    ['one that is more severe than very many', false, { members: full }, { severity: 'critical' }],
    ['anything once it is over', false, { state: 'resolved' }, {}],
    ['anything when nobody was told of it', false, { announced: false }, {}],
  ])('stands for %s: %s', (_what, isCoveredByIt, ofScope, own) => {
    const one = incidentOf({ severity: 'medium', ...own });
    const scope = incidentOf({
      group: scopeGroup(group.scope),
      severity: 'high',
      members: [groupId(group)],
      ...ofScope,
    });
    expect(isCovered(one, [null, scope], START + 2 * MINUTE)).toBe(isCoveredByIt);
  });

  it.each<[string, boolean, Partial<Incident>, number]>([
    ['one that began before its notice', true, {}, 0],
    ['one that was only rising then, and began a little later', true, {}, 3 * MINUTE],
    ['one of its groups that failed again long after', false, {}, 60 * MINUTE],
    ['one that it does not name', false, { members: [] }, 0],
    ['one beside very many that it names', true, { members: full }, 0],
    ['one that began long after very many, which still fail', true, { members: full }, 60 * MINUTE],
    ['one that began when very many were over', false, { members: full, state: 'resolved' }, 60 * MINUTE],
    ['anything when nobody was told of it', false, { announced: false }, 0],
  ])('told of %s: %s', (_what, isTold, ofScope, since) => {
    const scope = incidentOf({ group: scopeGroup(group.scope), members: [groupId(group)], ...ofScope });
    expect(isNamed(incidentOf({ since: scope.lastNoticeAt + since }), [null, scope])).toBe(isTold);
  });

  it('of strangers stands for strangers only', () => {
    const scope = incidentOf({ group: strangersGroup(group.scope), severity: 'low', members: [groupId(group)] });
    expect(isCovered(incidentOf({ severity: 'low', isStranger: true }), [scope], START)).toBe(true);
    expect(isCovered(incidentOf({ severity: 'low', since: START + MINUTE }), [scope], START + MINUTE)).toBe(false);
  });
});
