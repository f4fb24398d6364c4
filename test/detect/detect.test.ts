import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { type DetectionPolicy, detectionSchema } from '../../shared/config/settings.js';
import {
  detect,
  detectAfter,
  goOn,
  type History,
  historyOf as historyAfter,
  learn,
  learnAll,
  policyFor,
  type Step,
} from '../../shared/detect/detect.js';
import type { Detection } from '../../shared/detect/detection.js';
import { log10UpperTail, logGamma } from '../../shared/detect/negative-binomial.js';
import { advance, type IncidentChange } from '../../shared/incidents/incident.js';
import type { Incident } from '../../shared/model/index.js';
import { historyOf } from '../support/histories.js';
import { randomOf } from '../support/random.js';

const policy = detectionSchema.parse({});
const DAY = 1440;

/** Learns counts from minute 0 on; minutes without failures are left out, as in production. */
function learned(counts: readonly number[], from: History | null = null, first = 0): History {
  const steps = counts.map((count, i) => ({ step: first + i, count }));
  const last = steps.at(-1)!;
  return learnAll(from, [...steps.filter(({ count }) => count > 0), ...(last.count > 0 ? [] : [last])], policy);
}

function verdictAfter(history: History | null, counts: readonly number[], p: DetectionPolicy = policy): Detection {
  const step = (history?.lastStep ?? 29_000_000) + counts.length;
  return detect(history, { step, counts }, p);
}

/** Two weeks of one failure every three minutes or so. */
const steady = (() => {
  const random = randomOf(7);
  return learned(Array.from({ length: 14 * DAY }, () => random.poisson(0.3)));
})();

describe('the upper tail of the negative binomial', () => {
  it('agrees with the sum of its terms', () => {
    for (const [count, mean, variance] of [
      [3, 0.5, 0.7],
      [12, 4, 9],
      [40, 30, 31],
      [2, 10, 50],
    ] as const) {
      const size = (mean * mean) / (variance - mean);
      let below = 0;
      for (let k = 0; k < count; k++) {
        const log = logGamma(size + k) - logGamma(size) - logGamma(k + 1);
        below += Math.exp(log + size * Math.log(size / (size + mean)) + k * Math.log(mean / (size + mean)));
      }
      expect(10 ** log10UpperTail(count, mean, variance)).toBeCloseTo(1 - below, 9);
    }
  });

  it('approaches the Poisson distribution and stays finite far out', () => {
    expect(10 ** log10UpperTail(1, 2, 2)).toBeCloseTo(1 - Math.exp(-2), 3);
    expect(log10UpperTail(100_000, 0.01, 0.012)).toBeLessThan(-10_000);
    expect(Number.isFinite(log10UpperTail(100_000, 0.01, 0.012))).toBe(true);
  });

  it('falls as the count grows', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-4, max: 1e4, noNaN: true }),
        fc.double({ min: 1, max: 50, noNaN: true }),
        fc.nat(5000),
        (mean, phi, n) => {
          expect(log10UpperTail(n + 1, mean, phi * mean)).toBeLessThanOrEqual(
            log10UpperTail(n, mean, phi * mean) + 1e-9,
          );
        },
      ),
    );
  });
});

