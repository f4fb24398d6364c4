/** Certificates and bundles that are made to hurt: what they cost is counted, not timed. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { findingCodes } from '../../shared/model/finding-codes.js';
import { auditTruststore } from '../../shared/x509/audit.js';
import { type Certificate, parseCertificate } from '../../shared/x509/certificate.js';
import { diagnose } from '../../shared/x509/diagnose.js';
import { checkNameConstraints } from '../../shared/x509/name-constraints.js';
import { findTrustedPath, nearestAttempt, startSearch } from '../../shared/x509/paths.js';
import { pemOf } from '../../shared/x509/pem.js';
import { parseTruststore, truststoreOf } from '../../shared/x509/truststore.js';
import { AT, ca, days, encode, general, type Issued, issue, leaf } from '../support/certificates.js';

const root = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'ec-a' });
const client = leaf({ subject: 'C=US,O=Partner,CN=client', key: 'ec-c', issuer: root });

const MESH = 100;
const KEYS = ['ec-a', 'ec-b', 'ec-c', 'ec-d', 'ec-e', 'ec-f'];

/** `MESH` CAs that all signed each other, without a root; the client hangs below the first. */
function mesh(): { bundle: Certificate[]; bottom: Certificate; cas: Issued[] } {
  const cas = Array.from({ length: MESH }, (_, at) => ca({ subject: `CN=Mesh ${at}`, key: KEYS[at % KEYS.length]! }));
  const bundle = cas.flatMap((subject, at) =>
    cas
      .filter((issuer) => issuer !== subject)
      .map((issuer) => ca({ subject: `CN=Mesh ${at}`, key: KEYS[at % KEYS.length]!, issuer }).certificate),
  );
  return { bundle, bottom: leaf({ subject: 'CN=client', key: 'ec-b', issuer: cas[0]! }).certificate, cas };
}

describe('a mesh of 100 CAs that all signed each other', () => {
  const { bundle, bottom, cas } = mesh();
  const truststore = truststoreOf(bundle);

  test('without a root is refused, and no signature is checked twice', () => {
    const search = startSearch(truststore, AT);
    expect(findTrustedPath(search, bottom)).toBeNull();
    expect(search.work.exhausted).toBe(false);
    const again = startSearch(truststore, AT);
    expect(nearestAttempt(again, bottom).complete).toBe(false);
    expect(search.work.signatureChecks + again.work.signatureChecks).toBeLessThanOrEqual(bundle.length + 2);
    expect(again.work.steps).toBeLessThanOrEqual(limits.pathStepsMax + 1);
    const { verdict, reason } = diagnose(bottom, truststore, AT);
    expect({ verdict, reason }).toEqual({ verdict: 'refused', reason: 'issuer-missing' });
  });

  test('with one root far away is trusted, at the price of the way there', () => {
    const search = startSearch(truststoreOf([...bundle, cas[7]!.certificate]), AT);
    const path = findTrustedPath(search, bottom);
    expect([path?.[0]?.subjectDn, path?.[1]?.subjectDn, path?.at(-1)?.subjectDn]).toEqual([
      'CN=client',
      'CN=Mesh 0',
      'CN=Mesh 7',
    ]);
    expect(search.work.signatureChecks).toBeLessThan(4 * MESH);
  });

  test('is audited', () => {
    const { findings } = auditTruststore(truststore, AT, days(30));
    expect(findings.filter(({ code }) => code === 'two-issuers').length).toBe(bundle.length);
  });
});

test('path constraints that only the whole path shows do not make the search explode', () => {
  // Each level has 30 certificates of one subject; every path is complete and breaks the root's name constraints.
  const tight = ca({ subject: 'CN=R', key: 'ec-a', excluded: [general.directory('CN=client')] });
  const upper = Array.from({ length: 30 }, (_, at) =>
    ca({ subject: 'CN=U', key: 'ec-b', issuer: tight, serial: `10${at + 10}` }),
  );
  const lower = Array.from({ length: 30 }, (_, at) =>
    ca({ subject: 'CN=L', key: 'ec-d', issuer: upper[0]!, serial: `20${at + 10}` }),
  );
  const bottom = leaf({ subject: 'CN=client', key: 'ec-c', issuer: lower[0]! }).certificate;
  const search = startSearch(truststoreOf([tight, ...upper, ...lower].map(({ certificate }) => certificate)), AT);
  expect(findTrustedPath(search, bottom)).toBeNull();
  expect(search.work.steps).toBeLessThanOrEqual(30 + 30 * 30 + 30 * 30);
  expect(search.work.signatureChecks).toBeLessThanOrEqual(62);
});

