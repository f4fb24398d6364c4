/** What `silence` and `ack` refuse, and how silences are listed. */

import { expect, it } from 'vitest';
import { acknowledge, addSilence, listSilences, type SilenceWorld } from '../../cli/commands/silence.js';
import { HOSTILE } from '../contract/examples.js';
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
  await expect(acknowledge('nope', w)).rejects.toThrow(/no firing incident/);
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
