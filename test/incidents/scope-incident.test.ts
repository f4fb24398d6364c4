import { expect, it } from 'vitest';
import { type DetectionPolicy, parseConfig } from '../../shared/config/settings.js';
import { detect } from '../../shared/detect/detect.js';
import type { DetectionNumbers } from '../../shared/detect/detection.js';
import { type Member, partnersTogether } from '../../shared/incidents/scope-incident.js';

const NOW = Date.UTC(2026, 10, 20, 10);
const policy: DetectionPolicy = parseConfig({ runbooks: { baseUrl: 'https://runbooks.example' } }, 'a test').detection;

const COURSE = detect(null, { step: 0, counts: [] }, policy).numbers.course;

const member = (name: string, numbers: Partial<DetectionNumbers>): Member => ({
  group: { scope: 'api.bank.example', issuerDn: `CN=${name}`, reason: 'expired' },
  detection: {
    kind: 'spike',
    because: '',
    numbers: {
      count: 10,
      windowMinutes: policy.windowMinutes,
      expected: 1,
      oneIn: 1_000,
      recent: 10,
      shortestMinutes: null,
      isSteady: false,
      surprise: 5,
      lateMinutes: 0,
      standingMinutes: 0,
      lastHour: 10,
      course: COURSE,
      ...numbers,
    },
  },
  since: NOW,
  severity: 'medium',
  isStranger: false,
  isTrusted: true,
});

it('sums what its groups did and what was expected of them in its own window, whatever windows theirs were', () => {
  const groups = [
    member('a', { recent: 12, windowMinutes: policy.windowMinutes * 6, expected: 6, oneIn: 50 }),
    member('b', { recent: 5, windowMinutes: policy.windowMinutes / 5, expected: 1, oneIn: 7_000 }),
    member('c', { recent: 3 }),
  ];
  const { detection } = partnersTogether(groups, null, NOW, policy);
  expect(detection.kind).toBe('spike');
  expect(detection.numbers).toMatchObject({
    count: 20,
    recent: 20,
    windowMinutes: policy.windowMinutes,
    expected: 1 + 5 + 1,
    oneIn: 7_000,
  });
});

it('never expects less often than once a minute', () => {
  const groups = ['a', 'b', 'c'].map((name) => member(name, { oneIn: 0 }));
  expect(partnersTogether(groups, null, NOW, policy).detection.numbers.oneIn).toBe(1);
});

it('names groups that fail equally often in the same order, in whatever order they came', () => {
  const of = (names: readonly string[]) =>
    partnersTogether(
      names.map((name) => member(name, { recent: name === 'e' ? 12 : 10 })),
      null,
      NOW,
      policy,
    );
  const told = of(['a', 'b', 'c', 'd', 'e']);
  expect(told.groups[0]?.issuerDn).toBe('CN=e');
  for (const names of [
    ['e', 'd', 'c', 'b', 'a'],
    ['c', 'a', 'e', 'b', 'd'],
  ]) {
    expect(of(names).groups).toEqual(told.groups);
    expect(of(names).members).toEqual(told.members);
  }
});