test('a bundle of 10,000 certificates is read, and more are not', () => {
  // One signature serves all: what differs is the number, and nobody relies on an anchor's own signature.
  const template = Buffer.from(ca({ subject: 'CN=Root', key: 'ec-a', serial: '7000000000000000' }).der);
  const at = template.indexOf('7000000000000000', 0, 'hex');
  const pems = Array.from({ length: limits.truststoreBlocksMax + 1 }, (_, number) => {
    const bytes = Uint8Array.from(template);
    new DataView(bytes.buffer).setUint32(at + 4, number);
    return pemOf(bytes);
  });
  const truststore = parseTruststore(pems.join(''));
  expect(truststore.certificates.length).toBe(limits.truststoreBlocksMax);
  expect(truststore.truncated).toBe(true);
  const search = startSearch(truststore, AT);
  expect(findTrustedPath(search, client.certificate)).toBeNull();
  // All have one key, so one signature speaks for all of them.
  expect(search.work.signatureChecks).toBe(0);
  const below = leaf({
    subject: 'CN=client',
    key: 'ec-c',
    issuer: ca({ subject: 'CN=Root', key: 'ec-b', keyIds: false }),
    keyIds: false,
  });
  expect(diagnose(below.certificate, truststore, AT).reason).toBe('issuer-rekeyed');
});

test('10,000 CAs of one name with different keys end the search at its bound', () => {
  const certificates = Array.from({ length: limits.truststoreBlocksMax }, (_, number): Certificate => {
    const spki = Uint8Array.from(root.certificate.publicKey.spki);
    new DataView(spki.buffer).setUint32(spki.length - 8, number);
    const publicKey = { ...root.certificate.publicKey, spki };
    return changedCopy(root.certificate, { publicKey, fingerprint: `key ${number}`, subjectKeyId: `${number}` });
  });
  const search = startSearch(truststoreOf(certificates), AT);
  expect(findTrustedPath(search, client.certificate)).toBeNull();
  expect(search.work.signatureChecks).toBeLessThanOrEqual(limits.signatureChecksMax);
});

/** A certificate whose fields are read when asked for cannot be spread: each is looked up by name. */
function changedCopy(certificate: Certificate, changes: Partial<Certificate>): Certificate {
  return new Proxy(certificate, {
    get: (target, field) => {
      if (Object.hasOwn(changes, field)) return changes[field as keyof Certificate];
      return target[field as keyof Certificate];
    },
  });
}

describe('huge values', () => {
  test('a serial number of 2,000 octets', () => {
    const huge = leaf({ subject: 'CN=client', key: 'ec-c', issuer: root, serial: 'ab'.repeat(2000) });
    const diagnosis = diagnose(huge.certificate, truststoreOf([]), AT);
    expect(diagnosis.reason).toBe('issuer-missing');
    expect(JSON.stringify(diagnosis).length).toBeLessThan(4000);
  });

  test('an RSA key of 65,536 bits', () => {
    const modulus = Buffer.alloc(8192, 0xff);
    const spki = Buffer.from([
      ...Buffer.from(
        '3082201e300d06092a864886f70d0101010500038220' + '0b' + '00' + '30822006' + '02822001' + '00',
        'hex',
      ),
      ...modulus,
      ...Buffer.from('0203010001', 'hex'),
    ]);
    const huge = ca({ subject: 'CN=Huge', key: 'ec-a', spki: fixLengths(spki) });
    const below = leaf({ subject: 'CN=client', key: 'rsa-c', issuer: { ...huge, privateKey: root.privateKey } });
    const diagnosis = diagnose(
      changedCopy(below.certificate, {
        signatureAlgorithm: leaf({ subject: 'CN=x', key: 'rsa-a' }).certificate.signatureAlgorithm,
      }),
      truststoreOf([huge.certificate]),
      AT,
    );
    expect(diagnosis.verdict).toBe('refused');
  });

  test('a name of 60,000 characters', () => {
    const huge = leaf({ subject: `O=${'x'.repeat(60_000)},CN=client`, key: 'ec-c', issuer: root });
    expect(huge.certificate.subjectDn.length).toBeLessThanOrEqual(limits.dnCharsMax);
    expect(JSON.stringify(diagnose(huge.certificate, truststoreOf([root.certificate]), AT)).length).toBeLessThan(4000);
  });

  test('more names than constraints can be checked against', () => {
    const names = Array.from({ length: 1100 }, (_, at) => general.dns(`n${at}.example`));
    const issuing = ca({ subject: 'CN=Tight', key: 'ec-b', issuer: root, permitted: names });
    const many = issue({ subject: 'CN=many', key: 'ec-c', issuer: issuing, altNames: names });
    expect(checkNameConstraints(many.certificate, issuing.certificate.nameConstraints!, true)?.kind).toBe('too-many');
    expect(diagnose(many.certificate, truststoreOf([root.certificate, issuing.certificate]), AT).reason).toBe(
      'name-constraint-violated',
    );
  });

  test('a certificate larger than any', () => {
    const bytes = encode({
      subject: 'CN=big',
      key: 'ec-a',
      altNames: [general.dns('x'.repeat(limits.certificateBytesMax))],
    });
    expect(parseCertificate(bytes)).toMatchObject({ kind: 'malformed' });
  });
});

