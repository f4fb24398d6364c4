/** A refusal at CloudFront or a load balancer is explained in its alert: by a kept certificate, else by the fields of the log. */

import { describe, expect, it } from 'vitest';
import { PRESENTED_MAX } from '../../shared/diagnosis/seen-before.js';
import { batchOf } from '../../shared/logs/decode.js';
import { chatOf } from '../../shared/messages/chat.js';
import { messagesIn } from '../../shared/messages/index.js';
import { leadOf } from '../../shared/messages/parts.js';
import { mailText } from '../../shared/messages/safe.js';
import { bodyOf } from '../../shared/messages/text.js';
import type { Notice } from '../../shared/model/index.js';
import { alert, ingest, sweep } from '../../shared/pipeline.js';
import { gatherReport } from '../../shared/report/gather.js';
import { weekUntil } from '../../shared/report/period.js';
import { noticeSchema } from '../../shared/schemas/lines.js';
import { ca, days, type Issued, leaf } from '../support/certificates.js';
import {
  CLOUDFRONT_FIELDS,
  type ConnectionRecord,
  cloudFrontRecord,
  jsonRecord,
  LOAD_BALANCER_FIELDS,
  loadBalancerRecord,
} from '../support/connection-records.js';
import { accessEvent, denialAsOneEvent, T0 } from '../support/logs.js';
import { type TestWorld, testWorld } from '../support/world.js';

const HOUR = 3_600_000;
const root = ca({ subject: 'C=US,O=Acme Logistics Inc.,CN=Acme Logistics Root', key: 'ec-a' });
const issuing = ca({ subject: 'C=US,O=Acme Logistics Inc.,CN=Acme Logistics Issuing CA', key: 'ec-b', issuer: root });
const stranger = ca({ subject: 'C=US,O=Else,CN=Else Root', key: 'ec-d' });

function worldWith(settings: object, ...cas: readonly Issued[]): TestWorld {
  const text = cas.map(({ pem }) => pem).join('');
  const bundle = { text, version: `doors ${text.length}`, versionId: null, modifiedAt: 0 };
  return { ...testWorld(settings), truststores: { read: async () => bundle, earlier: async () => [] } };
}

const withStore = { truststores: { '*': 's3://truststores/bundle.pem' } };
let batches = 0;

/** Brings so many records of one kind, a minute apart from what came before, and lets alerts be sent. */
async function deliver(world: TestWorld, at: number, messages: readonly string[]): Promise<void> {
  batches++;
  const events = messages.map((message, index) => ({ id: `${batches}-${index}`, timestamp: at, message }));
  world.at = at + 30_000;
  const batch = batchOf({ owner: '', logGroup: 'connections', logStream: 's', malformed: [], events });
  await ingest(batch, world, (groups, written) => alert(groups, world, written));
  await sweep(world);
}

const shop = (count: number, changes: Partial<ConnectionRecord> = {}): string[] =>
  Array.from({ length: count }, (_, n) =>
    jsonRecord(cloudFrontRecord(batches * 1_000 + n, { clientIp: '203.0.113.7', ...changes }), CLOUDFRONT_FIELDS),
  );
const files = (count: number, changes: Partial<ConnectionRecord> = {}): string[] =>
  Array.from({ length: count }, (_, n) =>
    jsonRecord(loadBalancerRecord(batches * 1_000 + n, changes), LOAD_BALANCER_FIELDS),
  );
const NOBODY: Partial<ConnectionRecord> = {
  connectionStatus: 'Failed:ClientCertMissing',
  clientLeafCertSubject: '-',
  clientLeafCertIssuer: '-',
  clientLeafCertSerialNumber: '-',
  clientLeafCertValidity: '-',
};
const EXPIRED = `NotBefore=2025-10-01T00:00:00Z;NotAfter=${new Date(T0 - days(2)).toISOString()}`;

function only(world: TestWorld): Notice {
  expect(world.published).toHaveLength(1);
  const [notice] = world.published as [Notice];
  noticeSchema.parse(JSON.parse(JSON.stringify(notice)));
  return notice;
}

