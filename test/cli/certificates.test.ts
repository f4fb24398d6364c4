/** The verbs about certificates as their users meet them: exit codes, what is printed, and what is said of bad input. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, test } from 'vitest';
import { runAudit } from '../../cli/commands/audit.js';
import { runDiagnose } from '../../cli/commands/diagnose.js';
import { runExpiry } from '../../cli/commands/expiry.js';
import { runPreflight } from '../../cli/commands/preflight.js';
import { doorOfDomain, knownDoor } from '../../cli/deployed/known-door.js';
import { collectClients, observeClients } from '../../cli/inputs/clients.js';
import { createMemoryStores } from '../../shared/adapters/memory/index.js';
import type * as z from '../../shared/base/zod.js';
import { auditLineSchema, diagnosisSchema, expiryLineSchema, preflightLineSchema } from '../../shared/schemas/lines.js';
import type { ObservedClient } from '../../shared/x509/observed.js';
import { AT, CLIENT_AUTH, ca, days, leaf, SERVER_AUTH } from '../support/certificates.js';
import { cloudFrontRecord, loadBalancerRecord, s3Line } from '../support/connection-records.js';
import { accessEvent } from '../support/logs.js';

const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-x509-'));
const clock = { now: () => AT };

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const root = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'ec-a' });
const issuing = ca({ subject: 'C=US,O=Acme,CN=Acme Issuing CA', key: 'ec-b', issuer: root });
const rekeyed = ca({ subject: 'C=US,O=Acme,CN=Acme Issuing CA', key: 'ec-d', issuer: root });
const client = leaf({ subject: 'C=US,O=Partner,CN=client', key: 'ec-c', issuer: issuing, notAfter: AT + days(20) });
const full = file('full.pem', issuing.pem + root.pem);
const changed = file('changed.pem', rekeyed.pem + root.pem);
const own = file('client.pem', client.pem);

/** Runs one verb; every line of JSON is read. */
async function run(verb: (output: { write: (text: string) => void }) => Promise<number>) {
  let text = '';
  const code = await verb({
    write: (part) => {
      text += part;
    },
  });
  return {
    code,
    text,
    lines: () =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
  };
}

function validated(lines: readonly unknown[], schema: z.ZodMiniType) {
  for (const line of lines) schema.parse(line);
  return lines;
}

async function* observed(): AsyncGenerator<ObservedClient> {
  const { subjectDn, issuerDn, serialNumber, notBefore, notAfter } = client.certificate;
  yield {
    at: AT,
    count: 3,
    refused: false,
    scope: 'api.example.com',
    pem: client.pem,
    subjectDn,
    issuerDn,
    serialNumber,
    notBefore,
    notAfter,
  };
}

