/** The canary's function: its certificate, its call, what it makes of the answer, and what it leaves behind. */

import { once } from 'node:events';
import { createServer, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type CanaryWorld, createCanary } from '../../functions/canary/canary.js';
import { createMemoryStores } from '../../shared/adapters/memory/index.js';
import { createCanaryCertificate } from '../../shared/adapters/tls/canary-certificate.js';
import { callGateway } from '../../shared/adapters/tls/gateway-call.js';
import { limits } from '../../shared/base/limits.js';
import { judgeCall } from '../../shared/canary/judge-call.js';
import { CANARY_DN } from '../../shared/model/canary.js';
import type { Answer, Probe } from '../../shared/model/index.js';
import type { CanaryCertificate, GatewayCall } from '../../shared/ports/gateway.js';
import { diagnosisCache } from '../../shared/x509/cache.js';
import { certificateFromLoggedPem } from '../../shared/x509/certificate.js';
import { ca, leaf, SERVER_AUTH } from '../support/certificates.js';
import { T0 } from '../support/logs.js';
import { listening, testConfig } from '../support/world.js';

const answered = (status: number, errorType: string | null = null): Answer => ({
  kind: 'answered',
  status,
  errorType,
  requestId: 'r',
  extendedRequestId: 'x=',
});

let stranger: CanaryCertificate;
beforeAll(async () => {
  stranger = await createCanaryCertificate(CANARY_DN, T0);
});

describe('the certificate', () => {
  it('is refused for one reason alone: nobody signed it', async () => {
    const certificate = certificateFromLoggedPem(stranger.certificate);
    if (certificate.kind === 'malformed') throw new Error(certificate.detail);
    expect(certificate).toMatchObject({ subjectDn: CANARY_DN, issuerDn: CANARY_DN, fingerprint: stranger.fingerprint });
    const bundle = ca({ subject: 'C=US,O=Acme,CN=Root', key: 'ec-a' }).pem;
    const truststore = { text: bundle, version: 'of a canary call', versionId: null, modifiedAt: T0 };
    const verdict = diagnosisCache().diagnose(certificate, truststore, T0);
    expect(verdict).toMatchObject({ verdict: 'refused', reason: 'self-signed' });
    expect(verdict.findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code)).toEqual([
      'self-signed',
    ]);
  });

  it('is another one each time, with another key', async () => {
    const other = await createCanaryCertificate(CANARY_DN, T0);
    expect(other.fingerprint).not.toBe(stranger.fingerprint);
    expect(other.key).not.toBe(stranger.key);
  });
});

