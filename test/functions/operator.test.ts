/** The operator function: what it takes, what it refuses, and what its log says. */

import { describe, expect, it } from 'vitest';
import { createOperator } from '../../functions/operator/operator.js';
import { createMemoryStores } from '../../shared/adapters/memory/index.js';
import { silenceOf } from '../../shared/incidents/silence.js';
import { incident } from '../contract/examples.js';

const NOW = Date.parse('2026-11-20T03:12:00Z');

async function operator() {
  const clock = { now: () => NOW };
  const stores = createMemoryStores();
  const firing = incident(1, { state: 'firing', announced: true });
  await stores.incidents.transition(firing, null);
  const audited: Record<string, unknown>[] = [];
  const call = createOperator({ stores, clock, audit: (line) => audited.push({ ...line }) });
  return { call, stores, audited, firing };
}

describe('the operator function', () => {
  it('silences the group of an incident, as the command line does', async () => {
    const { call, stores, audited, firing } = await operator();
    const by = 'arn:aws:sts::111122223333:assumed-role/OnCall/somebody';
    const asked = { verb: 'silence', incident: firing.incidentId, for: '2h', comment: 'renewal under way', by };
    const reply = await call(asked, { awsRequestId: 'r-1' });
    expect(reply).toMatchObject({ ok: true, message: expect.stringContaining('until 2026-11-20T05:12:00.000Z') });
    const silences = await stores.silences.list();
    expect(silences).toMatchObject([{ author: by, comment: 'renewal under way', endsAt: NOW + 7_200_000 }]);
    expect(silenceOf(firing.group, silences, NOW)).not.toBeNull();
    expect(silenceOf({ ...firing.group, reason: 'weak-key' }, silences, NOW)).toBeNull();
    expect(audited).toMatchObject([{ message: 'operator', verb: 'silence', by, requestId: 'r-1', ok: true }]);
    expect(await call({ verb: 'list' })).toMatchObject({
      incidents: [{ incidentId: firing.incidentId, silencedBy: silences[0]?.id }],
      silences: [{ id: silences[0]?.id, author: by, isInForce: true }],
    });
    expect(await call({ verb: 'expire', silence: silences[0]?.id })).toMatchObject({ ok: true });
    expect(silenceOf(firing.group, await stores.silences.list(), NOW)).toBeNull();
  });

  it('acknowledges, and takes that back', async () => {
    const { call, stores, firing } = await operator();
    for (const [verb, acknowledged] of [
      ['acknowledge', true],
      ['acknowledge', true],
      ['unacknowledge', false],
    ] as const) {
      expect(await call({ verb, incident: firing.incidentId })).toMatchObject({ ok: true });
      expect(await stores.incidents.load(firing.group)).toMatchObject({ acknowledged });
    }
  });

  it.each<[string, unknown, RegExp]>([
    ['no verb', {}, /verb/],
    ['another verb', { verb: 'delete', incident: 'x' }, /verb/],
    ['text', 'silence', /payload/],
    ['more than it knows', { verb: 'list', table: 'other' }, /table|key/i],
    ['an incident that does not fire', { verb: 'acknowledge', incident: 'nope' }, /no firing incident nope/],
    ['an id with other characters', { verb: 'acknowledge', incident: '$(x)' }, /incident: expected an id/],
    ['a silence without end', { verb: 'silence', incident: 'x', comment: 'y' }, /for/],
    ['a silence without a reason', { verb: 'silence', incident: 'x', for: '2h', comment: '' }, /comment/],
    ['a silence that is not there', { verb: 'expire', silence: 'nope' }, /no silence nope/],
  ])('refuses %s', async (_, asked, message) => {
    const { call, stores, audited } = await operator();
    expect(await call(asked)).toMatchObject({ ok: false, message: expect.stringMatching(message) });
    expect(await stores.silences.list()).toEqual([]);
    expect(audited).toMatchObject([{ ok: false }]);
  });

  it('lists those who only use a name apart from the partner, and the door where it is another', async () => {
    const { call, stores, firing } = await operator();
    const claim = incident(1, { incidentId: 'claim', state: 'firing', group: { ...firing.group, isUnverified: true } });
    const elsewhere = incident(1, {
      incidentId: 'elsewhere',
      state: 'firing',
      group: { ...firing.group, door: 'cloudfront' },
    });
    for (const one of [claim, elsewhere]) await stores.incidents.transition(one, null);
    const { incidents } = (await call({ verb: 'list' })) as unknown as { incidents: { incidentId: string }[] };
    const of = (id: string) => incidents.find(({ incidentId }) => incidentId === id);
    expect(of(firing.incidentId)).not.toHaveProperty('isUnverified');
    expect(of(firing.incidentId)).not.toHaveProperty('door');
    expect(of(claim.incidentId)).toMatchObject({ isUnverified: true });
    expect(of(elsewhere.incidentId)).toMatchObject({ door: 'cloudfront' });
  });

  it('refuses a silence of more than 30 days, and one of no time', async () => {
    const { call, stores, firing } = await operator();
    for (const length of ['31d', '0h', '9999d']) {
      const asked = { verb: 'silence', incident: firing.incidentId, for: length, comment: 'x' };
      expect(await call(asked)).toMatchObject({ ok: false, message: expect.stringContaining('at most 30 days') });
    }
    expect(await stores.silences.list()).toEqual([]);
  });

  it('writes one line of log, whatever it is asked', async () => {
    const { call, audited, firing } = await operator();
    await call({
      verb: 'silence',
      incident: firing.incidentId,
      for: '2h',
      comment: 'a\n{"ok":true}\u202e',
      by: 'x\u0000',
    });
    expect(JSON.stringify(audited)).not.toMatch(/\\n|\\u202e|\\u0000|[\u202e]/);
  });
});
