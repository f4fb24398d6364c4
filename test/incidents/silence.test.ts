/** Silences and acknowledgements: whom they hold, and when. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acknowledge, addSilence, expireSilence, type SilenceWorld } from '../../cli/commands/silence.js';
import { globOf, isInForce, matchesGlob, silenceOf } from '../../shared/incidents/silence.js';
import type { Fact } from '../../shared/model/index.js';
import { alert, sweep } from '../../shared/pipeline.js';
import { fact, group, silence } from '../contract/examples.js';
import { T0 } from '../support/logs.js';
import { type TestWorld, testWorld } from '../support/world.js';

const MINUTE = 60_000;

describe('patterns', () => {
  it.each([
    ['*', '', true],
    ['CN=*', 'CN=', true],
    ['cn=acme*', 'CN=Acme CA', true],
    ['CN=?cme', 'CN=Acme', true],
    ['CN=?cme', 'CN=cme', false],
    ['*CA', 'CN=Acme CA,O=x', false],
    ['*O=Acme*CN=*', 'C=US,O=Acme,CN=x', true],
    ['[*]', '*', true],
    ['[*]', 'x', false],
    ['[[*]]', '[*]', true],
    ['', 'x', false],
  ])('%j against %j: %j', (pattern, text, isMatch) => {
    expect(matchesGlob(pattern, text)).toBe(isMatch);
  });

  it('match what they were made from, and nothing else', () => {
    const text = fc.string({ unit: fc.constantFrom('*', '?', '[', ']', 'a', 'b', '\\', 'é') });
    fc.assert(fc.property(text, (one) => matchesGlob(globOf(one), one)));
    fc.assert(
      fc.property(text, text, (a, b) => {
        fc.pre(a !== b);
        return !matchesGlob(globOf(a), b);
      }),
    );
  });

  it('take few steps on a text made to mislead them', () => {
    expect(matchesGlob(`${'*a'.repeat(200)}b`, 'a'.repeat(1_000))).toBe(false);
  });
});

describe('windows', () => {
  const nightly = silence('s', {
    startsAt: 0,
    endsAt: Number.MAX_SAFE_INTEGER,
    window: { days: [5], fromMinute: 23 * 60 + 30, minutes: 60 },
  });
  it.each([
    ['2026-11-20T23:29:59Z', false],
    ['2026-11-20T23:30:00Z', true],
    ['2026-11-21T00:29:59Z', true],
    ['2026-11-21T00:30:00Z', false],
    ['2026-11-21T23:45:00Z', false],
  ])('Fridays at 23:30 for an hour: %s %j', (at, isOn) => {
    expect(isInForce(nightly, Date.parse(at))).toBe(isOn);
  });

  it('hold only from their start to their end', () => {
    const one = silence('s', { startsAt: 10, endsAt: 20 });
    expect([9, 10, 19, 20].map((at) => silenceOf(group(), [one], at)?.id)).toEqual([undefined, 's', 's', undefined]);
  });
});

describe('a silence', () => {
  const failing = group();
  const facts = (from: number, minutes: number, count: number): Fact[] =>
    Array.from({ length: minutes }, (_, n) => {
      const minute = from + n;
      const at = minute * MINUTE;
      return fact(minute, count, { firstAt: at, lastAt: at + 1, batchId: `b${minute}` });
    });
  const start = Math.floor(T0 / MINUTE);

  /** A world in which the group fails from the start on. */
  async function world(count = 40, changes: object = {}): Promise<TestWorld & SilenceWorld & { lines: string[] }> {
    const lines: string[] = [];
    const output = { write: (text: string) => lines.push(text) };
    const made = Object.assign(testWorld(changes), { output, lines });
    await made.stores.facts.put(facts(start, 30, count), []);
    await made.stores.rollups.mark([{ group: failing, hour: Math.floor(start / 60), token: 'marked' }]);
    made.at = (start + 2) * MINUTE;
    return made;
  }
  const minuteBy = async (w: TestWorld, minutes: number): Promise<void> => {
    for (let n = 0; n < minutes; n++) {
      w.at += MINUTE;
      expect((await sweep(w)).failures).toEqual([]);
    }
  };
  const kinds = (w: TestWorld): string[] => w.published.map((notice) => notice.kind);

  it('holds a spike back, and its expiry releases it', async () => {
    const w = await world();
    const { id } = await addSilence({ scope: 'api.bank.*', for: '2h', comment: 'planned' }, w);
    await alert([failing], w);
    await minuteBy(w, 3);
    expect(kinds(w)).toEqual([]);
    expect((await w.stores.incidents.load(failing))?.state).toBe('firing');
    await expireSilence(id, w);
    await minuteBy(w, 1);
    expect(kinds(w)).toEqual(['spike']);
    expect(w.published[0]?.because).toContain('held back until now');
    await minuteBy(w, 60);
    expect(kinds(w).at(-1)).toBe('resolved');
  });

  it('tells nothing of what began and ended under it', async () => {
    const w = await world();
    await addSilence({ reason: 'expired', for: '2h', comment: 'x' }, w);
    await alert([failing], w);
    await minuteBy(w, 80);
    expect(kinds(w)).toEqual([]);
    expect((await w.stores.incidents.load(failing))?.state).toBe('resolved');
  });

  it('of a running incident stops its course, not its end', async () => {
    const w = await world(40, { detection: { repeatMinutes: 5 } });
    await alert([failing], w);
    const incidentId = w.published[0]?.incidentId ?? '';
    await addSilence({ incident: incidentId, for: '15m', comment: 'x' }, w);
    await minuteBy(w, 14);
    expect(kinds(w)).toEqual(['spike']);
    await minuteBy(w, 2);
    expect(kinds(w)).toEqual(['spike', 'ongoing']);
    await addSilence({ incident: incidentId, for: '3h', comment: 'x' }, w);
    await minuteBy(w, 60);
    expect(kinds(w)).toEqual(['spike', 'ongoing', 'resolved']);
  });

  it('holds nobody else', async () => {
    const w = await world();
    await addSilence({ issuer: 'CN=issuer-1', for: '2h', comment: 'x', unseen: true }, w);
    await alert([failing], w);
    expect(kinds(w)).toEqual(['spike']);
  });

  it('an acknowledged incident is not repeated, but told when it escalates and ends', async () => {
    const w = await world(40, { detection: { repeatMinutes: 5 } });
    await alert([failing], w);
    await acknowledge(w.published[0]?.incidentId ?? '', {}, w);
    await minuteBy(w, 20);
    expect(kinds(w)).toEqual(['spike']);
    await w.stores.facts.put(facts(start + 22, 4, 4_000), []);
    await minuteBy(w, 3);
    expect(kinds(w)).toEqual(['spike', 'escalated']);
    await minuteBy(w, 90);
    expect(kinds(w).at(-1)).toBe('resolved');
  });
});
