import { describe, expect, it } from 'vitest';
import { ownerIn } from '../../shared/config/owners.js';
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

  it('is asked for with a selector', () => {
    expect(() => testConfig({ owners: [{ name: 'x', contact: 'y' }] })).toThrow(
      /expected a scope, an issuerDn or a subject/,
    );
  });
});
