/** Path building against an oracle that knows no bounds and forgets nothing: it tries every order of certificates. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import type { Certificate } from '../../shared/x509/certificate.js';
import { diagnose } from '../../shared/x509/diagnose.js';
import { findTrustedPath, nearestAttempt, pathProblems, startSearch } from '../../shared/x509/paths.js';
import { clientProblems, issuerProblems } from '../../shared/x509/rules.js';
import { checkSignature } from '../../shared/x509/signature.js';
import { isSelfSigned, parseTruststore, truststoreOf } from '../../shared/x509/truststore.js';
import { AT, ca, days, extension, general, leaf } from '../support/certificates.js';
import { bool, integer, sequence } from '../support/der-writer.js';

const NAMES = ['CN=A', 'CN=B', 'CN=C'];
const KEYS = ['ec-a', 'ec-b', 'ec-d'];

/** One CA of a random truststore: who it is, who signed it, and what is wrong with it. */
const edge = fc.record({
  subject: fc.nat(2),
  key: fc.nat(2),
  issuer: fc.nat(2),
  issuerKey: fc.nat(2),
  selfSigned: fc.boolean(),
  flaw: fc.constantFrom('none', 'none', 'none', 'none', 'expired', 'not-ca', 'path-length', 'names'),
  keyIds: fc.boolean(),
});
type Edge = typeof edge extends fc.Arbitrary<infer T> ? T : never;

const made = new Map<string, Certificate>();

function build(one: Edge): Certificate {
  const id = JSON.stringify(one);
  const known = made.get(id);
  if (known !== undefined) return known;
  const { subject, key, issuer, issuerKey, selfSigned, flaw, keyIds } = one;
  const certificate = ca({
    subject: NAMES[subject]!,
    key: KEYS[key]!,
    keyIds,
    ...(selfSigned ? {} : { issuer: ca({ subject: NAMES[issuer]!, key: KEYS[issuerKey]! }) }),
    ...(flaw === 'expired' ? { notBefore: AT - days(9), notAfter: AT - days(1) } : {}),
    ...(flaw === 'not-ca' ? { ca: false } : {}),
    ...(flaw === 'path-length' ? { pathLength: 0 } : {}),
    ...(flaw === 'names' ? { excluded: [general.directory('CN=client')] } : {}),
  }).certificate;
  made.set(id, certificate);
  return certificate;
}

/** Whether any path of at most four CAs is without fault; straight from the rules, without memory. */
function oracle(client: Certificate, store: readonly Certificate[]): boolean {
  const extend = (path: readonly Certificate[]): boolean => {
    const last = path.at(-1)!;
    if (path.length === limits.chainCasMax + 1) return false;
    return store.some((next) => {
      if (next.subjectKey !== last.issuerKey || checkSignature(last, next, new Map()).kind !== 'valid') return false;
      const anchor = isSelfSigned(next);
      if (issuerProblems(next, AT, anchor).length > 0 || path.includes(next)) return false;
      const longer = [...path, next];
      return anchor ? pathProblems(longer, 4).length === 0 : extend(longer);
    });
  };
  return clientProblems(client, AT).length === 0 && extend([client]);
}

describe('random truststores with loops, branches and flaws', () => {
  const stores = fc.array(edge, { minLength: 1, maxLength: 9 });
  const below = fc.tuple(fc.nat(2), fc.nat(2));
  let trusted = 0;

  test('are trusted exactly when a sound path exists', () => {
    fc.assert(
      fc.property(stores, below, (edges, [issuer, key]) => {
        const client = leaf({
          subject: 'CN=client',
          key: 'ec-c',
          issuer: ca({ subject: NAMES[issuer]!, key: KEYS[key]! }),
        }).certificate;
        const store = [...new Set(edges.map(build))];
        const truststore = truststoreOf(store);
        const diagnosis = diagnose(client, truststore, AT);
        expect(diagnosis.verdict === 'trusted').toBe(oracle(client, store));
        expect(diagnosis.verdict === 'trusted').toBe(findTrustedPath(startSearch(truststore, AT), client) !== null);
        if (diagnosis.verdict === 'trusted') trusted++;
        else {
          // The reason is a finding of its own, and nothing but the search's bound makes a refusal without one.
          expect(
            diagnosis.findings.some(({ code, severity }) => code === diagnosis.reason && severity === 'error'),
          ).toBe(true);
          expect(nearestAttempt(startSearch(truststore, AT), client).path[0]).toBe(client);
        }
      }),
      { numRuns: 300 },
    );
    // About sixty, by chance.
    expect(trusted).toBeGreaterThan(10);
  });
});

