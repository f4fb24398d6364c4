/** What `silence` and `ack` refuse, and how silences are listed. */

import { expect, it } from 'vitest';
import { acknowledge, addSilence, listSilences, type SilenceWorld } from '../../cli/commands/silence.js';
import { HOSTILE, incident } from '../contract/examples.js';
import { testWorld } from '../support/world.js';

function world(): SilenceWorld & { readonly lines: string[] } {
  const lines: string[] = [];
  return Object.assign(testWorld(), { output: { write: (text: string) => lines.push(text) }, lines });
}

it('refuses a silence that would hold everything, or says nothing of its end', async () => {
  const w = world();
  await expect(addSilence({ for: '2h', comment: 'x' }, w)).rejects.toThrow(/nothing to silence/);
  await expect(addSilence({ for: '2h', unseen: true, comment: 'x' }, w)).rejects.toThrow(/nothing to silence/);
  await expect(addSilence({ scope: 'a', comment: 'x' }, w)).rejects.toThrow(/--for or --until/);
  await expect(addSilence({ scope: 'a', for: 'ever', comment: 'x' }, w)).rejects.toThrow(/30m, 2h or 5d/);
  await expect(addSilence({ scope: 'a', for: '2h', daily: '25:00-26:00', comment: 'x' }, w)).rejects.toThrow(/02:00/);
  await expect(addSilence({ incident: 'nope', for: '2h', comment: 'x' }, w)).rejects.toThrow(/no firing incident/);
  await expect(acknowledge('nope', {}, w)).rejects.toThrow(/no firing incident/);
});

it('lists silences without what a terminal would act on', async () => {
  const w = world();
  const when = { for: '2h', daily: '02:00-02:30', days: 'mon,fri' };
  const silence = await addSilence({ scope: HOSTILE, ...when, comment: HOSTILE, unseen: true }, w);
  await w.stores.silences.save({ ...silence, issuerDn: HOSTILE });
  await listSilences({}, w);
  expect(w.lines.at(-1)).toContain('02:00-02:30 mon,fri');
  expect(w.lines.at(-1)?.replaceAll('\n', '')).not.toMatch(/[\p{Cf}\0]/u);
  await listSilences({ json: true }, w);
  expect(JSON.parse(w.lines.at(-1) ?? '')).toMatchObject({ type: 'silence', reason: null, issuerDn: HOSTILE });
});

it('says who asked, until when, and how many groups and incidents each silence fits now', async () => {
  const w = world();
  const acme = 'C=US,O=Acme,CN=Acme CA';
  for (const [n, reason] of (['expired', 'self-signed', 'weak-key'] as const).entries()) {
    const group = { scope: 'api.bank.example', issuerDn: acme, reason };
    const state = n === 0 ? 'firing' : 'resolved';
    await w.stores.incidents.transition(incident(1, { incidentId: `i${n}`, group, state }), null);
    await w.stores.rollups.mark([{ group, hour: Math.floor(w.clock.now() / 3_600_000), token: `t${n}` }]);
  }
  await addSilence({ issuer: acme, for: '2h', comment: 'planned', author: 'Aiko' }, w);
  await addSilence({ reason: 'weak-key', for: '3h', comment: 'known' }, w);
  w.lines.length = 0;
  await listSilences({ json: true }, w);
  const iso = (hours: number) => new Date(w.clock.now() + hours * 3_600_000).toISOString();
  expect(w.lines.map((line) => JSON.parse(line))).toMatchObject([
    { reason: 'weak-key', groups: 1, incidents: 0, endsAt: iso(3), createdAt: iso(0), inForce: true },
    { issuerDn: acme, groups: 3, incidents: 1, author: 'Aiko', startsAt: iso(0), endsAt: iso(2) },
  ]);
  await listSilences({}, w);
  expect(w.lines.at(-1)).toMatch(new RegExp(`${iso(2).slice(0, 16)}Z +3 +1 .*Aiko +planned`));
});

it('refuses more than 30 days without a word, and reasons that nobody knows', async () => {
  const w = world();
  const long = { scope: 'a', unseen: true, comment: 'x' };
  await expect(addSilence({ ...long, for: '31d' }, w)).rejects.toThrow(/longer than 30 days.*--yes/);
  await expect(addSilence({ ...long, until: '2099-01-01T00:00:00Z' }, w)).rejects.toThrow(/longer than 30 days/);
  await addSilence({ ...long, for: '31d', yes: true, author: 'on-call' }, w);
  expect(await w.stores.silences.list()).toMatchObject([{ author: 'on-call' }]);
  await expect(addSilence({ reason: 'expird', for: '2h', unseen: true, comment: 'x' }, w)).rejects.toThrow(
    /one of .*expired/,
  );
  await addSilence({ reason: '*expired', for: '2h', unseen: true, comment: 'x' }, w);
});

it('takes an acknowledgement back', async () => {
  const w = world();
  const firing = incident(1, { state: 'firing', announced: true });
  await w.stores.incidents.transition(firing, null);
  await acknowledge(firing.incidentId, {}, w);
  expect(await w.stores.incidents.load(firing.group)).toMatchObject({ acknowledged: true });
  await acknowledge(firing.incidentId, { undo: true }, w);
  expect(await w.stores.incidents.load(firing.group)).toMatchObject({ acknowledged: false });
});

it('a silence of a kind of sentence is asked for by its text, fits its group alone, and is listed with the text', async () => {
  const w = world();
  const acme = 'C=US,O=Acme,CN=Acme CA';
  const kinds = ['the partner … is not in good standing', 'the moon is in the wrong quarter'];
  for (const [n, words] of kinds.entries()) {
    const group = { scope: 'api.bank.example', issuerDn: acme, reason: 'other', words } as const;
    const one = incident(1, { incidentId: `i${n}`, group, state: 'firing' });
    await w.stores.incidents.transition(one, null);
  }
  await addSilence({ reason: 'The partner 17 is not in good standing', for: '2h', comment: 'known' }, w);
  w.lines.length = 0;
  await listSilences({ json: true }, w);
  expect(JSON.parse(w.lines.at(-1) ?? '')).toMatchObject({ groups: 1, incidents: 1 });
  for (const lang of ['en', 'ja']) {
    await listSilences({ lang }, w);
    expect([lang, w.lines.at(-1)]).toEqual([lang, expect.stringMatching(/other-[0-9a-f]{12} ?[(（]the partner … is/)]);
    expect(w.lines.at(-1)).not.toContain('moon');
  }
});
