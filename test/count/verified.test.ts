/** Whether a CA of the issuer's name signed a certificate decides in which group its refusal counts, once and for all. */

import { describe, expect, it } from 'vitest';
import { createStoresOn } from '../../shared/adapters/dynamodb/index.js';
import { createMemoryStores } from '../../shared/adapters/memory/index.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { groupId } from '../../shared/model/group-id.js';
import type { GroupKey } from '../../shared/model/index.js';
import { ingest, sweep } from '../../shared/pipeline.js';
import type { TruststoreSource } from '../../shared/ports/truststore.js';
import { ca, type Issued, leaf, SERVER_AUTH } from '../support/certificates.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch, T0 } from '../support/logs.js';
import { createMemoryTable } from '../support/memory-table.js';
import { testWorld } from '../support/world.js';

const DN = 'C=US,O=Acme,CN=Acme CA';
const acme = ca({ subject: DN, key: 'ec-a' });
const before = ca({ subject: DN, key: 'ec-b' });
const mimic = ca({ subject: DN, key: 'ec-f' });
const other = ca({ subject: 'CN=Other', key: 'ec-d' });
const signedBy = (issuer: Issued, spec: object = {}) => leaf({ subject: 'CN=edi', key: 'ec-c', issuer, ...spec }).pem;

/** With another last arc in the name of the algorithm, twice: ecdsa-with-SHA256 becomes something that nobody knows. */
function ofNoKnownAlgorithm(pem: string): string {
  const der = Buffer.from(pem.replace(/-----.*?-----/g, ''), 'base64').toString('hex');
  const odd = der.replaceAll('06082a8648ce3d040302', '06082a8648ce3d040379');
  return `-----BEGIN CERTIFICATE-----\n${Buffer.from(odd, 'hex').toString('base64')}\n-----END CERTIFICATE-----\n`;
}

const versionOf = (text: string) => ({ text, version: text, versionId: text.slice(-90, -60), modifiedAt: T0 });
const unreadable = () => Promise.reject(new MtlsWatchError('truststore-unreadable', 'no access', { retryable: true }));
const truststore = (now: string | null, ...earlier: readonly string[]): TruststoreSource => ({
  read: async () => (now === null ? unreadable() : versionOf(now)),
  earlier: async () => earlier.map(versionOf),
});
const usual = truststore(other.pem + acme.pem, before.pem);

const kinds = ['memory', 'DynamoDB'] as const;
type Kind = (typeof kinds)[number];

function worldOf(kind: Kind = 'memory', settings: object = {}) {
  const world = testWorld({ truststores: { '*': 's3://truststores/all.pem' }, ...settings });
  const clock = { now: () => world.at };
  const stores = kind === 'memory' ? createMemoryStores() : createStoresOn(createMemoryTable(clock), clock);
  return Object.assign(world, { stores, clock });
}

interface Called {
  readonly pem: string;
  readonly issuerDn?: string;
  readonly words?: string;
}

function logsOf({ pem, issuerDn = DN, words = 'Could not find issuer for certificate' }: Called) {
  const refusal = { n: 1, issuerDn, reason: words };
  const access = accessEvent(refusal, { 'identity.clientCert.clientCertPem': pem });
  return { denial: executionBatch([denialAsOneEvent(refusal)]), access: accessBatch([access]) };
}

async function groupOf(called: Called, truststores = usual): Promise<GroupKey | undefined> {
  const world = Object.assign(worldOf(), { truststores });
  const { denial, access } = logsOf(called);
  await ingest(denial, world);
  return (await ingest(access, world)).facts[0]?.group;
}

describe('a refusal under the name of a partner', () => {
  it.each<[string, Called, TruststoreSource?]>([
    ['is the partner’s where the CA signed', { pem: signedBy(acme) }],
    ["is the partner's where the CA of the version before signed", { pem: signedBy(before) }],
    [
      'is the partner’s where the gateway verified the signature',
      { pem: signedBy(mimic), words: 'certificate has expired' },
    ],
    ['is the partner’s where the truststore cannot be read', { pem: signedBy(mimic) }, truststore(null)],
    ['is the partner’s where the record holds no certificate', { pem: '-' }],
    ['is a stranger’s where the truststore does not know the name', { pem: signedBy(mimic) }, truststore(other.pem)],
  ])('%s', async (_, called, truststores) => {
    expect(await groupOf(called, truststores)).not.toHaveProperty('isUnverified');
  });

  const odd = 'C=US,O=ACME,CN=acme ca';
  it.each<[string, Called, TruststoreSource?]>([
    ['where no CA of that name signed', { pem: signedBy(mimic) }],
    ['where only the version before knows the name', { pem: signedBy(mimic) }, truststore(other.pem, before.pem)],
    ['where it is written in another case', { pem: signedBy(mimic, { issuerName: odd }), issuerDn: odd }],
    ['where it signs itself', { pem: mimic.pem, words: 'self signed certificate' }],
    [
      'where the gateway found fault before it looked at the signature',
      { pem: signedBy(mimic, { extendedKeyUsage: [SERVER_AUTH] }), words: 'unsupported certificate purpose' },
    ],
    ['where the signature cannot be checked', { pem: ofNoKnownAlgorithm(signedBy(acme)) }],
  ])('is a claim %s', async (_, called, truststores) => {
    const group = await groupOf(called, truststores);
    expect(group).toMatchObject({ issuerDn: called.issuerDn ?? DN, isUnverified: true });
    const { isUnverified: _flag, ...partners } = group as GroupKey;
    expect(groupId(group as GroupKey)).not.toBe(groupId(partners));
  });
});

describe.each(kinds)('on %s', (kind) => {
  it.each([
    ['REST', {}],
    ['HTTP', { apisWithoutExecutionLog: ['abc123'] }],
  ])(
    'a repeat of a batch of a %s API counts in the same group, whatever the truststore is by then',
    async (_, settings) => {
      const world = worldOf(kind, settings);
      const { denial, access } = logsOf({ pem: signedBy(mimic) });
      for (const truststores of [usual, truststore(mimic.pem), truststore(other.pem), usual]) {
        Object.assign(world, { truststores });
        if (!('apisWithoutExecutionLog' in settings)) await ingest(denial, world);
        await ingest(access, world);
      }
      for (let minute = 0; minute < 130; minute++) {
        world.at += 60_000;
        expect((await sweep(world)).failures).toEqual([]);
      }
      const groups = await world.stores.rollups.groups(0, 1e6, 100);
      expect(groups).toEqual([
        { scope: 'api.bank.example', issuerDn: DN, reason: 'issuer-not-found', isUnverified: true },
      ]);
      const rollups = await Promise.all(groups.map((group) => world.stores.rollups.load(group, 0, 1e6)));
      expect(rollups.flat().map(({ count }) => count)).toEqual([1]);
    },
  );
});
