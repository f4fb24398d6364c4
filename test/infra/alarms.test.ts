/**
 * Every alarm of the stack is seen to fire: the real fault is caused in a stack that is played in this process, and what
 * the functions print and what happens to them decides, by CloudWatch's rules. An alarm of the template that has no story
 * here fails the test.
 */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AlarmId, alarmIds } from '../../shared/runbooks.js';
import { type AlarmState, type MetricKey, metricsOf, stateOf } from '../support/cloudwatch.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch, T0 } from '../support/logs.js';
import { eventOf, type PlayedStack, playStack } from '../support/played-stack.js';
import { type AlarmOfStack, alarmsOf } from './alarms-of.js';
import { synthesise } from './support.js';

/** Everything that brings an alarm with it. */
const { template } = synthesise({ canaries: [{ domain: 'api.example.com' }] });
const alarms = alarmsOf(template);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

interface Story {
  /** The fault, once. */
  readonly cause: (stack: PlayedStack) => void;
  readonly heal: (stack: PlayedStack) => void | Promise<void>;
  /** The most minutes until the alarm goes off. */
  readonly within: number;
}

const stories: Partial<Record<AlarmId, Story>> = {
  'canary-missing': {
    cause: ({ faults }) => {
      faults.isSubscriptionCut = true;
    },
    heal: ({ faults }) => {
      faults.isSubscriptionCut = false;
    },
    // Three periods of 15 minutes, and two more that CloudWatch may look back.
    within: 76,
  },
  'canary-not-refused': {
    cause: ({ faults }) => {
      faults.isMutualTlsOff = true;
    },
    heal: ({ faults }) => {
      faults.isMutualTlsOff = false;
    },
    within: 16,
  },
  'ingest-errors': {
    cause: ({ faults }) => faults.stores.add('facts'),
    heal: ({ faults }) => faults.stores.clear(),
    within: 4,
  },
  'dead-letters': {
    cause: ({ faults }) => faults.stores.add('join'),
    heal: async (stack) => {
      stack.faults.stores.clear();
      await stack.redrive();
      expect(stack.deadLetters).toEqual([]);
    },
    within: 5,
  },
  'lost-dead-letters': {
    cause: ({ faults }) => {
      faults.stores.add('join');
      faults.isQueueGone = true;
    },
    heal: ({ faults }) => {
      faults.stores.clear();
      faults.isQueueGone = false;
    },
    within: 5,
  },
  'ingest-throttles': {
    cause: ({ faults }) => faults.throttled.add('ingest'),
    heal: ({ faults }) => faults.throttled.clear(),
    within: 15,
  },
  'sweep-errors': {
    cause: ({ faults }) => faults.stores.add('waiting'),
    heal: ({ faults }) => faults.stores.clear(),
    within: 4,
  },
  'sweep-not-running': {
    cause: ({ faults }) => faults.unscheduled.add('sweep'),
    heal: ({ faults }) => faults.unscheduled.clear(),
    within: 20,
  },
  'notices-waiting': {
    cause: (stack) => {
      stack.world.isSnsDown = true;
      refuse(stack, 60);
    },
    heal: (stack) => {
      stack.world.isSnsDown = false;
    },
    within: 8,
  },
  'rejects-rising': {
    cause: (stack) => {
      formats.set(stack, { requestId: '-' });
    },
    heal: (stack) => {
      formats.delete(stack);
    },
    within: 10,
  },
  'report-not-made': {
    cause: (stack) => {
      stack.faults.isBucketDown = true;
      stack.call('weekly-report');
    },
    heal: (stack) => {
      stack.faults.isBucketDown = false;
    },
    within: 2,
  },
};

/** What an access log writes otherwise than documented, while it does. */
const formats = new WeakMap<PlayedStack, Record<string, string>>();
let requests = 0;

