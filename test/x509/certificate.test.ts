import { createPublicKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { diagnose } from '../../shared/x509/diagnose.js';
import { truststoreOf } from '../../shared/x509/truststore.js';
import { AT, ca, extension, keyOf, leaf } from '../support/certificates.js';
import * as der from '../support/der-writer.js';

const root = ca({ subject: 'C=US,O=Acme,CN=Root', key: 'ec-a' });
/** A key that is not on its curve: whether it made a signature cannot be checked. */
const brokenKey = new Uint8Array(createPublicKey(keyOf('ec-a')).export({ type: 'spki', format: 'der' }));
brokenKey[brokenKey.length - 1] = (brokenKey.at(-1) ?? 0) ^ 1;

test.each([
  ['key usage', { keyUsage: null, extensions: [extension('2.5.29.15', der.octets(Buffer.from([1])), true)] }],
  [
    'basic constraints',
    { basicConstraints: false, extensions: [extension('2.5.29.19', der.octets(Buffer.from([1])))] },
  ],
])('an extension that cannot be read is a defect of a certificate that can: %s', (_, spec) => {
  const { certificate } = leaf({
    subject: 'C=US,O=Acme,CN=client',
    key: 'ec-b',
    issuer: root,
    ...spec,
  });
  expect(certificate.subjectDn).toBe('C=US,O=Acme,CN=client');
  expect(certificate.defects).toHaveLength(1);
  expect(diagnose(certificate, truststoreOf([root.certificate]), AT).findings).toContainEqual(
    expect.objectContaining({ code: 'malformed', depth: 0 }),
  );
});

test.each([
  ['one value', [der.utf8('a')], 0],
  ['two values', [der.utf8('a'), der.utf8('b')], 1],
  ['no value', [], 1],
])('another name of the client holds one value: %s', (_, values, defects) => {
  const altNames = [der.context(0, der.oid('1.3.6.1.4.1.311.20.2.3'), der.context(0, ...values))];
  const { certificate } = leaf({ subject: 'C=US,O=Acme,CN=client', key: 'ec-b', issuer: root, altNames });
  expect(certificate.defects).toHaveLength(defects);
});

test('so is a key that cannot be read', () => {
  const spki = der.sequence(
    der.sequence(der.oid('1.2.840.113549.1.1.1'), der.nothing),
    der.bits(Buffer.from([1, 2, 3])),
  );
  const { certificate } = leaf({ subject: 'C=US,O=Acme,CN=client', key: 'ec-b', issuer: root, spki });
  expect(certificate.defects).toEqual([expect.stringMatching(/^public key: /)]);
  expect(certificate.issuerDn).toBe('C=US,O=Acme,CN=Root');
});

test.each([1, 2])(
  'a signature that cannot be checked is told at the certificate that bears it, with %i above it',
  (above) => {
    const unchecked = ca({ subject: 'C=US,O=Acme,CN=Unchecked', key: 'ec-a', spki: brokenKey });
    const issuing = ca({ subject: 'C=US,O=Acme,CN=Issuing', key: 'ec-c', issuer: unchecked });
    const { certificate } = leaf({
      subject: 'C=US,O=Acme,CN=client',
      key: 'ec-b',
      issuer: above === 1 ? unchecked : issuing,
    });
    const held = above === 1 ? [unchecked.certificate] : [issuing.certificate, unchecked.certificate];
    const { findings } = diagnose(certificate, truststoreOf(held), AT);
    const told = findings.filter(({ code }) => code === 'malformed');
    expect(told.map(({ depth }) => depth)).toEqual([above - 1]);
  },
);
