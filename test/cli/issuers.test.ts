/** Issuers that are typed for `silence` and `report`: which groups they mean, and what is said where they mean none. */

import { describe, expect, it } from 'vitest';
import { addSilence } from '../../cli/commands/silence.js';
import { issuerOption, selectorsOf } from '../../cli/deployed/issuers.js';
import { matches } from '../../shared/incidents/silence.js';
import type { GroupKey, Rollup } from '../../shared/model/index.js';
import { gatherReport } from '../../shared/report/gather.js';
import { type Partner, theirPart } from '../../shared/report/partner.js';
import { weekPeriod } from '../../shared/report/period.js';
import { rollup } from '../contract/examples.js';
import { ISSUER, LOST, SPELLINGS } from '../support/typed-names.js';
import { testWorld } from '../support/world.js';

const theirs: GroupKey = { scope: 'partners.bank.example', issuerDn: ISSUER, reason: 'expired' };
const others: GroupKey = { scope: 'api.bank.example', issuerDn: 'C=US,O=Acme\\, Inc.,CN=Issuing CA', reason: 'other' };
const known = [others, theirs];
const none = { scope: null, issuerDn: null, reason: null };

describe('a silence', () => {
  it.each(Object.entries(SPELLINGS))('for %s holds that group and no other', (_, issuerDn) => {
    const selectors = selectorsOf({ ...none, issuerDn }, known, false);
    expect(known.map((group) => matches(selectors, group))).toEqual([false, true]);
  });

  it.each([
    ['C=US,O=Acme*', others],
    ['*Acme*', others],
    ['CN=Kunden*, OU=EDI, O=M?ller*, C=DE', theirs],
    ['c=de,*', theirs],
  ])('with the pattern %s holds what it matches', (issuerDn, group) => {
    const selectors = selectorsOf({ ...none, issuerDn }, known, false);
    expect(known.filter((one) => matches(selectors, one))).toEqual([group]);
  });

  it.each(LOST.filter(([text]) => !text.includes('?')))('for %s is refused', (issuerDn, because) => {
    expect(() => selectorsOf({ ...none, issuerDn }, known, false)).toThrow(because);
    expect(() => selectorsOf({ ...none, issuerDn }, known, true)).toThrow(because);
  });

  it('that would hold nothing is not made, unless that is meant; the nearest names are told', async () => {
    const lines: string[] = [];
    const world = Object.assign(testWorld(), { output: { write: (text: string) => lines.push(text) } });
    world.at = 7_200_000;
    await world.stores.rollups.mark([{ group: theirs, hour: 1, token: 't' }]);
    const typed = { issuer: 'CN=Kunden CA,O=Müller', for: '2h', comment: 'x' };
    const failed: unknown = await addSilence(typed, world).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'not-found', message: expect.stringContaining(`issuer  ${ISSUER}`) });
    expect(await world.stores.silences.list()).toEqual([]);
    const made = await addSilence({ ...typed, unseen: true }, world);
    expect(made.issuerDn).toBe('O=Müller,CN=Kunden CA');
    await expect(addSilence({ ...typed, issuer: ISSUER, reason: 'self-*' }, world)).rejects.toThrow('reason  expired');
    await expect(addSilence({ ...typed, issuer: ISSUER, reason: 'expird' }, world)).rejects.toThrow('expected one of');
  });
});

/** What a load balancer refused: its log holds no issuer. */
const UNLOGGED = [
  'O=Globex Corporation,(issuer not in the log)',
  'Globex Corporation (issuer not in the log)',
  'Globex Corporation（発行者はログに記録なし）',
  'Globex Corporation (発行者はログに記録なし)',
];

