/** Notices as people and machines receive them. */

import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { en } from '../../shared/messages/index.js';
import { snsMessage } from '../../shared/messages/sns.js';
import { bodyOf, subjectOf } from '../../shared/messages/text.js';
import type { Notice, NoticeKind } from '../../shared/model/index.js';
import { reasonIds } from '../../shared/model/reasons.js';
import { noticeSchema } from '../../shared/schemas/lines.js';
import { canonicalDn } from '../../shared/x509/dn.js';

const notice = (changes: Partial<Notice> = {}): Notice => ({
  type: 'notice',
  version: 1,
  kind: 'spike',
  noticeId: 'notice-1',
  incidentId: 'incident-1',
  at: '2026-11-20T09:13:00.000Z',
  since: '2026-11-20T09:12:04.000Z',
  severity: 'high',
  group: { scope: 'api.bank.example', issuerDn: 'C=US,O=Acme Logistics,CN=Acme CA', reason: 'expired' },
  groups: [],
  reasonText: 'certificate has expired',
  count: 1234,
  windowMinutes: 5,
  expected: 0.42,
  lastHour: [...new Array<number>(59).fill(0), 1234],
  clientCount: 1,
  issuerTrusted: true,
  scopeShare: null,
  severityAtFirst: 'high',
  because: '1234 failures in 5 minutes',
  runbookUrl: 'https://wiki.example.com/runbooks/en/expired.md',
  clients: [
    { subjectDn: 'CN=edi-01', serialNumber: '0A1B', fingerprint: null, sourceIps: ['203.0.113.7'], count: 1234 },
  ],
  verdict: null,
  verdictNote: null,
  change: null,
  links: { executionLog: null, accessLog: null, dashboard: null },
  commands: { silence: 'mtls-watch silence add', acknowledge: 'mtls-watch ack' },
  ...changes,
});

describe('the mail', () => {
  it('says who, why, how many, since when and what to do', () => {
    expect(`${subjectOf(notice(), en)}\n\n${bodyOf(notice(), en)}`).toMatchInlineSnapshot(`
      "[HIGH] api.bank.example refuses clients of Acme Logistics: certificate expired

      api.bank.example refuses the client certificates of Acme Logistics.
      The client's certificate, or a CA above it, is past its end date.

        What       certificate expired; the gateway says “certificate has expired”
        Where      api.bank.example
        Issuer     C=US,O=Acme Logistics,CN=Acme CA (in the truststore)
        Since      2026-11-20 09:12 UTC, 1 min ago
        How many   1,234 in 5 min; usually 0.4
        Last hour  ···················█  at most 1,234 in 3 min
        Who        1 client:
                   1,234×  CN=edi-01  serial 0A1B  from 203.0.113.7

      First steps
        1. Compare the end date of the certificate with now: openssl x509 -in client.pem -noout -enddate. If the certificate itself is still valid, a CA in the truststore has expired.
        2. Ask the client to renew its certificate and to restart what holds the old one in memory.

      Runbook
        https://wiki.example.com/runbooks/en/expired.md

      Silence it for two hours
        mtls-watch silence add
      Stop the repeats
        mtls-watch ack

      Incident: incident-1 (spike, notice-1)
      "
    `);
  });

  it('puts the diagnosis first where there is one', () => {
    const finding = {
      code: 'issuer-expired',
      severity: 'error' as const,
      depth: 1,
      subjectDn: 'CN=Acme CA',
      evidence: ['notAfter 2026-11-20 09:12 UTC'],
      remedy: 'Replace Acme CA in the truststore.',
    };
    const body = bodyOf(
      notice({ verdict: { verdict: 'refused', reason: 'issuer-expired', findings: [finding], path: [] } }),
      en,
    );
    expect(body.split('\n')[1]).toBe('A CA in the truststore has expired. Replace Acme CA in the truststore.');
    expect(body).toContain('notAfter 2026-11-20 09:12 UTC');
  });

  it.each(['spike', 'ongoing', 'escalated', 'resolved'] as NoticeKind[])(
    'has a subject that SNS takes, for %s',
    (kind) => {
      const group = { scope: `${'x'.repeat(200)}.example`, issuerDn: 'O=Ünïcödé Ltd,CN=☃', reason: 'expired' as const };
      const subject = subjectOf(notice({ kind, group }), en);
      expect(subject).toMatch(/^[^\p{Cc}\p{Cf}]{1,99}$/u);
    },
  );

  it('has words for every reason', () => {
    for (const id of reasonIds) expect(en.reasons[id].steps.length, id).toBeGreaterThan(0);
  });
});

describe('hostile names', () => {
  const hostile = [
    'CN=https://evil.example/click',
    'CN=a\nSubject: forged',
    'CN=\u202egnp.exe',
    'CN=\u0007\u001b[31mred',
    'CN=zero\u200bwidth\u2066',
    `CN=${'x'.repeat(5_000)}`,
  ];

  it.each(hostile)('stay in their place: %j', (text) => {
    const issuerDn = canonicalDn(text);
    const clients = [
      { subjectDn: issuerDn, serialNumber: '01', fingerprint: null, sourceIps: ['203.0.113.7'], count: 1 },
    ];
    const body = bodyOf(notice({ group: { ...notice().group, issuerDn }, clients }), en);
    const lines = bodyOf(notice({ clients }), en).split('\n').length;
    expect(body.split('\n')).toHaveLength(lines);
    expect(body.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(body).not.toContain('https://evil');
    expect(Math.max(...body.split('\n').map((line) => line.length))).toBeLessThan(1_000);
  });
});

describe('the SNS message', () => {
  it('carries text for people, JSON for machines and attributes to filter by', () => {
    const { Message, MessageStructure, MessageAttributes } = snsMessage(notice(), en);
    const body = JSON.parse(Message) as Record<string, string>;
    expect(MessageStructure).toBe('json');
    expect(body.email).toBe(bodyOf(notice(), en));
    expect(noticeSchema.parse(JSON.parse(body.default!))).toEqual(notice());
    expect(
      Object.fromEntries(Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue])),
    ).toEqual({
      kind: 'spike',
      severity: 'high',
      reason: 'expired',
      scope: 'api.bank.example',
      incidentId: 'incident-1',
    });
  });

  it('stays within the bound of SNS with as much as a notice can hold', () => {
    const long = 'é'.repeat(limits.dnCharsMax);
    const clients = Array.from({ length: limits.clientsPerNoticeMax }, () => ({
      subjectDn: long,
      serialNumber: 'F'.repeat(limits.serialCharsMax),
      fingerprint: 'f'.repeat(64),
      sourceIps: Array(limits.sourceIpsPerClientMax).fill('x'.repeat(limits.sourceIpCharsMax)),
      count: 1,
    }));
    const { Message } = snsMessage(notice({ group: { ...notice().group, issuerDn: long }, clients }), en);
    expect(Buffer.byteLength(Message)).toBeLessThan(limits.snsMessageBytesMax);
  });
});
