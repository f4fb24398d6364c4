/** The probes against an endpoint that behaves like the gateway: what they find out, and that none of them counts. */

import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CanaryCommandWorld, runProbes } from '../../cli/commands/canary.js';
import { callGateway } from '../../shared/adapters/tls/gateway-call.js';
import { createProbeCertificates } from '../../shared/adapters/tls/probe-certificates.js';
import { limits } from '../../shared/base/limits.js';
import { type Answer, type ProbedGateway, probeCertificateKinds } from '../../shared/model/index.js';
import { ingest, sweep } from '../../shared/pipeline.js';
import type { ProbeCertificates } from '../../shared/ports/gateway.js';
import { certificateFromLoggedPem } from '../../shared/x509/certificate.js';
import { diagnose } from '../../shared/x509/diagnose.js';
import { parseTruststore } from '../../shared/x509/truststore.js';
import { type LocalGateway, type Logged, startGateway } from '../aws/support/mtls-endpoint.js';
import { ca } from '../support/certificates.js';
import { accessBatch, executionBatch } from '../support/logs.js';
import { countedIn, type TestWorld, testWorld } from '../support/world.js';

const DOMAIN = 'api.bank.example';
const authority = ca({ subject: 'CN=Server CA', key: 'ec-a' });
const partners = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'ec-b' });
/** Enough for a wait of a minute. */
let certificates: ProbeCertificates;
beforeAll(async () => {
  certificates = await createProbeCertificates(Date.now(), 40);
});

let gateway: LocalGateway | undefined;
afterEach(() => gateway?.stop());

function certificateOf(pem: string) {
  const certificate = certificateFromLoggedPem(pem);
  if (certificate.kind === 'malformed') throw new Error(certificate.detail);
  return certificate;
}

interface Scene {
  readonly refuses?: LocalGateway['refuses'];
  /** What is put into the truststore in place of all the CAs of the file; null for none. */
  readonly added?: ((authorities: string) => string) | null;
  readonly settings?: object;
  readonly call?: CanaryCommandWorld['probing']['call'];
}

/** The command on a gateway that writes logs, and on the stores that ingest reads. */
async function scene({
  refuses,
  added,
  settings = { canaries: [{ domain: DOMAIN, probes: true }] },
  call,
}: Scene = {}) {
  const logs: Logged[] = [];
  const endpoint = await startGateway(DOMAIN, authority, partners.pem, async (logged) => void logs.push(logged));
  gateway = endpoint;
  if (refuses !== undefined) endpoint.refuses = refuses;
  const world = testWorld(settings);
  const out = join(mkdtempSync(join(tmpdir(), 'mtls-watch-probes-')), 'cas.pem');
  const texts: string[] = [];
  const notes: string[] = [];
  let waited = 0;
  const command: CanaryCommandWorld = {
    deployed: { config: world.config, stores: world.stores },
    probing: {
      createCertificates: async () => certificates,
      call:
        call ?? ((target, client) => callGateway({ ...target, connectTo: endpoint.address }, client, authority.pem)),
    },
    // Ingest compares with the times of the logs.
    clock: { now: () => Date.now() + waited },
    sleep: async (ms) => {
      if (waited === 0 && added !== null) {
        const authorities = readFileSync(out, 'utf8');
        endpoint.trust(`${partners.pem.trimEnd()}${added?.(authorities) ?? authorities}`);
      }
      waited += ms;
    },
    output: { write: (part) => texts.push(part) },
    notes: { write: (part) => notes.push(part) },
  };
  const run = () => runProbes({ domain: DOMAIN, out, wait: '1', json: true }, command);
  const shown = () => {
    const text = texts.join('');
    return { text, notes: notes.join(''), probed: text === '' ? null : (JSON.parse(text) as ProbedGateway) };
  };
  return { run, shown, logs, world, endpoint };
}