describe('an issuer that is not in the log, as it is counted and as it is shown', () => {
  const globex: GroupKey = { ...theirs, issuerDn: UNLOGGED[0] ?? '', door: 'load-balancer' };
  const nobody: GroupKey = { ...globex, issuerDn: '(issuer not in the log)' };
  const byName: GroupKey = { ...globex, issuerDn: 'CN=Müller\\, Söhne,(issuer not in the log)' };
  const all = [...known, globex, nobody, byName];

  it.each<readonly [string, GroupKey]>([
    ...UNLOGGED.map((typed) => [typed, globex] as const),
    ['(issuer not in the log)', nobody],
    ['issuer not in the log', nobody],
    ['Müller, Söhne (issuer not in the log)', byName],
    ['CN=Müller\\, Söhne,(issuer not in the log)', byName],
    ['Globex* (issuer not in the log)', globex],
  ])('%s is silenced, and nobody else', (issuerDn, group) => {
    const selectors = selectorsOf({ ...none, issuerDn }, all, false);
    expect(all.filter((one) => matches(selectors, one))).toEqual([group]);
    expect(() => issuerOption(issuerDn)).not.toThrow();
  });

  it('is silenced before it was seen, too', () => {
    const selectors = selectorsOf({ ...none, issuerDn: UNLOGGED[1] ?? '' }, known, true);
    expect(matches(selectors, globex)).toBe(true);
  });

  it('is among the nearest names as it is shown, and what is told can be typed', () => {
    const nearest = (): unknown => selectorsOf({ ...none, issuerDn: 'CN=Globex Corp' }, [globex], false);
    expect(nearest).toThrow('issuer  Globex Corporation (issuer not in the log)');
  });
});

describe('a report for one partner', () => {
  const period = weekPeriod('2026-W46');
  const hour = period.from / 3_600_000 + 5;
  const client = (subjectDn: string, count: number) => ({
    ...{ subjectDn, count, serialNumber: subjectDn, fingerprint: null, sourceIps: [] },
  });
  const counted = (group: GroupKey, clients: readonly Rollup['clients'][number][]): Rollup =>
    rollup(hour, 40, { group, clients });
  const ownCa: GroupKey = { ...others, issuerDn: 'C=DE,O=Bank AG,CN=Partner CA', reason: 'expired' };

  async function report(partner: Partner, more: readonly Rollup[] = []) {
    const world = testWorld();
    const rollups = [
      ...more,
      counted(theirs, [client('O=Somebody,CN=a', 40)]),
      counted(ownCa, [client('C=US,O=Globex Corporation,CN=batch', 7), client('C=US,O=Initech,CN=b', 33)]),
    ];
    for (const one of rollups) {
      const open = { group: one.group, hour, token: 't' };
      await world.stores.rollups.mark([open]);
      await world.stores.rollups.close({ ...open, expected: [] }, one);
    }
    const unknown = { details: null, expiring: null, sunset: null, pipeline: null, gaps: [] };
    return gatherReport({ period, partner, language: 'en', generatedAt: period.to, ...unknown }, world);
  }

  it.each(Object.entries(SPELLINGS))('%s is that issuer', async (_, text) => {
    const { totals, partner } = await report({ issuerDn: issuerOption(text) });
    expect([totals.failures, partner]).toEqual([40, ISSUER]);
  });

  it.each(UNLOGGED)('%s counts what no issuer is known of', async (text) => {
    const unlogged: GroupKey = { ...others, issuerDn: UNLOGGED[0] ?? '', door: 'load-balancer' };
    const refused = { ...counted(unlogged, [client('O=Globex Corporation', 11)]), count: 11 };
    expect((await report({ issuerDn: issuerOption(text) }, [refused])).totals.failures).toBe(11);
    expect((await report({ organization: 'globex' }, [refused])).totals.failures).toBe(18);
  });

  it.each([
    ['müller', 40],
    ['MÜLLER, SÖHNE', 40],
    ['globex', 7],
    ['Bank AG', 40],
  ])('--organization %s counts %i', async (organization, failures) => {
    expect((await report({ organization })).totals.failures).toBe(failures);
  });

  it('holds nothing of the others that the same CA signed for', async () => {
    const written = JSON.stringify(await report({ organization: 'Globex' }));
    expect(written).toContain('Globex Corporation');
    expect(written).not.toMatch(/Initech|Kunden/);
  });

  it('of nobody is not made; the nearest names are told', async () => {
    await expect(report({ organization: 'Globbex' })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('Globex Corporation'),
    });
    await expect(report({ issuerDn: 'CN=Kunden-CA' })).rejects.toThrow(ISSUER);
  });

  it('leaves counts that no client is known for to the issuer', () => {
    const hourly = counted(ownCa, []);
    expect(theirPart({ organization: 'Globex' }, hourly)).toBeNull();
    expect(theirPart({ organization: 'bank' }, hourly)).toBe(hourly);
  });
});