describe('detect', () => {
  it('finds a group that was never seen as soon as it reaches the floor', () => {
    const under = verdictAfter(null, [policy.floor - 1]);
    expect(under.kind).not.toBe('spike');
    expect(under.because).toContain('under the floor of 10');
    const detection = verdictAfter(null, [policy.floor]);
    expect(detection.kind).toBe('spike');
    expect(detection.because).toMatch(/^10 refused in 1 minute; usually \S+( none)?; chance about 1 in /);
  });

  it('finds five times the usual, and says by how much', () => {
    const detection = verdictAfter(steady, [0, 1, 0, 8, 9]);
    expect(detection.kind).toBe('spike');
    expect(detection.numbers.expected).toBeLessThan(3);
    expect(detection.numbers.oneIn).toBeGreaterThan(43_200);
  });

  it('finds a slow burn where clumps made the own measure wary, and takes no clumps for one', () => {
    const random = randomOf(11);
    const counts = Array.from({ length: 28 * DAY }, () => 0);
    for (let t = 0; t < counts.length - DAY; t += random.integer(DAY, 2 * DAY)) {
      for (let n = random.integer(4, 15); n > 0; n--) counts[t + random.integer(0, 4)]! += 1;
    }
    const clumpy = learned(counts);
    const hour = (times: readonly number[]): number[] =>
      Array.from({ length: 60 }, (_, t) => times.filter((at) => at === t).length);
    const burn = hour(Array.from({ length: 18 }, (_, n) => 3 * n + 8));
    expect(verdictAfter(clumpy, burn).kind).toBe('spike');
    for (const starts of [[55], [10, 55], [9, 32, 54]]) {
      const each = 18 / starts.length;
      const clumps = hour(starts.flatMap((from) => Array.from({ length: each }, (_, n) => from + (n % 5))));
      expect(verdictAfter(clumpy, clumps).kind, `clumps at ${starts}`).not.toBe('spike');
    }
  });

  it('knows what to expect of a group that is busy from its first day on, and grows', () => {
    const { counts } = historyOf('slow growth', 41_004);
    const noon = 14 * DAY + 12 * 60;
    const history = learned(counts.slice(0, noon));
    const hour = counts.slice(noon, noon + 60);
    const { kind, numbers } = verdictAfter(history, hour);
    expect(kind).not.toBe('spike');
    expect(numbers.count).toBeGreaterThan(10);
    expect(numbers.expected / numbers.count).toBeGreaterThan(0.5);
    expect(numbers.expected / numbers.count).toBeLessThan(2);
  });

  it('is quiet about what is usual, and about many where many are usual', () => {
    expect(verdictAfter(steady, [0, 1, 0, 0, 1]).kind).toBe('quiet');
    const random = randomOf(4);
    const busy = learned(Array.from({ length: 7 * DAY }, () => random.poisson(20)));
    expect(verdictAfter(busy, [22, 17, 25, 19, 21]).kind).toBe('quiet');
    expect(verdictAfter(steady, [22, 17, 25, 19, 21]).kind).toBe('spike');
  });

  it('finds a modest rise that lasts, minute by minute below any threshold', () => {
    const history = learned(Array.from({ length: 14 * DAY }, (_, i) => (i % 100 === 0 ? 1 : 0)));
    const counts = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 1 : 0));
    expect(verdictAfter(history, counts.slice(0, 5)).kind).not.toBe('spike');
    const detection = verdictAfter(history, counts);
    expect(detection.kind).toBe('spike');
    expect(detection.numbers.windowMinutes).toBeGreaterThanOrEqual(15);
  });

  it('tells a spike that goes on from one that is over', () => {
    expect(verdictAfter(steady, [30, 30, 0, 0, 0]).kind).toBe('spike');
    const detection = verdictAfter(steady, [30, 30, 0, 0, 0, 0, 0]);
    expect(detection.kind).toBe('over');
    expect(detection.because).toContain('stopped since');
  });

  it('expects nightly failures where they were learned, and nowhere else', () => {
    const night = (i: number): number => (i % DAY >= 120 && i % DAY < 130 ? 12 : 0);
    const history = learned(Array.from({ length: 10 * DAY }, (_, i) => night(i)));
    const until = learnAll(history, [{ step: 10 * DAY + 119, count: 0 }], policy);
    expect(verdictAfter(until, [12, 11, 13, 12, 12]).kind).not.toBe('spike');
    const early = learnAll(history, [{ step: 10 * DAY + 117, count: 0 }], policy);
    expect(verdictAfter(early, [12, 12]).kind).not.toBe('spike');
    const noon = learnAll(history, [{ step: 10 * DAY + 719, count: 0 }], policy);
    expect(verdictAfter(noon, [12, 11, 13, 12, 12]).kind).toBe('spike');
  });

  it('is not taught by an incident that failures are usual', () => {
    const before = verdictAfter(steady, [0, 8, 9]);
    const incident = learned(
      Array.from({ length: 120 }, () => 40),
      steady,
      steady.lastStep + 1,
    );
    const calm = learned(
      Array.from({ length: 6 * 60 }, (_, i) => (i % 3 === 0 ? 1 : 0)),
      incident,
      incident.lastStep + 1,
    );
    const after = verdictAfter(calm, [0, 8, 9]);
    expect(before.kind).toBe('spike');
    expect(after.kind).toBe('spike');
    expect(after.numbers.expected).toBeLessThan(3 * before.numbers.expected);
  });

  it('takes an incident of a calm group neither for its level nor for a habit of that hour', () => {
    const calm = learned(Array.from({ length: 14 * DAY }, (_, i) => (i % 100 === 0 ? 1 : 0)));
    const incident = learned(
      Array.from({ length: 180 }, () => 30),
      calm,
      calm.lastStep + 1,
    );
    const nextDay = learnAll(incident, [{ step: calm.lastStep + DAY + 90, count: 0 }], policy);
    const again = verdictAfter(nextDay, [10, 10, 10]);
    expect(again.kind).toBe('spike');
    expect(again.numbers.expected).toBeLessThan(1);
  });

  it('takes what came on the same date of the last month for a habit, and the same a fortnight later for news', () => {
    const first = Date.UTC(2026, 0, 31, 3, 0) / 60_000;
    const job = Array.from({ length: 20 }, () => 4);
    const january = learned(job, null, first);
    const kindAt = (day: number, month: number): string =>
      detect(january, { step: Date.UTC(2026, month, day, 3, 25) / 60_000, counts: [0, 0, 0, 0, 0, ...job] }, policy)
        .kind;
    expect(kindAt(28, 1), 'the last day of February').not.toBe('spike');
    expect(kindAt(27, 1), 'the day before').toBe('spike');
    expect(kindAt(14, 1), 'a fortnight later').toBe('spike');
  });

  it('takes a minute of a habit for no more than the habit, where it has more by chance', () => {
    const job = (at: number): Step[] => Array.from({ length: 12 }, (_, t) => ({ step: at + t, count: 6 }));
    const weeks = [0, 7, 14].flatMap((day) => job(day * DAY + 300));
    const first = weeks[0]!.step;
    const history = learnAll(null, weeks, policy);
    const kindOf = (peak: number): string =>
      detect(history, { step: first + 21 * DAY + 4, counts: [5, 6, 7, 6, peak] }, policy).kind;
    expect(kindOf(20)).not.toBe('spike');
    expect(kindOf(60)).toBe('spike');
  });

  it('tells of the second outage of a group that nobody knew before its first', () => {
    const flapping = Array.from({ length: 160 }, (_, t) => (t % 30 < 10 ? 8 : 0));
    const history = learned([...flapping, ...Array.from({ length: 5 * DAY }, () => 0)]);
    expect(verdictAfter(history, [8, 8]).kind).toBe('spike');
  });

  it('learns from a few rare clumps how large they get, beside noise as without it', () => {
    for (const noise of [0, 0.1]) {
      const random = randomOf(17);
      const counts = Array.from({ length: 21 * DAY }, () => random.poisson(noise));
      const clump = (from: number, n: number): void => {
        for (let k = 0; k < n; k++) counts[from + (k % 5)]! += 1;
      };
      for (let day = 1; day < 21; day += noise === 0 ? 5 : 1) clump(day * DAY + random.integer(0, DAY - 5), 14);
      const history = learned(counts);
      expect(verdictAfter(history, [3, 3, 3, 3, 3]).kind, `a clump, noise ${noise}`).not.toBe('spike');
      expect(verdictAfter(history, [12, 12, 12, 12, 12]).kind, `an outage, noise ${noise}`).toBe('spike');
    }
  });

  it('learns from clumps that are incidents by their size, and from outages nothing', () => {
    const random = randomOf(23);
    const clumpsOf = (least: number, most: number): History => {
      const counts = Array.from({ length: 21 * DAY }, () => 0);
      for (let t = DAY; t < counts.length - DAY; t += random.integer(DAY, 2 * DAY)) {
        for (let n = random.integer(least, most); n > 0; n--) counts[t + random.integer(0, 4)]! += 1;
      }
      return learned(counts);
    };
    const clumpy = clumpsOf(20, 40);
    expect(verdictAfter(clumpy, [6, 6, 6, 6, 6]).kind).not.toBe('spike');
    expect(verdictAfter(clumpy, [40, 40, 40, 40, 40]).kind).toBe('spike');
    expect(verdictAfter(clumpsOf(100, 200), [25, 25, 25, 25]).kind).toBe('spike');
  });

  it('tells of a burst although one of its size came weeks before, and of no third one', () => {
    const burst = [3, 4, 3, 3, 2];
    const withBursts = (...days: readonly number[]): History => {
      const counts = Array.from({ length: 49 * DAY }, (_, t): number => (t === 0 ? 1 : 0));
      for (const day of days) for (const [k, n] of burst.entries()) counts[day * DAY + 400 + k] = n;
      return learned(counts);
    };
    const strict = detectionSchema.parse({ falsePagesPerMonth: 0.05 });
    expect(verdictAfter(withBursts(), burst).kind, 'the first').toBe('spike');
    expect(verdictAfter(withBursts(33), burst).kind, 'the second').toBe('spike');
    expect(verdictAfter(withBursts(33), burst, strict).kind, 'the second where few pages are accepted').not.toBe(
      'spike',
    );
    expect(verdictAfter(withBursts(20, 33), burst).kind, 'the third').not.toBe('spike');
  });

  it('tells of a few refusals an hour within an office day, where there were next to none before', () => {
    // Three an hour from eleven o'clock on, on the fourth day.
    const hours = Array.from({ length: 4 * 60 }, (_, t) => (t % 20 === 7 ? 1 : 0));
    const weeks = 21 * DAY + 11 * 60;
    const quiet = learned(Array.from({ length: weeks }, (_, t) => (t % (3 * DAY) === DAY ? 1 : 0)));
    const { kind, because, numbers } = verdictAfter(quiet, hours);
    expect(kind).toBe('spike');
    expect(because).toContain('refused in 4 of the last 24 hours, 12 times in all');
    // It goes on over the night, because nothing shows that it is over.
    expect(numbers.course.isUnderWay).toBe(true);
    expect(verdictAfter(quiet, [...hours, ...Array.from({ length: 14 * 60 }, () => 0)]).kind).toBe('spike');
    expect(verdictAfter(quiet, [...hours, ...Array.from({ length: 19 * 60 }, () => 0)]).kind).toBe('over');
    const often = learned(Array.from({ length: weeks }, (_, t) => (t % (DAY / 3) === 0 ? 1 : 0)));
    expect(verdictAfter(often, hours).kind, 'a group refused three times a day').not.toBe('spike');
  });

  it('tells of a burst by its second and third minute where the clumps of a group fill one', () => {
    const random = randomOf(31);
    const counts = Array.from({ length: 35 * DAY }, () => 0);
    for (let t = DAY; t < counts.length; t += random.integer(DAY / 2, 3 * DAY)) counts[t] = random.integer(4, 22);
    const clumpy = learned(counts);
    expect(verdictAfter(clumpy, [0, 20, 0]).kind).not.toBe('spike');
    expect(verdictAfter(clumpy, [0, 6, 7, 6, 6]).kind).toBe('spike');
  });

  it('expects what a group has that has been growing for weeks', () => {
    for (const seed of [3, 4]) {
      const random = randomOf(seed);
      const perHour = (t: number): number => Math.max(0, ((t - 7 * DAY) / DAY) * 2.1);
      const history = learned(Array.from({ length: 28 * DAY }, (_, t) => random.poisson(perHour(t) / 60)));
      const { expected, windowMinutes } = verdictAfter(history, [4, 3, 4]).numbers;
      expect((expected * 60) / windowMinutes / perHour(28 * DAY), `seed ${seed}`).toBeGreaterThan(0.4);
    }
  });

  it('sees that failures minutes apart have ended, and not before so many were missing', () => {
    const calm = learned(Array.from({ length: 28 * DAY }, (_, t) => (t % (DAY / 2) === 0 ? 1 : 0)));
    const burn = Array.from({ length: 180 }, (_, t) => (t % 2 === 0 ? 1 : 0));
    const goesOnAfter = (silent: number): boolean => {
      const { kind, numbers } = verdictAfter(calm, [...burn, ...Array.from({ length: silent }, () => 0)]);
      return kind === 'spike' || kind === 'elevated' || numbers.elevation >= 1;
    };
    expect([0, 4, 9].map(goesOnAfter)).toEqual([true, true, true]);
    expect([17, 25, 50].map(goesOnAfter)).toEqual([false, false, false]);
  });

  it('takes more hours in a row for lasting where fewer pages are accepted', () => {
    const random = randomOf(37);
    const usual = learned(Array.from({ length: 28 * DAY + 300 }, () => random.poisson(10 / 60)));
    const strict = detectionSchema.parse({ falsePagesPerMonth: 0.05 });
    const isLasting = (hours: number, p = policy): boolean => {
      const window = Array.from({ length: hours * 60 }, () => random.poisson(80 / 60));
      return verdictAfter(usual, window, p).numbers.course.lastingMinutes !== null;
    };
    expect([isLasting(3), isLasting(5), isLasting(5, strict), isLasting(9, strict)]).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });

  it('says what a page resembles', () => {
    const sunday = Date.UTC(2026, 10, 22) / 60_000;
    const at = 3 * 60;
    const job = Array.from({ length: 9 * DAY }, (_, t) => (t === 0 || (t >= DAY + at && t < DAY + at + 4) ? 10 : 0));
    const first = sunday - DAY;
    const history = learned(job.slice(0, 8 * DAY + at), null, first);
    expect(verdictAfter(history, [20, 20, 20]).because).toMatch(
      /; much like Sunday 2026-11-22 about 0[23]:[05]\d UTC, \d\d in 5 minutes$/,
    );
    expect(verdictAfter(history, [90, 110, 100]).because).not.toContain('much like');
    expect(verdictAfter(learned(job.slice(0, 5 * DAY), null, first), [20, 20, 20]).because).not.toContain('much like');
  });

  it('waits for another hour where hours of retries came before, and pages when they do not end', () => {
    const random = randomOf(29);
    const counts = Array.from({ length: 21 * DAY }, () => 0);
    const retries = (from: number, hours: number, perHour = 18): number[] =>
      Array.from({ length: perHour * hours }, () => from + random.integer(0, 60 * hours - 1));
    for (let t = DAY; t < counts.length - DAY; t += random.integer(2 * DAY, 3 * DAY)) {
      for (const at of retries(t, 1, random.integer(10, 30))) counts[at]! += 1;
    }
    const history = learned(counts);
    const kinds = [1, 4].map((hours) => {
      const window = Array.from({ length: 60 * hours }, () => 0);
      for (const at of retries(0, hours, 27)) window[at]! += 1;
      const first = history.lastStep + 1;
      const closed = window.slice(0, -10).map((count, i) => ({ step: first + i, count }));
      return verdictAfter(learnAll(history, closed, policy), window.slice(-10)).kind;
    });
    expect(kinds).toEqual(['elevated', 'spike']);
  });

  it('never turns an alarm down for more failures', () => {
    const counts = fc.array(fc.nat(12), { minLength: 1, maxLength: 75 });
    const rank = (v: Detection): number => (v.kind === 'spike' || v.kind === 'over' ? 1 : 0);
    fc.assert(
      fc.property(counts, fc.nat(74), fc.integer({ min: 1, max: 50 }), (window, at, more) => {
        const i = at % window.length;
        const higher = window.map((n, j) => (j === i ? n + more : n));
        expect(rank(verdictAfter(steady, higher))).toBeGreaterThanOrEqual(rank(verdictAfter(steady, window)));
      }),
      { numRuns: 300 },
    );
  });

  it('pages more sparingly the fewer false pages are accepted', () => {
    const strict = detectionSchema.parse({ falsePagesPerMonth: 0.0001 });
    const counts = [0, 0, 5, 6, 4];
    expect(verdictAfter(steady, counts).kind).toBe('spike');
    expect(verdictAfter(steady, counts, strict).kind).not.toBe('spike');
  });
});