describe('what an answer means', () => {
  it.each([
    [answered(403), 'refused', null],
    [answered(403, 'ForbiddenException'), 'refused', null],
    [answered(403, 'ForbiddenException:http://internal/'), 'refused', null],
    [
      answered(403, 'MissingAuthenticationTokenException'),
      'other-forbidden',
      /403 MissingAuthenticationTokenException/,
    ],
    [answered(200), 'accepted', /with 200 instead of 403/],
    [answered(404), 'accepted', /with 404 instead of 403/],
    [answered(302), 'accepted', /302/],
    [answered(500), 'accepted', /500/],
    [answered(429), 'unavailable', /429/],
    [answered(503), 'unavailable', /503/],
    [{ kind: 'unreachable', detail: 'no \u001b[31mroute' }, 'unreachable', /no \ufffd\[31mroute\. Check its DNS/],
    [
      { kind: 'tls-failed', detail: 'expired' },
      'tls-failed',
      /TLS failed or was cut: expired\. Check the server certificate/,
    ],
  ] satisfies [Answer, string, RegExp | null][])('%j', (answer, outcome, trouble) => {
    const judged = judgeCall('api.example.com', answer);
    expect(judged.outcome).toBe(outcome);
    if (trouble === null) expect(judged.trouble).toBeNull();
    else expect(judged.trouble).toMatch(trouble);
    expect(judged.trouble ?? 'api.example.com').toContain('api.example.com');
  });
});

describe('the call', () => {
  const DOMAIN = 'api.example.com';
  const authority = ca({ subject: 'CN=Server CA', key: 'ec-a' });
  const serverFor = (name: string) =>
    leaf({ subject: `CN=${name}`, key: 'ec-c', issuer: authority, extendedKeyUsage: [SERVER_AUTH], dnsNames: [name] });
  const servers: Server[] = [];
  afterEach(() => {
    vi.restoreAllMocks();
    for (const server of servers.splice(0)) server.close();
  });

  async function listen(server: Server): Promise<string> {
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** An endpoint that asks for a certificate and takes any. */
  function gateway(name: string, onRequest: Parameters<typeof createServer>[1], options: ServerOptions = {}) {
    const { pem, privateKey } = serverFor(name);
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
    return createServer({ key, cert: pem, requestCert: true, rejectUnauthorized: false, ...options }, onRequest);
  }

  function callTrusting(connectTo: string): Promise<Answer> {
    return callGateway({ domain: DOMAIN, path: '/v1?x=1', connectTo }, stranger, authority.pem);
  }

  it('brings the certificate and the domain’s name, and takes status and ids from the head alone', async () => {
    const seen: unknown[] = [];
    const server = gateway(DOMAIN, (request, response) => {
      const socket = request.socket as TLSSocket & { servername?: string };
      const fingerprint = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase();
      seen.push(request.method, request.url, request.headers.host, socket.servername, fingerprint);
      response.writeHead(403, {
        'x-amzn-RequestId': 'id-1',
        'x-amz-apigw-id': 'Ext=',
        'x-amzn-ErrorType': 'ForbiddenException',
      });
      // A body without an end.
      response.write('x'.repeat(100_000));
    });
    expect(await callTrusting(await listen(server))).toEqual({
      kind: 'answered',
      status: 403,
      errorType: 'ForbiddenException',
      requestId: 'id-1',
      extendedRequestId: 'Ext=',
    });
    expect(seen).toEqual(['GET', '/v1?x=1', DOMAIN, DOMAIN, stranger.fingerprint]);
  });

  it('knows the one id of HTTP APIs', async () => {
    const server = gateway(DOMAIN, (_request, response) =>
      response.writeHead(403, { 'apigw-requestid': 'Http=' }).end(),
    );
    expect(await callTrusting(await listen(server))).toMatchObject({ requestId: 'Http=', extendedRequestId: 'Http=' });
  });

  it.each([
    ['of another name', () => gateway('other.example.com', (_request, response) => response.end())],
    [
      'that asks for TLS 1.1 at most',
      () => gateway(DOMAIN, undefined, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' }),
    ],
    ['that cuts the connection over the certificate', () => gateway(DOMAIN, undefined, { rejectUnauthorized: true })],
  ])('tells a server %s from one that is not there', async (_what, make) => {
    expect(await callTrusting(await listen(make()))).toMatchObject({
      kind: 'tls-failed',
      detail: expect.stringMatching(/\w/),
    });
  });

  it('trusts no authority that Node does not', async () => {
    const connectTo = await listen(gateway(DOMAIN, (_request, response) => response.end()));
    expect(await callGateway({ domain: DOMAIN, path: '/', connectTo }, stranger)).toMatchObject({ kind: 'tls-failed' });
  });

  it('tells a port where nobody listens, and a server that never answers', async () => {
    const silent = createTcpServer((socket) => socket.on('error', () => {}));
    const gone = createTcpServer();
    const nowhere = await listen(gone);
    gone.close();
    await once(gone, 'close');
    expect(await callTrusting(nowhere)).toMatchObject({
      kind: 'unreachable',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      expect(ms).toBe(limits.canaryCallMsMax);
      return AbortSignal.abort();
    });
    expect(await callTrusting(await listen(silent))).toEqual({
      kind: 'unreachable',
      detail: 'no answer within 10 seconds',
    });
  });
});

describe('the function', () => {
  const canaries = testConfig({
    canaries: [{ domain: 'a.example.com' }, { domain: 'b.example.com', path: '/v1', connectTo: 'lb.example.com:8443' }],
  }).canaries;

  function wired(answers: Record<string, Answer>, save?: CanaryWorld['probes']['save']) {
    const { probes } = createMemoryStores();
    const saved: Probe[] = [];
    const { measures, errors, meter, log } = listening();
    const calls: GatewayCall[] = [];
    const run = createCanary({
      canaries,
      clock: { now: () => T0 },
      createCertificate: createCanaryCertificate,
      probes: {
        save: async (probe) => {
          await save?.(probe);
          saved.push(probe);
          await probes.save(probe);
        },
      },
      call: async (call, { fingerprint }) => {
        calls.push(call);
        // Whoever ingests the refusal now must find the probe.
        expect((await probes.between(T0, T0, 9)).map((probe) => probe.fingerprint)).toContain(fingerprint);
        return answers[call.domain] ?? answered(403);
      },
      meter,
      log,
    });
    const metric = (name: string) =>
      measures.filter((measure) => measure.name === name).map(({ value, dimensions }) => [dimensions.scope, value]);
    // The domains are called at once and each waits for a key of its own: which is first is chance.
    const called = () => calls.sort((a, b) => a.domain.localeCompare(b.domain));
    const found = async () => [...(await probes.between(T0, T0, 9))].sort((a, b) => a.scope.localeCompare(b.scope));
    return { run, found, saved, metric, errors, called };
  }

  it('calls each domain once, with a probe that is known before and completed after', async () => {
    const { run, found, saved, metric, called } = wired({});
    await run();
    expect(called()).toEqual([
      { domain: 'a.example.com', path: '/', connectTo: null },
      { domain: 'b.example.com', path: '/v1', connectTo: 'lb.example.com:8443' },
    ]);
    expect(saved).toHaveLength(4);
    const probes = await found();
    expect(probes).toMatchObject([
      { scope: 'a.example.com', outcome: 'refused', requestId: 'r', extendedRequestId: 'x=', seen: null },
      { scope: 'b.example.com', outcome: 'refused' },
    ]);
    expect(new Set(probes.map(({ fingerprint }) => fingerprint)).size).toBe(2);
    expect(metric('CanaryCalls')).toEqual([
      ['a.example.com', 1],
      ['b.example.com', 1],
    ]);
    expect(metric('CanaryNotRefused')).toEqual([
      ['a.example.com', 0],
      ['b.example.com', 0],
    ]);
    expect(metric('CanaryFailed')).toEqual([
      ['a.example.com', 0],
      ['b.example.com', 0],
    ]);
  });

  it('fails loudly when one was let in or could not be reached, after the others were called', async () => {
    const { run, metric, errors, called, found } = wired({
      'a.example.com': answered(200),
      'b.example.com': { kind: 'unreachable', detail: 'ENOTFOUND' },
    });
    await expect(run()).rejects.toThrow(
      /2 trouble\(s\): a\.example\.com answered .* 200 .* b\.example\.com: ENOTFOUND/,
    );
    expect(called()).toHaveLength(2);
    expect(errors).toHaveLength(2);
    expect(metric('CanaryNotRefused')).toEqual([
      ['a.example.com', 1],
      ['b.example.com', 0],
    ]);
    expect(metric('CanaryFailed')).toEqual([
      ['a.example.com', 0],
      ['b.example.com', 1],
    ]);
    expect((await found()).map(({ outcome }) => outcome)).toEqual(['accepted', 'unreachable']);
  });

  it('does not call where it cannot say so first, for the refusal would count', async () => {
    const { run, metric, called } = wired({}, async ({ scope }) => {
      if (scope === 'a.example.com') throw new Error('throttled');
    });
    await expect(run()).rejects.toThrow(/1 trouble\(s\): throttled/);
    expect(called()).toHaveLength(1);
    expect(metric('CanaryFailed')).toEqual([
      ['a.example.com', 1],
      ['b.example.com', 0],
    ]);
  });

  it('tells that it was let in also when that cannot be written down', async () => {
    const { run, metric } = wired({ 'a.example.com': answered(200) }, async ({ scope, outcome }) => {
      if (scope === 'a.example.com' && outcome !== 'calling') throw new Error('throttled');
    });
    await expect(run()).rejects.toThrow(/200 instead of 403.* throttled/);
    expect(metric('CanaryNotRefused')).toContainEqual(['a.example.com', 1]);
  });
});
