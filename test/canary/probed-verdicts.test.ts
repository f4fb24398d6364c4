/** What probes showed reaches whoever asks for a verdict: alerts, inference and the report ask in one place. */

import { describe, expect, it } from 'vitest';
import { diagnosisOf } from '../../shared/diagnosis/diagnosis.js';
import type { ProbedGateway } from '../../shared/model/index.js';
import { AT, ca, leaf } from '../support/certificates.js';
import { type TestWorld, testWorld } from '../support/world.js';

const DOMAIN = 'api.bank.example';
const root = ca({ subject: 'C=US,O=Acme,CN=Root', key: 'ec-a' });
const client = leaf({ subject: 'CN=client', key: 'ec-p521', issuer: root });
const { fingerprint } = client.certificate;

const probed = (outcome: 'let-in' | 'refused'): ProbedGateway => {
  const shown = { outcome, because: null };
  return {
    domain: DOMAIN,
    at: AT,
    outcomes: { 'chain-of-five': shown, 'server-only': shown, p521: shown, pss: shown },
  };
};

async function worldWith(
  settings: object = { canaries: [{ domain: DOMAIN }] },
): Promise<TestWorld & { loads: string[] }> {
  const world = testWorld({ truststores: { '*': 's3://truststores/x.pem' }, ...settings });
  const bundle = { text: root.pem, version: 'probed-verdicts', versionId: null, modifiedAt: AT };
  await world.stores.certificates.save(new Map([[fingerprint, client.pem]]));
  const loads: string[] = [];
  const { load } = world.stores.probed;
  world.stores.probed.load = (domain) => {
    loads.push(domain);
    return load(domain);
  };
  return Object.assign(world, {
    loads,
    truststores: { read: async () => bundle, earlier: async () => [] },
  });
}

async function standingIn(world: TestWorld, scope = DOMAIN): Promise<unknown> {
  const diagnosis = await diagnosisOf(fingerprint, scope, AT, world);
  if (diagnosis.kind === 'none') return diagnosis;
  return diagnosis.verdict.findings[0]?.standing;
}

describe('a verdict', () => {
  it('goes by the probes of its domain, in any account', async () => {
    const world = await worldWith();
    await world.stores.probed.save(probed('refused'));
    expect(await standingIn(world)).toBe('seen');
    expect(await standingIn(world, `123456789012/${DOMAIN}`)).toBe('seen');
  });

  it('asks nothing for domains without a canary', async () => {
    const world = await worldWith();
    await world.stores.probed.save(probed('refused'));
    expect(await standingIn(world, 'other.bank.example')).toBe('unknown');
    expect(world.loads).toEqual([]);
  });

  it('asks once a minute for many certificates, and again when it failed', async () => {
    const world = await worldWith();
    const { load } = world.stores.probed;
    world.stores.probed.load = () => Promise.reject(new Error('throttled'));
    await expect(standingIn(world)).rejects.toThrow('throttled');
    world.stores.probed.load = load;
    await Promise.all([standingIn(world), standingIn(world), standingIn(world)]);
    expect(world.loads).toEqual([DOMAIN]);
    await world.stores.probed.save(probed('refused'));
    expect(await standingIn(world)).toBe('unknown');
    world.at += 60_000;
    expect(await standingIn(world)).toBe('seen');
  });
});
