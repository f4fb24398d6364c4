/**
 * A partner of whom every call is refused, however few, through the functions: ingest counts, the sweep looks into the access log by
 * way of Logs Insights, and people are told. Successes are in the access log only.
 */

import { describe, expect, it } from 'vitest';
import { createIngest } from '../../functions/ingest/ingest.js';
import { createSweep } from '../../functions/sweep/sweep.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import type { AskInsights } from '../../shared/calls/count-calls.js';
import { chatOf } from '../../shared/messages/chat.js';
import { en } from '../../shared/messages/en.js';
import { ja } from '../../shared/messages/ja.js';
import { bodyOf } from '../../shared/messages/text.js';
import type { LogEvent, Notice } from '../../shared/model/index.js';
import { ca } from '../support/certificates.js';
import { answer } from '../support/insights.js';
import {
  ACCESS_GROUP,
  accessBatch,
  accessEvent,
  accessFieldsOf,
  denialAsOneEvent,
  executionBatch,
  subscriptionEvent,
  subscriptionPayload,
  T0,
} from '../support/logs.js';
import { listening, testWorld } from '../support/world.js';

const MINUTE = 60_000;
const HOUR = 60;

interface Course {
  /** The minutes in which a call is let in, and in which one is refused. */
  readonly letIn: readonly number[];
  readonly refused: readonly number[];
  readonly minutes: number;
  readonly settings?: object;
  /** How many minutes after an event Logs Insights shows it. */
  readonly lag?: number;
  /** Said in place of an answer. */
  readonly trouble?: string;
  /** The names of the CAs in the truststore; left out where it is not known. */
  readonly trusted?: readonly string[];
  /** Every how many minutes another container takes over. */
  readonly containerMinutes?: number;
}

const every = (step: number, from: number, to: number): number[] =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, n) => from + n * step);

async function play({ letIn, refused, minutes, settings, lag = 1, trouble, trusted, containerMinutes = 1e6 }: Course) {
  const truststores = trusted === undefined ? {} : { 'api.bank.example': 's3://bucket/truststore.pem' };
  const world = testWorld({ accessLogGroups: [{ name: ACCESS_GROUP }], successes: {}, truststores, ...settings });
  const text = (trusted ?? []).map((subject) => ca({ subject, key: 'rsa-a' }).pem).join('\n');
  // What was read is remembered by its version.
  const version = `all refused, ${trusted?.join()}`;
  const read = async () => ({ text, version, versionId: version, modifiedAt: T0 });
  const log: LogEvent[] = [];
  const asked: { from: number; to: number; at: number }[] = [];
  const ask: AskInsights = async (_, query, from, to, rowsMax) => {
    asked.push({ from, to, at: world.at });
    if (trouble !== undefined) throw new MtlsWatchError('insights-unavailable', trouble, {});
    const shown = log.filter(({ timestamp }) => from <= timestamp && timestamp < Math.min(to, world.at - lag * MINUTE));
    return { rows: answer(query, shown, rowsMax), isCut: false };
  };
  const { meter, log: errors } = listening();
  const given = { ...world, clock: { now: () => world.at }, truststores: { ...world.truststores, read } };
  const wired = { world: given, meter, log: errors };
  const ingest = createIngest(wired);
  let sweep = createSweep(wired, ask);
  for (let minute = 0; minute < minutes; minute++) {
    if (minute % containerMinutes === 0) sweep = createSweep(wired, ask);
    world.at = T0 + minute * MINUTE + 20_000;
    const call = { n: minute, at: T0 + minute * MINUTE };
    if (letIn.includes(minute))
      log.push(accessEvent({ n: minute + 500_000, at: call.at }, { status: '200', 'error.message': '-' }));
    if (refused.includes(minute)) {
      const access = accessEvent(call);
      log.push(access);
      for (const batch of [executionBatch([denialAsOneEvent(call)]), accessBatch([access])])
        await ingest(subscriptionEvent(subscriptionPayload(batch)));
    }
    world.at += 25_000;
    await sweep();
  }
  const at = (notice: Notice | undefined) => Math.floor((Date.parse(notice?.at ?? '') - T0) / MINUTE);
  return { notices: world.published, asked, at, told: world.published.map((one) => `${one.kind} ${at(one)}`) };
}

const fullIssuer = accessFieldsOf({ n: 1 })['identity.clientCert.issuerDN'] ?? '';
const DAY = every(10, 0, 12 * HOUR);

