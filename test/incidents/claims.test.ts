/** A partner's name in a certificate that nobody verified is a claim: it is told, and volume proves nothing. */

import { describe, expect, it } from 'vitest';
import { type GroupKey, UNKNOWN_ISSUER } from '../../shared/model/index.js';
import type { ReasonId } from '../../shared/model/reasons.js';
import { alert, sweep } from '../../shared/pipeline.js';
import { ca, leaf } from '../support/certificates.js';
import { T0 } from '../support/logs.js';
import { testWorld } from '../support/world.js';

const MINUTE = 60_000;
const SCOPE = 'api.bank.example';
const issuerDn = 'C=US,O=Acme,CN=Acme CA';
const acme = ca({ subject: issuerDn, key: 'ec-a' });
const acmeBefore = ca({ subject: issuerDn, key: 'ec-b' });
const mimic = ca({ subject: issuerDn, key: 'ec-f' });
const client = (issuer: typeof acme): string => leaf({ subject: 'O=Acme,CN=edi', key: 'ec-c', issuer }).pem;

interface Told {
  readonly reason?: ReasonId;
  readonly isInferred?: boolean;
  readonly pems: readonly string[];
  readonly issuer?: string;
}

/** @returns the severities that people were told, of 400 refusals a minute for some minutes */
async function tell({ reason = 'issuer-not-found', pems, issuer = issuerDn, isInferred = false }: Told) {
  const versionOf = (text: string, age: number) => ({
    text,
    version: text,
    versionId: text.slice(-90, -60),
    modifiedAt: T0 - age * 86_400_000,
  });
  const world = Object.assign(testWorld({ truststores: { '*': 's3://truststores/all.pem' } }), {
    truststores: {
      read: async () => versionOf(acme.pem, 90),
      earlier: async () => [versionOf(acmeBefore.pem, 180)],
    },
  });
  await world.stores.certificates.save(new Map(pems.map((pem, n) => [`print${n}`, pem])));
  const group: GroupKey = { scope: SCOPE, issuerDn: issuer, reason };
  const clients = pems.map((_, n) => ({
    subjectDn: `CN=${n}`,
    serialNumber: `${n}`,
    fingerprint: `print${n}`,
    sourceIps: [],
    count: 400 / (n + 1),
  }));
  const counts = {
    group,
    requests: 400,
    count: 400,
    unattributed: 0,
    inferred: isInferred ? 400 : 0,
    reasonText: '',
    clients,
  };
  for (let minute = Math.floor(T0 / MINUTE), last = minute + 15; minute < last; minute++) {
    world.at = minute * MINUTE + 40_000;
    const at = minute * MINUTE;
    await world.stores.facts.put([{ ...counts, minute, batchId: `${minute}`, firstAt: at, lastAt: at }], []);
    await world.stores.rollups.mark([{ group, hour: Math.floor(minute / 60), token: `${minute}` }]);
    await alert([group], world);
    world.at += 15_000;
    expect((await sweep(world)).failures).toEqual([]);
  }
  return world.published.map(({ severity }) => severity);
}

describe('under the name of a partner', () => {
  it('400 refusals a minute of made-up certificates are medium', async () => {
    const told = await tell({ pems: [client(mimic), client(mimic)] });
    expect(new Set(told)).toEqual(new Set(['medium']));
  });

  it('an inferred reason proves nothing', async () => {
    const told = await tell({ pems: [client(mimic)], reason: 'expired', isInferred: true });
    expect(new Set(told)).toEqual(new Set(['medium']));
  });

  it.each<[string, Told]>([
    ['one certificate that the CA signed', { pems: [client(mimic), client(acme)] }],
    ["one that the CA of the truststore's version before signed", { pems: [client(mimic), client(acmeBefore)] }],
    [
      'a reason that the gateway only gives after it verified the signature',
      { pems: [client(mimic)], reason: 'expired' },
    ],
    ['no certificate to look at', { pems: [] }],
    ['an issuer that is not known', { pems: [client(mimic)], issuer: UNKNOWN_ISSUER }],
  ])('%s makes it as severe as it is', async (_, what) => {
    expect((await tell(what)).at(-1)).toBe('critical');
  });
});
