/** Which key usages a client certificate may have: it signs the handshake, or agrees on a key. */

import { expect, it } from 'vitest';
import { english } from '../../shared/model/phrases.js';
import { clientProblems } from '../../shared/x509/rules.js';
import { ca, leaf } from '../support/certificates.js';

const root = ca({ subject: 'C=US,O=Known,CN=Known Root', key: 'ec-a' });

it.each<[readonly string[] | null, boolean]>([
  [null, true],
  [['digitalSignature'], true],
  [['keyAgreement'], true],
  [['keyEncipherment', 'keyAgreement'], true],
  [['digitalSignature', 'keyCertSign'], true],
  [['keyEncipherment'], false],
  [['nonRepudiation'], false],
  [['dataEncipherment'], false],
  [['keyCertSign', 'cRLSign'], false],
])('key usage %j: %s', (keyUsage, isAllowed) => {
  const { certificate } = leaf({ subject: 'C=US,O=Known,CN=client', key: 'ec-c', issuer: root, keyUsage });
  const problems = clientProblems(certificate, Date.UTC(2026, 10, 20)).filter(
    ({ code }) => code === 'unsupported-purpose',
  );
  expect(problems.map((problem) => 'detail' in problem && english(problem.detail))).toEqual(
    isAllowed ? [] : [`key usage: ${keyUsage?.join(', ')}`],
  );
});
