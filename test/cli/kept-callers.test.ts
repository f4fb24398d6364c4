/** `expiry` with whom the table of the stack knows of exported logs: beside logs, and without any. */

import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type ExpiryOptions, runExpiry } from '../../cli/commands/expiry.js';
import { type KeptCallers, keptCallers } from '../../cli/deployed/kept-callers.js';
import type { Observed } from '../../cli/inputs/observe.js';
import { createMemoryStores } from '../../shared/adapters/memory/index.js';
import type { PastCaller } from '../../shared/ports/index.js';
import { keptObservations } from '../../shared/report/expiring.js';
import { expiryLineSchema } from '../../shared/schemas/lines.js';
import { type ObservedClient, observations } from '../../shared/x509/observed.js';
import { AT, days } from '../support/certificates.js';

const clock = { now: () => AT };
const CA = 'C=US,O=Acme,CN=Acme CA';

const kept = (n: number, changes: Partial<PastCaller> = {}): PastCaller => ({
  subjectDn: `CN=client ${n}`,
  issuerDn: CA,
  serialNumber: `0${n}`,
  notBefore: AT - days(300),
  notAfter: AT + days(20),
  isConnection: false,
  firstAt: AT - days(60),
  lastAt: AT - days(40),
  ...changes,
});

const call = (n: number, changes: Partial<ObservedClient> = {}): ObservedClient => {
  const { firstAt, lastAt, ...who } = kept(n);
  return { ...who, at: AT - days(1), count: 1, refused: false, scope: 'api.example.com', pem: null, ...changes };
};

async function said(callers: KeptCallers, calls: readonly Observed[] = [], options: Partial<ExpiryOptions> = {}) {
  let text = '';
  const write = (part: string) => (text += part);
  async function* observed(): AsyncGenerator<Observed> {
    yield* calls;
  }
  const code = await runExpiry(observed(), { within: '30', ...options }, { write }, clock, undefined, callers);
  return { code, text };
}

const rows = (text: string) => text.split('\n').filter((line) => /CN=client/.test(line));

describe('expiry with a stack', () => {
  it('lists whom exported logs alone know, without a number of requests, and says so', async () => {
    const { code, text } = await said([kept(1), kept(2, { notAfter: AT + days(200) })]);
    expect(code).toBe(1);
    expect(text).toMatch(
      /^1 certificate without a successor expiring within 30 days {2}2 clients seen calling, in exp/,
    );
    expect(text).toContain(`in exported logs only, until ${new Date(AT - days(40)).toISOString().slice(0, 10)}`);
    expect(rows(text)).toEqual([expect.stringMatching(/^ +– .*CN=client 1 .*none seen +\S+, exports$/)]);
  });

  it('adds nothing up that is in the logs as well, and says where each was seen last', async () => {
    const later = kept(3, { lastAt: AT - days(1) + 1 });
    const { text } = await said([kept(1), kept(2), later], [call(1), call(1), call(3)]);
    expect(text).toContain('3 clients seen calling, 1 of them in exported logs only');
    expect(rows(text)).toEqual([
      expect.stringMatching(/^ +67% .*CN=client 1 .*, logs$/),
      expect.stringMatching(/^ +33% .*CN=client 3 .*, exports$/),
      expect.stringMatching(/^ +– .*CN=client 2 .*, exports$/),
    ]);
  });

  it('takes a successor from either side', async () => {
    const next = { serialNumber: 'AA', notAfter: AT + days(300) };
    expect((await said([kept(1)], [call(1, next)])).code).toBe(0);
    expect((await said([kept(1, next)], [call(1)])).code).toBe(0);
  });

  it('does not list what has ended since, unless it still calls', async () => {
    const ended = { notAfter: AT - days(2) };
    const alone = await said([kept(1, ended), kept(2, { notAfter: AT + days(200) })]);
    expect([alone.code, rows(alone.text)]).toEqual([0, []]);
    expect(alone.text).toContain('1 certificate of exported logs has ended since: whether it was replaced');
    const calls = await said([kept(1, ended)], [call(1, { ...ended, refused: true })]);
    expect(calls.code).toBe(1);
    expect(calls.text).not.toContain('ended since');
    expect(rows(calls.text)).toEqual([expect.stringMatching(/100% .* 2 days ago .*none seen$/)]);
    const replaced = await said([kept(1, ended), kept(1, { serialNumber: 'AA', notAfter: AT + days(200) })]);
    expect(replaced.text).not.toContain('ended since');
  });

  it('says what it does not know', async () => {
    const nobody = await said([]);
    expect([nobody.code, nobody.text]).toEqual([2, expect.stringContaining('The stack knows of nobody')]);
    expect((await said(null, [call(1)])).text).toContain('the table of the stack cannot be read');
    const undated = await said([kept(1, { notAfter: null }), kept(2, { notAfter: AT + days(200) })]);
    expect(undated.text).toContain('1 client of exported logs had no end of validity there');
    expect(undated.text).not.toContain('0 requests');
    expect((await said(undefined, [call(1)])).text).not.toMatch(/export|Last seen/);
  });

  test('the same in Japanese and as JSON', async () => {
    const callers = [kept(1), kept(2, { notAfter: AT - days(2) })];
    const { text } = await said(callers, [call(3)], { lang: 'ja' });
    expect(text).toContain('うち 1 件は過去のエクスポートのみ');
    expect(text).toContain('最終接続');
    const json = await said(callers, [call(3)], { json: true });
    const lines = json.text.trimEnd().split('\n');
    for (const line of lines) expiryLineSchema.parse(JSON.parse(line));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { subjectDn: 'CN=client 3', requests: 1, share: 1, lastSeenIn: 'logs' },
      { subjectDn: 'CN=client 1', requests: 0, share: 0, lastSeenIn: 'exports', scopes: [] },
      { type: 'summary', clients: 2, clientsOfExportsOnly: 1, clientsEndedUnseen: 1, requests: 1 },
    ]);
  });
});

