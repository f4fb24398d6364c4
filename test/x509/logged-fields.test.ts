/** What can be said of a certificate from the fields of a log: as much as they show, marked, and nothing more. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { english } from '../../shared/model/phrases.js';
import { type ReasonId, reasonIds } from '../../shared/model/reasons.js';
import { type DoorRules, doorRules } from '../../shared/x509/door-rules.js';
import { diagnoseLogged, type LoggedCertificate } from '../../shared/x509/logged-fields.js';
import { type Truststore, truststoreOf } from '../../shared/x509/truststore.js';
import { AT, ca, days, type Issued } from '../support/certificates.js';

const root = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'ec-a' });
const issuing = ca({ subject: 'C=US,O=Acme,CN=Acme Issuing CA', key: 'ec-b', issuer: root });
const expiredCa = ca({ subject: 'C=US,O=Acme,CN=Acme Issuing CA', key: 'ec-b', issuer: root, notAfter: AT - days(9) });
const renewed = ca({ subject: 'C=US,O=Acme,CN=Acme Issuing CA', key: 'ec-d', issuer: root });
const stranger = ca({ subject: 'C=US,O=Else,CN=Else Root', key: 'ec-c' });

const levels = [root];
for (const key of ['ec-b', 'ec-d', 'ec-e', 'ec-f'])
  levels.push(ca({ subject: `C=US,O=Acme,CN=Level ${key}`, key, issuer: levels.at(-1)! }));

const UNLOGGED = 'O=Partner,(issuer not in the log)';
const client: LoggedCertificate = {
  subjectDn: 'C=US,O=Partner,CN=billing-batch',
  issuerDn: issuing.certificate.subjectDn,
  serialNumber: '0A1B2C',
  notBefore: AT - days(300),
  notAfter: AT + days(30),
};
const store = (...cas: readonly Issued[]): Truststore => truststoreOf(cas.map(({ certificate }) => certificate));
const { cloudfront, 'load-balancer': balancer } = doorRules;

type Row = readonly [string, Partial<LoggedCertificate>, Truststore | null, ReasonId | null, string];
const ROWS: readonly Row[] = [
  ['expired', { notAfter: AT - days(3) }, store(root, issuing), 'expired', 'refused expired at 0, seen'],
  ['expired, without a truststore', { notAfter: AT - days(3) }, null, 'expired', 'refused expired at 0, seen'],
  ['expired, and no reason given', { notAfter: AT - days(3) }, null, null, 'refused expired at 0, documented'],
  ['not yet valid', { notBefore: AT + days(3) }, store(root), 'not-yet-valid', 'refused not-yet-valid at 0, seen'],
  ['issuer missing', {}, store(stranger), 'untrusted', 'refused issuer-missing at 0, seen'],
  ['issuer missing, and no reason given', {}, store(stranger), null, 'undecided issuer-missing at 0, unknown'],
  [
    'issuer in other case',
    { issuerDn: issuing.certificate.subjectDn.toUpperCase() },
    store(root, issuing),
    null,
    'open',
  ],
  ['CA expired', {}, store(root, expiredCa), 'untrusted', 'refused issuer-expired at 1, openssl'],
  ['CA expired, the door says expired', {}, store(root, expiredCa), 'expired', 'refused issuer-expired at 1, seen'],
  ['CA expired and renewed', {}, store(root, expiredCa, renewed), 'untrusted', 'open'],
  ['root missing', {}, store(issuing), 'untrusted', 'refused issuer-missing at 1, seen'],
  ['root missing, and no reason given', {}, store(issuing), null, 'undecided issuer-missing at 1, unknown'],
  [
    'five CAs',
    { issuerDn: levels.at(-1)!.certificate.subjectDn },
    store(...levels),
    'chain-too-long',
    'refused chain-too-long at 5, seen',
  ],
  ['nothing wrong', {}, store(root, issuing), 'unsupported-purpose', 'open'],
  ['no issuer in the log', { issuerDn: UNLOGGED }, store(root), 'untrusted', 'open'],
  [
    'no issuer in the log, expired',
    { issuerDn: UNLOGGED, notAfter: AT - 1 },
    store(root),
    'expired',
    'refused expired at 0, seen',
  ],
  ['no validity in the log', { notBefore: null, notAfter: null }, store(root, issuing), 'expired', 'open'],
  ['no truststore', {}, null, 'untrusted', 'open'],
];

function shown(
  changes: Partial<LoggedCertificate>,
  truststore: Truststore | null,
  said: ReasonId | null,
  door: DoorRules,
) {
  const found = diagnoseLogged({ ...client, ...changes }, truststore, AT, said, door);
  if (found.kind === 'open') return 'open';
  const { verdict, reason, findings } = found.verdict;
  return `${verdict} ${reason} at ${findings[0]?.depth}, ${findings[0]?.standing}`;
}

describe.each([cloudfront, balancer])('at $name', (door) => {
  it.each(ROWS)('%s', (_name, changes, truststore, said, expected) => {
    expect(shown(changes, truststore, said, door)).toBe(expected);
  });
});

it('says in each finding, and in the verdict, that nobody looked at the certificate', () => {
  const changes = { notAfter: AT - days(3) };
  const found = diagnoseLogged({ ...client, ...changes }, store(stranger), AT, 'expired', cloudfront);
  if (found.kind === 'open') throw new Error('expected a verdict');
  expect(found.verdict.basis).toBe('log-fields');
  expect(found.verdict.findings).toHaveLength(2);
  for (const { evidence } of found.verdict.findings)
    expect(evidence).toContain("from the log's fields, not from the certificate");
  expect(found.verdict.findings[0]?.remedy).toContain('Renew the client certificate C=US,O=Partner,CN=billing-batch');
});

it('says what is known and what is not, where nothing explains the refusal', () => {
  const because = (changes: Partial<LoggedCertificate>, truststore: Truststore | null): string => {
    const found = diagnoseLogged({ ...client, ...changes }, truststore, AT, 'rejected', balancer);
    return found.kind === 'open' ? english(found.because) : found.kind;
  };
  const start =
    'The log of the load balancer holds no certificate, and what it says of it does not explain the refusal.';
  expect(because({}, store(root, issuing))).toBe(
    `${start} The certificate is within its validity. CAs of its issuer's name are in the truststore, as they should be.`,
  );
  expect(because({ issuerDn: UNLOGGED }, store(root))).toBe(
    `${start} The certificate is within its validity. The log does not say the issuer.`,
  );
  expect(because({ notBefore: null, notAfter: null }, null)).toBe(
    `${start} The log does not say the validity. No truststore is named for this place.`,
  );
});

it('never trusts, and never throws, whatever a client wrote into its certificate', () => {
  const time = fc.oneof(fc.constant(null), fc.integer({ min: -8.64e15, max: 8.64e15 }));
  const issuer = fc.oneof(fc.string(), fc.constantFrom(client.issuerDn, UNLOGGED, '', '__proto__', 'constructor'));
  fc.assert(
    fc.property(
      fc.record({
        subjectDn: fc.string(),
        issuerDn: issuer,
        serialNumber: fc.string(),
        notBefore: time,
        notAfter: time,
      }),
      fc.constantFrom<ReasonId | null>(null, ...reasonIds),
      fc.constantFrom(null, store(), store(root, expiredCa), store(issuing)),
      (logged, said, truststore) => {
        const found = diagnoseLogged(logged, truststore, AT, said, cloudfront);
        if (found.kind === 'open') return;
        expect(found.verdict.verdict).not.toBe('trusted');
        expect(found.verdict.findings.map(({ code }) => code)).toContain(found.verdict.reason);
      },
    ),
  );
});
