/** Which CA of a truststore is said to be similar to a missing one, and when a missing one stands below it. */

import { describe, expect, it } from 'vitest';
import { namesSubordinate, nearestRelative } from '../../shared/x509/related.js';
import { truststoreOf } from '../../shared/x509/truststore.js';
import { ca, leaf } from '../support/certificates.js';

/** A client whose issuer is missing, by the issuer's name. */
const childOf = (issuer: string) =>
  leaf({ subject: 'C=US,O=Client,CN=client', key: 'ec-c', issuer: ca({ subject: issuer, key: 'ec-b' }) }).certificate;
const held = (subject: string, key = 'ec-a') => ca({ subject, key });

function relationOf(missing: string, ...there: readonly string[]) {
  const store = truststoreOf(there.map((subject) => held(subject).certificate));
  const found = nearestRelative(childOf(missing), store, []);
  return found === null ? null : [found.how, found.held.certificate.subjectDn];
}

const SAME = 'same-organization';
const LATER = 'other-generation';

describe('a CA is similar to a missing one', () => {
  it.each([
    ['O=Acme,CN=Acme Issuing CA G2', 'O=Acme,CN=Acme Issuing CA G1', LATER],
    ['O=Acme,CN=Acme Issuing CA 2026', 'O=Acme,CN=Acme Issuing CA 2021', LATER],
    ['O=Acme,CN=Acme Issuing CA II', 'O=Acme,CN=Acme Issuing CA I', LATER],
    ['O=Acme,CN=Acme Issuing CA VIII', 'O=Acme,CN=Acme Issuing CA IV', LATER],
    ['O=Acme,CN=Acme Issuing CA IX', 'O=Acme,CN=Acme Issuing CA X', LATER],
    ['O=Acme,CN=Acme Issuing CA new', 'O=Acme,CN=Acme Issuing CA (old)', LATER],
    ['O=Acme,CN=Acme-Issuing-CA', 'O=Acme,CN=ACME issuing CA', LATER],
    ['O=Acme,CN=CA', 'O=Acme,CN=CA 2', LATER],
    ['O=Acme,CN=Acme Issuing CA XI', 'O=Acme,CN=Acme Issuing CA X', SAME],
    ['O=Acme,CN=Acme Issuing CA 20261', 'O=Acme,CN=Acme Issuing CA 2021', SAME],
    ['O=Acme,CN=Payments', 'O=Acme,CN=Logistics', SAME],
    ['O=Acme,CN=2', 'O=Acme,CN=1', SAME],
    ['O=acme,CN=x', 'O=ACME,CN=y', SAME],
    ['O=Acme,CN=Issuing CA', 'O=Globex,CN=Issuing CA', null],
    ['O=Acme,CN=Acme CA', 'CN=Acme CA', null],
    ['CN=Acme CA', 'O=Acme,CN=Acme CA', null],
    ['CN=Acme CA 2', 'CN=Acme CA 1', LATER],
    ['CN=Acme Payments CA', 'CN=Acme Root CA', SAME],
    ['CN=Issuing CA 2', 'CN=Issuing CA 1', null],
    ['CN=Test Root CA', 'CN=Test Client CA', null],
    ['CN=x CA', 'CN=x Root', null],
    ['OU=Acme Payments', 'OU=Acme Root', SAME],
    ['OU=Acme,CN=Payments CA', 'OU=Acme,CN=Logistics CA', null],
    ['DC=example,DC=acme,CN=Payments', 'DC=example,DC=acme,CN=Logistics', SAME],
    ['DC=example,DC=acme,CN=Payments', 'DC=example,DC=globex,CN=Logistics', null],
    ['O=Acme,DC=example,CN=Payments', 'DC=example,CN=Logistics', null],
    ['C=US', 'C=US', null],
  ])('%s and %s: %s', (missing, there, how) => {
    expect(relationOf(missing, there)).toEqual(how === null ? null : [how, expect.stringContaining('=')]);
  });

  const GENERIC =
    'and authority ca cas certificate certificates certification class cert client clients device devices ecc ev for intermediate internal issuer issuing level network of partner policy primary private public root rsa secure server service services sha256 signing sub subordinate test the tls trust';
  it.each(GENERIC.split(' '))('by no word that most of them have: %s', (word) => {
    expect(relationOf(`CN=${word}`, `CN=${word}`)).toBeNull();
    expect(relationOf(`CN=${word} Acme`, `CN=${word} Globex`)).toBeNull();
    expect(relationOf(`CN=${word} Acme`, `CN=Acme ${word}`)).toEqual([SAME, `CN=Acme ${word}`]);
  });

  it('most of all by its key, then by its generation, then as a root', () => {
    const [first, second, third] = ['O=Acme,CN=Logistics', 'O=Acme,CN=Payments 1', 'O=Acme,CN=Payments 2'] as const;
    expect(relationOf('O=Acme,CN=Payments 3', first, second, third)).toEqual([LATER, second]);
    expect(relationOf('O=Acme,CN=Payments 3', second, first)).toEqual([LATER, second]);
    const root = held(first);
    const below = ca({ subject: 'O=Acme,CN=Other', key: 'ec-d', issuer: root });
    const child = childOf('O=Acme,CN=Payments');
    for (const order of [
      [below, root],
      [root, below],
    ]) {
      const store = truststoreOf(order.map(({ certificate }) => certificate));
      expect(nearestRelative(child, store, [])?.held.certificate.subjectDn).toBe(first);
      expect(nearestRelative(child, store, [root.certificate])?.held.certificate.subjectDn).toBe('O=Acme,CN=Other');
    }
    const renamed = truststoreOf([root.certificate, held('O=Globex,CN=Renamed', 'ec-b').certificate]);
    expect(nearestRelative(child, renamed, [])).toMatchObject({ how: 'same-key' });
  });

  it('by no key, where neither certificate tells its key', () => {
    const [there, missing] = ['O=Globex,CN=x', 'O=Acme,CN=y'].map((subject) =>
      ca({ subject, key: 'ec-a', keyIds: false }),
    );
    if (there === undefined || missing === undefined) throw new Error('expected two');
    const child = leaf({ subject: 'CN=client', key: 'ec-c', issuer: missing, keyIds: false }).certificate;
    expect([child.authorityKeyId, there.certificate.subjectKeyId]).toEqual([null, null]);
    expect(nearestRelative(child, truststoreOf([there.certificate]), [])).toBeNull();
  });

  it('although it says nothing of what it may be used for', () => {
    const old = ca({ subject: 'O=Acme,CN=Payments 1', key: 'ec-a', basicConstraints: false });
    const store = truststoreOf([old.certificate]);
    expect(nearestRelative(childOf('O=Acme,CN=Payments 2'), store, [])).toMatchObject({ how: LATER });
  });

  it('only if it may be a CA', () => {
    const client = leaf({ subject: 'O=Acme,CN=Payments 1', key: 'ec-a', issuer: held('O=Globex,CN=Root') });
    expect(client.certificate.basicConstraints?.ca ?? false).toBe(false);
    const child = childOf('O=Acme,CN=Payments 2');
    const found = nearestRelative(child, truststoreOf([client.certificate]), []);
    expect(found).toEqual(client.certificate.basicConstraints?.ca === false ? null : expect.anything());
  });
});