describe('what is remembered', () => {
  const minutes = fc.array(fc.record({ gap: fc.integer({ min: 1, max: 3000 }), count: fc.nat(2_000_000) }), {
    minLength: 1,
    maxLength: 40,
  });

  it('stays within its bound and survives it, whatever was learned', () => {
    fc.assert(
      fc.property(minutes, fc.integer({ min: 0, max: 40_000_000 }), (gaps, first) => {
        let step = first;
        const steps = gaps.map(({ gap, count }) => {
          step += gap;
          return { step, count };
        });
        const history = learnAll(null, steps, policy);
        const text = JSON.stringify(history);
        expect(text.length).toBeLessThanOrEqual(limits.historyBytesMax);
        const window = { step: history.lastStep + 3, counts: [3, 4, 5] };
        expect(detect(JSON.parse(text), window, policy)).toEqual(detect(history, window, policy));
      }),
      { numRuns: 60 },
    );
  });

  it('is the same, bit for bit, whether it goes on from the minute before or starts from what was saved', () => {
    const looks = fc.array(
      fc.record({ ahead: fc.integer({ min: -3, max: 12 }), busy: fc.array(fc.integer({ min: 1, max: 60 })) }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(looks, fc.boolean(), (all, otherShape) => {
        const saved = otherShape ? { ...steady, state: 'AAAA' } : steady;
        const counts = new Map<number, number>();
        let until = saved.lastStep + 1;
        for (const { ahead, busy } of all) {
          until = Math.max(saved.lastStep + 1, until + ahead);
          // Some of them arrive late: for minutes that were learned already.
          for (const ago of busy) counts.set(until + 5 - ago, (counts.get(until + 5 - ago) ?? 0) + (ago % 4));
          const steps = [...counts]
            .map(([step, count]) => ({ step, count }))
            .filter(({ step }) => step > saved.lastStep && step <= until)
            .sort((a, b) => a.step - b.step);
          if (steps.at(-1)?.step !== until) steps.push({ step: until, count: 0 });
          const window = { step: until + 3, counts: [3, 0, 5] };
          const next = goOn(saved, steps, policy);
          const detection = detectAfter(next, window, policy);
          const afresh = learnAll({ ...saved }, steps, policy);
          expect(historyAfter(next)).toEqual(afresh);
          expect(detection).toEqual(detect(afresh, window, policy));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is the same, bit for bit, whether silence was learned at once or minute by minute, with saves between', () => {
    const gap = 2 * DAY + 17;
    const atOnce = learn(steady, steady.lastStep + gap, 2, policy);
    let slowly = steady;
    for (let i = 1; i < gap; i++) if (i % 7 === 0 || i < 100) slowly = learn(slowly, steady.lastStep + i, 0, policy);
    slowly = learn(slowly, steady.lastStep + gap, 2, policy);
    expect(slowly).toEqual(atOnce);
  });

  it('catches up with years of silence in bounded work and stays usable', () => {
    const later = learn(steady, steady.lastStep + 20 * 365 * DAY, 1, policy);
    expect(later.lastStep).toBe(steady.lastStep + 20 * 365 * DAY);
    expect(verdictAfter(later, [6, 6]).kind).toBe('spike');
  });

  it('starts afresh when the seasons were changed', () => {
    const other = detectionSchema.parse({ seasonMinutes: [720] });
    expect(verdictAfter(steady, [10], other).kind).toBe('spike');
    expect(learn(steady, steady.lastStep + 1, 0, other).lastStep).toBe(steady.lastStep + 1);
  });
});

describe('policyFor', () => {
  const group = { scope: 'api.example.com', issuerDn: 'CN=A', reason: 'issuer-not-found' } as const;

  it('applies the overrides that match, the later ones last', () => {
    const detection = detectionSchema.parse({
      overrides: [
        { scope: 'api.example.com', floor: 50, repeatMinutes: 60 },
        { issuerDn: 'CN=A', floor: 5 },
        { issuerDn: 'CN=B', floor: 1 },
      ],
    });
    expect(policyFor(group, detection)).toMatchObject({ floor: 5, repeatMinutes: 60, windowMinutes: 5 });
    expect(policyFor({ ...group, issuerDn: 'CN=C' }, detection).floor).toBe(50);
    expect(policyFor({ ...group, scope: 'other', issuerDn: 'CN=C' }, detection).floor).toBe(10);
  });

  it('refuses an override of everything', () => {
    expect(detectionSchema.safeParse({ overrides: [{ floor: 3 }] }).success).toBe(false);
    expect(detectionSchema.safeParse({ seasonMinutes: [10_080, 1440] }).success).toBe(false);
  });
});

it('pages once for noise that is new, and is quiet over weeks of it', () => {
  const { counts } = historyOf('sparse noise', 42);
  const group = { scope: 'api.example.com', issuerDn: 'CN=A', reason: 'issuer-not-found' } as const;
  let history: History | null = null;
  let incident: Incident | null = null;
  const days: number[] = [];
  for (let day = 0; day < 28; day++) {
    const today = counts.slice(day * DAY, (day + 1) * DAY);
    const first = day * DAY;
    for (const [i, count] of today.entries()) {
      if (count === 0 && i % 10 > 0) continue;
      // What the minute before was learned from is a day old at most: the window carries the rest.
      const detection: Detection = detect(history, { step: first + i, counts: today.slice(0, i + 1) }, policy);
      const change: IncidentChange | null = advance(incident, detection, group, (first + i) * 60_000, policy);
      incident = change?.next ?? incident;
      if (change?.notice === 'spike') days.push(day);
    }
    history = learned(today, history, first);
  }
  expect(days.length).toBeLessThanOrEqual(3);
  expect(days.filter((day) => day >= 7)).toEqual([]);
});
