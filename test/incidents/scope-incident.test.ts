import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DetectionPolicy, parseConfig } from '../../shared/config/settings.js';
import { detect } from '../../shared/detect/detect.js';
import type { DetectionNumbers } from '../../shared/detect/detection.js';
import { type Member, partnersTogether, strangersTogether } from '../../shared/incidents/scope-incident.js';
import { type GroupKey, OTHER_ISSUERS, UNKNOWN_ISSUER } from '../../shared/model/index.js';
import { type ReasonId, reasonIds } from '../../shared/model/reasons.js';

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
      elevation: 9,
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

describe('several are several issuers, however many reasons each is refused for', () => {
  /** One kind of refusal of an issuer: a reason, or a sentence of the gateway that has no name. */
  const refused = (issuerDn: string, kind: ReasonId | { readonly words: string }, isStranger = false): Member => {
    const reason = typeof kind === 'string' ? { reason: kind } : { reason: 'other' as const, ...kind };
    const group: GroupKey = { scope: 'api.bank.example', issuerDn, ...reason };
    return { ...member('', {}), group, isStranger, isTrusted: !isStranger };
  };
  const sentences = ['on the deny list', 'policy error 4711', 'policy error 4712', 'blocked'].map((words) => ({
    words,
  }));
  const named = ['expired', 'untrusted', 'issuer-not-found', 'weak-key'] as const;

  it.each<[string, readonly Member[], string]>([
    ['one issuer and four kinds of sentences', sentences.map((kind) => refused('CN=a', kind)), 'quiet'],
    ['one issuer and four named reasons', named.map((kind) => refused('CN=a', kind)), 'quiet'],
    ['certificates that were not logged, four reasons', named.map((kind) => refused(UNKNOWN_ISSUER, kind)), 'quiet'],
    [
      'two issuers and three reasons each',
      ['CN=a', 'CN=b'].flatMap((dn) => named.slice(1).map((kind) => refused(dn, kind))),
      'quiet',
    ],
    [
      'three issuers, one of them with four reasons',
      [...named.map((kind) => refused('CN=a', kind)), refused('CN=b', 'expired'), refused('CN=c', 'expired')],
      'spike medium',
    ],
    ['four issuers', ['CN=a', 'CN=b', 'CN=c', 'CN=d'].map((dn) => refused(dn, 'expired')), 'spike high'],
  ])('partners: %s', (_, members, expected) => {
    const { detection, severity } = partnersTogether(members, null, NOW, policy);
    expect(detection.kind === 'quiet' ? 'quiet' : `${detection.kind} ${severity}`).toBe(expected);
  });

  it.each<[string, readonly Member[], string, number]>([
    ['one made-up issuer and four reasons', named.map((kind) => refused('CN=x', kind, true)), 'elevated', 1],
    ['four made-up issuers', [1, 2, 3, 4].map((n) => refused(`CN=x ${n}`, 'untrusted', true)), 'spike', 4],
    ['names that were too many, four reasons', named.map((kind) => refused(OTHER_ISSUERS, kind, true)), 'spike', 4],
  ])('strangers: %s', (_, members, kind, issuers) => {
    const { detection } = strangersTogether(members, NOW, policy);
    expect(detection.kind).toBe(kind);
    expect(detection.because).toMatch(new RegExp(`^${issuers} issuers?\\b`));
  });

  it.each<[string, number[], boolean]>([
    ['thirty issuers with three tries each', Array.from({ length: 30 }, () => 3), true],
    ['one try more in all', [...Array.from({ length: 29 }, () => 3), 4], false],
    ['one issuer fewer', Array.from({ length: 29 }, () => 3), false],
    ['few tries of many', Array.from({ length: 60 }, () => 1), true],
  ])('a scanner, or not: %s', (_, tries, isScanner) => {
    const members = tries.map((recent, n) => {
      const one = refused(`CN=made up ${n}`, 'untrusted', true);
      return { ...one, since: null, detection: member('', { recent }).detection };
    });
    const { because } = strangersTogether(members, NOW, policy).detection;
    expect(/as a scanner does/.test(because)).toBe(isScanner);
  });

  it('whatever the groups: partners from three issuers on, at least high from four on, strangers from four on', () => {
    const kinds = fc.constantFrom(...reasonIds, ...sentences);
    const groups = fc.uniqueArray(fc.tuple(fc.nat(5), kinds), {
      minLength: 1,
      maxLength: 30,
      selector: (one) => JSON.stringify(one),
    });
    fc.assert(
      fc.property(groups, (those) => {
        const issuers = new Set(those.map(([n]) => n)).size;
        const partners = partnersTogether(
          those.map(([n, kind]) => refused(`CN=${n}`, kind)),
          null,
          NOW,
          policy,
        );
        expect(partners.detection.kind === 'spike').toBe(issuers >= 3);
        expect(partners.severity).toBe(issuers >= 4 ? 'high' : 'medium');
        const strangers = strangersTogether(
          those.map(([n, kind]) => refused(`CN=${n}`, kind, true)),
          NOW,
          policy,
        );
        expect(strangers.detection.kind === 'spike').toBe(issuers >= 4);
      }),
    );
  });
});