it('sums up the same whichever is read first, and counts requests of logs only', () => {
  const anyCall = fc
    .record({ n: fc.nat(2), at: fc.nat(9), refused: fc.boolean() })
    .map(({ n, at, refused }) => call(n, { at: AT + at, refused }));
  const anyKept = fc
    .record({ n: fc.nat(2), at: fc.nat(9), for: fc.nat(9) })
    .map(({ n, at, for: lasting }) => kept(n, { firstAt: AT + at, lastAt: AT + at + lasting }));
  fc.assert(
    fc.property(fc.array(anyCall), fc.array(anyKept), (calls, callers) => {
      const sum = (all: readonly ObservedClient[]) => {
        const seen = observations();
        for (const one of all) seen.add(one);
        return seen;
      };
      const ours = keptObservations(callers);
      const first = sum([...ours, ...calls]);
      // What a moment tells of being refused is that of the last call, in whatever order calls of one moment stand.
      const facts = (all: ReturnType<typeof observations>) => all.clients().map(({ lastRefused, ...fact }) => fact);
      expect(facts(sum([...calls, ...ours, ...ours]))).toEqual(facts(first));
      expect(first.requests()).toBe(calls.length);
      for (const { subjectDn, requests, lastAt, lastSeenIn } of first.clients()) {
        const own = calls.filter((one) => one.subjectDn === subjectDn);
        expect(requests).toBe(own.length);
        expect(lastSeenIn).toBe(own.some(({ at }) => at === lastAt) ? 'logs' : 'exports');
      }
    }),
  );
});

describe('the callers that the stack keeps', () => {
  const stores = createMemoryStores();
  const none = async () => {
    throw new Error('not allowed');
  };

  it('are those of its table, asked where a stack is named', async () => {
    await stores.callers.replace([kept(1)]);
    expect(await keptCallers({ stack: 'mine' }, true, async () => stores)).toEqual([kept(1)]);
    expect(await keptCallers({}, false, none)).toBeUndefined();
  });

  it('are missing with a warning beside logs, and an error without', async () => {
    const warnings: string[] = [];
    const warn = (text: string) => warnings.push(text);
    expect(await keptCallers({ stack: 'mine' }, false, none, warn)).toBeNull();
    expect(warnings).toEqual([expect.stringContaining('not allowed')]);
    await expect(keptCallers({ stack: 'mine' }, true, none, warn)).rejects.toThrow('not allowed');
  });
});