describe('what is explained when several things are wrong', () => {
  const root = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'ec-a' });
  const issuing = { subject: 'C=US,O=Acme,CN=Acme Issuing CA', key: 'ec-b', issuer: root };
  const client = leaf({ subject: 'CN=client', key: 'ec-c', issuer: ca(issuing) }).certificate;
  const reason = (...store: ReturnType<typeof ca>[]) =>
    diagnose(client, truststoreOf(store.map(({ certificate }) => certificate)), AT).reason;
  const expired = ca({ ...issuing, notBefore: AT - days(9), notAfter: AT - days(1) });
  const zeta = ca({ subject: 'C=US,O=Zeta,CN=Zeta Root CA', key: 'ec-d' });
  const cross = ca({ ...issuing, issuer: zeta });

  test('a path that is complete comes before one that breaks off', () => {
    expect(reason(root, expired, cross)).toBe('issuer-expired');
  });

  test('the path with the fewest faults is the one to mend', () => {
    const both = ca({ ...issuing, notBefore: AT - days(9), notAfter: AT - days(1), hash: 'sha1', serial: '55' });
    const { findings } = diagnose(
      client,
      truststoreOf([root, both, expired].map(({ certificate }) => certificate)),
      AT,
    );
    expect(findings.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual(['issuer-expired']);
  });

  test('without key identifiers a CA of its own name passes for a root, as for OpenSSL', () => {
    const oldKey = ca({ subject: 'CN=R', key: 'ec-a', keyIds: false });
    const newWithOld = ca({ subject: 'CN=R', key: 'ec-b', issuer: oldKey, keyIds: false });
    const below = leaf({ subject: 'CN=client', key: 'ec-c', issuer: newWithOld, keyIds: false }).certificate;
    expect(diagnose(below, truststoreOf([newWithOld.certificate]), AT).verdict).toBe('trusted');
  });

  test('with key identifiers a certificate signed by its own old key is no root', () => {
    const oldKey = ca({ subject: 'CN=R', key: 'ec-a' });
    const newWithOld = ca({ subject: 'CN=R', key: 'ec-b', issuer: oldKey });
    const below = leaf({ subject: 'CN=client', key: 'ec-c', issuer: newWithOld }).certificate;
    expect(diagnose(below, truststoreOf([newWithOld.certificate]), AT).verdict).toBe('refused');
    expect(diagnose(below, truststoreOf([newWithOld.certificate, oldKey.certificate]), AT).verdict).toBe('trusted');
  });

  test('a CA that was of no use above one certificate is tried again above another', () => {
    const strict = ca({ subject: 'CN=R', key: 'ec-a', excluded: [general.dns('bad.example')] });
    const middle = ca({ subject: 'CN=M', key: 'ec-b', issuer: strict });
    const bad = ca({ subject: 'CN=N', key: 'ec-d', issuer: middle, dnsNames: ['bad.example'] });
    const good = ca({ subject: 'CN=N', key: 'ec-d', issuer: middle, serial: '44' });
    const below = leaf({ subject: 'CN=client', key: 'ec-c', issuer: good }).certificate;
    const store = [strict, middle, bad, good].map(({ certificate }) => certificate);
    expect(diagnose(below, truststoreOf(store), AT).verdict).toBe('trusted');
    expect(diagnose(below, truststoreOf(store.slice(0, 3)), AT)).toMatchObject({ reason: 'name-constraint-violated' });
  });

  test('a self-signed client with the name and key of a root is still not that root', () => {
    const mimic = leaf({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'ec-a', serial: '66' }).certificate;
    expect(diagnose(mimic, truststoreOf([root.certificate]), AT).reason).toBe('self-signed');
  });

  test('all that is wrong with the client is told as well', () => {
    const bad = leaf({
      subject: 'CN=client',
      key: 'rsa-1024',
      issuer: ca(issuing),
      notBefore: AT - days(9),
      notAfter: AT - days(1),
    }).certificate;
    const { findings } = diagnose(bad, truststoreOf([]), AT);
    expect(findings.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual([
      'issuer-missing',
      'weak-key',
      'expired',
    ]);
  });

  test('blocks that nobody can read are named where an issuer is missing', () => {
    const text = `${root.pem}-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n`;
    const [finding] = diagnose(client, parseTruststore(text), AT).findings;
    expect(finding).toMatchObject({
      code: 'intermediate-missing',
      evidence: expect.arrayContaining([expect.stringContaining(`line ${root.pem.split('\n').length}`)]),
    });
  });

  test('a CA that only bears the right name is not to be taken from the client', () => {
    const forged = ca({ subject: issuing.subject, key: 'ec-f' });
    const mimic = leaf({ subject: 'CN=client', key: 'ec-c', issuer: forged, keyIds: false }).certificate;
    const store = truststoreOf([root.certificate, ca(issuing).certificate]);
    const [finding] = diagnose(mimic, store, AT, [forged.certificate]).findings;
    expect(finding?.code).toBe('issuer-rekeyed');
    expect(finding?.remedy).toContain('never from the client');
  });

  test('the key of a client that nobody verified is its claim, and nothing to put into the truststore', () => {
    const forged = ca({ subject: issuing.subject, key: 'ec-f' });
    const mimic = leaf({ subject: 'CN=client', key: 'ec-c', issuer: forged }).certificate;
    for (const store of [[root.certificate, ca(issuing).certificate], [root.certificate]]) {
      const [finding] = diagnose(mimic, truststoreOf(store), AT).findings;
      expect(finding?.remedy).toMatch(/^(Ask the CA|Decide whether|If clients of)/);
      expect(finding?.remedy).toMatch(/\(the client claims the key identifier [\dA-F:]+\)/);
      expect(finding?.evidence).toContainEqual(expect.stringMatching(/^claims to be signed with the key/));
    }
  });

  test('a path length limit of any size is a limit', () => {
    const wide = ca({
      subject: 'CN=Wide',
      key: 'ec-a',
      basicConstraints: false,
      extensions: [limit(integer('7fffffffffffffffffffffff'))],
    });
    const negative = ca({
      subject: 'CN=Wide',
      key: 'ec-a',
      basicConstraints: false,
      extensions: [limit(Buffer.from([2, 1, 0xff]))],
    });
    const below = leaf({ subject: 'CN=client', key: 'ec-c', issuer: wide }).certificate;
    expect(diagnose(below, truststoreOf([wide.certificate]), AT).verdict).toBe('trusted');
    expect(diagnose(below, truststoreOf([negative.certificate]), AT)).toMatchObject({
      reason: 'malformed',
      path: ['CN=client', 'CN=Wide'],
    });
  });
});

function limit(value: Uint8Array): Uint8Array {
  return extension('2.5.29.19', sequence(bool(true), value), true);
}