async function countAll(
  logs: readonly Logged[],
  world: TestWorld,
  without?: 'access' | 'execution',
): Promise<string[]> {
  world.at = Date.now();
  for (const { execution, access } of logs) {
    if (without !== 'execution' && execution.length > 0) await ingest(executionBatch(execution), world);
    if (without !== 'access') await ingest(accessBatch(access), world);
  }
  world.at += (world.config.graceMinutes + 1) * 60_000;
  await sweep(world);
  return [...countedIn(world.stores), ...(await world.stores.outbox.pending(10)).map(({ kind }) => kind)];
}

const outcomesOf = (probed: ProbedGateway | null) =>
  Object.fromEntries(Object.entries(probed?.outcomes ?? {}).map(([kind, { outcome }]) => [kind, outcome]));

describe('the certificates', () => {
  it('are of their kind, and fit in a truststore with their CAs alone', () => {
    const truststore = parseTruststore(certificates.authorities);
    expect(truststore.problems).toEqual([]);
    const verdicts = probeCertificateKinds.map((kind) => {
      const client = certificateOf(certificates.clients[kind][0]!.certificate);
      const { verdict, reason, findings } = diagnose(client, truststore, Date.now());
      return [kind, verdict, reason ?? findings.find(({ code }) => code !== 'would-pass')?.code ?? null];
    });
    expect(verdicts).toEqual([
      ['ordinary', 'trusted', null],
      ['chain-of-four', 'trusted', null],
      ['chain-of-five', 'refused', 'chain-too-long'],
      ['server-only', 'trusted', 'unsupported-purpose'],
      ['p521', 'refused', 'unsupported-curve'],
      ['pss', 'trusted', 'unsupported-signature'],
    ]);
  });

  it('are used once each, and end soon', () => {
    const all = probeCertificateKinds.flatMap((kind) => certificates.clients[kind]);
    expect(new Set(all.map(({ fingerprint }) => fingerprint)).size).toBe(all.length);
    expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
    for (const { certificate } of all.slice(0, 3))
      expect(certificateOf(certificate).notAfter).toBeLessThanOrEqual(Date.now() + limits.probeCertificateMs);
  });
});

