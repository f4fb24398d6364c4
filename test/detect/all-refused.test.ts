/** When every call of an issuer was refused, and how long that goes on. */

import { describe, expect, it } from 'vitest';
import { heldUp, judgeRun, runOf, withAllRefused } from '../../shared/detect/all-refused.js';
import { detect } from '../../shared/detect/detect.js';
import type { Fact } from '../../shared/model/index.js';
import { testConfig } from '../support/world.js';

const MINUTE = 60_000;
const START = 30_000_000;
const at = (minute: number): number => (START + minute) * MINUTE;

function fact(minute: number, count = 1): Fact {
  const group = { scope: 'a', issuerDn: 'CN=a', reason: 'expired' as const };
  const times = { firstAt: at(minute) + 5_000, lastAt: at(minute) + 5_000 };
  return {
    group,
    minute: START + minute,
    batchId: 'b',
    ...times,
    requests: count,
    count,
    unattributed: 0,
    inferred: 0,
    reasonText: '',
    clients: [],
  };
}

describe('a run of refusals', () => {
  it.each([
    ['none', [], null],
    ['one', [[0, 1]], [1, 0]],
    [
      'several of one minute',
      [
        [0, 2],
        [0, 3],
      ],
      [5, 0],
    ],
    [
      'an hour apart',
      [
        [0, 1],
        [60, 1],
        [120, 1],
      ],
      [3, 0],
    ],
    [
      'with a pause that is too long',
      [
        [0, 1],
        [361, 1],
        [362, 1],
      ],
      [2, 361],
    ],
    [
      'with the longest pause',
      [
        [0, 1],
        [360, 1],
      ],
      [2, 0],
    ],
    [
      'with a correction of a storm',
      [
        [0, 4],
        [1, -2],
        [2, 1],
      ],
      [5, 0],
    ],
  ] as const)('%s', (_, facts, expected) => {
    const run = runOf(facts.map(([minute, count]) => fact(minute, count)));
    expect(run && [run.refused, run.since - 5_000]).toEqual(expected && [expected[0], at(expected[1])]);
  });
});

describe('beside what the access log shows', () => {
  const run = { refused: 3, since: at(100) };
  it.each([
    ['not there under that name', run, undefined, 'unknown'],
    ['its refusals not there yet', run, { calls: 10, letIn: 8, letInAt: at(90) }, 'unknown'],
    ['never let in', run, { calls: 3, letIn: 0, letInAt: 0 }, 'mixed'],
    ['let in since then', run, { calls: 13, letIn: 10, letInAt: at(101) }, 'mixed'],
    ['let in at the same moment', run, { calls: 13, letIn: 10, letInAt: at(100) }, 'mixed'],
    ['let in before only', run, { calls: 13, letIn: 10, letInAt: at(99) }, { ...run, letInAt: at(99) }],
    ['too few', { ...run, refused: 2 }, { calls: 12, letIn: 10, letInAt: at(99) }, 'mixed'],
    ['let in nobody knows when', run, { calls: 13, letIn: 10, letInAt: Number.MAX_SAFE_INTEGER }, 'mixed'],
  ] as const)('%s', (_, one, seen, expected) => {
    expect(judgeRun(one, seen)).toEqual(expected);
  });
});

const policy = testConfig().detection;
const quiet = detect(null, { step: START + 130, counts: [...new Array<number>(29).fill(0), 1] }, policy);
const run = { refused: 3, since: at(100), letInAt: at(99) };

it('is told below the floor, with the numbers', () => {
  expect(quiet.kind).toBe('quiet');
  const told = withAllRefused(quiet, run, at(130) + 20_000);
  expect(told).toMatchObject({ kind: 'spike', numbers: { shortestMinutes: 32, count: 3, windowMinutes: 1_440 } });
  expect(told.because).toMatch(/^refused 3 of 3 calls since \d{4}-\d\d-\d\d \d\d:\d\d UTC; one was let in/);
});

it('leaves a spike as it is', () => {
  const spike = detect(null, { step: START, counts: [500] }, policy);
  expect(spike.kind).toBe('spike');
  expect(withAllRefused(spike, run, at(0))).toBe(spike);
});

describe('an incident that was told for this', () => {
  const quietFor = (minutes: number) => ({
    ...quiet,
    numbers: { ...quiet.numbers, course: { ...quiet.numbers.course, quietMinutes: minutes } },
  });
  const firing = (seconds: number) => ({
    state: 'firing' as const,
    since: run.since + seconds * 1_000,
    allRefused: run,
  });

  it.each([
    ['three within two minutes', 120, 59, 60],
    ['twenty minutes apart', 2_400, 119, 120],
    ['hours apart', 7_200 * 2, 359, 360],
  ])('goes on through pauses like those before: %s', (_, seconds, held, over) => {
    expect(heldUp(quietFor(held), firing(seconds)).kind).toBe('elevated');
    expect(heldUp(quietFor(over), firing(seconds)).kind).toBe('quiet');
  });

  it('is no other', () => {
    const detection = quietFor(1);
    expect(heldUp(detection, null)).toBe(detection);
    expect(heldUp(detection, { state: 'firing', since: 0 })).toBe(detection);
    expect(heldUp(detection, { ...firing(60), state: 'resolved' })).toBe(detection);
  });
});
