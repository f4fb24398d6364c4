import { expect, it } from 'vitest';
import { reasonOption } from '../../cli/deployed/issuers.js';
import { selectorsFor } from '../../shared/incidents/operate.js';
import { matches } from '../../shared/incidents/silence.js';
import { reasonName } from '../../shared/model/group-id.js';
import type { GroupKey } from '../../shared/model/index.js';

const group = { scope: 'api.example.com', issuerDn: 'CN=x', reason: 'other' } as const;
const [rest, serial, moon]: readonly GroupKey[] = [
  group,
  { ...group, words: 'serial … revoked' },
  { ...group, words: 'the moon is in the wrong quarter' },
];
const known = [rest!, serial!, moon!];

it.each([
  ['Serial 17 revoked', [serial]],
  ['serial … revoked', [serial]],
  [reasonName(moon!), [moon]],
  ['other-rest', [rest]],
  ['other', known],
])('%s is the reason of the groups that it means', (typed, meant) => {
  const selectors = { scope: null, issuerDn: null, reason: reasonOption(typed, known, false) };
  expect(known.filter((one) => matches(selectors, one))).toEqual(meant);
});

it.each(known)('a silence of an incident of $words matches its group and no other', (one) => {
  expect(known.filter((other) => matches(selectorsFor(one), other))).toEqual([one]);
});

it('refuses a text that nobody said, with the nearest', () => {
  expect(() => reasonOption('the mon is in the quarter', known, false)).toThrow(
    /nearest:\n {2}reason {2}the moon is in/,
  );
});