describe('a partner of whom every call is refused', () => {
  it('is told at the third refusal, below the floor, once, and until it is over', async () => {
    const { notices, at, asked } = await play({ letIn: DAY, refused: every(10, 720, 800), minutes: 1_000 });
    const [first, ...others] = notices;
    expect(first?.kind).toBe('spike');
    expect(at(first)).toBeGreaterThanOrEqual(740);
    expect(at(first)).toBeLessThanOrEqual(743);
    expect(first?.allRefused).toEqual({
      refused: 3,
      since: new Date(T0 + 720 * MINUTE).toISOString(),
      letInAt: new Date(T0 + 710 * MINUTE).toISOString(),
    });
    expect(first?.because).toMatch(/^refused 3 of 3 calls since /);
    expect(others.map(({ kind }) => kind)).toEqual(['resolved']);
    expect(at(others[0])).toBeGreaterThan(790 + 55);
    expect(asked.length).toBeLessThanOrEqual(3);
    expect(bodyOf(first!, en)).toMatch(/refused 3 of 3 calls since \d{4}-.* UTC; let in for the last time .* UTC/);
    expect(JSON.stringify(chatOf(first!, en))).toMatch(/ · refused 3 of 3 calls since /);
    expect(bodyOf(first!, ja)).toMatch(/以降の呼び出し 3 件中 3 件を拒否（最後に受け付けたのは .*）/);
  });

  it('is told where it calls once an hour, and does not flap', async () => {
    const letIn = every(HOUR, 0, 12 * HOUR);
    const { told } = await play({ letIn, refused: every(HOUR, 720, 720 + 8 * HOUR), minutes: 720 + 8 * HOUR });
    expect(told[0]).toMatch(/^spike 84[0-3]$/);
    expect(told.filter((one) => /spike|resolved/.test(one))).toHaveLength(1);
  });

  it('is told some minutes later where Logs Insights shows the refusals late', async () => {
    const { told } = await play({ letIn: DAY, refused: every(10, 720, 800), minutes: 830, lag: 12 });
    expect(told[0]).toMatch(/^spike 7[5-9]\d$/);
  });

  it('is told whatever container sweeps', async () => {
    const { told } = await play({ letIn: DAY, refused: every(10, 720, 800), minutes: 800, containerMinutes: 7 });
    expect(told).toHaveLength(1);
  });
});

describe('is not told', () => {
  it.each([
    ['where some calls are let in', { letIn: every(10, 0, 900), refused: every(20, 725, 820), minutes: 840 }],
    ['of whoever was never let in', { letIn: [], refused: every(20, 720, 820), minutes: 840 }],
    ['at the second refusal', { letIn: DAY, refused: [720, 730], minutes: 800 }],
    [
      'where nobody lets calls be counted',
      { letIn: DAY, refused: every(20, 720, 820), minutes: 840, settings: { successes: null } },
    ],
    [
      'where Logs Insights does not answer',
      { letIn: DAY, refused: every(20, 720, 820), minutes: 840, trouble: 'slow down' },
    ],
    [
      'where another access log cannot be counted',
      {
        letIn: DAY,
        refused: every(20, 720, 820),
        minutes: 840,
        settings: {
          accessLogGroups: [{ name: ACCESS_GROUP }, { name: '/text' }],
          accessLogFormats: { '/text': '$context.status' },
        },
      },
    ],
  ] satisfies [string, Course][])('%s', async (_, course) => {
    expect((await play(course)).told).toEqual([]);
  });
});

it('asks about those whom the truststore may know, and about no stranger', async () => {
  const course = { letIn: DAY, refused: every(10, 720, 800), minutes: 800 };
  const known = await play({ ...course, trusted: ['C=US,O=Acme,CN=Acme Root CA', fullIssuer] });
  expect(known.told).toHaveLength(1);
  const stranger = await play({ ...course, trusted: ['C=DE,O=Another,CN=Another CA'] });
  expect([stranger.told, stranger.asked]).toEqual([[], []]);
});

it('asks a bounded number of times a day, whatever goes wrong', async () => {
  const refused = every(10, 0, 8 * HOUR);
  for (const trouble of [undefined, 'slow down']) {
    const settings = { detection: { floor: 100_000 } };
    const given = { letIn: every(30, 5, 8 * HOUR), refused, minutes: 8 * HOUR, containerMinutes: 5, settings };
    const { asked } = await play({ ...given, ...(trouble !== undefined && { trouble }) });
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.length).toBeLessThanOrEqual(2 * limits.callLookUpsPerDayMax);
    for (const { from, to } of asked) expect(to - from).toBeLessThanOrEqual(2 * 24 * HOUR * MINUTE + MINUTE);
  }
});