describe('the verdict of a connection without its certificate', () => {
  it('says that it expired, by the dates in the record, and that this is all it goes by', async () => {
    const world = worldWith({});
    await deliver(world, T0, shop(30, { clientLeafCertValidity: EXPIRED }));
    const notice = only(world);
    expect(notice).toMatchObject({ verdict: { verdict: 'refused', reason: 'expired', basis: 'log-fields' } });
    expect(notice.runbookUrl).toMatch(/\/en\/expired\.md$/);
    for (const language of ['en', 'ja'] as const) {
      const lead = leadOf(notice, messagesIn[language], mailText);
      expect(lead).toContain(messagesIn[language].fromLogFields);
    }
    expect(bodyOf(notice, messagesIn.en)).toContain('- CloudFront refused it with: certificate has expired');
  });

  it.each([
    ['an issuer that the truststore lacks', [stranger], 'ClientCertUntrusted', 'issuer-missing'],
    ['an issuer whose root the truststore lacks', [issuing], 'ClientCertUntrusted', 'issuer-missing'],
  ])('names %s', async (_name, cas, code, reason) => {
    const world = worldWith(withStore, ...cas);
    await deliver(world, T0, shop(30, { connectionStatus: `Failed:${code}` }));
    expect(only(world)).toMatchObject({ verdict: { verdict: 'refused', reason, basis: 'log-fields' } });
  });

  it('stands in the report too, for each door', async () => {
    const world = worldWith({});
    await deliver(world, T0, shop(30, { clientLeafCertValidity: EXPIRED }));
    const early = 'NotBefore=2029-01-01T00:00:00Z;NotAfter=2030-01-01T00:00:00Z';
    const said = { tls_verify_status: 'Failed:ClientCertExpired', leaf_client_cert_validity: early };
    await deliver(world, T0 + 60_000, files(30, said));
    world.at = T0 + days(1);
    await sweep(world);
    const unknown = { details: null, expiring: null, sunset: null, pipeline: null, gaps: [], partner: null };
    const period = weekUntil(T0 + days(1));
    const { actions } = await gatherReport({ period, language: 'en', generatedAt: period.to, ...unknown }, world);
    const byDoor = Object.fromEntries(actions.map(({ doors, verdict }) => [doors?.join(), verdict?.code]));
    expect(byDoor).toEqual({ cloudfront: 'expired', 'load-balancer': 'not-yet-valid' });
  });

  it('is not made where nothing explains the refusal, and the alert says what is known', async () => {
    const world = worldWith(withStore, root, issuing);
    await deliver(world, T0, shop(30, { connectionStatus: 'Failed:ClientCertIntentInvalid' }));
    const { verdict, verdictNote } = only(world);
    expect(verdict).toBeNull();
    expect(verdictNote).toMatch(/^The log of CloudFront holds no certificate.*CAs of its issuer's name are in the/);
  });

  it('of a load balancer goes by the validity alone', async () => {
    const world = worldWith(withStore, stranger);
    await deliver(
      world,
      T0,
      files(30, { leaf_client_cert_validity: EXPIRED, tls_verify_status: 'Failed:ClientCertExpired' }),
    );
    const notice = only(world);
    expect(notice).toMatchObject({ verdict: { reason: 'expired', basis: 'log-fields' } });
    expect(notice.verdict?.findings.map(({ code }) => code)).toEqual(['expired']);
  });
});

describe('a certificate that was kept from API Gateway’s log', () => {
  const spec = {
    subject: 'C=US,O=Acme Logistics Inc.,CN=edi-01.acme-logistics.example',
    serial: '0b143ed93d2d8f39d',
    notBefore: Date.parse('2026-06-05T23:28:21Z'),
    notAfter: Date.parse('2027-05-12T23:28:21Z'),
    extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'],
  };
  const server = leaf({ ...spec, key: 'ec-c', issuer: issuing });
  const { subjectDn, serialNumber } = server.certificate;
  const seenAtGateway = async (world: TestWorld, pem = server.pem, n = 1): Promise<void> => {
    const refusal = { n, at: T0 - 3 * HOUR };
    await deliver(world, T0 - 3 * HOUR, [
      denialAsOneEvent(refusal).message,
      accessEvent(refusal, { 'identity.clientCert.clientCertPem': pem }).message,
    ]);
  };
  const own = {
    connectionStatus: 'Failed:ClientCertIntentInvalid',
    clientLeafCertSubject: subjectDn.split(',').join(', '),
    clientLeafCertSerialNumber: serialNumber,
  };

  it('serves for the verdict under the same serial number and names, by the rules of the door', async () => {
    const world = worldWith(withStore, root, issuing);
    await seenAtGateway(world);
    await deliver(world, T0, shop(30, own));
    const notice = only(world);
    expect(notice.verdict).toMatchObject({ verdict: 'refused', reason: 'unsupported-purpose' });
    expect(notice.verdict).not.toHaveProperty('basis');
    expect(notice.verdict?.findings[0]?.evidence.at(-1)).toMatch(/that was kept from API Gateway's log$/);
  });

  it('serves at a load balancer, whose log has no issuer', async () => {
    const world = worldWith(withStore, root, issuing);
    await seenAtGateway(world);
    const changes = {
      leaf_client_cert_subject: subjectDn.split(',').reverse().join(','),
      leaf_client_cert_serial_number: serialNumber,
      tls_verify_status: 'Failed:ClientCertPurposeInvalid',
    };
    await deliver(world, T0, files(30, changes));
    expect(only(world).verdict).toMatchObject({ reason: 'unsupported-purpose' });
  });

  it('does not serve where two certificates have its names and serial number', async () => {
    const twin = leaf({ ...spec, key: 'ec-d', issuer: issuing });
    const world = worldWith(withStore, root, issuing);
    await seenAtGateway(world);
    await seenAtGateway(world, twin.pem, 2);
    await deliver(world, T0, shop(30, own));
    expect(only(world).verdict).toBeNull();
  });

  it.each([
    ['serial number', { clientLeafCertSerialNumber: '0A:0B' }],
    ['subject', { clientLeafCertSubject: 'C=US, O=Acme Logistics Inc., CN=other' }],
    ['issuer', { clientLeafCertIssuer: 'C=US, O=Acme Logistics Inc., CN=Acme Logistics Root' }],
    ['validity', { clientLeafCertValidity: 'NotBefore=2026-06-05T23:28:21Z;NotAfter=2027-05-13T23:28:21Z' }],
  ])('does not serve for another %s', async (_what, changes) => {
    const world = worldWith(withStore, root, issuing);
    await seenAtGateway(world);
    await deliver(world, T0, shop(30, { ...own, ...changes }));
    expect(only(world).verdict).toBeNull();
  });
});

describe('clients that present no certificate', () => {
  it('are told of with what their address presented before, when it ended, and what it may mean', async () => {
    const world = worldWith({});
    await deliver(world, T0 - 5 * HOUR, shop(1, { clientLeafCertValidity: EXPIRED }));
    await deliver(world, T0, shop(30, NOBODY));
    const notice = only(world);
    expect(notice.presentedBefore).toEqual([
      {
        sourceIp: '203.0.113.7',
        subjectDn: 'C=US,ST=WA,L=New Town,O=Acme Logistics Inc.,OU=EDI 24,CN=edi-01.acme-logistics.example',
        issuerDn: 'C=US,O=Acme Logistics Inc.,CN=Acme Logistics Issuing CA',
        serialNumber: 'B143ED93D2D8F39D',
        notAfter: new Date(T0 - days(2)).toISOString(),
        lastAt: new Date(T0 - 5 * HOUR).toISOString(),
      },
    ]);
    const ended = new Date(T0 - days(2)).toISOString().slice(0, 10);
    const last = new Date(T0 - 5 * HOUR).toISOString().slice(0, 10);
    expect(leadOf(notice, messagesIn.en, (text) => text)).toBe(
      `${messagesIn.en.reasons['no-client-certificate'].meaning} 203.0.113.7 presented CN=edi-01.acme-logistics.example (serial B143ED93D2D8F39D, expired ${ended}) until ${last}. The new certificate may lack client authentication: then many clients send none.`,
    );
    expect(leadOf(notice, messagesIn.ja, (text) => text)).toMatch(/203\.0\.113\.7 は .* を提示していました。/);
    expect(bodyOf(notice, messagesIn.en)).toMatch(/30× {2}without a certificate {2}from 203\.0\.113\.7/);
    expect(JSON.stringify(chatOf(notice, messagesIn.en))).toContain('203.0.113.7 presented');
  });

  it('are told of with the last of several, of the same scope and address only', async () => {
    const world = worldWith({});
    const at = (hours: number) => T0 - hours * HOUR;
    await deliver(world, at(30), shop(1, { clientLeafCertSubject: 'CN=first' }));
    await deliver(
      world,
      at(20),
      shop(1, { clientLeafCertSubject: 'CN=second', connectionStatus: 'Failed:ClientCertUntrusted' }),
    );
    await deliver(world, at(10), shop(1, { clientLeafCertSubject: 'CN=elsewhere', tlsSni: 'other.bank.example' }));
    await deliver(world, at(9), shop(1, { clientLeafCertSubject: 'CN=neighbour', clientIp: '203.0.113.8' }));
    await deliver(world, T0, shop(30, NOBODY));
    expect(only(world).presentedBefore?.map(({ subjectDn }) => subjectDn)).toEqual(['CN=second']);
  });

  it('are told of alone where their addresses are not known from before, or too long ago', async () => {
    const world = worldWith({});
    await deliver(world, T0 - days(40), shop(1, { clientLeafCertSubject: 'CN=long-ago' }));
    await deliver(world, T0, shop(30, NOBODY));
    expect(only(world)).not.toHaveProperty('presentedBefore');
  });

  it('are told of with a few addresses at most, whatever came before', async () => {
    const world = worldWith({});
    const all = Array.from({ length: 9 }, (_, n) => `203.0.113.${n}`);
    for (const [n, clientIp] of all.entries())
      await deliver(world, T0 - (n + 2) * HOUR, shop(1, { clientIp, clientLeafCertSubject: `CN=client ${n}` }));
    const each = all.map((clientIp, n) =>
      jsonRecord(cloudFrontRecord(900_000 + n, { ...NOBODY, clientIp }), CLOUDFRONT_FIELDS),
    );
    await deliver(world, T0 - 60_000, each.slice(0, 4));
    await deliver(world, T0, shop(36, { ...NOBODY, clientIp: all[8] ?? '' }));
    expect(only(world).presentedBefore).toHaveLength(PRESENTED_MAX);
  });
});