describe('a missing CA stands below one of the truststore', () => {
  const stands = (missing: string, there = 'O=Acme,CN=Acme Root CA', ...others: readonly string[]) => {
    const root = held(there);
    const issued = others.map((subject) => ca({ subject, key: 'ec-d', issuer: root }));
    const store = truststoreOf([root, ...issued].map(({ certificate }) => certificate));
    return namesSubordinate(childOf(missing).issuerRdns, root.certificate, store);
  };

  it.each('ica intermediate issuer issuing level sub subca subordinate'.split(' '))(
    'if it calls itself so: %s, and not a root',
    (word) => {
      expect(stands(`O=Acme,CN=Acme ${word}`)).toBe(true);
      expect(stands(`O=Acme,CN=Acme ${word} root`)).toBe(false);
      expect(stands(`O=Acme,CN=Acme ${word}s`)).toBe(false);
    },
  );

  it.each(
    'acceptance demo dev development devel int integration lab nonprod preprod preproduction qa sandbox stage staging stg test testing tst uat'.split(
      ' ',
    ),
  )('if both are of the same environment: %s', (word) => {
    expect(stands(`O=Acme,CN=Acme Issuing CA ${word}`)).toBe(false);
    expect(stands(`O=Acme,CN=Acme Issuing CA ${word}`, `O=Acme,CN=Acme ${word} Root`)).toBe(true);
  });

  it('unless the truststore has another of the organization that is no root', () => {
    expect(stands('O=Acme,CN=Acme Issuing CA', undefined, 'O=Acme,CN=Acme Other CA')).toBe(false);
    expect(stands('O=Acme,CN=Acme Issuing CA', undefined, 'O=Globex,CN=Other CA')).toBe(true);
  });
});
