/** One cause, one page: incidents of one scope and issuer that share a verdict are told as one. */

import { describe, expect, it } from 'vitest';
import { messagesIn } from '../../shared/messages/index.js';
import { countWords } from '../../shared/messages/parts.js';
import { bodyOf, smsOf } from '../../shared/messages/text.js';
import type { Fact, GroupKey, Notice } from '../../shared/model/index.js';
import type { ReasonId } from '../../shared/model/reasons.js';
import { alert, sweep } from '../../shared/pipeline.js';
import { noticeSchema } from '../../shared/schemas/lines.js';
import { ca, type Issued, leaf } from '../support/certificates.js';
import { T0 } from '../support/logs.js';
import { testWorld } from '../support/world.js';

const MINUTE = 60_000;
const SCOPE = 'api.bank.example';
const acme = ca({ subject: 'C=US,O=Acme,CN=Acme CA', key: 'ec-a' });
const rekeyed = ca({ subject: 'C=US,O=Acme,CN=Acme CA', key: 'ec-b' });
const globex = (issuer: Issued, more: object = {}) =>
  leaf({ subject: 'C=US,O=Globex,CN=edi', key: 'ec-c', issuer, ...more });
const initech = (issuer: Issued, more: object = {}) =>
  leaf({ subject: 'C=US,O=Initech,CN=edi', key: 'ec-d', issuer, ...more });

interface Stream {
  readonly reason: ReasonId;
  readonly client: Issued;
  /** Refusals a minute, by minute. */
  readonly counts: readonly number[];
}

const steady = (count: number, minutes: number, after = 0): number[] => [
  ...new Array<number>(after).fill(0),
  ...new Array<number>(minutes).fill(count),
];

/** What people were told of streams of refusals: kind, reason, severity. */
async function tell(streams: readonly Stream[], minutes = 40, each = true): Promise<string[]> {
  const told = await noticesOf(streams, minutes, each);
  return told.map(({ kind, group, severity }) => `${kind} ${group.reason} ${severity}`);
}

async function noticesOf(streams: readonly Stream[], minutes = 40, each = true): Promise<readonly Notice[]> {
  const world = Object.assign(testWorld({ truststores: { '*': 's3://truststores/all.pem' } }), {
    truststores: {
      read: async () => ({ text: acme.pem, version: 'one-cause', versionId: 'v', modifiedAt: T0 - 90 * 86_400_000 }),
      earlier: async () => [],
    },
  });
  const pems = streams.map(({ client }) => [client.certificate.fingerprint, client.pem] as const);
  await world.stores.certificates.save(new Map(pems));
  const start = Math.floor(T0 / MINUTE);
  for (let minute = start; minute < start + minutes; minute++) {
    world.at = minute * MINUTE + 40_000;
    const facts = streams.flatMap((stream) => factOf(stream, minute, start));
    if (facts.length > 0) {
      await world.stores.facts.put(facts, []);
      const groups = facts.map(({ group }) => group);
      await world.stores.rollups.mark(
        groups.map((group) => ({ group, hour: Math.floor(minute / 60), token: `${minute}` })),
      );
      if (each) for (const group of groups) await alert([group], world);
      else await alert(groups, world);
    }
    world.at += 15_000;
    expect((await sweep(world)).failures).toEqual([]);
  }
  return world.published;
}

function factOf({ reason, client, counts }: Stream, minute: number, start: number): Fact[] {
  const count = counts[minute - start] ?? 0;
  if (count === 0) return [];
  const { subjectDn, issuerDn, serialNumber, fingerprint } = client.certificate;
  const group: GroupKey = { scope: SCOPE, issuerDn, reason };
  const clients = [{ subjectDn, serialNumber, fingerprint, sourceIps: [], count }];
  const at = minute * MINUTE + 1000;
  const sums = { requests: count, count, unattributed: 0, inferred: 0, reasonText: reason, clients };
  return [{ ...sums, group, minute, batchId: `${minute} ${reason}`, firstAt: at, lastAt: at }];
}

const spikes = (told: readonly string[]): string[] => told.filter((one) => one.startsWith('spike'));

