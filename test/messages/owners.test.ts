import { describe, expect, it } from 'vitest';
import { ownerIn } from '../../shared/config/owners.js';
import { canonical, canonicalDn } from '../../shared/x509/dn.js';
import { ISSUER, SPELLINGS } from '../support/typed-names.js';
import { testConfig } from '../support/world.js';

const issuerDn = 'C=US,O=Acme,CN=Acme CA';
const config = testConfig({
  owners: [
    { scope: 'api.bank.example', name: 'by scope', contact: 'a' },
    { issuerDn: 'CN = Acme CA, O = Acme, C = US', name: 'by issuer', contact: 'b' },
    { subject: 'Globex Corporation', name: 'by organization', contact: 'c' },
    { subject: 'billing-batch', scope: 'api.bank.example', name: 'by name and scope', contact: 'd' },
  ],
});
const of = (scope: string, issuer: string, subject: string | null) =>
  ownerIn(config, { scope, issuerDn: issuer, reason: 'expired' }, subject)?.name ?? null;

describe('the owner', () => {
  it.each([
    ['api.bank.example', 'CN=x', null, 'by scope'],
    ['111122223333/api.bank.example', 'CN=x', null, 'by scope'],
    ['api.bank.example', issuerDn, null, 'by issuer'],
    ['b.example', issuerDn, 'O=GLOBEX CORPORATION,CN=x', 'by organization'],
    ['b.example', 'CN=x', 'O=Globex Corporation,CN=billing-batch', 'by organization'],
    ['api.bank.example', 'CN=x', 'O=Globex Corporation,CN=billing-batch', 'by name and scope'],
    ['b.example', 'CN=x', 'O=Globex,CN=y', null],
    ['b.example', 'CN=x', null, null],
  ])('at %s of %s, %s: %s', (scope, issuer, subject, name) => {
    expect(of(scope, issuer, subject)).toBe(name);
  });

  const group = { scope: 'a.example', issuerDn, reason: 'expired' as const };
  const deskOf = (subject: string, logged: string) =>
    ownerIn(testConfig({ owners: [{ subject, name: 'desk', contact: 'x' }] }), group, logged)?.name ?? null;

  it.each(Object.entries(SPELLINGS))('is found by a whole subject in any spelling: %s', (_, spelling) => {
    expect([deskOf(spelling, ISSUER), deskOf(spelling, `${ISSUER} 2`)]).toEqual(['desk', null]);
  });

  it.each([
    ['C=JP,O=株式会社みずほ\\+商事,CN=決済\\, 01+UID=ap77', 'cn=決済\\, 01+uid=AP77, o=株式会社みずほ\\+商事, c=jp'],
    ['C=GB,O=A\\, B and C,OU=x\\=y,CN=#1', '2.5.4.3=#1, 2.5.4.11=X=Y, 2.5.4.10="A, B and C", 2.5.4.6=gb'],
  ])('is found whatever the case: %s', (logged, spelling) => {
    const canonical = canonicalDn(logged);
    expect([deskOf(spelling, canonical), deskOf(spelling, canonical.replace('C=', 'C=X'))]).toEqual(['desk', null]);
  });

  it('of an issuer is found whatever the case', () => {
    const named = testConfig({ owners: [{ issuerDn: 'cn=acme ca,o=ACME,c=us', name: 'desk', contact: 'x' }] });
    expect(ownerIn(named, { scope: 'a.example', issuerDn, reason: 'expired' }, null)?.name).toBe('desk');
  });

  it.each([
    'Acme = more',
    'What?ever',
    'A/B Ltd',
    'C',
    'http://acme.example',
    '株式会社=商事',
    '{Acme}',
    '/n/ software',
  ])('of an organization called %s is found by it', (subject) => {
    const name = [
      ['O', subject],
      ['CN', 'x'],
    ].map(([name = '', text = '']) => [{ name, value: { text } }]);
    expect(deskOf(subject, canonical(name))).toBe('desk');
  });

  it('is asked for with a whole DN where it begins like one', () => {
    const cut = () => testConfig({ owners: [{ subject: 'C=JP,O=Very Long…', name: 'x', contact: 'y' }] });
    expect(cut).toThrow(/owners\.0\.subject.*this was cut where it says/);
  });

  it('is asked for with a selector', () => {
    expect(() => testConfig({ owners: [{ name: 'x', contact: 'y' }] })).toThrow(
      /expected a scope, an issuerDn or a subject/,
    );
  });
});
