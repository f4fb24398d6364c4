/** What people paste for an issuer: every spelling is the issuer of the logs, or is refused with what it lost. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../shared/config/settings.js';
import { policyFor } from '../../shared/detect/detect.js';
import { canonicalDn } from '../../shared/x509/dn.js';
import { typedDn } from '../../shared/x509/typed-dn.js';
import { anyText } from '../support/any-text.js';
import { ISSUER, LOST, SPELLINGS } from '../support/typed-names.js';

describe('an issuer as it is pasted', () => {
  it.each(Object.entries(SPELLINGS))('%s', (_, text) => {
    expect(typedDn(text)).toEqual({ kind: 'dn', dn: ISSUER });
  });

  it('there are 40 of them', () => expect(Object.keys(SPELLINGS).length).toBeGreaterThanOrEqual(40));

  it.each(LOST)('%s is refused', (text, because) => {
    expect(typedDn(text)).toEqual({ kind: 'lossy', because: expect.stringContaining(because) });
  });

  it('a pattern may hold ? where a letter stands', () => {
    expect(typedDn('CN=Kunden-CA, O=M?ller', true)).toEqual({ kind: 'dn', dn: 'O=M?ller,CN=Kunden-CA' });
  });

  it('what comes out goes in again, and nothing throws', () => {
    const name = fc.oneof(
      anyText(),
      anyText().map((text) => `O=${text},CN=x`),
      fc.constantFrom(...Object.values(SPELLINGS)),
    );
    fc.assert(
      fc.property(name, (text) => {
        const typed = typedDn(text);
        if (typed.kind === 'dn') expect(typedDn(typed.dn)).toEqual(typed);
      }),
    );
  });
});

describe('in the settings', () => {
  const settings = (issuerDn: string) =>
    parseConfig(
      {
        runbooks: {
          baseUrl: 'https://wiki.bank.example',
          overrides: [{ issuerDn, url: 'https://wiki.bank.example/x' }],
        },
        detection: { overrides: [{ issuerDn, floor: 77 }] },
      },
      'here',
    );

  it.each(Object.entries(SPELLINGS))('%s overrides the thresholds and the runbook of the group', (_, text) => {
    const { detection, runbooks } = settings(text);
    expect(policyFor({ scope: 'a', issuerDn: ISSUER, reason: 'expired' }, detection).floor).toBe(77);
    expect(runbooks.overrides[0]?.issuerDn).toBe(ISSUER);
    const loud = ISSUER.toUpperCase();
    expect(policyFor({ scope: 'a', issuerDn: loud, reason: 'expired' }, detection).floor).toBe(77);
  });

  it.each(LOST)('%s stops with what it lost', (text, because) => {
    expect(() => settings(text)).toThrow(because);
  });

  it('names that stand for several issuers stay, and parsing again changes nothing', () => {
    for (const name of ['unknown', '(other issuers)', ISSUER]) {
      expect(settings(name).detection.overrides[0]?.issuerDn).toBe(name);
    }
    const once = settings(Object.values(SPELLINGS)[0] ?? '');
    expect(parseConfig(JSON.parse(JSON.stringify(once)), 'again')).toEqual(once);
  });

  it('the example of docs/detection.md means the issuer of the logs', () => {
    const { detection } = settings('CN=Partner CA,O=Partner');
    const issuerDn = canonicalDn('/O=Partner/CN=Partner CA');
    expect(policyFor({ scope: 'a', issuerDn, reason: 'expired' }, detection).floor).toBe(77);
  });
});
