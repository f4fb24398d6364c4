/** Strangers never cost a partner what is kept of its certificates, nor its place among the issuers of a day. */

import { expect, it } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { OTHER_ISSUERS } from '../../shared/model/index.js';
import { ingest } from '../../shared/pipeline.js';
import { ca, leaf } from '../support/certificates.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch, T0 } from '../support/logs.js';
import { testWorld } from '../support/world.js';

const DN = 'C=US,O=Acme,CN=Acme CA';
const acme = ca({ subject: DN, key: 'ec-a' });
const other = ca({ subject: 'CN=Other', key: 'ec-b' });

/** A domain whose truststore lost the partner's CA. */
function world() {
  const versionOf = (text: string, version: string) => ({ text, version, versionId: version, modifiedAt: T0 });
  const truststores = {
    read: async () => versionOf(other.pem, 'now'),
    earlier: async () => [versionOf(acme.pem + other.pem, 'before')],
  };
  return Object.assign(testWorld({ truststores: { '*': 's3://truststores/all.pem' } }), { truststores });
}

it("keeps a partner's certificate, whatever stands in front of it in the batch", async () => {
  const at = world();
  const kept: string[] = [];
  at.stores.certificates.save = async (certificates) => {
    kept.push(...[...certificates.values()].slice(0, limits.certificatesPerBatchMax));
  };
  const made = Array.from({ length: limits.certificatesPerBatchMax + 5 }, (_, n) => {
    const issuerDn = n % 2 === 0 ? 'CN=made up' : `CN=made up ${n}`;
    const { pem } = leaf({ subject: `CN=${n}`, key: 'ec-c', issuer: ca({ subject: issuerDn, key: 'ec-f' }) });
    return { issuerDn, pem };
  });
  const own = { issuerDn: DN, pem: leaf({ subject: 'O=Acme,CN=edi', key: 'ec-c', issuer: acme }).pem };
  const records = [...made, own].map(({ issuerDn, pem }, n) =>
    accessEvent({ n, issuerDn }, { 'identity.clientCert.clientCertPem': pem }),
  );
  await ingest(accessBatch(records), at);
  expect(kept).toHaveLength(limits.certificatesPerBatchMax);
  expect(kept[0]?.replace(/\s/g, '')).toBe(own.pem.replace(/\s/g, ''));
  // One of each issuer comes before the second of any.
  for (const { issuerDn, pem } of made) {
    const isKept = kept.some((one) => one.replace(/\s/g, '') === pem.replace(/\s/g, ''));
    if (issuerDn !== 'CN=made up') expect(isKept).toBe(true);
  }
});

it("keeps a partner's certificate before those that only use its name", async () => {
  const at = world();
  const kept: string[] = [];
  at.stores.certificates.save = async (certificates) => {
    kept.push(...[...certificates.values()].slice(0, limits.certificatesPerBatchMax));
  };
  const mimic = ca({ subject: DN, key: 'ec-f' });
  const made = Array.from({ length: limits.certificatesPerBatchMax + 5 }, (_, n) =>
    leaf({ subject: `CN=${n}`, key: 'ec-c', issuer: mimic }),
  );
  const own = leaf({ subject: 'O=Acme,CN=edi', key: 'ec-c', issuer: acme });
  const stranger = leaf({ subject: 'CN=x', key: 'ec-c', issuer: ca({ subject: 'CN=made up', key: 'ec-f' }) });
  const records = [stranger, ...made, own].map(({ pem }, n) =>
    accessEvent({ n, issuerDn: DN }, { 'identity.clientCert.clientCertPem': pem }),
  );
  await ingest(accessBatch(records), at);
  const plain = (pem: string | undefined) => pem?.replace(/\s/g, '');
  expect(plain(kept[0])).toBe(plain(own.pem));
  expect(kept.map(plain)).not.toContain(plain(stranger.pem));
});

it('counts a partner by name that the truststore lost, after all places of the day are taken', async () => {
  const at = world();
  const refuse = async (issuerDns: readonly string[], from: number) => {
    const refusals = issuerDns.map((issuerDn, index) => ({ n: from + index, issuerDn }));
    await ingest(executionBatch(refusals.map((one) => denialAsOneEvent(one))), at);
    return (await ingest(accessBatch(refusals.map((one) => accessEvent(one))), at)).facts;
  };
  await refuse(
    Array.from({ length: limits.issuersPerScopeMax }, (_, n) => `CN=made up ${n}`),
    0,
  );
  const facts = await refuse(['CN=one too many', DN], 5_000);
  expect(facts.map(({ group }) => group.issuerDn).sort()).toEqual([OTHER_ISSUERS, DN].sort());
});
