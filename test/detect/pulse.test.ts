import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DetectionPolicy, detectionSchema } from '../../shared/config/settings.js';
import { detect, learnAll } from '../../shared/detect/detect.js';
import { readPulse } from '../../shared/detect/pulse.js';

const DAY = 288;
const T = 5_900_000;
const policy: DetectionPolicy = detectionSchema.parse({});

/** A line in every `every` spans of five minutes, but for a gap. */
function lines(every: number, spans: number, gap: { from: number; to: number } | null = null): number[] {
  return Array.from({ length: Math.ceil(spans / every) }, (_, n) => n * every)
    .filter((at) => gap === null || at < gap.from || at > gap.to)
    .map((at) => T + at);
}

const unknownOf = (pulses: readonly number[], now: number): number[] => {
  const { isUnknown } = readPulse(pulses, now * 5);
  return Array.from({ length: now - T + 1 }, (_, n) => n).filter((n) => isUnknown((T + n) * 5));
};

describe('a gap', () => {
  it.each([
    [1, 4],
    [3, 8],
    [12, 26],
  ])('is what is far longer than the usual pause, with a line in every %d spans', (every, slack) => {
    const gap = { from: 2 * DAY, to: 2 * DAY + 100 };
    const unknown = unknownOf(lines(every, 3 * DAY, gap), T + 3 * DAY - 1);
    const last = Math.floor((gap.from - 1) / every) * every;
    expect(unknown[0]).toBe(last + slack);
    const next = Math.ceil((gap.to + 1) / every) * every;
    expect(unknown.at(-1)).toBe(next - 1);
    expect(unknown).toHaveLength(next - last - slack);
  });

  it('is none where lines are rare, or come for less than a day, or have ended for two', () => {
    expect(unknownOf(lines(40, 3 * DAY, { from: 500, to: 700 }), T + 3 * DAY)).toEqual([]);
    expect(unknownOf(lines(1, DAY / 2), T + DAY)).toEqual([]);
    const ended = unknownOf(lines(1, DAY + 10), T + 5 * DAY);
    expect(ended.at(-1)).toBe(DAY + 9 + 2 * DAY);
    expect(readPulse(lines(1, DAY + 10), (T + 5 * DAY) * 5).arrivedThrough).toBeNull();
    expect(readPulse([], T * 5).arrivedThrough).toBeNull();
  });

  it('depends on nothing that came after it', () => {
    const spans = fc.uniqueArray(fc.integer({ min: 0, max: 2 * DAY }), { maxLength: 500 });
    fc.assert(
      fc.property(spans, fc.integer({ min: DAY, max: 3 * DAY }), fc.integer({ min: 0, max: DAY }), (off, end, more) => {
        const pulses = lines(1, 3 * DAY).filter((at) => !off.includes(at - T) && at <= T + end + more);
        const until = pulses.filter((at) => at <= T + end);
        const later = unknownOf(pulses, T + end + more).filter((at) => at <= end);
        expect(unknownOf(until, T + end)).toEqual(later);
      }),
      { numRuns: 60 },
    );
  });
});

it('the logs have arrived up to the last line, where one is due in every span', () => {
  const pulses = lines(1, DAY + 20);
  const last = T + DAY + 19;
  expect(readPulse(pulses, last * 5 + 4).arrivedThrough).toBeNull();
  expect(readPulse(pulses, (last + 1) * 5).arrivedThrough).toBe(last * 5 + 4);
  expect(readPulse(pulses, (last + 72) * 5).arrivedThrough).toBe(last * 5 + 4);
  expect(readPulse(pulses, (last + 73) * 5).arrivedThrough).toBeNull();
});

it('unknown minutes do not change what is usual', () => {
  const steps = Array.from({ length: 14 * 1440 }, (_, n) => ({ step: n, count: n % 7 === 0 ? 1 : 0 }));
  const before = learnAll(null, steps, policy);
  const usualAfter = (isUnknown: (step: number) => boolean): number => {
    const history = learnAll({ ...before }, [{ step: before.lastStep + 26 * 60, count: 0 }], policy, isUnknown);
    return detect(history, { step: history.lastStep + 5, counts: [0, 0, 0, 0, 20] }, policy).numbers.expected;
  };
  const usual = detect(before, { step: before.lastStep + 5, counts: [0, 0, 0, 0, 20] }, policy).numbers.expected;
  expect(usualAfter(() => true) / usual).toBeGreaterThan(0.9);
  expect(usualAfter(() => true) / usual).toBeLessThan(1.1);
  expect(usualAfter(() => false) / usual).toBeLessThan(0.7);
});

it('a pause that ends within five minutes does not make the last minutes look impossible', () => {
  const steps = Array.from({ length: 14 * 1440 }, (_, n) => ({ step: n, count: n % 7 === 0 ? 1 : 0 }));
  const before = learnAll(null, steps, policy);
  const first = before.lastStep + 1;
  // A failure shows that its own minute was recorded, and the minutes behind it were not.
  const history = learnAll(
    before,
    [first, first + 60].map((step) => ({ step, count: 1 })),
    policy,
    () => true,
  );
  for (const counts of [[1], [0, 1], [1, 1], [2, 0, 0]]) {
    const { numbers } = detect(history, { step: history.lastStep + counts.length, counts }, policy);
    expect(numbers.surprise).toBeLessThan(5);
  }
});