/** So many refused requests, in both logs, delivered now. */
function refuse(stack: PlayedStack, count: number): void {
  const refusals = Array.from({ length: count }, () => ({ n: ++requests, at: stack.world.at - 5_000 }));
  const changes = formats.get(stack) ?? {};
  for (const batch of [
    executionBatch(refusals.map((refusal) => denialAsOneEvent(refusal))),
    accessBatch(refusals.map((refusal) => accessEvent(refusal, changes))),
  ]) {
    stack.call('ingest', eventOf(batch));
  }
}

/** A minute of a usual day: somebody is refused. */
async function pass(stack: PlayedStack): Promise<void> {
  refuse(stack, 1);
  await stack.minute();
}

/** Minutes pass until the alarm is in a state; how many, at most `most` and one. */
async function minutesUntil(
  wanted: AlarmState,
  alarm: AlarmOfStack,
  stack: PlayedStack,
  most: number,
): Promise<number> {
  for (let minutes = 1; minutes <= most; minutes++) {
    await pass(stack);
    if (stateOf(alarm.properties, stack.metrics, stack.world.at, 'INSUFFICIENT_DATA') === wanted) return minutes;
  }
  return most + 1;
}

describe('every alarm of the stack', () => {
  it.each(alarms)('$name ($id) fires on its fault, not before, and is over after it', async (alarm) => {
    const story = stories[alarm.id];
    if (story === undefined) throw new Error(`no story makes ${alarm.id} fire: write one`);
    const stack = playStack(template);
    for (let minute = 0; minute < 15; minute++) await pass(stack);
    expect(stateOf(alarm.properties, stack.metrics, stack.world.at, 'INSUFFICIENT_DATA'), 'before').toBe('OK');

    story.cause(stack);
    expect(await minutesUntil('ALARM', alarm, stack, story.within), 'minutes until it fires').toBeLessThanOrEqual(
      story.within,
    );
    await story.heal(stack);
    expect(await minutesUntil('OK', alarm, stack, 70), 'minutes until it is over').toBeLessThanOrEqual(70);
  });

  it('stays calm on a usual day: refusals, an incident from its spike to its end, one failed call, one throttle', async () => {
    const stack = playStack(template);
    const fired: string[] = [];
    const day: Record<number, () => unknown> = {
      40: () => refuse(stack, 60),
      90: () => stack.faults.stores.add('join'),
      91: () => stack.faults.stores.clear(),
      120: () => stack.faults.throttled.add('ingest'),
      121: () => stack.faults.throttled.clear(),
      150: () => stack.call('weekly-report'),
    };
    for (let minute = 0; minute < 240; minute++) {
      day[minute]?.();
      if (minute % 30 === 0) refuse(stack, 1);
      await stack.minute();
      if (minute < 15) continue;
      for (const { id, properties } of alarms) {
        const state = stateOf(properties, stack.metrics, stack.world.at, 'INSUFFICIENT_DATA');
        if (state !== 'OK') fired.push(`${minute} ${id} ${state}`);
      }
    }
    expect(fired).toEqual([]);
    expect(stack.world.published.map(({ kind }) => kind)).toEqual(['spike', 'resolved']);
    expect(stack.metrics.statistic(lambda('Errors'), 'Sum', T0, stack.world.at)).toBe(2);
    expect(stack.metrics.statistic(lambda('Throttles'), 'Sum', T0, stack.world.at)).toBe(2);
    expect(stack.deadLetters).toEqual([]);
  });
});

/** A metric of Lambda for ingest. */
function lambda(name: string): MetricKey {
  const ingest = alarms.find(({ id }) => id === 'ingest-errors');
  if (ingest === undefined) throw new Error('no alarm watches the errors of ingest');
  return { namespace: 'AWS/Lambda', name, dimensions: metricsOf(ingest.properties)[0]?.dimensions ?? {} };
}

it('has a story for every kind of alarm, and none besides', () => {
  expect(new Set(alarms.map(({ id }) => id))).toEqual(new Set(Object.keys(stories)));
  expect(alarmIds).toEqual(expect.arrayContaining(Object.keys(stories)));
});