/** Sets the outer lengths of a hand-made SubjectPublicKeyInfo right. */
function fixLengths(spki: Buffer): Buffer {
  const key = spki.subarray(spki.indexOf('30822006', 0, 'hex'));
  key.writeUInt16BE(key.length - 4, 2);
  const body = Buffer.concat([Buffer.from([0]), key]);
  const bitString = Buffer.concat([Buffer.from([3, 0x82, body.length >> 8, body.length & 0xff]), body]);
  const algorithm = Buffer.from('300d06092a864886f70d0101010500', 'hex');
  const length = algorithm.length + bitString.length;
  return Buffer.concat([Buffer.from([0x30, 0x82, length >> 8, length & 0xff]), algorithm, bitString]);
}

describe('any change of a certificate', () => {
  const issuing = ca({ subject: 'C=US,O=Acme,CN=Acme Issuing CA', key: 'rsa-b', issuer: root });
  const good = leaf({ subject: 'C=US,O=Partner,CN=client', key: 'rsa-c', issuer: issuing });
  const codes: readonly string[] = findingCodes;
  const change = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 });

  function changed(bytes: Uint8Array, changes: readonly (readonly [number, number])[]): Uint8Array {
    const copy = Uint8Array.from(bytes);
    for (const [at, mask] of changes) copy[at % copy.length] = (copy[at % copy.length] ?? 0) ^ mask;
    return copy;
  }

  test('of the client is refused with a known code', () => {
    const truststore = truststoreOf([root.certificate, issuing.certificate]);
    fc.assert(
      fc.property(change, (changes) => {
        const bytes = changed(good.der, changes);
        const diagnosis = diagnose(parseCertificate(bytes), truststore, AT);
        const same = Buffer.compare(bytes, good.der) === 0;
        expect(diagnosis.verdict).toBe(same ? 'trusted' : 'refused');
        for (const { code, remedy } of diagnosis.findings) {
          expect(codes).toContain(code);
          expect(remedy).not.toMatch(/undefined|null|[\p{Cc}\p{Cf}]/u);
        }
      }),
      { numRuns: 800 },
    );
  });

  test('of the count of unused bits of its signature is refused', () => {
    const truststore = truststoreOf([root.certificate, issuing.certificate]);
    const at = good.der.length - good.certificate.signature.length - 1;
    for (let unused = 1; unused < 256; unused++) {
      const bytes = Uint8Array.from(good.der);
      bytes[at] = unused;
      expect(diagnose(parseCertificate(bytes), truststore, AT)).toMatchObject({ reason: 'malformed' });
    }
  });

  test('of the issuing CA never lets the client in by another key', () => {
    fc.assert(
      fc.property(change, (changes) => {
        const bytes = changed(issuing.der, changes);
        const text = pemOf(root.der) + pemOf(bytes);
        const { verdict, path } = diagnose(good.certificate, parseTruststore(text), AT);
        if (verdict === 'trusted') expect(Buffer.compare(bytes, issuing.der)).toBe(0);
        else expect(path[0]).toBe(good.certificate.subjectDn);
      }),
      { numRuns: 400 },
    );
  });
});