describe('at a gateway', () => {
  it('like OpenSSL: what it lets in and refuses is found, stored, and never counted', async () => {
    const { run, shown, logs, world } = await scene();
    expect(await run()).toBe(0);
    const { probed, notes } = shown();
    expect(outcomesOf(probed)).toEqual({
      'chain-of-five': 'let-in',
      'server-only': 'refused',
      p521: 'let-in',
      pss: 'let-in',
    });
    expect(await world.stores.probed.load(DOMAIN)).toEqual(probed);
    expect(notes).toMatch(/Add the CAs of .*cas\.pem/);
    expect(notes).toMatch(/Take the CAs of .* out of the truststore again/);
    // 1 before the CAs were added, 1 when they were not yet in use, 3 for servers only.
    expect(logs.filter(({ execution }) => execution.length > 0)).toHaveLength(5);
    expect(await countAll(logs, world)).toEqual([]);
  });

  it('with rules of its own', async () => {
    const isRefused = (pem: string): string | null => {
      const { publicKey, signatureAlgorithm, issuerDn } = certificateOf(pem);
      if (publicKey.curve === 'P-521' || signatureAlgorithm.scheme === 'rsa-pss') return 'EE certificate key too weak';
      return issuerDn.includes('level 4') ? 'certificate chain too long' : null;
    };
    const { run, shown, logs, world } = await scene({ refuses: isRefused });
    expect(await run()).toBe(0);
    expect(new Set(Object.values(outcomesOf(shown().probed)))).toEqual(new Set(['refused']));
    expect(await countAll(logs, world)).toEqual([]);
  });

  it.each(['access', 'execution'] as const)('counts none where the %s log does not arrive', async (without) => {
    const { run, logs, world } = await scene();
    await run();
    expect(await countAll(logs, world, without)).toEqual([]);
  });

  it('counts those of anybody else, under the names of the probes too', async () => {
    const { run, logs, world } = await scene();
    await run();
    const strangers = await createProbeCertificates(Date.now(), 2);
    for (const client of strangers.clients.ordinary)
      await callGateway({ domain: DOMAIN, path: '/', connectTo: gateway!.address }, client, authority.pem);
    const [counted = '', ...rest] = await countAll(logs, world);
    expect(counted).toMatch(/CN=mtls-watch probe root .* \| issuer-not-found: 2$/);
    expect(rest).toEqual([]);
  });

  it('that answers now this, now that, leaves it undecided', async () => {
    let calls = 0;
    const { run, shown } = await scene({
      refuses: (pem) =>
        certificateOf(pem).publicKey.curve === 'P-521' && ++calls === 2 ? 'EE certificate key too weak' : null,
    });
    expect(await run()).toBe(1);
    expect(shown().probed?.outcomes.p521).toEqual({ outcome: 'undecided', because: 'it was let in by 2 of 3 calls' });
  });

  it('that lacks a CA of the chains says nothing about five', async () => {
    const withoutLevel2 = (pem: string) => {
      const blocks = pem.trim().split(/(?<=-----END CERTIFICATE-----)\n+/);
      return `\n${blocks.filter((_, index) => index !== 2).join('\n')}\n`;
    };
    const { run, shown } = await scene({ added: withoutLevel2 });
    expect(await run()).toBe(1);
    expect(shown().probed?.outcomes['chain-of-five']).toMatchObject({
      outcome: 'undecided',
      because: expect.stringContaining('a chain of four'),
    });
    expect(outcomesOf(shown().probed)).toMatchObject({ 'server-only': 'refused', p521: 'let-in' });
  });

  it('that throttles in the middle settles nothing for that kind', async () => {
    const throttled: Answer = {
      kind: 'answered',
      status: 429,
      errorType: null,
      requestId: null,
      extendedRequestId: null,
    };
    const isPss = new Set(certificates.clients.pss.map(({ fingerprint }) => fingerprint));
    const { run, shown } = await scene({
      call: async (target, client) =>
        isPss.has(client.fingerprint)
          ? throttled
          : callGateway({ ...target, connectTo: gateway!.address }, client, authority.pem),
    });
    expect(await run()).toBe(1);
    expect(shown().probed?.outcomes.pss).toMatchObject({
      outcome: 'undecided',
      because: expect.stringContaining('429'),
    });
  });
});

describe('nothing is found out, and it says why', () => {
  it('where strangers are let in: the CAs are not even written', async () => {
    const { run, shown, endpoint } = await scene();
    endpoint.isOpen = true;
    await expect(run()).rejects.toThrow(/does not refuse strangers/);
    expect(shown()).toEqual({ text: '', notes: '', probed: null });
    expect(endpoint.calls).toBe(1);
  });

  it('where the CAs are never trusted: the wait ends', async () => {
    const { run, shown, logs, world, endpoint } = await scene({ added: null });
    await expect(run()).rejects.toThrow(/did not let in .* within 1 minutes\. Check that all CAs/);
    expect(endpoint.calls).toBeLessThanOrEqual(6);
    expect(shown().notes).toMatch(/Take the CAs of/);
    expect(await world.stores.probed.load(DOMAIN)).toBeNull();
    expect(await countAll(logs, world)).toEqual([]);
  });

  it('where the table cannot note a call: none is made', async () => {
    const { run, world, endpoint } = await scene();
    world.stores.probes.save = () => Promise.reject(new Error('not authorised'));
    await expect(run()).rejects.toThrow(/no call was made, .* not authorised/);
    expect(endpoint.calls).toBe(0);
  });

  it.each([
    ['no canary', {}, /there is none/],
    ['a canary without probes', { canaries: [{ domain: DOMAIN }] }, /expected a canary .*"probes": true/],
    ['another domain', { canaries: [{ domain: 'b.example.com', probes: true }] }, /: b\.example\.com$/],
  ])('where the settings have %s', async (_what, settings, message) => {
    const { run, endpoint } = await scene({ settings });
    await expect(run()).rejects.toThrow(message);
    expect(endpoint.calls).toBe(0);
  });
});