describe('two sentences of the gateway for one cause', () => {
  const rekeyedAs = (reason: ReasonId, counts: readonly number[]) => ({ reason, client: globex(rekeyed), counts });

  it.each([
    ['in one batch', false, 0],
    ['in two batches', true, 0],
    ['some minutes apart', true, 4],
  ])('%s are one page, and one end', async (_, each, after) => {
    const streams = [
      rekeyedAs('issuer-not-found', steady(30, 10)),
      rekeyedAs('signature-failure', steady(20, 10, after)),
    ];
    const told = await tell(streams, 60, each);
    expect(spikes(told)).toEqual(['spike issuer-not-found medium']);
    expect(told.filter((one) => one.includes('signature-failure'))).toEqual([]);
    expect(told.filter((one) => one.startsWith('resolved'))).toHaveLength(1);
  });

  it.each([
    ['in one batch', false, 0],
    ['some minutes apart', true, 4],
  ])('%s, the end counts both, and says how many each had', async (_, each, after) => {
    const streams = [
      rekeyedAs('issuer-not-found', steady(30, 10)),
      rekeyedAs('signature-failure', steady(20, 10, after)),
    ];
    const [end] = (await noticesOf(streams, 60, each)).filter(({ kind }) => kind === 'resolved');
    expect(end).toMatchObject({ count: 300, toldWith: [{ group: { reason: 'signature-failure' }, count: 200 }] });
    expect(countWords(end!, messagesIn.en, (text) => text)).toBe(
      '500 in all (300 “issuer not found”, 200 “signature does not verify”)',
    );
    expect(countWords(end!, messagesIn.ja, (text) => text)).toBe(
      '合計 500 件（「発行者が見つからない」300 件、「署名の検証に失敗」200 件）',
    );
    expect(bodyOf(end!, messagesIn.en)).toContain('500 in all (300');
    expect(smsOf(end!, messagesIn.en)).toContain('. 500 in all. ');
    noticeSchema.parse(end);
  });

  it('a notice on the way counts both in its window', async () => {
    const streams = [rekeyedAs('issuer-not-found', steady(30, 300)), rekeyedAs('signature-failure', steady(20, 300))];
    const later = (await noticesOf(streams, 300)).filter(({ kind }) => kind === 'ongoing');
    expect(later.length).toBeGreaterThan(0);
    for (const { count, toldWith, windowMinutes } of later) {
      expect(count).toBeLessThanOrEqual(30 * windowMinutes);
      expect(toldWith).toEqual([
        { group: expect.objectContaining({ reason: 'signature-failure' }), count: 20 * windowMinutes },
      ]);
    }
  });

  it('eight sentences for it are one page too, and not several issuers', async () => {
    const reasons = [
      ...(['issuer-not-found', 'signature-failure', 'untrusted', 'expired'] as const),
      ...(['not-yet-valid', 'self-signed-in-chain', 'invalid-ca', 'weak-key'] as const),
    ];
    const told = await noticesOf(
      reasons.map((reason) => rekeyedAs(reason, steady(12, 10))),
      60,
      false,
    );
    expect(told.map(({ kind, group }) => [kind, group.issuerDn])).toEqual([
      ['spike', rekeyed.certificate.subjectDn],
      ['resolved', rekeyed.certificate.subjectDn],
    ]);
    expect(told[1]?.toldWith).toHaveLength(reasons.length - 1);
  });

  it('one alone, and two causes, count their own', async () => {
    const alone = await noticesOf([rekeyedAs('issuer-not-found', steady(30, 10))], 60);
    expect(alone.filter(({ toldWith }) => toldWith !== undefined)).toEqual([]);
  });

  it('the second is told when the first is over and it goes on', async () => {
    const told = await tell(
      [rekeyedAs('issuer-not-found', steady(30, 6)), rekeyedAs('signature-failure', steady(30, 60))],
      60,
    );
    expect(spikes(told)).toEqual(['spike issuer-not-found medium', 'spike signature-failure medium']);
  });

  it.each([
    ['first', 0],
    ['last', 1],
  ])('where both begin at once, the worse one is told, whether it comes %s', async (_, place) => {
    const client = globex(acme, { notAfter: T0 - 86_400_000, notBefore: T0 - 9e10 });
    const streams: Stream[] = [{ reason: 'expired', client, counts: steady(12, 20) }];
    streams.splice(place, 0, { reason: 'other', client, counts: steady(2000, 20) });
    expect(spikes(await tell(streams, 30, false))).toEqual(['spike other critical']);
  });

  it('the second is told when it has grown worse than what was told', async () => {
    const client = globex(acme, { notAfter: T0 - 86_400_000, notBefore: T0 - 9e10 });
    const told = await tell([
      { reason: 'expired', client, counts: steady(30, 40) },
      { reason: 'other', client, counts: [...steady(10, 4), ...steady(2000, 30)] },
    ]);
    expect(spikes(told)).toEqual(['spike expired medium', 'spike other critical']);
  });
});

describe('two causes of one issuer are two pages', () => {
  it.each<[string, readonly [Stream, Stream]]>([
    [
      'of other verdicts',
      [
        { reason: 'issuer-not-found', client: globex(rekeyed), counts: steady(30, 10) },
        {
          reason: 'expired',
          client: globex(acme, { notAfter: T0 - 86_400_000, notBefore: T0 - 9e10 }),
          counts: steady(30, 10),
        },
      ],
    ],
    [
      'of two clients with the same thing wrong',
      [
        {
          reason: 'expired',
          client: globex(acme, { notAfter: T0 - 86_400_000, notBefore: T0 - 9e10 }),
          counts: steady(30, 10),
        },
        {
          reason: 'other',
          client: initech(acme, { notAfter: T0 - 86_400_000, notBefore: T0 - 9e10 }),
          counts: steady(30, 10),
        },
      ],
    ],
  ])('%s', async (_, streams) => {
    expect(spikes(await tell(streams))).toHaveLength(2);
  });
});
