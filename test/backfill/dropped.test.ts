/** Where no certificate may be kept, what only a certificate can tell is found out while the object is read. */

import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { readObject } from '../../functions/backfill/read-object.js';
import { sumUpDay } from '../../shared/backfill/sum-up.js';
import { DAY_MS } from '../../shared/base/time.js';
import type { HalfLine } from '../../shared/ports/backfill.js';
import { ca, leaf } from '../support/certificates.js';
import { ACCESS_GROUP, accessEvent, denialAsOneEvent, EXECUTION_GROUP, T0 } from '../support/logs.js';
import { testWorld } from '../support/world.js';

const DN = 'C=US,O=Acme,CN=Acme CA';
const acme = ca({ subject: DN, key: 'ec-a' });
const mimic = ca({ subject: DN, key: 'ec-f' });
const [known, claimed] = [acme, mimic].map((issuer) => leaf({ subject: 'CN=edi', key: 'ec-c', issuer }).pem);
const truststores = {
  read: async () => ({ text: acme.pem, version: 'one that is dropped', versionId: '1', modifiedAt: T0 }),
  earlier: async () => [],
};

/** What was counted, and the text of what is kept. */
async function counted(certificates: 'keep' | 'drop', settings: object) {
  const changes = { truststores: { '*.bank.example': 's3://truststores/all.pem' }, ...settings };
  const world = { ...testWorld({ ...changes, privacy: { certificates } }), truststores };
  const lines = [known, claimed, claimed].flatMap((pem, n) => {
    const access = accessEvent({ n, issuerDn: DN }, { 'identity.clientCert.clientCertPem': pem });
    const denial = { logGroup: EXECUTION_GROUP, ...denialAsOneEvent({ n }) };
    return 'apisWithoutExecutionLog' in changes
      ? [{ logGroup: ACCESS_GROUP, ...access }]
      : [{ logGroup: ACCESS_GROUP, ...access }, denial];
  });
  const content = Buffer.from(lines.map((line) => JSON.stringify({ logStream: 's', ...line })).join('\n'));
  const open = async function* () {
    yield content;
  };
  const source = { name: 'x', base: 'x', bytes: content.length, writtenAt: T0, open };
  const day = Math.floor(T0 / DAY_MS);
  const text = gunzipSync((await readObject(source, world)).days.get(day) ?? '').toString();
  const halves = text.trim().split('\n');
  const { rollups } = await sumUpDay(
    day,
    halves.map((line) => JSON.parse(line) as HalfLine),
    world,
  );
  const sums = rollups.map(({ group, count, inferred }) => ({ group, count, inferred }));
  return { sums: sums.sort((a, b) => a.count - b.count), text };
}

it.each([
  ['a REST API', {}, [1, 2]],
  ['an HTTP API', { apisWithoutExecutionLog: ['abc123'] }, [2]],
])('counts refusals of %s as where certificates are kept, and keeps none', async (_, settings, counts) => {
  const [kept, dropped] = [await counted('keep', settings), await counted('drop', settings)];
  expect(dropped.sums).toEqual(kept.sums);
  expect(kept.sums.map(({ count }) => count)).toEqual(counts);
  expect(kept.sums.at(-1)?.group).toMatchObject({ issuerDn: DN, isUnverified: true });
  expect([kept, dropped].map(({ text }) => text.includes('BEGIN CERTIFICATE'))).toEqual([true, false]);
});
