/**
 * Every alarm of the stack is seen to fire: the real fault is caused in a stack that is played in this process, and what
 * the functions print and what happens to them decides, by CloudWatch's rules. An alarm of the template that has no story
 * here fails the test.
 */

import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AlarmId, alarmIds } from '../../shared/config/runbooks.js';
import type { FoundLogGroup } from '../../shared/model/account.js';
import { type AlarmState, type MetricKey, metricsOf, stateOf } from '../support/cloudwatch.js';
import {
  ACCESS_GROUP,
  accessBatch,
  accessEvent,
  denialAsOneEvent,
  executionBatch,
  type Refusal,
  T0,
} from '../support/logs.js';
import type { Faults } from '../support/played-functions.js';
import { eventOf, type PlayedStack, playStack } from '../support/played-stack.js';
import { type AlarmOfStack, alarmsOf } from './alarms-of.js';
import { synthesise } from './support.js';

/** Everything that brings an alarm with it. */
const { template } = synthesise({
  canaries: [{ domain: 'api.example.com' }],
  silentAfterHours: 2,
  central: { accounts: ['111122223333'] },
});
const alarms = alarmsOf(template);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

interface Story {
  readonly fault: string;
  readonly cause: (stack: PlayedStack) => void;
  readonly heal: (stack: PlayedStack) => void | Promise<void>;
  /** The most minutes until the alarm goes off. */
  readonly within: number;
}

/** A fault that is switched on and off. */
function faulty(fault: string, within: number, set: (faults: Faults, isOn: boolean) => unknown): Story {
  return {
    fault,
    within,
    cause: ({ faults }) => void set(faults, true),
    heal: ({ faults }) => void set(faults, false),
  };
}

const FILTERS = ['mtls-watch-execution', 'mtls-watch-access'];

const toggle = <T>(set: Set<T>, value: T, isOn: boolean): unknown => (isOn ? set.add(value) : set.delete(value));

const stories: Partial<Record<AlarmId, readonly Story[]>> = {
  'canary-missing': [
    // Three periods of 15 minutes, and two more that CloudWatch may look back.
    faulty('the subscriptions are cut', 76, (faults, isOn) => {
      faults.isSubscriptionCut = isOn;
    }),
    faulty('its access log is off', 76, (faults, isOn) => {
      faults.isAccessLogOff = isOn;
    }),
    faulty('the canary does not run', 76, ({ unscheduled }, isOn) => toggle(unscheduled, 'canary', isOn)),
    faulty('its calls are not taken for its own', 76, ({ stores }, isOn) => toggle(stores, 'probes', isOn)),
  ],
  'canary-not-refused': [
    faulty('mutual TLS is off', 16, (faults, isOn) => {
      faults.isMutualTlsOff = isOn;
    }),
  ],
  'dead-letters': [
    {
      fault: 'the table is throttled',
      cause: ({ faults }) => faults.stores.add('join'),
      heal: async (stack) => {
        stack.faults.stores.clear();
        await stack.redrive();
        expect(stack.deadLetters).toEqual([]);
      },
      within: 4,
    },
  ],
  'lost-dead-letters': [
    faulty('the table is throttled, and the queue is gone', 4, (faults, isOn) => {
      toggle(faults.stores, 'join', isOn);
      faults.isQueueGone = isOn;
    }),
  ],
  'ingest-errors': [faulty('the table is throttled', 3, ({ stores }, isOn) => toggle(stores, 'facts', isOn))],
  'ingest-throttles': [
    faulty('no concurrency is left', 15, ({ throttled }, isOn) => toggle(throttled, 'ingest', isOn)),
  ],
  'stream-behind': [
    {
      fault: 'other accounts send more than is read',
      cause: (stack) => {
        stack.faults.recordsPerMinute = 2;
        for (let record = 0; record < 60; record++) stream(stack);
      },
      heal: ({ faults }) => {
        faults.recordsPerMinute = 1_000;
      },
      within: 12,
    },
  ],
  'sweep-errors': [faulty('the table is throttled', 4, ({ stores }, isOn) => toggle(stores, 'waiting', isOn))],
  'sweep-not-running': [
    // Two periods of five minutes, and two more that CloudWatch may look back.
    faulty('its schedule is off', 20, ({ unscheduled }, isOn) => toggle(unscheduled, 'sweep', isOn)),
    faulty('no concurrency is left', 20, ({ throttled }, isOn) => toggle(throttled, 'sweep', isOn)),
  ],
  'notices-waiting': [
    {
      fault: 'the topic takes nothing while clients are refused',
      cause: (stack) => {
        stack.world.isSnsDown = true;
        // Another group than the usual one, which may be told of already.
        refuse(stack, 60, { reason: 'certificate has expired' });
      },
      heal: (stack) => {
        stack.world.isSnsDown = false;
      },
      within: 7,
    },
  ],
  'rejects-rising': [
    {
      fault: 'the access log has lost its request ids',
      cause: (stack) => void formats.set(stack, { requestId: '-', extendedRequestId: '-' }),
      heal: (stack) => void formats.delete(stack),
      within: 12,
    },
  ],
  'delivery-errors': [
    faulty('ingest may not be called any more', 2, ({ refusedFilters }, isOn) =>
      FILTERS.map((name) => toggle(refusedFilters, name, isOn)),
    ),
  ],
  'delivery-throttled': [
    faulty('the destination takes less than comes', 15, ({ throttledFilters }, isOn) =>
      FILTERS.map((name) => toggle(throttledFilters, name, isOn)),
    ),
  ],
  'metrics-lost': [
    faulty('a policy of the account switches metrics off', 61, ({ withoutMetrics }, isOn) =>
      ['ingest', 'sweep', 'reconcile', 'canary'].map((service) => toggle(withoutMetrics, service, isOn)),
    ),
  ],
  'log-group-silent': [
    // The two hours of the setting, and the hour between two looks.
    faulty('the stage logs elsewhere', 181, ({ abandoned }, isOn) => toggle(abandoned, ACCESS_GROUP, isOn)),
  ],
  'filters-unmet': [
    {
      fault: 'somebody removed the filter',
      cause: ({ logGroups }) => setFilters(logGroups, []),
      heal: ({ logGroups }) => setFilters(logGroups, playStack(template).logGroups.get(ACCESS_GROUP)?.filters ?? []),
      within: 121,
    },
    // Two periods of an hour, and two more that CloudWatch may look back.
    faulty('the check does not run', 241, ({ unscheduled }, isOn) => toggle(unscheduled, 'reconcile', isOn)),
  ],
  'report-not-made': [
    {
      fault: 'the bucket takes nothing',
      cause: (stack) => {
        stack.faults.isBucketDown = true;
        stack.call('weekly-report');
      },
      heal: (stack) => {
        stack.faults.isBucketDown = false;
      },
      within: 2,
    },
  ],
};

