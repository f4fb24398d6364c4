/** A reason that was inferred from the certificate is never given as the gateway's own words. */

import { expect, it } from 'vitest';
import { diagnoseClients } from '../../shared/diagnosis/diagnosis.js';
import type { Fact, GroupKey } from '../../shared/model/index.js';
import { ca, leaf } from '../support/certificates.js';
import { T0 } from '../support/logs.js';
import { testWorld } from '../support/world.js';

const issuerDn = 'C=US,O=Acme,CN=Acme CA';
const acme = ca({ subject: issuerDn, key: 'ec-a' });
const mimic = ca({ subject: issuerDn, key: 'ec-f' });
const group: GroupKey = { scope: 'api.bank.example', issuerDn, reason: 'issuer-not-found' };
const clients = [{ subjectDn: 'O=Acme,CN=edi', serialNumber: '1', fingerprint: 'print', sourceIps: [], count: 10 }];

it.each([
  ['of all', 10, false],
  ['of some', 4, true],
  ['of none', 0, true],
] as const)('inferred %s: %i of 10', async (_, inferred, isSaid) => {
  const world = Object.assign(testWorld({ truststores: { '*': 's3://truststores/all.pem' } }), {
    truststores: {
      read: async () => ({ text: acme.pem, version: 'inferred', versionId: 'v1', modifiedAt: T0 - 86_400_000 }),
      earlier: async () => [],
    },
  });
  const { pem } = leaf({ subject: 'O=Acme,CN=edi', key: 'ec-c', issuer: mimic });
  await world.stores.certificates.save(new Map([['print', pem]]));
  const [at, minute] = [T0, Math.floor(T0 / 60_000)];
  const counts = { group, requests: 10, count: 10, unattributed: 0, inferred, reasonText: '', clients };
  const facts: Fact[] = [{ ...counts, minute, batchId: 'b', firstAt: at, lastAt: at }];
  const { verdict } = await diagnoseClients(clients, group, facts, world);
  expect(verdict?.verdict).toBe('refused');
  expect(JSON.stringify(verdict).includes('the gateway refused it with')).toBe(isSaid);
});