describe('diagnose', () => {
  const verdict = (truststore: string, certificate = own, more = {}) =>
    run((output) => runDiagnose({ client: certificate, truststore, ...more }, output, clock));

  test('trusted is 0, refused is 1', async () => {
    const trusted = await verdict(full, own, { json: true });
    expect(trusted.code).toBe(0);
    expect(validated(trusted.lines(), diagnosisSchema)).toMatchObject([{ verdict: 'trusted', reason: null }]);
    const refused = await verdict(changed, own, { json: true });
    expect(refused.code).toBe(1);
    expect(validated(refused.lines(), diagnosisSchema)).toMatchObject([
      { verdict: 'refused', reason: 'issuer-rekeyed' },
    ]);
  });

  test('prints the path, the evidence and the remedy', async () => {
    const { text } = await verdict(changed);
    expect(text).toMatch(/^REFUSED {2}signed with another key \(issuer-rekeyed\) {2}/);
    expect(text).toContain(
      '  No CA of that name in the truststore signed the certificate (issuer-rekeyed)  error, depth 0\n',
    );
    expect(text).toContain('  0  C=US,O=Partner,CN=client');
    expect(text).toContain('- issuer C=US,O=Acme,CN=Acme Issuing CA');
    expect(text.replace(/\s+/g, ' ')).toContain('update the domain name to the new truststore version');
  });

  test('says the same in Japanese, and gives programs the same JSON', async () => {
    const [english, { text }] = [await verdict(changed), await verdict(changed, own, { lang: 'ja' })];
    expect(text).toMatch(/^拒否 {2}同名の CA による署名ではない \(issuer-rekeyed\) {2}/);
    for (const dn of english.text.match(/C=US,[^\n]*/g) ?? [])
      expect(text.replace(/\s/g, '')).toContain(dn.split(' ')[0]);
    const told = text
      .split('\n')
      .filter((line) => /[A-Za-z]{4,} [a-z]{2,} [a-z]{2,}/.test(line.replace(/C=US,\S.*$/, '')));
    expect(told).toEqual([]);
    expect((await verdict(changed, own, { lang: 'ja', json: true })).text).toBe(
      (await verdict(changed, own, { json: true })).text,
    );
    await expect(verdict(changed, own, { lang: 'fr' })).rejects.toThrow(/--lang got fr; expected en or ja/);
  });

  test('goes by what probes showed at the gateway of a domain', async () => {
    const probed = createMemoryStores().probed;
    const refused = { outcome: 'refused', because: null } as const;
    const outcomes = { 'chain-of-five': refused, 'server-only': refused, p521: refused, pss: refused };
    await probed.save({ domain: 'api.example.com', at: AT, outcomes });
    const open = async () => ({ probed, domains: {} });
    const server = leaf({ subject: 'CN=s', key: 'ec-c', issuer: issuing, extendedKeyUsage: [SERVER_AUTH] });
    const options = { client: file('server.pem', server.pem), truststore: full, json: true };
    const seen = await knownDoor({ domain: 'api.example.com' }, 'diagnose', open);
    const { code, lines } = await run((output) => runDiagnose(options, output, clock, seen));
    expect(code).toBe(1);
    expect(validated(lines(), diagnosisSchema)).toMatchObject([
      { reason: 'unsupported-purpose', findings: [{ standing: 'seen', seenOn: '2026-06-15' }] },
    ]);
    expect((await run((output) => runDiagnose(options, output, clock))).code).toBe(0);
    expect((await knownDoor({}, 'diagnose', open)).probed).toBeNull();
    await expect(knownDoor({ domain: 'b.example.com' }, 'diagnose', open)).rejects.toThrow(
      /no probes of b\.example\.com; run/,
    );
    await expect(knownDoor({ stack: 'mtls-watch' }, 'diagnose', open)).rejects.toThrow(
      /--stack or --table without --domain/,
    );
  });

  test('goes by the rules of the door that is named, or that the settings know', async () => {
    const strong = leaf({ subject: 'CN=s', key: 'ec-p521', issuer: issuing });
    const options = { client: file('strong.pem', strong.pem), truststore: full };
    const at = async (door: string) => run((output) => runDiagnose({ ...options, door }, output, clock));
    expect((await at('apigateway')).text).toMatch(/^REFUSED {2}.* \(unsupported-curve\) {2}\(likely\)/);
    expect(await at('cloudfront')).toMatchObject({
      code: 2,
      text: expect.stringMatching(/^UNDECIDED {2}.* \(unsupported-curve\) {2}/),
    });
    expect(await at('alb')).toMatchObject({
      code: 0,
      text: expect.stringMatching(/^TRUSTED.*by the rules of the load balancer/s),
    });
    const domains = { 'app/files/5a9c3e7d1b2f4860:443': 'files.bank.example', 'distribution/E2': 'cdn.bank.example' };
    const { probed } = createMemoryStores();
    const open = async () => ({ probed, domains });
    expect((await knownDoor({ domain: 'Files.bank.example' }, 'diagnose', open)).door.id).toBe('load-balancer');
    expect((await knownDoor({ domain: 'files.bank.example', door: 'cloudfront' }, 'diagnose', open)).door.id).toBe(
      'cloudfront',
    );
    expect(doorOfDomain('123456789012/cdn.bank.example', domains)).toBe('cloudfront');
    expect(doorOfDomain('distribution/E2', {})).toBe('cloudfront');
    expect(doorOfDomain('api.bank.example', domains)).toBeNull();
  });

  test('goes by the fields of a connection record, and by the rules and the reason of its door', async () => {
    const ended = `NotBefore=2025-01-01T00:00:00Z;NotAfter=${new Date(AT - days(2)).toISOString()}`;
    const edge = (changes: object) =>
      JSON.stringify(cloudFrontRecord(1, { clientLeafCertValidity: ended, ...changes }));
    const expired = await verdict(full, file('edge.json', edge({})));
    expect(expired.code).toBe(1);
    expect(expired.text).toMatch(
      /^REFUSED {2}certificate expired \(expired\) {2}.*by the rules of CloudFront\nfrom the log's fields, not from the certificate/,
    );
    const open = { connectionStatus: 'Failed:ClientCertIntentInvalid', clientLeafCertValidity: '-' };
    const issuer = { clientLeafCertIssuer: issuing.certificate.subjectDn.split(',').join(', ') };
    const nothing = await verdict(full, file('open.json', edge({ ...open, ...issuer })));
    expect(nothing).toMatchObject({
      code: 2,
      text: expect.stringMatching(/^UNDECIDED.*\nThe log of CloudFront holds no/),
    });
    const line = s3Line(loadBalancerRecord(1, { leaf_client_cert_validity: ended }));
    const { lines } = await verdict(full, file('elb.log', line), { json: true });
    expect(validated(lines(), diagnosisSchema)).toMatchObject([
      { verdict: 'refused', reason: 'expired', basis: 'log-fields', findings: [{ isContradicted: true }] },
    ]);
  });

  test('reads DER, a chain behind the client, and another time', async () => {
    expect((await verdict(full, file('client.der', client.der))).code).toBe(0);
    const chain = file('chain.pem', client.pem + issuing.pem);
    const { lines } = await verdict(file('root.pem', root.pem), chain, { json: true });
    expect(lines()).toMatchObject([
      {
        reason: 'intermediate-missing',
        findings: [{ evidence: expect.arrayContaining([expect.stringContaining('presented by the client')]) }],
      },
    ]);
    expect((await verdict(full, own, { at: '2040-01-01' })).code).toBe(1);
  });

  test('reads an access record as it was logged', async () => {
    const { message } = accessEvent({ n: 1 }, { 'identity.clientCert.clientCertPem': client.pem });
    expect((await verdict(full, file('record.json', message))).code).toBe(0);
  });

  test.each([
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
    '-----BEGIN CERTIFICATE-----\nMIIB\n',
    '-----BEGIN CERTIFICATE-----\n****\n-----END CERTIFICATE-----\n',
  ])('a certificate that cannot be parsed is a verdict', async (text) => {
    const broken = file('broken.pem', text);
    const { code, lines } = await verdict(full, broken, { json: true });
    expect(code).toBe(1);
    expect(lines()).toMatchObject([{ reason: 'malformed' }]);
  });

  test.each([
    ['a file that is not there', join(folder, 'none.pem'), full, 'cannot read'],
    ['a file without a certificate', file('words.txt', 'hello'), full, 'holds no certificate; expected a PEM block'],
    ['a truststore without one', own, file('empty.pem', ''), 'holds no readable certificate'],
    ['a folder', folder, full, 'cannot read'],
  ])('%s is unreadable input', async (_, certificate, truststore, text) => {
    const wrong = verdict(truststore, certificate);
    await expect(wrong).rejects.toMatchObject({ code: 'unreadable-input', message: expect.stringContaining(text) });
    await expect(wrong).rejects.toThrow(/expected/);
    await expect(wrong).rejects.not.toThrow(/\n/);
  });

  test('a time that is none is a mistake of use', async () => {
    await expect(verdict(full, own, { at: 'tomorrow' })).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('audit', () => {
  test('is 0 for a sound bundle and 1 for another', async () => {
    const sound = await run((output) => runAudit(full, { within: '30', json: true }, output, clock));
    expect(sound.code).toBe(0);
    expect(validated(sound.lines(), auditLineSchema)).toEqual([
      { type: 'summary', certificates: 2, errors: 0, warnings: 0, notes: 0, publicCas: 0 },
    ]);
    const gap = file('gap.pem', `# comment\n${issuing.pem}`);
    const { code, lines } = await run((output) => runAudit(gap, { within: '30', json: true }, output, clock));
    expect(code).toBe(1);
    expect(validated(lines(), auditLineSchema)).toMatchObject([
      { code: 'issuer-missing', line: 2 },
      { code: 'not-pem' },
      { type: 'summary', errors: 1, notes: 1 },
    ]);
  });

  test('prints certificates and findings', async () => {
    const { text } = await run((output) => runAudit(full, { within: '9999' }, output, clock));
    expect(text).toMatch(/^0 errors, 2 warnings, 0 notes/);
    expect(text).toMatch(/1 +intermediate +C=US,O=Acme,CN=Acme Issuing CA +EC P-256 +2034-01-01 \(2757 days\) +3/);
    expect(text).toContain('expires-soon');
  });
});

describe('what probes showed', () => {
  const cas = [root];
  for (const key of ['ec-b', 'ec-d', 'ec-e', 'ec-f'])
    cas.push(ca({ subject: `C=US,O=Acme,CN=Level ${key}`, key, issuer: cas.at(-1)! }));
  const below = leaf({ subject: 'CN=below', key: 'ec-c', issuer: cas.at(-1)! });
  const bundle = file('five.pem', cas.map(({ pem }) => pem).join(''));
  const opened = (outcome: 'let-in' | 'refused') => async () => {
    const { probed } = createMemoryStores();
    const shown = { outcome, because: null } as const;
    const outcomes = { 'chain-of-five': shown, 'server-only': shown, p521: shown, pss: shown };
    await probed.save({ domain: 'api.example.com', at: AT, outcomes });
    return { probed, domains: {} };
  };

  test('decides what audit says of long chains', async () => {
    const audit = async (outcome: 'let-in' | 'refused' | null) => {
      const options = { within: '30', json: true, ...(outcome !== null && { domain: 'api.example.com' }) };
      const known = await knownDoor(options, 'audit', opened(outcome ?? 'refused'));
      const { lines } = await run((output) => runAudit(bundle, options, output, clock, known));
      return validated(lines(), auditLineSchema).find((line) => (line as { code?: string }).code === 'chain-too-long');
    };
    expect(await audit(null)).toMatchObject({ evidence: expect.not.arrayContaining([expect.stringMatching(/^seen/)]) });
    expect(await audit('refused')).toMatchObject({ standing: 'seen', seenOn: '2026-06-15' });
    expect(await audit('let-in')).toBeUndefined();
  });

  test('decides what preflight says of the clients of that domain, and of no others', async () => {
    async function* seen() {
      for (const scope of ['api.example.com', '123456789012/api.example.com', 'other.example.com']) {
        const { subjectDn, issuerDn, notBefore, notAfter } = below.certificate;
        const serialNumber = `${scope.length}A`;
        const what = { subjectDn, issuerDn, serialNumber, notBefore, notAfter, pem: below.pem };
        yield { at: AT, count: 1, refused: false, scope, ...what };
      }
    }
    const changesWith = async (outcome: 'let-in' | 'refused') => {
      const options = { truststore: bundle, json: true, stack: 'mtls-watch' };
      const { lines } = await run((output) => runPreflight(seen(), options, output, clock, opened(outcome)));
      const changes = validated(lines(), preflightLineSchema) as { type: string; change: string; scopes: string[] }[];
      return Object.fromEntries(changes.flatMap((one) => (one.type === 'client' ? [[one.scopes[0], one.change]] : [])));
    };
    expect(await changesWith('let-in')).toEqual({
      'api.example.com': 'still-trusted',
      '123456789012/api.example.com': 'still-trusted',
      'other.example.com': 'newly-refused',
    });
    expect(new Set(Object.values(await changesWith('refused')))).toEqual(new Set(['newly-refused']));
  });

  test('a door without probes has rules of its own in preflight', async () => {
    async function* seen() {
      const { subjectDn, issuerDn, serialNumber, notBefore, notAfter } = client.certificate;
      const strong = leaf({ subject: 'CN=s', key: 'ec-p521', issuer: issuing });
      const what = { subjectDn, issuerDn, serialNumber, notBefore, notAfter, pem: strong.pem };
      yield { at: AT, count: 1, refused: false, scope: 'cdn.example.com', ...what };
    }
    const at = (door: string) => run((output) => runPreflight(seen(), { truststore: full, door }, output, clock));
    expect(await at('alb')).toMatchObject({ code: 0 });
    expect(await at('cloudfront')).toMatchObject({
      code: 1,
      text: expect.stringMatching(/^it is not documented whether 1 client/),
    });
    expect(await at('apigateway')).toMatchObject({ code: 1, text: expect.stringMatching(/^1 client would newly/) });
  });
});

describe('preflight and expiry', () => {
  test('say who would be refused', async () => {
    const options = { truststore: changed, current: full, json: true };
    const { code, lines } = await run((output) => runPreflight(observed(), options, output, clock));
    expect(code).toBe(1);
    expect(validated(lines(), preflightLineSchema)).toMatchObject([
      { change: 'newly-refused', requests: 3, share: 1, verdict: { reason: 'issuer-rekeyed' } },
      { type: 'summary', changes: { 'newly-refused': { clients: 1, requests: 3 } } },
    ]);
    const { text } = await run((output) => runPreflight(observed(), { truststore: changed }, output, clock));
    expect(text).toMatch(/^1 client would newly be refused/);
    expect((await run((output) => runPreflight(observed(), { truststore: full }, output, clock))).code).toBe(0);
  });

  test('say what expires', async () => {
    const { code, lines } = await run((output) => runExpiry(observed(), { within: '30', json: true }, output, clock));
    expect(code).toBe(1);
    expect(validated(lines(), expiryLineSchema)).toMatchObject([
      { type: 'client', daysLeft: 20, successor: null },
      { expiring: 1, withoutSuccessor: 1 },
    ]);
    const truststores = { '*': 's3://truststores-{account}/ca.pem' };
    const ofMany = await run((output) =>
      runExpiry(observed(), { within: '30' }, output, clock, { language: 'en', truststores }),
    );
    expect(ofMany.text).toContain('CAs at s3://truststores-{account}/ca.pem were not looked at');
    expect((await run((output) => runExpiry(observed(), { within: '10' }, output, clock))).text).toMatch(
      /^nothing expires within 10 days/,
    );
    const when = (daysFromNow: number) => new Date(AT + days(daysFromNow)).toISOString();
    const said = async (at: string) =>
      (await run((output) => runExpiry(observed(), { within: '30', at }, output, clock))).text;
    expect(await said(when(0))).toMatch(/^1 certificate without a successor expiring within 30 days/);
    expect(await said(when(67))).toMatch(/^1 certificate without a successor expired {2}/);
    await expect(run((output) => runExpiry(observed(), { within: 'soon' }, output, clock))).rejects.toMatchObject({
      code: 'usage',
    });
  });

  test('say who will lose client authentication, and audit under which CAs', async () => {
    const sectigo = ca({ subject: 'C=GB,O=Sectigo Limited,CN=Sample CA', key: 'ec-b' });
    const web = leaf({
      subject: 'CN=web.example',
      key: 'ec-c',
      issuer: sectigo,
      extendedKeyUsage: [SERVER_AUTH, CLIENT_AUTH],
    });
    const { subjectDn, issuerDn, serialNumber, notBefore, notAfter } = web.certificate;
    async function* calls(): AsyncGenerator<ObservedClient> {
      yield* observed();
      const who = { subjectDn, issuerDn, serialNumber, notBefore, notAfter };
      yield { at: AT, count: 1, refused: false, scope: 'api.example.com', pem: web.pem, ...who };
    }
    const json = await run((output) => runExpiry(calls(), { within: '10', json: true }, output, clock));
    expect(validated(json.lines(), expiryLineSchema)).toMatchObject([
      { type: 'sunset', subjectDn, requests: 1, share: 0.25, publicCa: 'Sectigo', usages: 'both', until: '2027-02-10' },
      { type: 'summary', expiring: 0, losingClientAuthentication: 1 },
    ]);
    const { text, code } = await run((output) => runExpiry(calls(), { within: '10' }, output, clock));
    expect(code).toBe(0);
    expect(text).toContain('Will lose client authentication at the next renewal');
    expect(text).toMatch(/25% +2034-\d\d-\d\d +2027-02-10 +CN=web.example +Sectigo, by name +none seen/);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(140);

    const bundle = file('sectigo.pem', sectigo.pem);
    const audit = await run((output) => runAudit(bundle, { within: '30', json: true }, output, clock));
    expect(validated(audit.lines(), auditLineSchema)).toMatchObject([
      { type: 'sunset', line: 1, publicCa: 'Sectigo', until: '2027-02-10' },
      { type: 'summary', publicCas: 1 },
    ]);
    expect((await run((output) => runAudit(bundle, { within: '30' }, output, clock))).text).toContain('2027-02-10');
    expect((await run((output) => runAudit(full, { within: '30' }, output, clock))).text).not.toContain('lose client');
  });

  test('do not say that nothing expires where a short life is only not nearly over', async () => {
    async function* calls(): AsyncGenerator<ObservedClient> {
      for await (const one of observed()) yield { ...one, pem: null, notBefore: AT - days(7), notAfter: AT + days(40) };
    }
    const { text, code } = await run((output) => runExpiry(calls(), { within: '90' }, output, clock));
    expect(code).toBe(0);
    expect(text).toMatch(/^nothing expires within 90 days but 1 certificate of a life of 200 days or less/);
  });

  test('read access logs, successes included, each event once', async () => {
    const fields = (pem: string, more = {}) => ({ 'identity.clientCert.clientCertPem': pem, ...more });
    const events = [
      accessEvent(
        { n: 1 },
        fields(client.pem.replaceAll('\n', '\\n'), { status: '200', 'error.message': '-', 'error.responseType': '-' }),
      ),
      accessEvent({ n: 2 }, fields(client.pem)),
      accessEvent({ n: 2 }, fields(client.pem)),
      // The authorizer said no, after the certificate was taken.
      accessEvent({ n: 3 }, fields(client.pem, { 'error.message': 'User is not authorized to access this resource' })),
      accessEvent({ n: 4 }, fields('-', { 'identity.clientCert.subjectDN': '-', 'identity.clientCert.issuerDN': '-' })),
    ];
    const log = file(
      'access.ndjson',
      events.map((event) => `${JSON.stringify({ logGroup: 'access', logStream: 's', ...event })}\n`).join(''),
    );
    const seen: ObservedClient[] = [];
    const notJudged = await collectClients(observeClients([log]), (one) => seen.push(one));
    expect(notJudged).toEqual({ 'without-certificate': 1, 'none-presented': 0, unreadable: 0, damaged: 0 });
    expect(seen.map(({ refused, subjectDn, scope, pem }) => [refused, subjectDn, scope, pem === client.pem])).toEqual([
      [false, 'C=US,O=Partner,CN=client', 'api.bank.example', true],
      [true, 'C=US,O=Partner,CN=client', 'api.bank.example', true],
      [false, 'C=US,O=Partner,CN=client', 'api.bank.example', true],
    ]);
  });
});

test('the command line exits with 0, 1 and 2', () => {
  const main = (...args: string[]) => {
    const { status, stderr } = spawnSync(process.execPath, [inject('cli'), ...args], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      encoding: 'utf8',
    });
    return { status, stderr };
  };
  const at = ['--at', new Date(AT).toISOString()];
  expect(main('diagnose', '--client', own, '--truststore', full, ...at)).toEqual({ status: 0, stderr: '' });
  expect(main('diagnose', '--client', own, '--truststore', changed, ...at).status).toBe(1);
  expect(main('diagnose', '--client', own)).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^error: .*--truststore.*\n$/),
  });
  expect(main('audit', join(folder, 'none.pem'))).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^error: cannot read .*\n$/),
  });
});