function setFilters(logGroups: PlayedStack['logGroups'], filters: FoundLogGroup['filters']): void {
  const group = logGroups.get(ACCESS_GROUP);
  if (group === undefined) throw new Error('the template subscribes no access log');
  logGroups.set(ACCESS_GROUP, { ...group, filters });
}

/** What an access log writes otherwise than documented, while it does. */
const formats = new WeakMap<PlayedStack, Record<string, string>>();
let requests = 0;

/** So many refused requests, in both logs, delivered now. @param refusal what differs from the usual one */
function refuse(stack: PlayedStack, count: number, refusal: Partial<Refusal> = {}): void {
  const refusals = Array.from({ length: count }, () => ({ n: ++requests, at: stack.world.at - 5_000, ...refusal }));
  const changes = formats.get(stack) ?? {};
  for (const batch of [
    executionBatch(refusals.map((refusal) => denialAsOneEvent(refusal))),
    accessBatch(refusals.map((refusal) => accessEvent(refusal, changes))),
  ]) {
    stack.call('ingest', eventOf(batch));
  }
}

/** A refused request of another account. */
function stream(stack: PlayedStack): void {
  stack.stream(executionBatch([denialAsOneEvent({ n: ++requests, at: stack.world.at - 5_000 })]));
}

/** A minute of a usual day: somebody is refused, here and in another account; seldom where the day is long. */
async function pass(stack: PlayedStack, everyMinutes: number): Promise<void> {
  if ((stack.world.at / 60_000) % everyMinutes === 0) {
    refuse(stack, 1);
    stream(stack);
  }
  await stack.minute();
}

/** Minutes pass until the alarm is in a state; how many, at most `most` and one. */
async function minutesUntil(
  wanted: AlarmState,
  alarm: AlarmOfStack,
  stack: PlayedStack,
  most: number,
  pace: number,
): Promise<number> {
  for (let minutes = 1; minutes <= most; minutes++) {
    await pass(stack, pace);
    if (stateOf(alarm.properties, stack.metrics, stack.world.at, 'INSUFFICIENT_DATA') === wanted) return minutes;
  }
  return most + 1;
}

/** Every alarm with each of its stories. */
const cases = alarms.flatMap((alarm) => {
  const told = stories[alarm.id];
  if (told === undefined) throw new Error(`no story makes ${alarm.id} fire: write one`);
  return told.map((story) => ({ id: alarm.id, fault: story.fault, alarm, story }));
});

describe('every alarm of the stack', () => {
  it.each(cases)('$id fires when $fault, not before, and is over after it', async ({ alarm, story }) => {
    const stack = playStack(template);
    const pace = story.within > 60 ? 10 : 1;
    for (let minute = 0; minute < 20; minute++) await pass(stack, pace);
    expect(stateOf(alarm.properties, stack.metrics, stack.world.at, 'INSUFFICIENT_DATA'), 'before').toBe('OK');

    story.cause(stack);
    const minutes = await minutesUntil('ALARM', alarm, stack, story.within, pace);
    expect(minutes, 'minutes until it fires').toBeLessThanOrEqual(story.within);
    await story.heal(stack);
    expect(await minutesUntil('OK', alarm, stack, 130, 10), 'minutes until it is over').toBeLessThanOrEqual(130);
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
      // Until every function has run once and the canary has come through.
      if (minute < 20) continue;
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

it('has a story, a runbook and a line in the documentation for every kind of alarm', () => {
  const kinds = new Set(alarms.map(({ id }) => id));
  expect([...kinds].sort()).toEqual([...alarmIds].sort());
  expect(Object.keys(stories).sort()).toEqual([...alarmIds].sort());
  const rows = [
    ...readFileSync('docs/operations.md', 'utf8').matchAll(/^\| \[`([a-z-]+)`\]\(\.\.\/runbooks\/en\/(.+)\.md\) \|/gm),
  ];
  expect(rows.map(([, id]) => id).sort()).toEqual([...alarmIds].sort());
  for (const [, id, page] of rows) expect(page).toBe(id);
});
